/**
 * Replay: recorded episodes in batches, to be learned from as if they had just
 * been sampled.
 *
 * @module
 */
import type { Random } from "../base/random.ts";
import type { PpoSettings } from "../config/ppo_settings.ts";
import type { Network } from "../policy/network/net.ts";
import type { Adam } from "./adam.ts";
import type { Backend } from "./backend.ts";
import { conflictOf } from "./conflict.ts";
import type { Dataset } from "./dataset/dataset.ts";
import { baselineOf } from "./dataset/metrics.ts";
import type { Shards } from "./demonstrations.ts";
import type { Sequence, Steps } from "./experience.ts";
import { ppoUpdate } from "./ppo.ts";
import {
  type DataMode,
  type EpisodeMeans,
  type UpdateRecord,
  updateRecord,
} from "./update_record.ts";

/** A batch of recorded episodes. */
export interface ReplayBatch {
  /** The steps of its shard. */
  readonly steps: Steps;
  /** Those episodes of the shard that are in the batch. */
  readonly sequences: readonly Sequence[];
  /** Which batch of the pass it is, from 0. */
  readonly index: number;
}

/** How episodes are put together. */
export interface ReplayOptions {
  /** Steps of a batch: it is full when it has them. */
  readonly size: number;
  /** Shuffles shards and their episodes; null leaves them in their order. */
  readonly random: Random | null;
  /** Whether what does not fill a batch at the end of a shard is left out. */
  readonly dropLast: boolean;
}

/**
 * One pass over shards, batch by batch. Episodes stay whole, and only one
 * shard is in memory: batches do not reach from one into the next.
 */
export async function* replayBatches(
  shards: Shards,
  { size, random, dropLast }: ReplayOptions,
): AsyncGenerator<ReplayBatch> {
  const order = Array.from({ length: shards.count }, (_, index) => index);
  random?.shuffle(order);
  let index = 0;
  for (const shard of order) {
    const { steps, sequences } = await shards.read(shard);
    // Of an episode that somebody else decided, nothing can be learned.
    const episodes = sequences.filter(({ start, end }) =>
      steps.external.subarray(start, end).includes(0)
    );
    random?.shuffle(episodes);
    let batch: Sequence[] = [];
    let count = 0;
    for (const episode of episodes) {
      batch.push(episode);
      count += episode.end - episode.start;
      if (count < size) continue;
      yield { steps, sequences: batch, index: index++ };
      batch = [];
      count = 0;
    }
    if (count > 0 && !dropLast) {
      yield { steps, sequences: batch, index: index++ };
    }
  }
}

/** What a dataset comes to, beside which a training is seen. */
export interface ReplayBaseline {
  /** Episodes. */
  readonly baseline_sample_count: number;
  /** Mean over them of the mean reward of a step. */
  readonly baseline_reward_mean: number;
  /** Sum of all rewards. */
  readonly baseline_reward_sum: number;
  /** Mean return of an episode. */
  readonly baseline_reward_sum_mean: number;
  /** Mean over them of the mean log-probability. */
  readonly baseline_log_prob_mean: number;
}

/** What the accepted episodes of datasets come to. */
export function replayBaseline(datasets: readonly Dataset[]): ReplayBaseline {
  const accepted = datasets.flatMap(({ manifest, metrics }) =>
    metrics.filter(({ shard }) => manifest.shards[shard].accepted)
  );
  const baseline = baselineOf(accepted.map(({ metrics }) => metrics));
  return {
    baseline_sample_count: baseline.sample_count,
    baseline_reward_mean: baseline.reward_mean,
    baseline_reward_sum: baseline.reward_sum,
    baseline_reward_sum_mean: baseline.reward_sum_mean,
    baseline_log_prob_mean: baseline.log_prob_mean,
  };
}

/** Who learns from recorded episodes, and how. */
export interface Replay {
  /** Computes the network. */
  readonly backend: Backend;
  /** Whose weights change. */
  readonly network: Network;
  /** Its optimiser. */
  readonly adam: Adam;
  /** Hyper-parameters. */
  readonly settings: PpoSettings;
  /** Shuffles the steps of a batch (stream `training:shuffle`). */
  readonly random: Random;
  /** Where the episodes are from, for messages. */
  readonly where: string;
  /** Names of the features. */
  readonly features: readonly string[];
  /** What the datasets come to. */
  readonly baseline: ReplayBaseline;
  /** Seconds since some moment. */
  readonly clock: () => number;
}

/** Where a training by replay is. */
export interface ReplayPlace {
  /** Updates so far. */
  readonly updates: number;
  /** Agent-steps learned from so far. */
  readonly steps: number;
  /** Step size of the update. */
  readonly learningRate: number;
  /** Cycle of the schedules. */
  readonly cycle: number;
  /** What records call the steps. */
  readonly mode: DataMode;
}

/** The record of an update by replay. */
export type ReplayRecord = UpdateRecord & ReplayBaseline;

/** What an update by replay did. */
export interface ReplayUpdate {
  /** Its record. */
  readonly record: ReplayRecord;
  /** mean |log p − log p_old| before anything was learned. */
  readonly offPolicy: number;
}

/**
 * One update by a batch of recorded episodes, see `ppoUpdate()`.
 *
 * It never stops early: how far the network is from whoever was recorded does
 * not tell how far this update has moved it.
 *
 * @throws {TownletError} for numbers that are not finite; it names dataset and
 * batch
 */
export async function replayUpdate(
  replay: Replay,
  { steps, sequences, index }: ReplayBatch,
  place: ReplayPlace,
): Promise<ReplayUpdate> {
  const { clock, features, baseline, settings, ...learner } = replay;
  const { learningRate } = place;
  const start = clock();
  const { metrics, offPolicy } = await ppoUpdate({
    ...learner,
    ...{ steps, sequences, learningRate, batch: index },
    settings: { ...settings, target_kl: 0 },
  });
  const record = updateRecord({
    epoch: place.updates + 1,
    learning: metrics,
    learningRate,
    steps: place.steps + metrics.transitions,
    seconds: clock() - start,
    mode: place.mode,
    cycle: Math.max(0, place.cycle),
    records: place.updates + 1,
    conflict: conflictOf(steps, sequences, features),
    episodes: recorded(steps, sequences),
  });
  return { record: { ...record, ...baseline }, offPolicy };
}

/** Mean return and length of recorded episodes. */
function recorded(
  { reward }: Steps,
  sequences: readonly Sequence[],
): EpisodeMeans {
  let returns = 0;
  let lengths = 0;
  for (const { start, end } of sequences) {
    for (let step = start; step < end; step++) returns += reward[step];
    lengths += end - start;
  }
  return {
    episode_return_mean: returns / sequences.length,
    episode_length_mean: lengths / sequences.length,
  };
}
