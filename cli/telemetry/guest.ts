/** A producer that is connected: its lines are checked, kept and acknowledged. @module */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import {
  type Connection,
  ConnectionError,
  type OnData,
  splitLines,
} from "../../src/security/connection.ts";
import { openStream } from "../../src/security/paths.ts";
import { LINE_BYTES_MAX } from "../../src/telemetry/frame.ts";
import type { StreamCheck } from "../../src/telemetry/reader/check.ts";
import type { HelloFrame } from "../../src/telemetry/reader/envelope.ts";

/** Frames after which an acknowledgement does not wait for its turn. */
const ACK_FRAMES = 256;

/** Milliseconds that a producer has to take a line of ours. */
const WRITE_MS = 2000;

/** The end of a line. */
const NEWLINE = Buffer.from("\n");

/** Why a producer is turned away. */
export class Refusal extends ConnectionError {
  /** The reason as a word, for counting. */
  readonly reason: string;

  /** Says why: a word, and a sentence whose subject is the producer. */
  constructor(reason: string, message: string, cause?: unknown) {
    super("closed", message, cause);
    this.reason = reason;
  }
}

/** What a collector does with a producer. */
export interface GuestOptions {
  /** Folder of the files. */
  readonly folder: string;
  /** Checks its lines. */
  readonly check: StreamCheck;
  /** Whether frames are acknowledged. */
  readonly ack: boolean;
  /** Told of its first line, before it is kept. */
  readonly onHello: (hello: HelloFrame) => Promise<void>;
}

/** A producer that is connected. */
export class Guest {
  /** Its first line, or null: it has not come yet. */
  hello: HelloFrame | null = null;
  /** Why it said goodbye, or null: it has not. */
  bye: string | null = null;
  /** Frames that were kept. */
  frames = 0;
  /** Frames among them that had been received before. */
  duplicates = 0;
  /** Bytes that were kept. */
  bytes = 0;
  /** When it was heard last, in milliseconds of `performance.now()`. */
  heardAt: number = performance.now();
  readonly #connection: Connection;
  readonly #options: GuestOptions;
  readonly #split: OnData;
  #file: Deno.FsFile | null = null;
  /** Lines that were checked and are not written yet. */
  #lines: Uint8Array[] = [];
  /** How many of them had been received before. */
  #again = 0;
  /** Number of the last frame that was checked. */
  #checked = -1;
  /** Number of the last frame that was written. */
  #written = -1;
  /** Number of the last frame that was acknowledged. */
  #acked = -1;

  /** Begins with nothing heard. */
  constructor(connection: Connection, options: GuestOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#split = splitLines(LINE_BYTES_MAX, (line) => this.#take(line));
  }

  /** Takes bytes as they come. What was good of them is kept in any case. */
  readonly receive: OnData = async (piece) => {
    try {
      try {
        await this.#split(piece);
      } finally {
        await this.#flush();
      }
    } catch (error) {
      if (error instanceof Refusal) throw error;
      if (error instanceof ConnectionError) {
        throw new Refusal("too_long", "sends a line of more than 1 MiB", error);
      }
      const what = error instanceof Error ? error.message : String(error);
      throw new Refusal("file", `cannot be kept: ${what}`, error);
    }
  };

  /** Says a line. Who does not take it is given up. */
  say(line: Readonly<Record<string, unknown>>): void {
    // Its end is told by the connection.
    this.#connection.write(`${JSON.stringify(line)}\n`, WRITE_MS)
      .catch(() => {});
  }

  /** Acknowledges what was written since the last time. */
  acknowledge(): void {
    if (!this.#options.ack || this.#written <= this.#acked) return;
    this.#acked = this.#written;
    this.say({ v: 1, ack: this.#written });
  }

  /** Ends its file; what was written has reached the disk then. */
  async end(): Promise<void> {
    await this.#file?.sync();
    this.#file?.close();
    this.#file = null;
  }

  async #take(line: Uint8Array): Promise<void> {
    this.heardAt = performance.now();
    const verdict = this.#options.check.accept(line);
    if (verdict.kind === "fault") {
      throw new Refusal(verdict.fault, `a line ${verdict.message}`);
    }
    const { frame } = verdict;
    if (frame.kind === "hello") await this.#begin(frame);
    else {
      this.#checked = frame.seq;
      if (verdict.kind === "duplicate") this.#again++;
      if (frame.kind === "bye") this.bye = String(frame.payload.reason);
    }
    this.#lines.push(line);
  }

  async #begin(hello: HelloFrame): Promise<void> {
    if (this.hello !== null) {
      throw new Refusal("hello_twice", "says hello twice");
    }
    const name = `${hello.sid}.${hello.conn}.ndjson`;
    await this.#options.onHello(hello);
    this.#file = await openStream(join(this.#options.folder, name), {
      what: "recording",
      isKind: null,
      append: false,
    });
    this.hello = hello;
  }

  async #flush(): Promise<void> {
    const file = this.#file;
    if (file === null || this.#lines.length === 0) return;
    const lines = this.#lines;
    const bytes = Buffer.concat(lines.flatMap((one) => [one, NEWLINE]));
    this.#lines = [];
    for (let from = 0; from < bytes.length;) {
      from += await file.write(bytes.subarray(from));
    }
    this.frames += lines.length;
    this.duplicates += this.#again;
    this.#again = 0;
    this.bytes += bytes.length;
    this.#written = this.#checked;
    const isMuch = this.#written - this.#acked >= ACK_FRAMES;
    if (isMuch || this.bye !== null) this.acknowledge();
  }
}
