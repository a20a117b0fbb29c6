/** Why something did not happen: a closed table of words. @module */
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
  "preempted",
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
export const REASON: Readonly<Record<Reason, number>> = Object.fromEntries(
  REASONS.map((reason, i) => [reason, i]),
) as Record<Reason, number>;

/** Index of a reason, of the table or brought by a hook or caller. */
export function internReason(world: World, reason: string): number {
  const known = (REASONS as readonly string[]).indexOf(reason);
  if (known >= 0) return known;
  const { reasons } = world.records;
  const brought = reasons.indexOf(reason);
  if (brought >= 0) return REASONS.length + brought;
  // A column of 16-bit integers holds the index.
  if (reasons.length >= 10_000) return REASON.released;
  world.records = { ...world.records, reasons: [...reasons, reason] };
  return REASONS.length + reasons.length;
}

/** The word behind an index. */
export function reasonText(world: World, reason: number): string {
  return reason < REASONS.length
    ? REASONS[reason]
    : world.records.reasons[reason - REASONS.length];
}
