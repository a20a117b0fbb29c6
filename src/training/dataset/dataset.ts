/**
 * Datasets: recorded experience, read shard by shard.
 *
 * @module
 */
import type { Sequence, Steps } from "../experience.ts";
import type { ListedEpisode, ListedMetrics } from "./episodes.ts";
import type { DatasetManifest } from "./manifest.ts";
import type { EpisodeMetrics } from "./metrics.ts";
import type { Shard } from "./shard.ts";

/** A dataset that is open. Nothing but its tables is kept in memory. */
export interface Dataset {
  /** Its folder, for messages. */
  readonly where: string;
  /** What it is. */
  readonly manifest: DatasetManifest;
  /** Its episodes, shard by shard. */
  readonly episodes: readonly ListedEpisode[];
  /** Their metrics, in the same order. */
  readonly metrics: readonly ListedMetrics[];
  /**
   * Reads a shard, and checks it.
   *
   * @param shard its index in the manifest
   * @throws {TownletError} exit code 5 for a digest that does not fit, else 2
   */
  read(shard: number): Promise<Shard>;
}

/** An episode of a dataset and its steps. */
export interface DatasetEpisode {
  /** What the table says of it. */
  readonly listed: ListedEpisode;
  /** Its metrics. */
  readonly metrics: EpisodeMetrics;
  /** Whether one should learn from it. */
  readonly accepted: boolean;
  /** Where its steps are. */
  readonly steps: Steps;
  /** Which they are. */
  readonly sequence: Sequence;
}

/** All episodes, with one shard in memory at a time. */
export async function* episodesOf(
  dataset: Dataset,
): AsyncGenerator<DatasetEpisode, void, void> {
  const { manifest, episodes, metrics } = dataset;
  let at = 0;
  for (const [shard, { accepted }] of manifest.shards.entries()) {
    const { steps, sequences } = await dataset.read(shard);
    for (const sequence of sequences) {
      yield {
        listed: episodes[at],
        metrics: metrics[at].metrics,
        accepted,
        steps,
        sequence,
      };
      at++;
    }
  }
}
