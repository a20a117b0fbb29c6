import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Random } from "../../src/base/random.ts";
import type { Config } from "../../src/config/config.ts";
import { CORE_MANIFEST } from "../../src/config/manifest.ts";
import { initNetwork } from "../../src/policy/network/init.ts";
import { freshConflicts } from "../../src/training/fresh_rollouts.ts";
import { backendFor } from "../helpers/learning.ts";
import { tinyConfig } from "../helpers/tiny_town.ts";

/** A town in which several want the one bed, and long waits are conflicts. */
function rivals(episode_ticks: number): Config {
  return tinyConfig({
    agents: ["a", "b", "c", "d"].map((id, i) => ({
      id,
      at: [i, 1] as const,
      needs: [1, 1, 0.1] as const,
    })),
    objects: [{ id: "bed", type: "bed", at: [1, 2] }],
    decay: 0.001,
    config: {
      features: {
        stages: { relationships: "B" },
        systems: { observations: "compact" },
      },
      queue_fairness: { long_wait_ticks: 1, cooldown_ticks: 0 },
      world: { grid_size: [5, 5], agent_capacity: 4 },
      training: { episode_ticks },
      ppo: { num_worlds: 2, rollout_length: 50 },
    },
  });
}

async function conflicts(seed: number, episodeTicks: number, ticks = 50) {
  const town = rivals(episodeTicks);
  const config = { ...town, ppo: { ...town.ppo, rollout_length: ticks } };
  const backend = backendFor(config);
  const network = initNetwork(backend.net, Random.seeded("1", "test"));
  const before = network.weights.slice();
  const found = await freshConflicts({
    ...{ config, manifest: CORE_MANIFEST, seed, backend, network },
    ...{ worlds: 2, workers: 1 },
  });
  assertEquals(network.weights, before);
  return found;
}

Deno.test("freshConflicts() counts conflicts of an episode, the same for the same seed", async () => {
  const found = await conflicts(3, 200);
  assert(found.queue_conflict_events > 0);
  assert(found.queue_conflict_intensity_sum > 0);
  assertEquals(await conflicts(3, 200), found);
  const whole = await conflicts(3, 200, 200);
  assertEquals(whole.queue_conflict_events, found.queue_conflict_events);
  // Added up in another order.
  assertAlmostEquals(
    whole.queue_conflict_intensity_sum,
    found.queue_conflict_intensity_sum,
    1e-9,
  );
  const other = await conflicts(4, 200);
  assert(
    other.queue_conflict_intensity_sum !== found.queue_conflict_intensity_sum,
  );
  const longer = await conflicts(3, 400);
  assert(longer.queue_conflict_events > found.queue_conflict_events);
});
