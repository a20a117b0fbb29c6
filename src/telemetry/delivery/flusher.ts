/**
 * Flusher: signs lines and writes them, as often as it takes.
 *
 * Every new link begins with a hello and with the lines that are not settled,
 * under the numbers they had.
 * @module
 */
import type { TelemetrySettings } from "../../config/telemetry_settings.ts";
import { SignatureChain } from "../../security/signing.ts";
import { lineOf } from "../frame.ts";
import {
  beatText,
  byeText,
  type CloseReason,
  type HelloAbout,
  helloLine,
  tickOf,
} from "./control.ts";
import { Ledger, type Line } from "./ledger.ts";
import type { Batch } from "./outbox.ts";
import { pauseMs } from "./retry.ts";
import { Signal } from "./signal.ts";
import { type Link, type Sink, SinkFault } from "./sink.ts";
import {
  count,
  counter,
  countFlush,
  raiseWord,
  setCounter,
  setFault,
  setState,
  setWord,
  stateOf,
  type Status,
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
  /** The members to write for those of a frame; null for none. */
  readonly checked: (text: string) => string | null;
  /** The key of the stream and its name, or null: nothing is signed. */
  readonly signer:
    | { readonly session: Uint8Array; readonly kid: string }
    | null;
  /** Milliseconds after which an acknowledgement is overdue. */
  readonly ackMs: number;
  /** Milliseconds without a frame after which a beat is written. */
  readonly beatMs: number;
}

/** Milliseconds that a link without acknowledgements lasts if it is any good. */
const PROVEN_MS = 1000;

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
  readonly #ledger: Ledger;
  /** Batches whose frames have no number yet. */
  readonly #inbox: Batch[] = [];
  #link: Link | null = null;
  #openedAt = 0;
  /** Why the link ended by itself. */
  #fault: Error | null = null;
  #chain: SignatureChain | null = null;
  #end: FlusherEnd | null = null;
  /** Tick of the last line. */
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
    this.#ledger = new Ledger(status, options.checked);
    this.#ledger.recall(batches, options.startTick);
    this.#inbox.push(...batches.filter(({ seq }) => seq === null));
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
    this.#openedAt = performance.now();
    link.onAck = (seq) => this.#acknowledge(seq);
    link.ended.then((fault) => {
      if (this.#link !== link) return;
      this.#fault = fault;
      this.#signal.give();
    });
    setCounter(status, "certExpiresMs", link.certExpiresMs ?? 0);
    const lines = [...this.#ledger.lines];
    const next = lines[0]?.seq ?? this.#ledger.next;
    const resumes = lines.length > 0;
    const hello = this.#hello(link, next, this.#nextTick, resumes);
    await this.#put(link, lines, hello);
    count(status, "connects");
    setState(status, "ready");
    if (counter(status, "connects") > 1) raiseWord(status, "keyframes");
  }

  /** Tick of the next frame. */
  get #nextTick(): number {
    const [line] = this.#ledger.lines;
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
    if (frames > 0) await this.#write(link, text, frames);
    this.#ledger.written(!link.acks);
    if (this.#ackDue === Infinity) this.#expectAck();
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
    // Who takes a hello and hangs up has taken nothing.
    if (!link.acks && now - this.#openedAt >= PROVEN_MS) this.#prove();
    setCounter(status, "lastFlushMs", Date.now());
    setCounter(status, "lastFlushTick", this.#tick);
  }

  /** Writes what came. */
  async #flush(): Promise<void> {
    while (this.#inbox.length > 0 && this.#link !== null) {
      if (this.#fault !== null) throw this.#fault;
      const lines = this.#ledger.begin(this.#inbox[0]);
      this.#inbox.shift();
      await this.#put(this.#link, lines);
    }
  }

  #acknowledge(seq: number): void {
    if (!this.#ledger.acknowledge(seq)) return;
    this.#prove();
    this.#expectAck();
  }

  /** Notes that the link works: what failed before it is over. */
  #prove(): void {
    setCounter(this.#status, "failuresInARow", 0);
  }

  /** Sets the time by which more must be acknowledged, if there is more. */
  #expectAck(): void {
    this.#ackDue = this.#ledger.lines.length === 0
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
      if (now >= beatDue) {
        const beat = this.#ledger.add(beatText(this.#tick, Date.now()));
        await this.#put(this.#link, [beat]);
      } else {
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
        last_seq: this.#ledger.next - 1,
        frames: counter(status, "frames"),
        bytes: counter(status, "bytes"),
        dropped: end.dropped,
      }, this.#options.deterministic ? undefined : Date.now());
      await this.#put(link, [this.#ledger.add(text)]);
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
}
