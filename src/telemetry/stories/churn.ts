/**
 * Ties that ended lately, counted by window.
 *
 * A window is looked at when the next tie ends; until then the last one that
 * had any stands.
 * @module
 */
import { compareCodePoints } from "../../base/order.ts";
import { exactMembers } from "../../snapshots/columns.ts";
import type { Plain } from "../../snapshots/plain.ts";
import { unusable } from "../../snapshots/refusal.ts";
import type { TownEvent } from "../../world/events.ts";
import type { DraftMembers } from "../state_channel.ts";

/** Ticks of a window. */
const WINDOW_TICKS = 600;

/** Members of a window that was saved. */
const SAVED = ["window_start", "owners", "reasons"] as const;

/** The event that tells of a window that is over. */
type WindowClosed = Extract<
  TownEvent,
  { readonly event: "relationship.window_closed" }
>;

/** What was counted in a window; names are in order. */
export interface ChurnCounts {
  /** First tick of the window. */
  readonly start: number;
  /** First tick after it. */
  readonly end: number;
  /** Ties that ended. */
  readonly total: number;
  /** The same by owner. */
  readonly owners: ReadonlyMap<string, number>;
  /** The same by reason. */
  readonly reasons: ReadonlyMap<string, number>;
}

/** Counts the ends of ties, of one window at a time. */
export class ChurnWindow {
  #start = 0;
  #total = 0;
  #owners = new Map<string, number>();
  #reasons = new Map<string, number>();
  /** Whether the names are in order. */
  #sorted = true;

  /**
   * Counts the ties that ended in a tick.
   *
   * Gives the event of the window before, if they begin another one.
   */
  note(tick: number, events: readonly TownEvent[]): WindowClosed | null {
    let closed: WindowClosed | null = null;
    for (const event of events) {
      if (event.event !== "relationship.evicted") continue;
      closed ??= this.#advance(tick);
      this.#total++;
      this.#count(this.#owners, event.owner);
      this.#count(
        this.#reasons,
        event.reason === "" ? "unknown" : event.reason,
      );
    }
    return closed;
  }

  /** What was counted so far; the maps change as counting goes on. */
  get counts(): ChurnCounts {
    if (!this.#sorted) {
      this.#owners = inOrder(this.#owners);
      this.#reasons = inOrder(this.#reasons);
      this.#sorted = true;
    }
    return {
      start: this.#start,
      end: this.#start + WINDOW_TICKS,
      total: this.#total,
      owners: this.#owners,
      reasons: this.#reasons,
    };
  }

  /** What the channel `social` tells of the window. */
  state(): DraftMembers {
    return this.#members();
  }

  /** The window as it can be saved. */
  save(): Plain {
    const { window_start, owners, reasons } = this.#members();
    return { window_start, owners, reasons };
  }

  /**
   * The window that was saved.
   *
   * @param where the file it comes from, for messages
   * @throws {TownletError} for anything that {@link ChurnWindow.save} does not give
   */
  static load(saved: unknown, where: string): ChurnWindow {
    const what = "churn window";
    const members = exactMembers(saved, SAVED, what, where);
    const window = new ChurnWindow();
    const { window_start } = members;
    if (!isCount(window_start) || window_start % WINDOW_TICKS !== 0) {
      throw unusable("state", `The ${what} begins at no window`, { where });
    }
    window.#start = window_start;
    window.#owners = readCounts(members.owners, `owners of the ${what}`, where);
    window.#reasons = readCounts(
      members.reasons,
      `reasons of the ${what}`,
      where,
    );
    window.#sorted = false;
    window.#total = sumOf(window.#owners);
    if (sumOf(window.#reasons) !== window.#total) {
      throw unusable("state", `The ${what} has sums that differ`, { where });
    }
    return window;
  }

  /** Goes on to the window of a tick; gives the event of the one before. */
  #advance(tick: number): WindowClosed | null {
    const windows = Math.floor((tick - this.#start) / WINDOW_TICKS);
    if (windows === 0) return null;
    const closed: WindowClosed | null = this.#total === 0
      ? null
      : { event: "relationship.window_closed", tick, ...this.#members() };
    this.#start += windows * WINDOW_TICKS;
    this.#total = 0;
    this.#owners.clear();
    this.#reasons.clear();
    return closed;
  }

  #members() {
    const { start, end, total, owners, reasons } = this.counts;
    return {
      window_start: start,
      window_end: end,
      total,
      owners: Object.fromEntries(owners),
      reasons: Object.fromEntries(reasons),
    };
  }

  #count(counts: Map<string, number>, name: string): void {
    const before = counts.get(name);
    if (before === undefined) this.#sorted = false;
    counts.set(name, (before ?? 0) + 1);
  }
}

/** Counts with their names in order. */
function inOrder(counts: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...counts].sort(([a], [b]) => compareCodePoints(a, b)));
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const n of counts.values()) sum += n;
  return sum;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function readCounts(
  saved: unknown,
  what: string,
  where: string,
): Map<string, number> {
  const entries = typeof saved === "object" && saved !== null &&
      !Array.isArray(saved)
    ? Object.entries(saved)
    : null;
  if (entries?.every(([, n]) => isCount(n) && n > 0)) return new Map(entries);
  throw unusable("state", `The ${what} are no counts`, { where });
}
