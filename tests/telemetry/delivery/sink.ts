/** A sink in memory that fails when it is told to. @module */
import {
  type Link,
  type Sink,
  SinkFault,
} from "../../../src/telemetry/delivery/sink.ts";

/** What a sink does with a call: true for its work, else it fails. */
export interface MemorySinkOptions {
  /** Whether it opens; it does unless given. */
  readonly opens?: () => boolean;
  /** Bytes of a write that arrive before it fails, null: all, and it does not. */
  readonly cuts?: (bytes: number) => number | null;
  /** Whether it acknowledges; it does not unless given. */
  readonly acks?: boolean;
  /** What it wants repeated. */
  readonly nonce?: string;
}

/** Keeps what is written. */
export class MemorySink implements Sink {
  /** What arrived over each link. */
  readonly links: string[] = [];
  /** The link there is. */
  link: Link | null = null;
  /** Ends the link there is. */
  end: (fault: Error) => void = () => {};
  /** Calls of `open`, failed ones too. */
  opens = 0;
  /** Calls of `write` that failed. */
  failures = 0;
  readonly #options: MemorySinkOptions;

  constructor(options: MemorySinkOptions = {}) {
    this.#options = options;
  }

  /** All that arrived. */
  get text(): string {
    // What a link cut short is no line.
    return this.links.map((text) => text.slice(0, text.lastIndexOf("\n") + 1))
      .join("");
  }

  open(): Promise<Link> {
    this.opens++;
    const { opens, cuts = () => null, acks = false, nonce } = this.#options;
    if (opens?.() === false) {
      return Promise.reject(new SinkFault("closed door"));
    }
    const at = this.links.push("") - 1;
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.end = resolve;
    const link: Link = {
      acks,
      nonce,
      ended: promise,
      write: async (bytes) => {
        await Promise.resolve();
        const cut = cuts(bytes.length);
        const arrived = cut === null ? bytes : bytes.subarray(0, cut);
        this.links[at] += new TextDecoder().decode(arrived);
        if (cut === null) return;
        this.failures++;
        throw new SinkFault("cut off");
      },
      close: () => {
        this.link = null;
        return Promise.resolve();
      },
    };
    this.link = link;
    return Promise.resolve(link);
  }
}
