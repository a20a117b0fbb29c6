/** What was turned away, counted; and told, but not without end. @module */

/** Lines told of each reason in a minute. */
const TOLD_MAX = 5;

/** Milliseconds of a minute. */
const MINUTE_MS = 60_000;

/** Counts refusals by their reason. */
export class Refusals {
  readonly #counts = new Map<string, number>();
  /** For each reason, when its minute began, and how often it came since. */
  readonly #minutes = new Map<string, { start: number; count: number }>();
  readonly #now: () => number;

  /** Begins with none; `now` is a clock in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Counts one; true when it may be told. */
  note(reason: string): boolean {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
    const now = this.#now();
    let minute = this.#minutes.get(reason);
    if (minute === undefined || now - minute.start >= MINUTE_MS) {
      minute = { start: now, count: 0 };
      this.#minutes.set(reason, minute);
    }
    return ++minute.count <= TOLD_MAX;
  }

  /** How often each reason came. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
