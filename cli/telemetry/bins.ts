/** Sums over time, however long it is. @module */

/** Bins at most; with more, two become one. */
const BINS_MAX = 200;

/** Sums values by tick, in bins that widen as time goes on. */
export class Bins {
  #width = 1;
  #sums: number[] = [];
  #counts: number[] = [];
  #first: number | null = null;
  #last = 0;

  /** Adds a value at a tick; ticks before the first one count for it. */
  add(tick: number, value: number): void {
    this.#first ??= tick;
    this.#last = Math.max(this.#last, tick);
    let bin = this.#binOf(tick);
    while (bin >= BINS_MAX) {
      this.#sums = halved(this.#sums);
      this.#counts = halved(this.#counts);
      this.#width *= 2;
      bin = this.#binOf(tick);
    }
    while (this.#sums.length <= bin) {
      this.#sums.push(0);
      this.#counts.push(0);
    }
    this.#sums[bin] += value;
    this.#counts[bin]++;
  }

  /** Tick and sum per tick of each bin. */
  get rates(): [number, number][] {
    return this.#sums.map((sum, i) => {
      const tick = this.#tickOf(i);
      // The last one may not be over yet.
      return [tick, sum / Math.min(this.#width, this.#last + 1 - tick)];
    });
  }

  /** Tick and mean of each bin that has a value. */
  get means(): [number, number][] {
    return this.#sums.flatMap((sum, i): [number, number][] =>
      this.#counts[i] === 0 ? [] : [[this.#tickOf(i), sum / this.#counts[i]]]
    );
  }

  #binOf(tick: number): number {
    return Math.max(0, Math.floor((tick - (this.#first ?? 0)) / this.#width));
  }

  #tickOf(bin: number): number {
    return (this.#first ?? 0) + bin * this.#width;
  }
}

function halved(list: readonly number[]): number[] {
  return Array.from(
    { length: Math.ceil(list.length / 2) },
    (_, i) => list[2 * i] + (list[2 * i + 1] ?? 0),
  );
}
