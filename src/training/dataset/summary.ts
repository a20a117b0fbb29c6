/**
 * What is in a dataset, counted: actions, returns, ends.
 *
 * @module
 */
import type { Steps } from "../experience.ts";
import type { Dataset } from "./dataset.ts";
import type { EndReason, ListedEpisode } from "./episodes.ts";
import { entropyOf } from "./metrics.ts";

/** How often an action was taken. */
export interface ActionCount {
  /** Its name. */
  readonly action: string;
  /** Steps with it. */
  readonly steps: number;
  /** Their share of the steps of residents who decided for themselves. */
  readonly share: number;
  /** Steps with it at which there was a choice. */
  readonly decisions: number;
  /** Their share of the steps with a choice. */
  readonly decision_share: number;
}

/** Least, mean and most of something. */
export interface Spread {
  /** Least. */
  readonly min: number;
  /** Mean. */
  readonly mean: number;
  /** Most. */
  readonly max: number;
}

/** What is in a dataset. */
export interface DatasetSummary {
  /** Steps that somebody else chose. */
  readonly external_steps: number;
  /** Steps at which there was a choice. */
  readonly decisions: number;
  /** Actions, all of the catalogue. */
  readonly actions: readonly ActionCount[];
  /** Entropy of the actions' shares, nats. */
  readonly action_entropy: number;
  /** Returns of episodes; null without any. */
  readonly returns: Spread | null;
  /** Lengths of episodes, ticks; null without any. */
  readonly lengths: Spread | null;
  /** Episodes by how they ended. */
  readonly ends: Readonly<Partial<Record<EndReason, number>>>;
}

/** How often each action was taken, by its index. */
export interface ActionTally {
  /** Steps of residents who decided for themselves. [K] */
  readonly steps: number[];
  /** Those of them at which there was a choice. [K] */
  readonly decisions: number[];
}

/** A tally of nothing. */
export function emptyTally(actions: number): ActionTally {
  return {
    steps: new Array<number>(actions).fill(0),
    decisions: new Array<number>(actions).fill(0),
  };
}

/** Counts the actions of steps [start, end). */
export function tallyActions(
  tally: ActionTally,
  { action, action_mask, external }: Steps,
  [start, end]: readonly [start: number, end: number],
): void {
  const actions = tally.steps.length;
  for (let step = start; step < end; step++) {
    if (external[step] === 1) continue;
    tally.steps[action[step]]++;
    let choices = 0;
    for (let k = 0; k < actions; k++) {
      choices += action_mask[step * actions + k];
    }
    if (choices > 1) tally.decisions[action[step]]++;
  }
}

/** Reads all of a dataset, which checks it, and sums it up. */
export async function summarize(dataset: Dataset): Promise<DatasetSummary> {
  const { manifest, episodes } = dataset;
  const tally = emptyTally(manifest.actions.length);
  for (let shard = 0; shard < manifest.shards.length; shard++) {
    const { steps } = await dataset.read(shard);
    tallyActions(tally, steps, [0, steps.action.length]);
  }
  const all = total(tally.steps);
  const decisions = total(tally.decisions);
  const ends: Partial<Record<EndReason, number>> = {};
  for (const { end_reason } of episodes) {
    ends[end_reason] = (ends[end_reason] ?? 0) + 1;
  }
  return {
    external_steps: manifest.totals.steps - all,
    decisions,
    actions: manifest.actions.map((action, k) => ({
      action,
      steps: tally.steps[k],
      share: share(tally.steps[k], all),
      decisions: tally.decisions[k],
      decision_share: share(tally.decisions[k], decisions),
    })),
    action_entropy: entropyOf(tally.steps, all),
    returns: spreadOf(episodes, (episode) => episode.return),
    lengths: spreadOf(episodes, ({ length }) => length),
    ends,
  };
}

function spreadOf(
  episodes: readonly ListedEpisode[],
  of: (episode: ListedEpisode) => number,
): Spread | null {
  if (episodes.length === 0) return null;
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  for (const episode of episodes) {
    const value = of(episode);
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  return { min, mean: sum / episodes.length, max };
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function share(count: number, all: number): number {
  return all === 0 ? 0 : count / all;
}
