/** Shards of made-up demonstrations. @module */
import { Random } from "../../src/base/random.ts";
import { openNet } from "../../src/policy/network/net.ts";
import type { Shard } from "../../src/training/dataset/shard.ts";
import type { Shards } from "../../src/training/demonstrations.ts";
import { createSteps } from "../../src/training/experience.ts";

/** The catalogue of actions. */
export const ACTIONS = ["wait", "east", "west"];
const SHAPE = {
  features: 4,
  map: [1, 2, 2],
  mapFormat: "u8",
  actions: ACTIONS.length,
} as const;
/** A net for them. */
export const NET = openNet({ ...SHAPE, net: "mlp64" });
/** Steps of an episode. */
export const LENGTH = 40;

/** What somebody shows: the action of features and a cell of the map. */
type Shows = (feature: number, cell: number) => number;

/** East or west by the sign of a feature, nothing where something stands. */
export function bySign(feature: number, cell: number): number {
  return cell > 0 ? 0 : feature > 0 ? 1 : 2;
}

/** Episodes in which every fourth step leaves no choice. */
export function makeShard(seed: number, episodes: number, shows: Shows): Shard {
  const random = Random.seeded(String(seed), "test");
  const steps = createSteps(SHAPE, episodes * LENGTH);
  for (let step = 0; step < steps.action.length; step++) {
    for (let i = 0; i < 4; i++) {
      steps.obs_features[4 * step + i] = 2 * random.float() - 1;
      steps.obs_map[4 * step + i] = random.int(0, 1);
    }
    steps.action[step] = shows(
      steps.obs_features[4 * step + 2],
      steps.obs_map[4 * step + 3],
    );
    for (let k = 0; k < ACTIONS.length; k++) {
      steps.action_mask[ACTIONS.length * step + k] =
        step % 4 !== 3 || k === steps.action[step] ? 1 : 0;
    }
  }
  const sequences = Array.from({ length: episodes }, (_, i) => ({
    start: i * LENGTH,
    end: (i + 1) * LENGTH,
    bootstrap: 0,
  }));
  return { steps, sequences };
}

/** They, as they are read. */
export function shardsOf(...shards: readonly Shard[]): Shards {
  return {
    where: "data",
    count: shards.length,
    read: (index) => Promise.resolve(shards[index]),
  };
}
