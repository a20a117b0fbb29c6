/**
 * How much conflict steps tell of.
 *
 * @module
 */
import { placeOf } from "../base/lookup.ts";
import type { Sequence, Steps } from "./experience.ts";

/** Means over sequences of the means and maxima of their steps. */
export interface ConflictMetrics {
  /** Mean of the mean of the feature `rivalry_max`. */
  readonly "conflict.rivalry_max_mean_avg": number;
  /** Mean of its maximum. */
  readonly "conflict.rivalry_max_max_avg": number;
  /** Mean of the mean of the feature `rivalry_avoid_count`. */
  readonly "conflict.rivalry_avoid_count_mean_avg": number;
  /** Mean of its maximum. */
  readonly "conflict.rivalry_avoid_count_max_avg": number;
}

/**
 * What the features of steps tell of conflict; 0 without sequences.
 *
 * @param features names of the features
 * @throws {RangeError} when they lack one that tells of conflict
 */
export function conflictOf(
  { obs_features }: Steps,
  sequences: readonly Sequence[],
  features: readonly string[],
): ConflictMetrics {
  const summary = (name: string) => {
    const at = placeOf(features, name);
    if (at < 0) throw new RangeError(`there is no feature ${name}`);
    let means = 0;
    let maxima = 0;
    for (const { start, end } of sequences) {
      let sum = 0;
      let most = -Infinity;
      for (let step = start; step < end; step++) {
        const value = obs_features[step * features.length + at];
        sum += value;
        most = Math.max(most, value);
      }
      means += sum / (end - start);
      maxima += most;
    }
    const count = Math.max(1, sequences.length);
    return { mean: means / count, max: maxima / count };
  };
  const rivalry = summary("rivalry_max");
  const avoided = summary("rivalry_avoid_count");
  return {
    "conflict.rivalry_max_mean_avg": rivalry.mean,
    "conflict.rivalry_max_max_avg": rivalry.max,
    "conflict.rivalry_avoid_count_mean_avg": avoided.mean,
    "conflict.rivalry_avoid_count_max_avg": avoided.max,
  };
}
