/**
 * Flusher: numbers frames, signs them and writes them, as often as it takes.
 *
 * A line is settled when nobody has to send it again: once it is written, or,
 * where the receiver acknowledges, once it said so. Every new link begins with
 * a hello and with what is not settled, under the numbers it had.
 * @module
 */
import { escapeText } from "../../base/text.ts";
import type {
  ChannelName,
  TelemetrySettings,
} from "../../config/telemetry_settings.ts";
import { SignatureChain } from "../../security/signing.ts";
import { isStateChannel, STATE_CHANNELS } from "../channels.ts";
import { bytesOf, lineOf } from "../frame.ts";
import {
  beatText,
  byeText,
  type CloseReason,
  gapText,
  type HelloAbout,
  helloLine,
  tickOf,
} from "./control.ts";
import type { Batch } from "./outbox.ts";
import { pauseMs } from "./retry.ts";
import { Signal } from "./signal.ts";
import { type Link, type Sink, SinkFault } from "./sink.ts";
import {
  count,
  counter,
  countFlush,
  progress,
  raiseWord,
  readText,
  setCounter,
  setFault,
  setState,
  setText,
  setWord,
  stateOf,
  type Status,
  WORD,
  word,
} from "./status.ts";

/** What is written of a run, and how. */
export interface FlusherOptions {
  /** Name of the stream. */
  readonly sid: string;
  /** What every hello tells. */
  readonly about: HelloAbout;
  /** Whether others see the frames on their way. */
  readonly plaintext: boolean;
  /** Tick before the first frame. */
  readonly startTick: number;
  /** Whether no time is told. */
  readonly deterministic: boolean;
  /** Trying again. */
  readonly retry: TelemetrySettings["retry"];
  /** What happens to frames that break their schema. */
  readonly validate: TelemetrySettings["validate"];
  /** What is wrong with the members of a frame, or null. */
  readonly check: (text: string) => string | null;
  /** The key of the stream and its name, or null: nothing is signed. */
  readonly signer:
    | { readonly session: Uint8Array; readonly kid: string }
    | null;
  /** Milliseconds after which an acknowledgement is overdue. */
  readonly ackMs: number;
  /** Milliseconds without a frame after which a beat is written. */
  readonly beatMs: number;
}

/** A line that may have to be written again. */
interface Line {
  readonly seq: number;
  /** Its members. */
  readonly text: string;
  /** Whether a new file begins with it, and was not begun yet. */
  starts: boolean;
  /** Number of the batch whose last line it is, else 0. */
  ends: number;
}

/** How a run ended. */
export interface FlusherEnd {
  /** How the run ended. */
  readonly reason: CloseReason;
  /** Frames that were lost before they came here. */
  readonly dropped: number;
}

/** Writes what comes, until it is told to end. */
export class Flusher {
  readonly #sink: Sink;
  readonly #status: Status;
  readonly #options: FlusherOptions;
  readonly #signal = new Signal();
  readonly #reported = new Set<string>();
  /** Batches whose frames have no number yet. */
  readonly #inbox: Batch[] = [];
  /** Lines that are not settled. */
  #lines: Line[] = [];
  #link: Link | null = null;
  /** Why the link ended by itself. */
  #fault: Error | null = null;
  #chain: SignatureChain | null = null;
  #end: FlusherEnd | null = null;
  /** Number of the next line. */
  #seq: number;
  /** Number of the last batch whose lines have numbers. */
  #begun = 0;
  #tick: number;
  #writtenAt = performance.now();
  #ackDue = Infinity;

  /** Begins; `batches` are those a worker before this one was given. */
  constructor(
    sink: Sink,
    status: Status,
    options: FlusherOptions,
    batches: readonly Batch[] = [],
  ) {
    this.#sink = sink;
    this.#status = status;
    this.#options = options;
    this.#tick = options.startTick;
    this.#seq = Math.min(
      counter(status, "settledSeq"),
      batches[0]?.seq ?? Infinity,
    );
    for (const batch of batches) {
      if (batch.seq === null) this.#inbox.push(batch);
      else {
        this.#beatUntil(batch.seq);
        this.#number(batch);
      }
    }
    this.#beatUntil(counter(status, "nextSeq"));
  }

  /** Takes a batch. */
  accept(batch: Batch): void {
    this.#inbox.push(batch);
    this.#signal.give();
  }

  /** Ends the run: what was taken and not written is left. */
  stop(end: FlusherEnd): void {
    this.#end = end;
    this.#signal.give();
  }

  /** Writes until it is stopped. */
  async run(): Promise<void> {
    while (this.#link !== null || !this.#isOver) {
      try {
        if (this.#link === null) await this.#connect();
        await this.#flush();
        await this.#rest();
        if (this.#isOver) await this.#finish();
      } catch (error) {
        await this.#drop();
        if (!await this.#mayRetry(error)) break;
      }
    }
    // Who gave up says so until the end.
    while (!this.#isOver) await this.#signal.sleep(Infinity);
    if (stateOf(this.#status) !== "failed") setState(this.#status, "stopped");
  }

  get #isOver(): boolean {
    return this.#end !== null || word(this.#status, "leave") !== 0;
  }

  /** Opens a link and writes its hello, and what is not settled. */
  async #connect(): Promise<void> {
    const status = this.#status;
    setState(status, "connecting");
    const link = await this.#sink.open();
    this.#link = link;
    link.onAck = (seq) => this.#acknowledge(seq);
    link.ended.then((fault) => {
      if (this.#link !== link) return;
      this.#fault = fault;
      this.#signal.give();
    });
    setCounter(status, "certExpiresMs", link.certExpiresMs ?? 0);
    const lines = [...this.#lines];
    const next = lines[0]?.seq ?? this.#seq;
    const resumes = lines.length > 0;
    await this.#put(link, lines, this.#hello(link, next, this.#next, resumes));
    count(status, "connects");
    setState(status, "ready");
    if (counter(status, "connects") > 1) raiseWord(status, "keyframes");
  }

  /** Tick of the next frame. */
  get #next(): number {
    const [line] = this.#lines;
    if (line !== undefined) return tickOf(line.text);
    const [batch] = this.#inbox;
    return batch === undefined ? this.#tick : tickOf(batch.texts[0]);
  }

  /** The first line of a link, with its end. */
  #hello(link: Link, next: number, tick: number, resumes: boolean): string {
    const { sid, about, deterministic, plaintext, signer } = this.#options;
    const conn = counter(this.#status, "nextConn");
    setCounter(this.#status, "nextConn", conn + 1);
    this.#chain = signer === null
      ? null
      : new SignatureChain(signer.session, signer.kid);
    const ts = deterministic ? undefined : Date.now();
    return this.#signed(helloLine({ sid, conn, next, tick, ts }, {
      ...about,
      ...signer === null ? {} : { signed: signer.kid },
      ...resumes ? { resumed: true } : {},
      ...link.nonce === undefined ? {} : { nonce: link.nonce },
      ...plaintext ? { plaintext: true } : {},
    }));
  }

  #signed(line: string): string {
    return `${this.#chain?.sign(line) ?? line}\n`;
  }

  /** Writes lines behind a hello, if there is one; and a new file's hello. */
  async #put(link: Link, lines: readonly Line[], hello = ""): Promise<void> {
    let text = hello;
    let frames = hello === "" ? 0 : 1;
    for (const line of lines) {
      this.#tick = tickOf(line.text);
      if (line.starts && link.rotate !== undefined) {
        if (frames > 0) await this.#write(link, text, frames);
        await link.rotate();
        line.starts = false;
        text = this.#hello(link, line.seq, this.#tick, false);
        frames = 1;
      }
      text += this.#signed(lineOf(line.seq, line));
      frames++;
    }
    await this.#write(link, text, frames);
    setWord(this.#status, "written", this.#begun);
    if (!link.acks) this.#settle(this.#lines.length);
    else if (this.#ackDue === Infinity && this.#lines.length > 0) {
      this.#ackDue = performance.now() + this.#options.ackMs;
    }
  }

  async #write(link: Link, text: string, frames: number): Promise<void> {
    if (word(this.#status, "leave") !== 0) throw new SinkFault("ended");
    const bytes = new TextEncoder().encode(text);
    const before = performance.now();
    await link.write(bytes);
    const now = performance.now();
    this.#writtenAt = now;
    const status = this.#status;
    countFlush(status, now - before);
    count(status, "batches");
    count(status, "frames", frames);
    count(status, "bytes", bytes.length);
    setCounter(status, "failuresInARow", 0);
    setCounter(status, "lastFlushMs", Date.now());
    setCounter(status, "lastFlushTick", this.#tick);
  }

  /** Writes what came. */
  async #flush(): Promise<void> {
    while (this.#inbox.length > 0 && this.#link !== null) {
      if (this.#fault !== null) throw this.#fault;
      const lines = this.#number(this.#inbox[0]);
      this.#inbox.shift();
      if (lines.length > 0) await this.#put(this.#link, lines);
      else this.#settle(0);
    }
  }

  /** Gives the frames of a batch their numbers. */
  #number(batch: Batch): Line[] {
    const lines: Line[] = [];
    const first = this.#seq;
    let starts = false;
    batch.texts.forEach((text, i) => {
      starts ||= batch.starts.includes(i);
      const checked = this.#checked(text);
      if (checked === null) return;
      lines.push({ seq: this.#seq++, text: checked, starts, ends: 0 });
      starts = false;
    });
    if (lines.length > 0) lines[lines.length - 1].ends = batch.id;
    this.#lines.push(...lines);
    this.#begun = batch.id;
    const status = this.#status;
    setCounter(status, "batchSeq", first);
    setWord(status, "begun", batch.id);
    setCounter(status, "nextSeq", this.#seq);
    return lines;
  }

  /** Fills numbers that a worker before this one gave to beats. */
  #beatUntil(seq: number): void {
    while (this.#seq < seq) this.#beat();
  }

  #beat(): Line {
    const text = beatText(this.#tick, Date.now());
    const line = { seq: this.#seq++, text, starts: false, ends: 0 };
    this.#lines.push(line);
    setCounter(this.#status, "nextSeq", this.#seq);
    return line;
  }

  /** Settles the first lines. */
  #settle(lines: number): void {
    let settled = 0;
    for (const line of this.#lines.splice(0, lines)) {
      settled = Math.max(settled, line.ends);
    }
    if (this.#lines.length === 0) settled = this.#begun;
    const status = this.#status;
    setCounter(status, "settledSeq", this.#lines[0]?.seq ?? this.#seq);
    if (settled > 0) setWord(status, "settled", settled);
  }

  #acknowledge(seq: number): void {
    const count = this.#lines.findIndex((line) => line.seq > seq);
    const lines = count < 0 ? this.#lines.length : count;
    if (lines === 0 || seq >= this.#seq) return;
    this.#settle(lines);
    this.#ackDue = this.#lines.length === 0
      ? Infinity
      : performance.now() + this.#options.ackMs;
  }

  /** Waits until there is something to do; says that it is still there. */
  async #rest(): Promise<void> {
    const { deterministic, beatMs } = this.#options;
    while (this.#inbox.length === 0 && !this.#isOver && this.#link !== null) {
      if (this.#fault !== null) throw this.#fault;
      const now = performance.now();
      const beatDue = deterministic ? Infinity : this.#writtenAt + beatMs;
      if (now >= this.#ackDue) {
        throw new SinkFault("timeout: nothing is acknowledged any more");
      }
      if (now >= beatDue) await this.#put(this.#link, [this.#beat()]);
      else {
        await this.#signal.sleep(Math.min(beatDue, this.#ackDue) - now);
      }
    }
  }

  /** Says bye, and closes the link. */
  async #finish(): Promise<void> {
    const link = this.#link;
    const end = this.#end;
    if (link !== null && end !== null) {
      const status = this.#status;
      const text = byeText(this.#tick, {
        reason: end.reason,
        last_seq: this.#seq - 1,
        frames: counter(status, "frames"),
        bytes: counter(status, "bytes"),
        dropped: end.dropped,
      }, this.#options.deterministic ? undefined : Date.now());
      const line = { seq: this.#seq++, text, starts: false, ends: 0 };
      setCounter(status, "nextSeq", this.#seq);
      await this.#put(link, [line]);
    }
    await this.#drop();
  }

  /** Lets go of the link. */
  async #drop(): Promise<void> {
    const link = this.#link;
    this.#link = null;
    this.#fault = null;
    this.#chain = null;
    this.#ackDue = Infinity;
    try {
      await link?.close();
    } catch {
      // It is given up for a reason that counts more.
    }
  }

  /** Notes a failure and waits; false when there is no use in going on. */
  async #mayRetry(error: unknown): Promise<boolean> {
    const status = this.#status;
    const { retry } = this.#options;
    setFault(status, error);
    const failures = counter(status, "failuresInARow");
    const { unread = false, retryAfterMs = 0 } = error instanceof SinkFault
      ? error
      : {};
    if (unread) {
      setState(status, "stopped");
      setWord(status, "unread", 1);
      return false;
    }
    if (retry.give_up_after > 0 && failures >= retry.give_up_after) {
      setState(status, "failed");
      return false;
    }
    setState(status, "backoff");
    const pause = pauseMs(retry, failures, Math.random);
    const until = performance.now() + Math.max(pause, retryAfterMs);
    for (let now = 0; now < until && !this.#isOver;) {
      now = performance.now();
      await this.#signal.sleep(until - now);
    }
    if (!this.#isOver) count(status, "retries");
    return true;
  }

  /** The members of a frame, or of what goes in its place; null for nothing. */
  #checked(text: string): string | null {
    const { validate, check } = this.#options;
    if (validate === "off" || text.startsWith('"ch":"meta"')) return text;
    const wrong = check(text);
    if (wrong === null) return text;
    const status = this.#status;
    count(status, "validateFailures");
    const frame: {
      readonly ch: ChannelName;
      readonly t: number;
      readonly d: readonly unknown[];
    } = JSON.parse(`{${text}}`);
    this.#report(frame.ch, wrong);
    if (validate === "warn") return text;
    if (validate === "fail") setWord(status, "broken", 1);
    if (!isStateChannel(frame.ch)) {
      return gapText(frame.ch, "encode_error", {
        dropped: frame.d.length,
        bytes: bytesOf(text),
        from: frame.t,
        to: frame.t,
      }, frame.t);
    }
    Atomics.or(
      status.words,
      WORD.withheld,
      1 << STATE_CHANNELS.indexOf(frame.ch),
    );
    progress(status);
    return null;
  }

  /** Tells what is wrong with a channel, once. */
  #report(channel: ChannelName, wrong: string): void {
    if (this.#reported.has(channel)) return;
    this.#reported.add(channel);
    const before = readText(this.#status, "invalid");
    const text = escapeText(`${channel} ${wrong}`);
    setText(
      this.#status,
      "invalid",
      before === "" ? text : `${before}; ${text}`,
    );
    progress(this.#status);
  }
}
