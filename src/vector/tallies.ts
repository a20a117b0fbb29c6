/**
 * Tallies: what happened in a step that learning is told of, as numbers.
 *
 * @module
 */
import { codesOf } from "../base/lookup.ts";
import type { TownEvent } from "../world/events.ts";

/** Names of the tallies, in column order. */
export const TALLIES = [
  "queue_conflict_events",
  "queue_conflict_intensity_sum",
  "shared_meal_events",
  "late_help_events",
  "shift_takeover_events",
  "chat_success_events",
  "chat_quality_sum",
  "chat_failure_events",
  "power_lost_events",
  "shower_events",
  "sleep_events",
] as const;
/** Name of a tally. */
export type TallyName = typeof TALLIES[number];
/** Column of each tally. */
export const TALLY: Readonly<Record<TallyName, number>> = codesOf(TALLIES);

/** Adds the events of a step to tallies that begin at `at`. */
export function addTallies(
  events: readonly TownEvent[],
  tallies: Float64Array,
  at: number,
): void {
  for (let i = 0; i < events.length; i++) {
    const event = events[i];
    switch (event.event) {
      case "queue.conflict":
        tallies[at + TALLY.queue_conflict_events]++;
        tallies[at + TALLY.queue_conflict_intensity_sum] += event.intensity;
        break;
      case "meal.shared":
        tallies[at + TALLY.shared_meal_events]++;
        break;
      case "employment.helped_when_late":
        tallies[at + TALLY.late_help_events]++;
        break;
      case "employment.shift_taken":
        tallies[at + TALLY.shift_takeover_events]++;
        break;
      case "chat.succeeded":
        tallies[at + TALLY.chat_success_events]++;
        tallies[at + TALLY.chat_quality_sum] += event.quality;
        break;
      case "chat.failed":
        tallies[at + TALLY.chat_failure_events]++;
        break;
      case "shower.power_lost":
        tallies[at + TALLY.power_lost_events]++;
        break;
      case "shower.completed":
        tallies[at + TALLY.shower_events]++;
        break;
      case "sleep.completed":
        tallies[at + TALLY.sleep_events]++;
    }
  }
}
