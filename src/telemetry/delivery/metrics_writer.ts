/** Writes metrics, the latest there are. @module */
import type { FlusherEnd } from "./flusher.ts";
import { Signal } from "./signal.ts";
import {
  count,
  countFlush,
  setCounter,
  setFault,
  setState,
  setWord,
  type Status,
  word,
} from "./status.ts";

/** Writes each text that comes, unless a newer one is there. */
export class MetricsWriter {
  readonly #status: Status;
  readonly #write: (text: string) => Promise<void>;
  readonly #signal = new Signal();
  #next: { readonly id: number; readonly text: string } | null = null;
  #ends = false;

  /** @param write puts a text in its place */
  constructor(status: Status, write: (text: string) => Promise<void>) {
    this.#status = status;
    this.#write = write;
  }

  /** Takes a text. */
  accept(id: number, text: string): void {
    this.#next = { id, text };
    this.#signal.give();
  }

  /** Ends it, after the text that is there. */
  stop(_end: FlusherEnd): void {
    this.#ends = true;
    this.#signal.give();
  }

  /** Writes until it is stopped. */
  async run(): Promise<void> {
    const status = this.#status;
    setState(status, "ready");
    while (!(this.#ends && this.#next === null)) {
      if (word(status, "leave") !== 0) break;
      const next = this.#next;
      this.#next = null;
      if (next === null) {
        await this.#signal.sleep(Infinity);
        continue;
      }
      try {
        await this.#put(next.text);
        setState(status, "ready");
      } catch (error) {
        setFault(status, error);
        setState(status, "backoff");
      }
      setWord(status, "written", next.id);
    }
    setState(status, "stopped");
  }

  async #put(text: string): Promise<void> {
    const before = performance.now();
    await this.#write(text);
    const status = this.#status;
    countFlush(status, performance.now() - before);
    count(status, "batches");
    count(status, "bytes", new TextEncoder().encode(text).length);
    setCounter(status, "failuresInARow", 0);
    setCounter(status, "lastFlushMs", Date.now());
  }
}
