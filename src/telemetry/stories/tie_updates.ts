/** What became of ties from one state of the channel `social` to the next. @module */
import { compareCodePoints } from "../../base/order.ts";
import type { State, StateMembers } from "../merge_patch.ts";

/** Least change of a number that counts. */
const CHANGE_MIN = 1e-6;

/** A tie that began, changed or ended. */
export interface TieUpdate {
  /** Whose tie it is. */
  readonly owner: string;
  /** To whom. */
  readonly other: string;
  /** What became of it. */
  readonly status: "added" | "updated" | "removed";
  /** Trust now, −1 to 1; 0 when it ended. */
  readonly t: number;
  /** Familiarity now, −1 to 1; 0 when it ended. */
  readonly f: number;
  /** Rivalry now, 0 to 1; 0 when it ended. */
  readonly r: number;
  /** Change of trust. */
  readonly dt: number;
  /** Change of familiarity. */
  readonly df: number;
  /** Change of rivalry. */
  readonly dr: number;
}

/**
 * The ties that began, changed by 1e-6 or more, or ended between two states of
 * the channel `social`: by owner, then by other.
 */
export function tieUpdates(
  prev: StateMembers,
  cur: StateMembers,
): readonly TieUpdate[] {
  const before = membersOf(prev.ties);
  const now = membersOf(cur.ties);
  return namesOf(before, now).flatMap((owner) => {
    const tiesBefore = membersOf(ownOf(before, owner));
    const ties = membersOf(ownOf(now, owner));
    return namesOf(tiesBefore, ties).flatMap((other) =>
      updateOf(owner, other, ownOf(tiesBefore, other), ownOf(ties, other))
    );
  });
}

function updateOf(
  owner: string,
  other: string,
  before: State | undefined,
  now: State | undefined,
): readonly TieUpdate[] {
  const [t, f, r] = numbersOf(now);
  const [oldT, oldF, oldR] = numbersOf(before);
  const [dt, df, dr] = [t - oldT, f - oldF, r - oldR];
  const status = before === undefined
    ? "added"
    : now === undefined
    ? "removed"
    : "updated";
  const isSame = [dt, df, dr].every((change) => Math.abs(change) < CHANGE_MIN);
  if (status === "updated" && isSame) return [];
  return [{ owner, other, status, t, f, r, dt, df, dr }];
}

/** Names of either, in order. */
function namesOf(a: StateMembers, b: StateMembers): readonly string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .sort(compareCodePoints);
}

/** A member that is there by itself, not one that every object has. */
function ownOf(members: StateMembers, name: string): State | undefined {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

/** Trust, familiarity and rivalry of a tie; 0 what is not there. */
function numbersOf(tie: State | undefined): readonly number[] {
  const { t, f, r } = membersOf(tie);
  return [t, f, r].map((value) => typeof value === "number" ? value : 0);
}

function membersOf(state: State | undefined): StateMembers {
  return typeof state === "object" && !Array.isArray(state)
    ? state as StateMembers
    : {};
}
