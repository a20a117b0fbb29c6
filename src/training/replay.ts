/**
 * Replay: recorded episodes in batches, to be learned from as if they had just
 * been sampled.
 *
 * @module
 */
import type { Random } from "../base/random.ts";
import type { Shards } from "./demonstrations.ts";
import type { Sequence, Steps } from "./experience.ts";

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
    const episodes = [...sequences];
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
