/**
 * Ledger: lines that have numbers, until nobody has to write them again.
 *
 * A line is settled when it was written, or, where the receiver acknowledges,
 * when that said so. Numbers follow each other without a hole, also from one
 * worker to the next.
 * @module
 */
import { beatText } from "./control.ts";
import type { Batch } from "./outbox.ts";
import { counter, setCounter, setWord, type Status } from "./status.ts";

/** A line that may have to be written again. */
export interface Line {
  /** Its number. */
  readonly seq: number;
  /** Its members. */
  readonly text: string;
  /** Whether a new file begins with it, and was not begun yet. */
  starts: boolean;
  /** Number of the batch whose last line it is, else 0. */
  ends: number;
}

/** Lines that are not settled. */
export class Ledger {
  readonly #status: Status;
  /** The members to write for those of a frame; null for none. */
  readonly #checked: (text: string) => string | null;
  #lines: Line[] = [];
  #next: number;
  /** Number of the last batch whose lines have numbers. */
  #begun = 0;

  /** Begins where the status stands. */
  constructor(status: Status, checked: (text: string) => string | null) {
    this.#status = status;
    this.#checked = checked;
    this.#next = counter(status, "nextSeq");
  }

  /**
   * Takes the batches that a worker before this one had begun, under the
   * numbers they had; numbers it gave to beats are filled with others.
   */
  recall(batches: readonly Batch[], tick: number): void {
    const settled = counter(this.#status, "settledSeq");
    const end = this.#next;
    this.#next = Math.min(settled, batches[0]?.seq ?? Infinity);
    for (const batch of batches) {
      if (batch.seq === null) continue;
      this.#beatUntil(batch.seq, tick);
      this.begin(batch);
    }
    this.#beatUntil(end, tick);
  }

  /** Lines that are not settled, in order. */
  get lines(): readonly Line[] {
    return this.#lines;
  }

  /** Number of the next line. */
  get next(): number {
    return this.#next;
  }

  /** Gives the frames of a batch their numbers. */
  begin(batch: Batch): readonly Line[] {
    const first = this.#next;
    const lines: Line[] = [];
    let starts = false;
    batch.texts.forEach((text, i) => {
      starts ||= batch.starts.includes(i);
      const checked = this.#checked(text);
      if (checked === null) return;
      lines.push({ seq: this.#next++, text: checked, starts, ends: 0 });
      starts = false;
    });
    const last = lines.at(-1);
    if (last !== undefined) last.ends = batch.id;
    this.#lines.push(...lines);
    this.#begun = batch.id;
    setCounter(this.#status, "batchSeq", first);
    setWord(this.#status, "begun", batch.id);
    setCounter(this.#status, "nextSeq", this.#next);
    return lines;
  }

  /** Gives a line of the stream's own its number. */
  add(text: string): Line {
    const line = { seq: this.#next++, text, starts: false, ends: 0 };
    this.#lines.push(line);
    setCounter(this.#status, "nextSeq", this.#next);
    return line;
  }

  /** Notes that all lines were written, and whether that settles them. */
  written(settles: boolean): void {
    setWord(this.#status, "written", this.#begun);
    this.#settle(settles ? this.#lines.length : 0);
  }

  /** Settles lines up to a number; false when there are none. */
  acknowledge(seq: number): boolean {
    const after = this.#lines.findIndex((line) => line.seq > seq);
    const lines = after < 0 ? this.#lines.length : after;
    if (lines === 0 || seq >= this.#next) return false;
    this.#settle(lines);
    return true;
  }

  #settle(lines: number): void {
    let settled = 0;
    for (const { ends } of this.#lines.splice(0, lines)) {
      settled = Math.max(settled, ends);
    }
    if (this.#lines.length === 0) settled = this.#begun;
    const status = this.#status;
    setCounter(status, "settledSeq", this.#lines[0]?.seq ?? this.#next);
    if (settled > 0) setWord(status, "settled", settled);
  }

  #beatUntil(seq: number, tick: number): void {
    while (this.#next < seq) this.add(beatText(tick, Date.now()));
  }
}
