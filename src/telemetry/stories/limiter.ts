/**
 * How often moments are told: pauses between them, none twice in a row, and
 * so many in a window.
 * @module
 */
import { z } from "zod";
import {
  type Narration,
  NARRATION_CATEGORIES,
  type NarrationCategory,
} from "../../config/narration.ts";
import type { Plain } from "../../snapshots/plain.ts";
import { unusable } from "../../snapshots/refusal.ts";

/** Most characters of a key: three names of residents and objects, or a text. */
const KEY_LENGTH_MAX = 280;

/** Decides which moments are told. Ticks never go back. */
export class Limiter {
  readonly #settings: Narration;
  readonly #priority: ReadonlySet<NarrationCategory>;
  /** Tick of the last moment of each category. */
  #lastOf = new Map<NarrationCategory, number>();
  /** Tick of the last moment of all. */
  #last = -Infinity;
  /** Tick at which each key was last told, the longest ago first. */
  #keys = new Map<string, number>();
  /** Ticks of the moments in the window, oldest first. */
  #window: number[] = [];

  /** A limiter that has let nothing through yet. */
  constructor(settings: Narration) {
    this.#settings = settings;
    this.#priority = new Set(settings.priority_categories);
  }

  /**
   * Whether a moment is told; if so, it counts from now on.
   *
   * @param key moments with the same key are the same one
   * @param priority whether it need not wait for pauses
   */
  allow(
    tick: number,
    category: NarrationCategory,
    key: string,
    priority: boolean,
  ): boolean {
    this.#forget(tick);
    if (this.#keys.has(key)) return false;
    const { global_cooldown_ticks, category_cooldown_ticks } = this.#settings;
    if (!priority && !this.#priority.has(category)) {
      const pause = category_cooldown_ticks[category] ?? global_cooldown_ticks;
      const last = this.#lastOf.get(category) ?? -Infinity;
      if (tick - this.#last < global_cooldown_ticks) return false;
      if (tick - last < pause) return false;
    }
    if (this.isFull(tick)) return false;
    this.#keys.set(key, tick);
    this.#lastOf.set(category, tick);
    this.#last = tick;
    this.#window.push(tick);
    return true;
  }

  /**
   * Whether the window has no room at a tick, so that nothing can be told then.
   * Of ticks to come: as long as nothing is told until then.
   */
  isFull(tick: number): boolean {
    const { global_window_limit, global_window_ticks } = this.#settings;
    const last = this.#window.at(-global_window_limit);
    return last !== undefined && tick - last < global_window_ticks;
  }

  /** What it remembers, as it can be saved. */
  save(): Plain {
    return {
      last: this.#last === -Infinity ? null : this.#last,
      categories: Object.fromEntries(this.#lastOf),
      keys: [...this.#keys],
      window: [...this.#window],
    };
  }

  /**
   * The limiter that was saved.
   *
   * @param tick the tick at which it was saved
   * @param where the file it comes from, for messages
   * @throws {TownletError} for anything that {@link Limiter.save} does not give
   */
  static load(
    settings: Narration,
    saved: unknown,
    tick: number,
    where: string,
  ): Limiter {
    const result = savedSchema(tick).safeParse(saved);
    if (!result.success) {
      const [issue] = result.error.issues;
      const path = ["narration", ...issue.path].join(".");
      throw unusable("state", `In ${path}: ${issue.message}`, { where });
    }
    const { last, categories, keys, window } = result.data;
    const limiter = new Limiter(settings);
    limiter.#last = last ?? -Infinity;
    limiter.#lastOf = new Map(
      NARRATION_CATEGORIES.flatMap((category) => {
        const at = categories[category];
        return at === undefined ? [] : [[category, at]];
      }),
    );
    limiter.#keys = new Map(keys);
    limiter.#window = window;
    return limiter;
  }

  /** Drops what has no say at a tick any more. */
  #forget(tick: number): void {
    const { dedupe_window_ticks, global_window_ticks } = this.#settings;
    // The same moment twice in one tick is told once, whatever the window.
    const sameFor = Math.max(1, dedupe_window_ticks);
    for (const [key, told] of this.#keys) {
      if (tick - told < sameFor) break;
      this.#keys.delete(key);
    }
    const start = tick - global_window_ticks;
    let old = 0;
    while (old < this.#window.length && this.#window[old] <= start) old++;
    if (old > 0) this.#window.splice(0, old);
  }
}

/** What {@link Limiter.save} gives at a tick. */
function savedSchema(now: number) {
  const tick = z.int().min(0).max(now);
  const isInOrder = (ticks: readonly number[]) =>
    ticks.every((at, i) => i === 0 || ticks[i - 1] <= at);
  return z.strictObject({
    last: tick.nullable(),
    categories: z.partialRecord(z.enum(NARRATION_CATEGORIES), tick),
    keys: z.array(z.tuple([z.string().max(KEY_LENGTH_MAX), tick])).refine(
      (keys) =>
        isInOrder(keys.map(([, at]) => at)) &&
        new Set(keys.map(([key]) => key)).size === keys.length,
      { error: "must be different, the longest ago first" },
    ),
    window: z.array(tick).refine(isInOrder, {
      error: "must begin with the longest ago",
    }),
  });
}
