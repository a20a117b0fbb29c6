/** The record of an update as the channel `training` tells it. @module */
import { clamp } from "../base/clamp.ts";
import type { UpdateRecord } from "../training/update_record.ts";
import { TALLY } from "../vector/tallies.ts";

/** Members of records that telemetry tells by the names they have. */
const NUMBERS = [
  "epoch",
  "loss_total",
  "loss_policy",
  "loss_value",
  "loss_entropy",
  "kl_divergence",
  "clip_fraction",
  "grad_norm",
  "adv_mean",
  "adv_std",
  "lr",
  "steps",
] as const satisfies readonly (keyof UpdateRecord)[];

/** Members of records that a stage of an anneal adds: `anneal_` stands before. */
const ANNEAL = [
  "stage",
  "bc_accuracy",
  "bc_threshold",
  "bc_passed",
  "loss_flag",
  "queue_flag",
  "intensity_flag",
  "loss_baseline",
  "queue_baseline",
  "intensity_baseline",
];

/**
 * The element of an update.
 *
 * @param tallies what happened while its steps were sampled, by `TALLIES`; null
 * where none were
 */
export function trainingElement(
  record: UpdateRecord,
  tallies: ArrayLike<number> | null,
): object {
  const members: Readonly<Record<string, unknown>> = { ...record };
  const anneal = ANNEAL
    .map((name): [string, unknown] => [name, members[`anneal_${name}`]])
    .filter(([, value]) => value !== undefined && value !== null);
  const tally = (name: keyof typeof TALLY) => tallies?.[TALLY[name]] ?? 0;
  return {
    ...Object.fromEntries(NUMBERS.map((name) => [name, record[name]])),
    cycle: Math.max(0, record.cycle_id),
    // A mixed training tells of each of its parts.
    data_mode: record.rollout_ticks > 0 ? "rollout" : "replay",
    entropy_mean: record.batch_entropy_mean,
    // Rounding may lead out of the range.
    reward_advantage_corr: clamp(record.reward_advantage_corr, -1, 1),
    conflict: {
      events: record.queue_conflict_events,
      intensity_sum: record.queue_conflict_intensity_sum,
    },
    social: {
      shared_meal: record.shared_meal_events,
      late_help: record.late_help_events,
      shift_takeover: record.shift_takeover_events,
      chat_success: record.chat_success_events,
      chat_failure: record.chat_failure_events,
      chat_quality_mean: record.chat_quality_mean,
    },
    utility: {
      outage: tally("power_lost_events"),
      shower_complete: tally("shower_events"),
      sleep_complete: tally("sleep_events"),
    },
    ...anneal.length === 0 ? {} : { anneal: Object.fromEntries(anneal) },
  };
}
