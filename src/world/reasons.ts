/** Why something did not happen: a closed table of words. @module */
import { codesOf } from "../base/lookup.ts";
import type { World } from "./world.ts";

/** Reasons the world itself gives; a column stores the index. */
export const REASONS = [
  "",
  "missing_spec",
  "incompatible_object",
  "precondition_failed",
  "precondition_error",
  "hook_cancelled",
  "hook_error",
  "power_off",
  "utility_off",
  "insufficient_stock",
  "insufficient_funds",
  "no_ingredients",
  "bed_unavailable",
  "ghost_step",
  "left",
  "removed",
  "released",
  "not_holder",
  "out_of_reach",
  "busy",
  "cooldown",
  "queued",
  "unknown_object",
  "unknown_target",
  "not_together",
  "avoided",
  "out_of_bounds",
  "too_far",
  "blocked_tile",
  "chat_rival",
  "queue_rival",
] as const;

/** A reason the world itself gives. */
export type Reason = typeof REASONS[number];

/** Index of each reason. */
export const REASON: Readonly<Record<Reason, number>> = codesOf(REASONS);

/** Reasons that hooks and callers may bring to one world. */
export const REASONS_MAX = 10_000;
/** Length of a reason that is brought, in UTF-16 units. */
export const REASON_LENGTH_MAX = 280;

/**
 * Index of a reason, of the table or brought by a hook or caller.
 *
 * What is brought is cut at {@link REASON_LENGTH_MAX}. A world remembers
 * {@link REASONS_MAX} of them: a caller who makes up a new one every time must
 * not let it grow for ever, nor past the 16 bits of a column. What comes after
 * that counts as `released`.
 */
export function internReason(world: World, text: string): number {
  const reason = text.slice(0, REASON_LENGTH_MAX);
  const known = (REASONS as readonly string[]).indexOf(reason);
  if (known >= 0) return known;
  const { reasons } = world.records;
  const brought = reasons.indexOf(reason);
  if (brought >= 0) return REASONS.length + brought;
  if (reasons.length >= REASONS_MAX) return REASON.released;
  world.records = { ...world.records, reasons: [...reasons, reason] };
  return REASONS.length + reasons.length;
}

/** The word behind an index. */
export function reasonText(world: World, reason: number): string {
  return reason < REASONS.length
    ? REASONS[reason]
    : world.records.reasons[reason - REASONS.length];
}
