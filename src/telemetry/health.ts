/** Health: how the run and what carries its telemetry are doing. @module */
import type { HookTally } from "../security/hooks.ts";
import type { Town } from "../world/town.ts";
import type { World } from "../world/world.ts";

/** State of a transport. */
export type TransportState =
  /** Not asked to do anything yet. */
  | "idle"
  /** Opening a connection or a file. */
  | "connecting"
  /** Ready to write, or writing. */
  | "ready"
  /** Waiting before it tries again. */
  | "backoff"
  /** Given up. */
  | "failed"
  /** Ended. */
  | "stopped";

/** Upper bounds of the flush histogram's buckets, in milliseconds. */
export const FLUSH_BOUNDS_MS: readonly number[] = [
  1,
  2,
  5,
  10,
  25,
  50,
  100,
  250,
  500,
  1000,
  2500,
];

/** How one transport is doing. Counts are since the start of the run. */
export interface TransportHealth {
  /** What it is: `file`, `tcp`, … */
  readonly type: string;
  /** What it is at. */
  readonly state: TransportState;
  /** Whether its worker has shown signs of life lately. */
  readonly worker_alive: boolean;
  /** Times the worker was started again. */
  readonly worker_restarts: number;
  /** How the worker last failed, at most 200 characters. */
  readonly worker_error?: string;
  /** Milliseconds since the last write that went well. */
  readonly last_flush_ok_age_ms?: number;
  /** Tick of the last frame in that write. */
  readonly last_flush_tick?: number;
  /** Ticks done since the last one that was delivered. */
  readonly lag_ticks: number;
  /** Attempts after a failure. */
  readonly retries_total: number;
  /** Writes that failed. */
  readonly send_failures_total: number;
  /** Failures since something last went well. */
  readonly failures_in_a_row: number;
  /** Connections made, or files opened. */
  readonly connects_total: number;
  /** What went wrong last, at most 200 characters. */
  readonly last_error?: string;
  /** Frames that wait. */
  readonly queue_frames: number;
  /** Bytes of them. */
  readonly queue_bytes: number;
  /** The most bytes that ever waited. */
  readonly queue_bytes_peak: number;
  /** Frames written. */
  readonly frames_total: number;
  /** Bytes written. */
  readonly bytes_total: number;
  /** Writes that went well. */
  readonly batches_total: number;
  /** Frames lost by channel. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Ticks whose states were told later, together with those after them. */
  readonly conflated_ticks_total: number;
  /** Milliseconds the town was made to wait. */
  readonly blocked_ms_total: number;
  /** Times of writes. */
  readonly flush_ms: {
    /** Upper bounds, in milliseconds. */
    readonly le: readonly number[];
    /** Writes by bound, and those above all. */
    readonly counts: readonly number[];
    /** Milliseconds of all writes. */
    readonly sum: number;
    /** Writes. */
    readonly count: number;
    /** Milliseconds of the longest one. */
    readonly max: number;
  };
  /** Whether the connection is encrypted. */
  readonly tls: boolean;
  /** Whether frames are signed. */
  readonly signed: boolean;
  /** Whether a network sees them as they are. */
  readonly plaintext: boolean;
  /** Seconds until the certificate of the receiver expires. */
  readonly cert_expires_in_s?: number;
}

/** How a run is doing. */
export interface Health {
  /** The loop of ticks. */
  readonly loop: {
    /** Ticks done since the town began. */
    readonly tick: number;
    /** Whether the last tick could be done. */
    readonly status: "ok" | "error";
    /** Times of the last 500 ticks at most, in milliseconds. */
    readonly tick_ms: {
      readonly last: number;
      readonly p50: number;
      readonly p95: number;
      readonly max: number;
    };
    /** Ticks a second, waiting included. */
    readonly ticks_per_s: number;
    /** Ticks that failed. */
    readonly failures: number;
  };
  /** Transports by their place in the configuration. */
  readonly transports: Readonly<Record<string, TransportHealth>>;
  /** The town. */
  readonly world: {
    readonly perturbations_pending: number;
    readonly perturbations_active: number;
    readonly exit_queue: number;
    readonly agents: number;
    readonly objects: number;
  };
  /** Hooks that are files. */
  readonly hooks: {
    readonly loaded: number;
    readonly rejected: number;
    readonly calls: number;
    readonly faults: number;
    /** What 19 of 20 late calls took at most, in microseconds; the slowest hook's. */
    readonly call_us_p95?: number;
  };
  /** Numbers that JSON cannot write. */
  readonly encode_nonfinite_total: number;
  /** Frames that broke their schema. */
  readonly validate_failures_total: number;
}

/** Ticks whose times are kept. */
const TIMES = 500;

/** Times of the last ticks. */
export class TickTimes {
  readonly #times = new Float64Array(TIMES);
  readonly #sorted = new Float64Array(TIMES);
  readonly #clock: () => number;
  #count = 0;
  #failures = 0;
  #failed = false;
  /** Ticks and time at the last look, for the rate. */
  #seen: { readonly count: number; readonly ms: number };
  #rate = 0;

  /** @param clock milliseconds */
  constructor(clock: () => number) {
    this.#clock = clock;
    this.#seen = { count: 0, ms: clock() };
  }

  /** Notes a tick and how long it took, in milliseconds. */
  add(ms: number): void {
    this.#times[this.#count++ % TIMES] = ms;
    this.#failed = false;
  }

  /** Notes a tick that failed. */
  fail(): void {
    this.#failures++;
    this.#failed = true;
  }

  /** What `health` tells of the loop. */
  state(tick: number): Health["loop"] {
    const kept = Math.min(this.#count, TIMES);
    const sorted = this.#sorted.subarray(0, kept);
    sorted.set(this.#times.subarray(0, kept));
    sorted.sort();
    const at = (share: number) =>
      kept === 0 ? 0 : sorted[Math.ceil(share * kept) - 1];
    const now = this.#clock();
    const { count, ms } = this.#seen;
    if (this.#count > count && now > ms) {
      this.#rate = 1000 * (this.#count - count) / (now - ms);
      this.#seen = { count: this.#count, ms: now };
    }
    return {
      tick,
      status: this.#failed ? "error" : "ok",
      tick_ms: {
        last: kept === 0 ? 0 : this.#times[(this.#count - 1) % TIMES],
        p50: at(0.5),
        p95: at(0.95),
        max: at(1),
      },
      ticks_per_s: this.#rate,
      failures: this.#failures,
    };
  }
}

/** What `health` tells of the town. */
export function worldHealth(
  town: Town,
  { records, population }: World,
): Health["world"] {
  return {
    perturbations_pending: records.pendingEvents.length,
    perturbations_active: records.activeEvents.length,
    exit_queue: records.exitQueue.length,
    agents: population[0],
    objects: town.objectIds.length,
  };
}

/** What `health` tells of hooks that are files. */
export function hooksHealth(tallies: readonly HookTally[]): Health["hooks"] {
  const sum = (of: (tally: HookTally) => number) =>
    tallies.reduce((total, tally) => total + of(tally), 0);
  return {
    loaded: tallies.length,
    // A refused hook ends the program before its first tick.
    rejected: 0,
    calls: sum(({ calls }) => calls),
    faults: sum(({ faults }) => faults),
    ...tallies.some(({ calls }) => calls > 0)
      ? { call_us_p95: 1000 * Math.max(...tallies.map(({ p95Ms }) => p95Ms)) }
      : {},
  };
}
