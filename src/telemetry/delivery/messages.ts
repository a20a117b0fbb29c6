/** What is said between a town and the worker that writes. @module */
import type { TelemetrySettings } from "../../config/telemetry_settings.ts";
import type { Transport } from "../../config/transport.ts";
import type { HelloAbout } from "./control.ts";
import type { FlusherEnd } from "./flusher.ts";
import type { Batch } from "./outbox.ts";

/** What a worker is told first. */
export interface WorkerStart {
  /** Says that it is that. */
  readonly kind: "start";
  /** Memory of its status. */
  readonly status: SharedArrayBuffer;
  /** Where it writes. */
  readonly transport: Transport;
  /** How. */
  readonly settings: TelemetrySettings;
  /** What every hello tells. */
  readonly about: HelloAbout;
  /** Name of the stream. */
  readonly sid: string;
  /** Path of the town file: certificates and keys are relative to it. */
  readonly file: string;
  /** The key that signs, if it came from a variable. */
  readonly key: Uint8Array | null;
  /** Tick before the first frame. */
  readonly startTick: number;
  /** Whether no worker was there before it. */
  readonly isFirst: boolean;
  /** Batches that the one before did not settle. */
  readonly batches: readonly Batch[];
}

/** What a worker is told. */
export type ToWorker =
  | WorkerStart
  /** Frames to write. */
  | { readonly kind: "batch"; readonly batch: Batch }
  /** Metrics to write, and their number. */
  | { readonly kind: "metrics"; readonly id: number; readonly text: string }
  /** To end. */
  | { readonly kind: "stop"; readonly end: FlusherEnd };

/** What a worker says once it could start, or could not. */
export type FromWorker =
  | {
    readonly kind: "ready";
    /** Bytes of the file it adds to. */
    readonly bytes: number;
    /** What people should know. */
    readonly notes: readonly string[];
  }
  | {
    readonly kind: "refused";
    /** What a TownletError has. */
    readonly message: string;
    readonly code: string;
    readonly where?: string;
    readonly hint?: string;
    readonly exit: number;
  };
