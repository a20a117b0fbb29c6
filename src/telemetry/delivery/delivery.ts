/**
 * Delivery: what a town hands its frames to.
 *
 * Between two ticks a town leaves frames here and looks at shared memory. It
 * never waits, unless the configuration says so.
 * @module
 */
import { fileURLToPath } from "node:url";
import { EXIT, TownletError } from "../../base/error.ts";
import type { TelemetrySettings } from "../../config/telemetry_settings.ts";
import type { Transport } from "../../config/transport.ts";
import { keyFromEnv } from "../../security/key_files.ts";
import { checkWay, explainFileError } from "../../security/paths.ts";
import { CODE_FOLDER } from "../../security/permissions.ts";
import type { Body } from "../frame.ts";
import type { TransportHealth } from "../health.ts";
import type { Order } from "../producer.ts";
import type { CloseReason, HelloAbout } from "./control.ts";
import { FrameDelivery } from "./frame_delivery.ts";
import { MetricsDelivery } from "./metrics_delivery.ts";
import { placeOf } from "./notices.ts";
import { Outbox } from "./outbox.ts";
import { signingKey, workerPermissions } from "./permissions.ts";
import { kindOf } from "./sinks/file_sink.ts";
import { Supervisor } from "./supervisor.ts";

export type { CloseReason, HelloAbout };

/** Carries frames, or metrics, to one place. */
export interface Delivery {
  /** Whether it takes frames; else it takes metrics. */
  readonly takesFrames: boolean;
  /** Whether nobody reads the standard output any more. */
  readonly outputClosed: boolean;
  /** Frames that broke their schema. */
  readonly validateFailures: number;
  /** Whether it is time for new metrics. */
  readonly wantsText: boolean;
  /**
   * Begins a tick's frames.
   *
   * @throws {TownletError} when a frame broke its schema and that is to end
   * the run
   */
  begin(tick: number): Order;
  /** Takes a frame; false when it is lost at once. */
  offer(body: Body): boolean;
  /** Ends a tick's frames. */
  end(tick: number): void;
  /** Takes metrics, in place of those before. */
  offerText(text: string): void;
  /** How it is doing; waits for nothing. */
  health(tick: number): TransportHealth;
  /**
   * Begins the end: delivers what waits, for 2 s at most, so that there is room
   * for the last frames.
   */
  drain(): Promise<void>;
  /**
   * Delivers what waits, for 2 s at most (as long as it takes where frames are
   * deterministic), and ends its thread. Gives the frames that are left.
   */
  close(reason: CloseReason): Promise<{ readonly undelivered: number }>;
}

/** What a delivery is told of the run. */
export interface DeliveryOptions {
  /** How frames are sent. */
  readonly settings: TelemetrySettings;
  /** What every hello tells. */
  readonly about: HelloAbout;
  /** Name of the stream, 32 digits of hex. */
  readonly sid: string;
  /** Path of the town file: certificates and keys are relative to it. */
  readonly file: string;
  /** Tick before the first frame. */
  readonly startTick: number;
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
  /** Told what people should know. */
  readonly onLog: (level: "info" | "warn" | "error", text: string) => void;
  /** Starts the thread that writes; this package's own unless given. */
  readonly openWorker?: () => Worker;
}

/**
 * Opens a delivery, and starts its thread. Files are opened; connections are
 * made later, as often as it takes.
 *
 * @throws {TownletError} for keys, certificates and files that are of no use
 */
export async function openDelivery(
  transport: Transport,
  options: DeliveryOptions,
): Promise<Delivery> {
  const { settings, about, sid, file, startTick, clock, onLog } = options;
  const { openWorker = () => openWriter(transport, settings, file) } = options;
  await checkFolder(transport);
  const variable = signingKey(settings)?.env ?? null;
  const key = variable === null ? null : keyFromEnv(variable);
  const outbox = new Outbox({
    ...settings.buffer,
    dropsStates: settings.backpressure === "drop_oldest",
  });
  const supervisor = new Supervisor({
    openWorker,
    start: () => ({
      kind: "start",
      transport,
      settings,
      about,
      sid,
      file,
      key,
      startTick,
      batches: outbox.handed,
    }),
    restartLimit: settings.worker.restart_limit,
    stallMs: settings.worker.stall_ms,
    clock,
  });
  const { bytes, notes } = await supervisor.start();
  for (const note of notes) onLog("warn", note);
  const parts = { transport, settings, supervisor, bytes, clock, onLog };
  return transport.type === "prometheus"
    ? new MetricsDelivery(parts)
    : new FrameDelivery(parts, outbox, startTick);
}

/** Refuses links on the way to a file: the worker may not look that far. */
async function checkFolder(transport: Transport): Promise<void> {
  if (!("file_path" in transport)) return;
  const { file_path } = transport;
  const kind = kindOf(file_path);
  try {
    await checkWay(file_path, kind);
  } catch (error) {
    throw explainFileError(error, "write", file_path, kind.what);
  }
}

/** Starts the thread that writes, with no more than it needs (rule R5). */
function openWriter(
  transport: Transport,
  settings: TelemetrySettings,
  file: string,
): Worker {
  checkReadable(WORKER);
  try {
    return new Worker(WORKER, {
      type: "module",
      name: "townlet-telemetry",
      deno: { permissions: workerPermissions(transport, settings, file) },
    });
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotCapable)) throw cause;
    throw new TownletError("This process may not send its telemetry there", {
      code: "telemetry.permission",
      where: placeOf(transport),
      hint: "Grant what perms prints for this run",
      exit: EXIT.refused,
      cause,
    });
  }
}

/** The code of the thread that writes. */
const WORKER = new URL("./worker.ts", import.meta.url);

/**
 * Refuses to start a thread whose code this process may not read: the runtime
 * would say so in its own words. What is in a binary may always be read.
 */
function checkReadable(module: URL): void {
  if (Deno.build.standalone || module.protocol !== "file:") return;
  const path = fileURLToPath(module);
  const { state } = Deno.permissions.querySync({ name: "read", path });
  if (state === "granted") return;
  const message = "This process may not read the code that sends telemetry";
  throw new TownletError(message, {
    code: "telemetry.permission",
    where: CODE_FOLDER,
    hint: `Grant --allow-read=${CODE_FOLDER}`,
    exit: EXIT.refused,
    cause: new Deno.errors.NotCapable(message),
  });
}
