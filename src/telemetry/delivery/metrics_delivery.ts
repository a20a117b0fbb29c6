/** Metrics on their way to a file. @module */
import type { TransportHealth } from "../health.ts";
import type { Order } from "../producer.ts";
import type { CloseReason } from "./control.ts";
import type { Delivery } from "./delivery.ts";
import type { DeliveryParts } from "./frame_delivery.ts";
import { Notices } from "./notices.ts";
import { workerHealth } from "./report.ts";
import { stateOf, WORD, word } from "./status.ts";

/** Milliseconds between two files. */
const EVERY_MS = 1000;

/** Milliseconds that closing waits for the last file. */
const CLOSE_MS = 2000;

/** Milliseconds after which who waits looks whether the worker lives. */
const LOOK_MS = 100;

/** Carries metrics to one file, the latest there are. */
export class MetricsDelivery implements Delivery {
  /** It takes no frames. */
  readonly takesFrames = false;
  /** It is no standard output. */
  readonly outputClosed = false;
  /** It takes no frames. */
  readonly validateFailures = 0;
  readonly #parts: DeliveryParts;
  readonly #notices: Notices;
  #id = 0;
  #last = "";
  #at = -Infinity;
  #closed = false;

  /** Takes metrics from now on. */
  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.#notices = new Notices(parts.transport, parts.onLog);
  }

  /** Whether a second has gone by, and the worker is not busy. */
  get wantsText(): boolean {
    this.#look();
    return this.#isFree && this.#parts.clock() - this.#at >= EVERY_MS;
  }

  /** Begins nothing: no frames are taken. */
  begin(): Order {
    return { hold: true, keyframes: false, keyframesOf: [] };
  }

  /** Takes no frame. */
  offer(): boolean {
    return false;
  }

  /** Ends nothing. */
  end(): void {}

  /** Takes metrics, in place of those before. */
  offerText(text: string): void {
    this.#at = this.#parts.clock();
    this.#last = text;
    this.#post();
  }

  /** How it is doing. */
  health(): TransportHealth {
    return {
      ...workerHealth(this.#parts),
      lag_ticks: 0,
      queue_frames: 0,
      queue_bytes: 0,
      queue_bytes_peak: 0,
      dropped: {},
      conflated_ticks_total: 0,
      blocked_ms_total: 0,
    };
  }

  /** There is always room for the last metrics. */
  drain(): Promise<void> {
    return Promise.resolve();
  }

  /** Waits for the last file, and ends. */
  async close(reason: CloseReason): Promise<{ readonly undelivered: number }> {
    const { supervisor, clock } = this.#parts;
    if (!this.#closed) {
      this.#closed = true;
      supervisor.post({ kind: "stop", end: { reason, dropped: 0 } });
      const end = clock() + CLOSE_MS;
      while (!this.#isOver && clock() < end) {
        this.#look();
        const { words } = supervisor.status;
        const seen = Atomics.load(words, WORD.progress);
        if (this.#isOver) break;
        await Atomics.waitAsync(words, WORD.progress, seen, LOOK_MS).value;
      }
      supervisor.end();
    }
    return { undelivered: 0 };
  }

  get #isFree(): boolean {
    return word(this.#parts.supervisor.status, "written") === this.#id;
  }

  get #isOver(): boolean {
    const { supervisor } = this.#parts;
    return supervisor.failed || stateOf(supervisor.status) === "stopped";
  }

  #post(): void {
    const text = this.#last;
    this.#parts.supervisor.post({ kind: "metrics", id: ++this.#id, text });
  }

  /** Replaces a worker that failed. */
  #look(): void {
    if (this.#isOver) return;
    const { supervisor } = this.#parts;
    this.#notices.read(supervisor.status);
    const fault = supervisor.fault();
    if (fault === null) return;
    supervisor.replace(fault);
    this.#notices.replaced(supervisor.failed, fault);
    if (this.#last !== "" && !supervisor.failed) this.#post();
  }
}
