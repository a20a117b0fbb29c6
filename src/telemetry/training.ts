/**
 * Telemetry of a training: its records, where the configuration sends them.
 *
 * A training has many worlds, and none of them is watched: one channel tells,
 * and what stands for the tick is the number of the update.
 * @module
 */
import { randomBytes } from "node:crypto";
import type { Config } from "../config/config.ts";
import type {
  ChannelName,
  TelemetrySettings,
} from "../config/telemetry_settings.ts";
import type { UpdateRecord } from "../training/update_record.ts";
import {
  type CloseReason,
  type Delivery,
  openDelivery,
} from "./delivery/delivery.ts";
import { EventBody, textLists } from "./events.ts";
import { aboutOf } from "./hello.ts";
import { trainingElement } from "./training_record.ts";

/** What the telemetry of a training is told of it. */
export interface TrainingTelemetryOptions {
  /** Seed of the training. */
  readonly seed: number;
  /** Updates before the first that is told. */
  readonly updates: number;
  /** Path of the town file: certificates and keys are relative to it. */
  readonly file: string;
  /** Version of the program. */
  readonly app: string;
  /** Told what people should know. */
  readonly onLog: (level: "info" | "warn" | "error", text: string) => void;
}

/** The channel it tells. */
const CHANNEL = "training";

/** Tells the outside of a training. */
export class TrainingTelemetry {
  readonly #deliveries: readonly Delivery[];
  #tick: number;
  #frames = 0;

  private constructor(deliveries: readonly Delivery[], tick: number) {
    this.#deliveries = deliveries;
    this.#tick = tick;
  }

  /**
   * Opens the transports of a configuration that take frames, and starts a
   * thread for each; none where the channel is off, or frames are to be the
   * same in every run.
   *
   * @throws {TownletError} for keys and certificates that are of no use
   */
  static async open(
    config: Config,
    { seed, updates, file, app, onLog }: TrainingTelemetryOptions,
  ): Promise<TrainingTelemetry> {
    const settings = withOneChannel(config.telemetry);
    const { deterministic, channels } = settings;
    const isTold = channels[CHANNEL].enabled && !deterministic;
    const about = aboutOf({ ...config, telemetry: settings }, seed, app);
    const sid = randomBytes(16).toString("hex");
    const deliveries: Delivery[] = [];
    try {
      for (const transport of isTold ? settings.transports : []) {
        // Metrics are of a town that runs.
        if (transport.type === "prometheus") continue;
        deliveries.push(
          await openDelivery(transport, {
            ...{ settings, about, sid, file, startTick: updates, onLog },
            clock: () => performance.now(),
          }),
        );
      }
    } catch (error) {
      await Promise.all(deliveries.map((one) => one.close("error")));
      throw error;
    }
    return new TrainingTelemetry(deliveries, updates);
  }

  /**
   * Tells of an update.
   *
   * @param tallies what happened while its steps were sampled, by `TALLIES`;
   * null where none were
   */
  tell(record: UpdateRecord, tallies: ArrayLike<number> | null): void {
    if (this.#deliveries.length === 0) return;
    this.#tick = Math.max(this.#tick, record.epoch);
    const [list] = textLists([
      JSON.stringify(trainingElement(record, tallies)),
    ]);
    const body = new EventBody(CHANNEL, this.#frames++, this.#tick, list);
    for (const delivery of this.#deliveries) {
      delivery.begin(this.#tick);
      delivery.offer(body);
      delivery.end(this.#tick);
    }
  }

  /** Waits for what was told to arrive, 2 s at most, and ends all threads. */
  async close(reason: CloseReason): Promise<void> {
    await Promise.all(this.#deliveries.map((one) => one.close(reason)));
  }
}

/** Settings in which no other channel is told. */
function withOneChannel(settings: TelemetrySettings): TelemetrySettings {
  const channels = Object.fromEntries(
    Object.entries(settings.channels).map(([name, channel]) => [
      name,
      { ...channel, enabled: channel.enabled && name === CHANNEL },
    ]),
    // Every channel is still there.
  ) as Record<ChannelName, unknown> as TelemetrySettings["channels"];
  return { ...settings, channels };
}
