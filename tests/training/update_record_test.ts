import { assertEquals } from "@std/assert";
import {
  type LearningMetrics,
  type UpdateFacts,
  updateRecord,
} from "../../src/training/update_record.ts";
import { TALLIES, TALLY } from "../../src/vector/tallies.ts";

/** The members of a record: other programs know them by these names. */
const KEYS = [
  "adv_mean",
  "adv_min_std",
  "adv_std",
  "adv_zero_std_batches",
  "batch_entropy_mean",
  "batch_entropy_std",
  "chat_failure_events",
  "chat_quality_mean",
  "chat_success_events",
  "clip_fraction",
  "clip_fraction_max",
  "clip_triggered_minibatches",
  "conflict.rivalry_avoid_count_max_avg",
  "conflict.rivalry_avoid_count_mean_avg",
  "conflict.rivalry_max_max_avg",
  "conflict.rivalry_max_mean_avg",
  "cycle_id",
  "data_mode",
  "episode_length_mean",
  "episode_return_mean",
  "epoch",
  "epoch_duration_sec",
  "explained_variance",
  "grad_norm",
  "grad_norm_max",
  "invalid_action_rate",
  "kl_approx",
  "kl_divergence",
  "kl_divergence_max",
  "late_help_events",
  "log_stream_offset",
  "loss_entropy",
  "loss_policy",
  "loss_total",
  "loss_value",
  "lr",
  "queue_conflict_events",
  "queue_conflict_intensity_sum",
  "reward_advantage_corr",
  "rollout_ticks",
  "shared_meal_events",
  "shift_takeover_events",
  "steps",
  "steps_per_second",
  "telemetry_version",
  "transitions",
  "updates",
];

const learning: LearningMetrics = {
  updates: 16,
  transitions: 400,
  loss_policy: -0.01,
  loss_value: 0.5,
  loss_entropy: 1.25,
  loss_total: 0.2,
  clip_fraction: 0.1,
  clip_fraction_max: 0.3,
  clip_triggered_minibatches: 4,
  adv_mean: 0.1,
  adv_std: 1,
  adv_zero_std_batches: 0,
  adv_min_std: 1,
  grad_norm: 0.4,
  grad_norm_max: 2,
  kl_divergence: 0.01,
  kl_divergence_max: 0.02,
  kl_approx: 0.011,
  batch_entropy_mean: 1.25,
  batch_entropy_std: 0.125,
  reward_advantage_corr: 0.5,
  explained_variance: 0.75,
};

const facts: UpdateFacts = {
  epoch: 3,
  learning,
  learningRate: 1e-3,
  steps: 1200,
  seconds: 0.5,
  mode: "rollout",
  cycle: 2,
  records: 9,
  conflict: {
    "conflict.rivalry_max_mean_avg": 0.125,
    "conflict.rivalry_max_max_avg": 0.25,
    "conflict.rivalry_avoid_count_mean_avg": 0.5,
    "conflict.rivalry_avoid_count_max_avg": 1,
  },
  episodes: { episode_return_mean: 4.5, episode_length_mean: 60 },
};

Deno.test("updateRecord() has exactly the members that others know", () => {
  assertEquals(Object.keys(updateRecord(facts)).sort(), KEYS);
  const text = JSON.stringify(updateRecord(facts));
  assertEquals(JSON.parse(text), updateRecord(facts));
});

Deno.test("updateRecord() tells what happened, a second and a choice", () => {
  const tallies = new Float64Array(TALLIES.length);
  tallies[TALLY.queue_conflict_events] = 3;
  tallies[TALLY.queue_conflict_intensity_sum] = 4.5;
  tallies[TALLY.chat_success_events] = 4;
  tallies[TALLY.chat_quality_sum] = 3;
  tallies[TALLY.chat_failure_events] = 1;
  const record = updateRecord({
    ...facts,
    sampled: { ticks: 256, invalidChoices: 10, tallies },
  });
  assertEquals(record.telemetry_version, 1.2);
  assertEquals(record.steps_per_second, 800);
  assertEquals(record.invalid_action_rate, 0.025);
  assertEquals(record.rollout_ticks, 256);
  assertEquals(record.queue_conflict_events, 3);
  assertEquals(record.queue_conflict_intensity_sum, 4.5);
  assertEquals(record.chat_quality_mean, 0.75);
  assertEquals([record.epoch, record.lr, record.cycle_id], [3, 1e-3, 2]);
  assertEquals([record.log_stream_offset, record.steps], [9, 1200]);
  assertEquals(record["conflict.rivalry_max_max_avg"], 0.25);
  assertEquals(record.episode_return_mean, 4.5);
});

Deno.test("updateRecord() has numbers where nothing happened or took time", () => {
  const record = updateRecord({ ...facts, seconds: 0 });
  assertEquals(record.steps_per_second, 0);
  assertEquals(record.invalid_action_rate, 0);
  assertEquals([record.rollout_ticks, record.chat_quality_mean], [0, 0]);
});
