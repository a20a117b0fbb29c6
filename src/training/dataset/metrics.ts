/**
 * Metrics of episodes, and what a dataset comes to on average.
 *
 * @module
 */
import { log } from "../../base/exact_math.ts";
import type { Sequence, Steps } from "../experience.ts";
import type { DatasetHeader } from "./manifest.ts";

/** Metrics by name. */
export type EpisodeMetrics = Readonly<Record<string, number>>;

/** What a metric of steps is told of. */
type Names = Pick<DatasetHeader, "feature_names" | "actions">;

/** Endings of metrics that are summed over episodes. */
const SUMMED = /_(?:sum|total)$/;

/**
 * The metrics of an episode.
 *
 * `value_pred_last` is the value expected at its last step, `action_nonzero`
 * counts the different actions, `action_entropy` is that of their shares, in
 * nats, and `action_blocked_ratio` the share of choices that could not be done.
 *
 * @param blocked choices that could not be done
 */
export function episodeMetrics(
  names: Names,
  steps: Steps,
  { start, end }: Sequence,
  blocked: number,
): EpisodeMetrics {
  const count = end - start;
  const { feature_names, actions } = names;
  const feature = (name: string): Summary => {
    const column = feature_names.indexOf(name);
    const { obs_features } = steps;
    return summaryOf(start, end, (step) =>
      // A layout may do without a feature: 0 stands for it.
      column < 0 ? 0 : obs_features[step * feature_names.length + column]);
  };
  const reward = summaryOf(start, end, (step) => steps.reward[step]);
  const rivalryMax = feature("rivalry_max");
  const rivalryAvoid = feature("rivalry_avoid_count");
  const counts = new Array<number>(actions.length).fill(0);
  for (let step = start; step < end; step++) counts[steps.action[step]]++;
  const chosen = counts.filter((times) => times > 0);
  return {
    timesteps: count,
    reward_sum: reward.sum,
    reward_mean: reward.sum / count,
    log_prob_mean: summaryOf(start, end, (step) => steps.log_prob[step]).sum /
      count,
    value_pred_last: steps.value[end - 1],
    rivalry_max_mean: rivalryMax.sum / count,
    rivalry_max_max: rivalryMax.max,
    rivalry_avoid_count_mean: rivalryAvoid.sum / count,
    rivalry_avoid_count_max: rivalryAvoid.max,
    lateness_mean: feature("lateness_counter").sum / count,
    action_nonzero: chosen.length,
    action_total: count,
    action_entropy: entropyOf(chosen, count),
    ...Object.fromEntries(
      actions.map((name, action) => [`action_${name}_count`, counts[action]]),
    ),
    action_blocked_ratio: blocked / count,
  };
}

/**
 * What a dataset comes to: the mean of each metric over its episodes. Metrics
 * that end in `_sum` or `_total` are summed, and their mean is told beside it
 * as `NAME_mean`; `sample_count` is the number of episodes.
 */
export function baselineOf(
  metrics: readonly EpisodeMetrics[],
): EpisodeMetrics {
  const sums = new Map<string, number>();
  for (const one of metrics) {
    for (const [name, value] of Object.entries(one)) {
      sums.set(name, (sums.get(name) ?? 0) + value);
    }
  }
  const count = metrics.length;
  return {
    sample_count: count,
    ...Object.fromEntries(
      [...sums].flatMap(([name, sum]) =>
        SUMMED.test(name)
          ? [[name, sum], [`${name}_mean`, sum / count]]
          : [[name, sum / count]]
      ),
    ),
  };
}

/** Entropy of shares, nats. */
export function entropyOf(counts: readonly number[], total: number): number {
  return counts.reduce(
    (sum, count) =>
      count === 0 ? sum : sum - count / total * log(count / total),
    0,
  );
}

interface Summary {
  readonly sum: number;
  readonly max: number;
}

function summaryOf(
  start: number,
  end: number,
  at: (step: number) => number,
): Summary {
  let sum = 0;
  let max = -Infinity;
  for (let step = start; step < end; step++) {
    const value = at(step);
    sum += value;
    if (value > max) max = value;
  }
  return { sum, max };
}
