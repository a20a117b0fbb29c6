import { assertAlmostEquals, assertEquals } from "@std/assert";
import { createSteps } from "../../../src/training/experience.ts";
import {
  baselineOf,
  episodeMetrics,
} from "../../../src/training/dataset/metrics.ts";

const names = {
  feature_names: ["rivalry_max", "rivalry_avoid_count", "lateness_counter"],
  actions: ["wait", "chat", "use:eat"],
};

Deno.test("episodeMetrics() gives every metric of an episode, by its name", () => {
  const steps = createSteps(
    { features: 3, map: [0, 0, 0], mapFormat: "u8", actions: 3 },
    5,
  );
  steps.obs_features.set([9, 9, 9, 0.5, 0, 1, 0.25, 2, 0, 0, 1, 2, 0.25, 1, 1]);
  steps.action.set([2, 0, 0, 1, 0]);
  steps.reward.set([9, 1, -0.5, 0.25, 0.25]);
  steps.log_prob.set([9, -1, -2, 0, -1]);
  steps.value.set([9, 1, 2, 3, 4]);
  const metrics = episodeMetrics(
    names,
    steps,
    { start: 1, end: 5, bootstrap: 7 },
    1,
  );
  const { action_entropy, ...exact } = metrics;
  assertEquals(exact, {
    timesteps: 4,
    reward_sum: 1,
    reward_mean: 0.25,
    log_prob_mean: -1,
    value_pred_last: 4,
    rivalry_max_mean: 0.25,
    rivalry_max_max: 0.5,
    rivalry_avoid_count_mean: 1,
    rivalry_avoid_count_max: 2,
    lateness_mean: 1,
    action_nonzero: 2,
    action_total: 4,
    action_wait_count: 3,
    action_chat_count: 1,
    "action_use:eat_count": 0,
    action_blocked_ratio: 0.25,
  });
  assertAlmostEquals(action_entropy, 0.5623351446188083, 1e-15);
});

Deno.test("baselineOf() gives means, and sums with their means", () => {
  assertEquals(
    baselineOf([
      { timesteps: 2, reward_sum: 1, action_total: 2, reward_mean: 0.5 },
      { timesteps: 4, reward_sum: -3, action_total: 4, reward_mean: -0.75 },
    ]),
    {
      sample_count: 2,
      timesteps: 3,
      reward_sum: -2,
      reward_sum_mean: -1,
      action_total: 6,
      action_total_mean: 3,
      reward_mean: -0.125,
    },
  );
  assertEquals(baselineOf([]), { sample_count: 0 });
});
