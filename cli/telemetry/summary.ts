/** Numbers over time: how many, how great, and how they went. @module */
import { Bins } from "./bins.ts";

/** Sums up numbers as they come. */
export class Summary {
  /** How many. */
  count = 0;
  /** The least. */
  min = Infinity;
  /** The greatest. */
  max = -Infinity;
  /** The last. */
  last = NaN;
  #sum = 0;
  readonly #bins = new Bins();

  /** Adds a number of a tick. */
  add(tick: number, value: number): void {
    this.count++;
    this.#sum += value;
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
    this.last = value;
    this.#bins.add(tick, value);
  }

  /** The mean of all. */
  get mean(): number {
    return this.#sum / this.count;
  }

  /** Ticks and means, from first to last. */
  get curve(): [number, number][] {
    return this.#bins.means;
  }

  /** The numbers that tell of it. */
  toJSON(): Readonly<
    Record<"count" | "mean" | "min" | "max" | "last", number>
  > {
    const { count, mean, min, max, last } = this;
    return { count, mean, min, max, last };
  }
}
