/**
 * Datasets: recorded experience, read shard by shard.
 *
 * @module
 */
import type { ListedEpisode, ListedMetrics } from "./episodes.ts";
import type { DatasetManifest } from "./manifest.ts";
import type { Shard } from "./shard.ts";

/** A dataset that is open. Nothing but its tables is kept in memory. */
export interface Dataset {
  /** Its folder, for messages. */
  readonly where: string;
  /** What it is. */
  readonly manifest: DatasetManifest;
  /** Its episodes, in the order of shards. */
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
