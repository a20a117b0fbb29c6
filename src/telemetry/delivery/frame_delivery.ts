/** Frames on their way to one place. @module */
import { EXIT, TownletError } from "../../base/error.ts";
import type { TelemetrySettings } from "../../config/telemetry_settings.ts";
import type { Transport } from "../../config/transport.ts";
import { STATE_CHANNELS, type StateChannelName } from "../channels.ts";
import type { Body } from "../frame.ts";
import type { TransportHealth } from "../health.ts";
import type { Order } from "../producer.ts";
import type { CloseReason } from "./control.ts";
import type { Delivery } from "./delivery.ts";
import { Notices } from "./notices.ts";
import type { Outbox } from "./outbox.ts";
import { workerHealth } from "./report.ts";
import { counter, readText, stateOf, WORD, word } from "./status.ts";
import type { Supervisor } from "./supervisor.ts";

/** What a delivery is made of. */
export interface DeliveryParts {
  /** Where it writes. */
  readonly transport: Transport;
  /** How. */
  readonly settings: TelemetrySettings;
  /** Who writes. */
  readonly supervisor: Supervisor;
  /** Bytes of the file that it adds to. */
  readonly bytes: number;
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
  /** Told what people should know. */
  readonly onLog: (level: "info" | "warn" | "error", text: string) => void;
}

/** Milliseconds that closing waits for frames to arrive. */
const CLOSE_MS = 2000;

/** Milliseconds that closing waits for the last frames, at least. */
const BYE_MS = 500;

/** Milliseconds after which who waits looks whether the worker lives. */
const LOOK_MS = 100;

/** Bytes of a line that are not of its body, its number being six digits. */
const ENVELOPE_BYTES = 22;

/** Bytes of a signature, its key's name being two characters. */
const SIGNATURE_BYTES = 55;

/** No status says this; it makes what is there be read again. */
const UNSEEN = -0x80000000;

const NO_CHANNELS: readonly StateChannelName[] = [];

/** Carries frames to one place. */
export class FrameDelivery implements Delivery {
  /** It takes frames. */
  readonly takesFrames = true;
  /** It takes no metrics. */
  readonly wantsText = false;
  readonly #parts: DeliveryParts;
  readonly #outbox: Outbox;
  readonly #notices: Notices;
  readonly #timer: ReturnType<typeof setInterval>;
  #tick = 0;
  #wantsKeyframes = true;
  #withheld = 0;
  /** Words of the status, as they were seen last. */
  #progress = UNSEEN;
  #keyframes = 0;
  /** Tick of the last frame that was written. */
  #deliveredTick: number;
  /** Tick and time since when something waits. */
  #waitsTick = 0;
  #waitsAt = 0;
  #conflated = 0;
  #blockedMs = 0;
  /** Milliseconds of waiting that this tick has left. */
  #patienceMs = 0;
  #fileBytes: number;
  /** Whether there are states with which a file may begin. */
  readonly #tellsStates: boolean;
  #isBroken = false;
  /** When closing stops to wait, once it has begun. */
  #end: number | null = null;
  #closed = false;

  /** Takes frames from now on. */
  constructor(parts: DeliveryParts, outbox: Outbox, startTick: number) {
    this.#parts = parts;
    this.#outbox = outbox;
    this.#notices = new Notices(parts.transport, parts.onLog);
    this.#deliveredTick = startTick;
    this.#fileBytes = parts.bytes;
    const { channels, deterministic } = parts.settings;
    this.#tellsStates = STATE_CHANNELS.some((name) =>
      channels[name].enabled && !(deterministic && name === "health")
    );
    // Between ticks that are far apart, too, what waits goes out.
    const { flush_ms } = parts.settings.buffer;
    this.#timer = setInterval(() => this.#turn(), flush_ms);
  }

  /** Whether nobody reads the standard output any more. */
  get outputClosed(): boolean {
    return word(this.#parts.supervisor.status, "unread") !== 0;
  }

  /** Frames that broke their schema. */
  get validateFailures(): number {
    return counter(this.#parts.supervisor.status, "validateFailures");
  }

  /** Begins a tick's frames. */
  begin(tick: number): Order {
    this.#tick = tick;
    this.#look();
    const { settings, supervisor } = this.#parts;
    const outbox = this.#outbox;
    if (!this.#isBroken && word(supervisor.status, "broken") !== 0) {
      this.#isBroken = true;
      throw new TownletError(
        `Telemetry breaks its schema: ${
          readText(supervisor.status, "invalid")
        }`,
        {
          code: "telemetry.invalid",
          hint: "Set telemetry.validate to warn, and report it",
          exit: EXIT.failed,
        },
      );
    }
    this.#patienceMs = settings.deterministic
      ? Infinity
      : settings.backpressure === "block"
      ? settings.block_timeout_ms
      : 0;
    if (outbox.isHigh) this.#wait(() => !outbox.isHigh);
    const holds = settings.backpressure !== "drop_oldest" &&
      !settings.deterministic && outbox.updateHold();
    if (holds) this.#conflated++;
    const keyframes = this.#wantsKeyframes || this.#isFull;
    this.#wantsKeyframes = false;
    return {
      hold: holds || this.#isOver,
      keyframes,
      keyframesOf: this.#touched(),
    };
  }

  /** Takes a frame; false when it is lost at once. */
  offer(body: Body): boolean {
    const outbox = this.#outbox;
    if (this.#isOver || this.#closed) {
      outbox.refuse(body);
      return false;
    }
    if (outbox.isPossible(body) && !outbox.hasRoom(body)) {
      this.#wait(() => outbox.hasRoom(body));
    }
    if (!outbox.hasMore) {
      this.#waitsTick = body.tick;
      this.#waitsAt = this.#parts.clock();
    }
    const starts = this.#isFull && (body.starts || !this.#tellsStates);
    if (starts) this.#fileBytes = 0;
    this.#fileBytes += body.bytes + ENVELOPE_BYTES + this.#signatureBytes;
    body.starts = starts;
    return outbox.offer(body);
  }

  /** Ends a tick's frames. */
  end(tick: number): void {
    this.#tick = tick;
    this.#read();
    if (this.#isDue) this.#handOver();
  }

  /** Takes no metrics. */
  offerText(): void {}

  /** How it is doing. */
  health(tick: number): TransportHealth {
    const outbox = this.#outbox;
    return {
      ...workerHealth(this.#parts),
      lag_ticks: outbox.frames === 0 ? 0 : tick - this.#deliveredTick,
      queue_frames: outbox.frames,
      queue_bytes: outbox.bytes,
      queue_bytes_peak: outbox.bytesPeak,
      dropped: Object.fromEntries(outbox.dropped),
      conflated_ticks_total: this.#conflated,
      blocked_ms_total: this.#blockedMs,
    };
  }

  /** Delivers what waits, so that there is room for the last frames. */
  async drain(): Promise<void> {
    const { settings, clock } = this.#parts;
    this.#end = clock() + (settings.deterministic ? Infinity : CLOSE_MS);
    await this.#until(() => this.#isEmpty, this.#end);
  }

  /** Delivers what waits, and ends. */
  async close(reason: CloseReason): Promise<{ readonly undelivered: number }> {
    const { supervisor, clock } = this.#parts;
    const outbox = this.#outbox;
    if (!this.#closed) {
      this.#closed = true;
      clearInterval(this.#timer);
      if (this.#end === null) await this.drain();
      const end = Math.max(this.#end ?? 0, clock() + BYE_MS);
      await this.#until(() => this.#isEmpty, end);
      const dropped = [...outbox.dropped.values()].reduce((a, b) => a + b, 0);
      supervisor.post({ kind: "stop", end: { reason, dropped } });
      const isStopped = () => stateOf(supervisor.status) === "stopped";
      await this.#until(isStopped, Math.max(end, clock() + BYE_MS));
      supervisor.end();
    }
    return { undelivered: outbox.frames };
  }

  /** Whether all that was taken has arrived. */
  get #isEmpty(): boolean {
    return this.#outbox.frames === 0 && !this.#outbox.hasMore;
  }

  /** Whether nothing is written any more. */
  get #isOver(): boolean {
    const { supervisor } = this.#parts;
    if (supervisor.failed) return true;
    const state = stateOf(supervisor.status);
    return state === "failed" || state === "stopped";
  }

  /** Whether the file has as many bytes as it should have. */
  get #isFull(): boolean {
    const { transport } = this.#parts;
    if (transport.type !== "file" || transport.file.max_bytes === 0) {
      return false;
    }
    return this.#fileBytes >= transport.file.max_bytes;
  }

  get #signatureBytes(): number {
    const { sign } = this.#parts.settings;
    return sign.keys.some(({ use }) => use === "sign") ? SIGNATURE_BYTES : 0;
  }

  /** Whether no batch is being written. */
  get #isFree(): boolean {
    return this.#outbox.handed.at(-1)?.isWritten ?? true;
  }

  /** Whether it is time to hand over what waits. */
  get #isDue(): boolean {
    const { settings, clock } = this.#parts;
    const outbox = this.#outbox;
    const { flush_ms, flush_ticks } = settings.buffer;
    return outbox.hasMore && (outbox.fillsBatch || outbox.isHigh ||
      this.#tick - this.#waitsTick >= flush_ticks ||
      clock() - this.#waitsAt >= flush_ms);
  }

  /** Hands over what waits, if nobody is busy with what was handed before. */
  #handOver(): void {
    const { supervisor, clock } = this.#parts;
    if (!this.#isFree || this.#isOver) return;
    const batch = this.#outbox.take();
    if (batch === null) return;
    this.#waitsTick = this.#tick;
    this.#waitsAt = clock();
    supervisor.post({ kind: "batch", batch });
  }

  #turn(): void {
    this.#look();
    if (this.#isDue) this.#handOver();
  }

  /**
   * Waits for room, for as long as this tick may; then the next one waits
   * again.
   */
  #wait(isDone: () => boolean): void {
    if (this.#patienceMs <= 0) return;
    const { supervisor, clock } = this.#parts;
    const from = clock();
    while (!isDone() && !this.#isOver) {
      this.#handOver();
      const left = from + this.#patienceMs - clock();
      if (left <= 0) break;
      const { words } = supervisor.status;
      const ms = Math.min(left, LOOK_MS);
      Atomics.wait(words, WORD.progress, this.#progress, ms);
      this.#look();
    }
    const waited = clock() - from;
    this.#blockedMs += waited;
    this.#patienceMs -= waited;
  }

  /** Waits, and lets the event loop turn; hands over what waits meanwhile. */
  async #until(isDone: () => boolean, end: number): Promise<void> {
    const { supervisor, clock } = this.#parts;
    while (true) {
      this.#look();
      const left = end - clock();
      if (isDone() || this.#isOver || left <= 0) return;
      this.#handOver();
      const { words } = supervisor.status;
      const ms = Math.min(left, LOOK_MS);
      await Atomics.waitAsync(words, WORD.progress, this.#progress, ms).value;
    }
  }

  /** Takes note of what the worker has done, and replaces one that failed. */
  #look(): void {
    this.#read();
    if (this.#isOver) return;
    const { supervisor } = this.#parts;
    const fault = supervisor.fault();
    if (fault === null) return;
    // What it did until now counts, what it still does no more.
    this.#progress = UNSEEN;
    this.#read();
    for (const batch of this.#outbox.handed) batch.isWritten = false;
    supervisor.replace(fault);
    this.#progress = UNSEEN;
    this.#keyframes = 0;
    this.#notices.replaced(supervisor.failed, fault);
  }

  /** Reads the status, if there is something new. */
  #read(): void {
    const { status } = this.#parts.supervisor;
    const progress = word(status, "progress");
    if (progress === this.#progress) return;
    this.#progress = progress;
    const begun = word(status, "begun");
    const written = word(status, "written");
    for (const batch of this.#outbox.handed) {
      if (batch.id === begun) batch.seq ??= counter(status, "batchSeq");
      if (batch.isWritten || batch.id > written) continue;
      batch.isWritten = true;
      this.#deliveredTick = batch.tick;
    }
    this.#outbox.settle(word(status, "settled"));
    const keyframes = word(status, "keyframes");
    if (keyframes !== this.#keyframes) this.#wantsKeyframes = true;
    this.#keyframes = keyframes;
    this.#withheld |= Atomics.exchange(status.words, WORD.withheld, 0);
    this.#notices.read(status);
  }

  /** Channels of states that must be told whole. */
  #touched(): readonly StateChannelName[] {
    const lost = this.#outbox.takeTouched();
    const withheld = this.#withheld;
    if (withheld === 0 && lost.length === 0) return NO_CHANNELS;
    this.#withheld = 0;
    return STATE_CHANNELS.filter((name, i) =>
      (withheld & 1 << i) !== 0 || lost.includes(name)
    );
  }
}
