/**
 * Telemetry of a run: what is told, to whom, and how the telling does.
 *
 * A town is never slowed or changed by it: frames are made between ticks, and
 * threads of their own write them.
 * @module
 */
import { randomBytes } from "node:crypto";
import { sha256Hex } from "../base/hash.ts";
import type { TelemetrySettings } from "../config/telemetry_settings.ts";
import { CERTIFICATE_SOON_MS } from "../security/certificates.ts";
import type { HookTally } from "../security/hooks.ts";
import type { Simulation } from "../simulation.ts";
import type { Plain } from "../snapshots/plain.ts";
import type { TownEvent } from "../world/events.ts";
import type { StateChannelName } from "./channels.ts";
import {
  type CloseReason,
  type Delivery,
  openDelivery,
} from "./delivery/delivery.ts";
import {
  commandElement,
  type EventList,
  eventLists,
  isTrace,
  textLists,
} from "./events.ts";
import { aboutOf } from "./hello.ts";
import { type Health, hooksHealth, TickTimes, worldHealth } from "./health.ts";
import { type Metric, Metrics } from "./metrics.ts";
import { type ExportedState, RunExport } from "./otel.ts";
import { type EventLists, Producer } from "./producer.ts";
import { prometheusText } from "./prometheus.ts";
import { Stories } from "./stories/stories.ts";
import type { View } from "./view.ts";

/** What telemetry is told of the run around it. */
export interface TelemetryOptions {
  /** Path of the town file: certificates and keys are relative to it. */
  readonly file: string;
  /** Version of the program. */
  readonly app: string;
  /** Stories of the run that is gone on with; they begin unless given. */
  readonly stories?: SavedStories;
  /** Whether the runtime's exporter is told, too; not unless given. */
  readonly exports?: boolean;
  /** How the hooks that are files do; none unless given. */
  readonly hooks?: () => readonly HookTally[];
  /** Told what people should know; nobody unless given. */
  readonly onLog?: (level: "info" | "warn" | "error", text: string) => void;
}

/** Stories that were saved ({@link Telemetry.save}). */
export interface SavedStories {
  /** What was saved. */
  readonly saved: Plain;
  /** The file it comes from, for messages. */
  readonly where: string;
}

/** How the telling ended. */
export interface TelemetryEnd {
  /** Frames that were still to be delivered. */
  readonly undelivered: number;
  /** Frames that were lost on the way. */
  readonly lost: number;
  /** How everything did. */
  readonly health: Health;
  /** Why not all was told: a frame broke its schema, and that ends a run. */
  readonly fault?: unknown;
}

/**
 * Tells the outside of a run, as the town's configuration says.
 *
 * @example
 * ```ts ignore
 * const file = "configs/town.yaml";
 * const overrides = ["telemetry.transport={type: file, file_path: out/t.ndjson}"];
 * using simulation = await openTown(file, { overrides });
 * await using telemetry = await Telemetry.open(simulation, { file, app: "1.0" });
 * telemetry.begin();
 * simulation.runFor(1440, () => void telemetry.tick());
 * const { undelivered } = await telemetry.close("complete");
 * ```
 */
export class Telemetry implements AsyncDisposable {
  readonly #simulation: Simulation;
  readonly #view: View;
  readonly #stories: Stories;
  readonly #times: TickTimes;
  readonly #deliveries: readonly Delivery[];
  readonly #producers: readonly Producer[];
  /** Deliveries of metrics. */
  readonly #meters: readonly Delivery[];
  readonly #metrics = new Metrics();
  readonly #settings: TelemetrySettings;
  readonly #faults = new Set<StateChannelName>();
  readonly #hooks: () => readonly HookTally[];
  #export: RunExport | null = null;
  #nonfinite = 0;
  /** When it was last asked how long a tick took, in milliseconds. */
  #askedAt = clock();
  #closed = false;

  private constructor(
    simulation: Simulation,
    options: TelemetryOptions,
    deliveries: readonly Delivery[],
  ) {
    const { town, world, turn } = simulation;
    const { telemetry: settings } = town.config;
    const { onLog = () => {}, hooks = () => [] } = options;
    this.#simulation = simulation;
    this.#deliveries = deliveries;
    this.#meters = deliveries.filter(({ takesFrames }) => !takesFrames);
    this.#settings = settings;
    this.#times = new TickTimes(clock);
    this.#stories = new Stories(
      town,
      world,
      options.stories?.saved,
      options.stories?.where ?? "",
    );
    this.#view = {
      town,
      world,
      turn,
      get policy() {
        return simulation.policy;
      },
      churn: this.#stories.churn,
      health: () => this.health(),
    };
    this.#hooks = hooks;
    this.#producers = deliveries.filter(({ takesFrames }) => takesFrames)
      .map((delivery) =>
        new Producer(town, settings, delivery, {
          onNonfinite: () => this.#nonfinite++,
          onFault: (channel, fault) => {
            if (this.#faults.has(channel)) return;
            this.#faults.add(channel);
            onLog("error", `telemetry of ${channel} failed: ${fault}`);
          },
          now: () => Date.now(),
        })
      );
    if (this.#producers.length > 0 && settings.channels.trace.enabled) {
      turn.trace = true;
    }
  }

  /**
   * Opens the transports of the town's configuration, and starts a thread for
   * each. Nothing is sent yet.
   *
   * @throws {TownletError} for keys and certificates that are of no use
   */
  static async open(
    simulation: Simulation,
    options: TelemetryOptions,
  ): Promise<Telemetry> {
    const { town, world } = simulation;
    const { telemetry: settings } = town.config;
    const deliveries: Delivery[] = [];
    try {
      for (const transport of settings.transports) {
        deliveries.push(
          await openDelivery(transport, {
            settings,
            about: aboutOf(town.config, world.records.seed, options.app),
            sid: streamId(simulation),
            file: options.file,
            startTick: world.tick[0],
            clock,
            onLog: options.onLog ?? (() => {}),
          }),
        );
      }
      const telemetry = new Telemetry(simulation, options, deliveries);
      if (options.exports) {
        telemetry.#export = await RunExport.open(
          options.app,
          telemetry.#exported(),
        );
      }
      return telemetry;
    } catch (error) {
      await Promise.all(deliveries.map((one) => one.close("error")));
      throw error;
    }
  }

  /** Whether anybody is told anything. */
  get isOn(): boolean {
    return this.#deliveries.length > 0;
  }

  /** Whether whoever read the standard output went away. */
  get isClosed(): boolean {
    return this.#deliveries.some(({ outputClosed }) => outputClosed);
  }

  /** Whether a transport has given up. */
  get failed(): boolean {
    const { tick } = this.#simulation.world;
    return this.#deliveries.some((one) =>
      one.health(tick[0]).state === "failed"
    );
  }

  /** What is remembered of stories, to be saved beside the world. */
  save(): Plain {
    return this.#stories.save();
  }

  /** Tells of the state a run begins with, and of what happened before it. */
  begin(events: readonly TownEvent[] = []): void {
    this.#tell(this.#listsOf(events));
  }

  /**
   * Tells of the tick just done.
   *
   * @param ms how long it took, in milliseconds; since this was called last,
   * unless given
   * @returns events of the tick beside those of the turn
   */
  tick(ms: number = this.#sinceLast()): readonly TownEvent[] {
    this.#times.add(ms);
    const { world, turn } = this.#simulation;
    const more = this.#stories.note(world.tick[0], turn.events);
    if (this.#producers.length > 0) {
      const events = more.length === 0
        ? turn.events
        : [...turn.events, ...more];
      const { channels } = this.#settings;
      this.#tell({
        ...this.#listsOf(events),
        narration: channels.narration.enabled
          ? textLists(jsonOf(this.#stories.tell(world, turn)))
          : NO_LISTS,
        console: channels.console.enabled
          ? textLists(jsonOf(turn.results.map(commandElement)))
          : NO_LISTS,
      });
    }
    this.#measure(ms, turn.events);
    return more;
  }

  /** Tells of a tick that failed: of its events, the state is as before. */
  fail(): void {
    this.#times.fail();
    this.#tell(this.#listsOf(this.#simulation.turn.events));
  }

  /** How the run and its telemetry are doing. */
  health(): Health {
    const { town, world } = this.#simulation;
    const tick = world.tick[0];
    return {
      loop: this.#times.state(tick),
      transports: Object.fromEntries(
        this.#deliveries.map((one, i) => [i, one.health(tick)]),
      ),
      world: worldHealth(town, world),
      hooks: hooksHealth(this.#hooks()),
      encode_nonfinite_total: this.#nonfinite,
      validate_failures_total: this.#deliveries.reduce(
        (sum, one) => sum + one.validateFailures,
        0,
      ),
    };
  }

  /**
   * Tells what is left to tell, waits for it to arrive (2 s at most), and ends
   * all threads. Gives how it went, and what kept it from telling all, if
   * anything did.
   */
  async close(
    reason: CloseReason,
    events: readonly TownEvent[] = [],
  ): Promise<TelemetryEnd> {
    this.#closed = true;
    // What is told last must not be what finds no room.
    await Promise.all(this.#deliveries.map((one) => one.drain()));
    let fault: unknown;
    try {
      this.#tell(this.#listsOf(events), true);
      this.#offerMetrics();
    } catch (error) {
      fault = error;
    }
    const ends = await Promise.all(
      this.#deliveries.map((one) => one.close(reason)),
    );
    const health = this.health();
    this.#export?.close(
      this.#exported(),
      reason === "error" ? "a tick failed" : undefined,
    );
    return {
      undelivered: ends.reduce((sum, { undelivered }) => sum + undelivered, 0),
      lost: lostOf(health),
      health,
      ...(fault === undefined ? {} : { fault }),
    };
  }

  /** Ends all threads, if nobody did before: what waits is told first. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) await this.close("error");
  }

  /** Milliseconds since this was asked last. */
  #sinceLast(): number {
    const before = this.#askedAt;
    this.#askedAt = clock();
    return this.#askedAt - before;
  }

  #tell(events: EventLists, isLast = false): void {
    for (const producer of this.#producers) {
      producer.tell(this.#view, events, isLast);
    }
  }

  /** What happened, by channel. */
  #listsOf(events: readonly TownEvent[]): EventLists {
    const { events: told, trace } = this.#settings.channels;
    if (!trace.enabled) {
      if (!told.enabled || events.length === 0) return {};
      return { events: eventLists(events) };
    }
    const actions = events.filter(isTrace);
    const others = events.filter((event) => !isTrace(event));
    return {
      events: told.enabled ? eventLists(others) : NO_LISTS,
      trace: eventLists(actions),
    };
  }

  /** Counts a tick for metrics, and hands them on when it is time. */
  #measure(ms: number, events: readonly TownEvent[]): void {
    if (this.#meters.length === 0 && this.#export === null) return;
    this.#metrics.note(ms, events);
    if (this.#meters.some(({ wantsText }) => wantsText)) this.#offerMetrics();
    const [tick] = this.#simulation.world.tick;
    this.#export?.tick(tick, () => this.#exported());
  }

  #offerMetrics(): void {
    if (this.#meters.length === 0) return;
    const text = prometheusText(this.#allMetrics(this.health()));
    for (const meter of this.#meters) meter.offerText(text);
  }

  #allMetrics(health: Health): readonly Metric[] {
    const all = Object.values(health.transports);
    return this.#metrics.all({
      health,
      frames: this.#deliveries.map((one) =>
        this.#producers.find(({ receiver }) => receiver === one)?.frames ?? {}
      ),
      alerts: {
        telemetry_transport_failed: all.some(({ state }) => state === "failed"),
        telemetry_cert_expiring: all.some(({ cert_expires_in_s: left }) =>
          left !== undefined && 1000 * left < CERTIFICATE_SOON_MS
        ),
      },
    });
  }

  /** The run as the runtime's exporter is told of it. */
  #exported(): ExportedState {
    const health = this.health();
    const { loop: { tick }, world: { agents } } = health;
    return {
      tick,
      agents,
      dropped: lostOf(health),
      metrics: this.#allMetrics(health),
    };
  }
}

function jsonOf(elements: readonly object[]): readonly string[] {
  return elements.map((element) => JSON.stringify(element));
}

/** Frames lost on all ways. */
function lostOf({ transports }: Health): number {
  return Object.values(transports)
    .flatMap(({ dropped }) => Object.values(dropped))
    .reduce((sum, n) => sum + n, 0);
}

const NO_LISTS: readonly EventList[] = [];

/** Milliseconds of a clock that never goes back. */
function clock(): number {
  return performance.now();
}

/** Name of the stream: drawn, or of the town, its seed and its first tick. */
function streamId({ town, world }: Simulation): string {
  if (!town.config.telemetry.deterministic) {
    return randomBytes(16).toString("hex");
  }
  const { seed } = world.records;
  return sha256Hex(`${town.config.config_id}:${seed}:${world.tick[0]}`)
    .slice(0, 32);
}
