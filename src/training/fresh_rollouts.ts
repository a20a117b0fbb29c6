/**
 * Conflicts in rollouts that nothing is learned from.
 *
 * @module
 */
import { Random } from "../base/random.ts";
import type { Config } from "../config/config.ts";
import type { Manifest } from "../config/manifest.ts";
import { observationSpec, smallestMapFormat } from "../observations/spec.ts";
import type { Network } from "../policy/network/net.ts";
import { TALLIES, TALLY } from "../vector/tallies.ts";
import { openVectorTown } from "../vector/vector.ts";
import { compileTown } from "../world/compile/town.ts";
import type { StageFigures } from "./anneal_flags.ts";
import type { Backend } from "./backend.ts";
import { Sampler } from "./rollout.ts";

/** Rollouts that are to be looked at. */
export interface FreshOptions {
  /** The town. */
  readonly config: Config;
  /** Its affordances. */
  readonly manifest: Manifest;
  /** Seed of the first world. */
  readonly seed: number;
  /** Worlds, an episode in each. */
  readonly worlds: number;
  /** Threads that step them, at most as many as worlds. */
  readonly workers: number;
  /** Computes the network. */
  readonly backend: Backend;
  /** Decides for everybody. */
  readonly network: Network;
}

/**
 * Conflicts in queues, and the sum of their intensities, while a network alone
 * decides for an episode at least. The same worlds and network give the same numbers.
 */
export async function freshConflicts(
  { config, manifest, seed, worlds, workers, backend, network }: FreshOptions,
): Promise<Omit<StageFigures, "loss_total">> {
  const { episode_ticks } = config.training;
  const spec = observationSpec(compileTown(config, manifest));
  using vector = await openVectorTown(config, {
    ...{ manifest, seed, worlds, workers },
    mapFormat: smallestMapFormat(spec),
  });
  const random = Random.seeded(String(seed), "training:actions");
  const tallies = new Float64Array(TALLIES.length);
  const ticks = Math.min(episode_ticks, config.ppo.rollout_length);
  const sampler = new Sampler({ vector, backend, ticks });
  for (let done = 0; done < episode_ticks; done += ticks) {
    const rollout = await sampler.collect(network, random);
    rollout.tallies.forEach((count, i) => tallies[i] += count);
  }
  return {
    queue_conflict_events: tallies[TALLY.queue_conflict_events],
    queue_conflict_intensity_sum: tallies[TALLY.queue_conflict_intensity_sum],
  };
}
