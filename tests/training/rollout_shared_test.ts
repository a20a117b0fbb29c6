import { assert, assertEquals } from "@std/assert";
import { Random } from "../../src/base/random.ts";
import { initNetwork } from "../../src/policy/network/init.ts";
import { openNet } from "../../src/policy/network/net.ts";
import { type Rollout, Sampler } from "../../src/training/rollout.ts";
import { openTsBackend } from "../../src/training/ts_backend.ts";
import { openVectorTown } from "../../src/vector/vector.ts";
import { config } from "../vector/lively.ts";

/** What a rollout of shared decisions holds; ratio null shares none. */
async function collect(
  ratio: number | null,
): Promise<{ readonly rollout: Rollout; readonly hashes: readonly string[] }> {
  const ticks = 60;
  using vector = await openVectorTown(config, { worlds: 2, seed: 5 });
  const net = openNet({
    net: "mlp64",
    features: vector.spec.featureNames.length,
    map: vector.spec.mapShape,
    actions: vector.town.actions.length,
  });
  const sampler = new Sampler({ vector, backend: openTsBackend(net), ticks });
  const rollout = await sampler.collect(
    initNetwork(net, Random.seeded("1", "training:init")),
    Random.seeded("1", "training:actions"),
    ratio === null
      ? undefined
      : { ratio, random: Random.seeded("1", "training:blend") },
  );
  return { rollout, hashes: vector.hashes() };
}

/** Steps with a choice, and how many of them somebody else decided. */
function decisions(
  { steps, sequences }: Rollout,
): { readonly all: number; readonly external: number } {
  const actions = steps.action_mask.length / steps.action.length;
  let all = 0;
  let external = 0;
  for (const { start, end } of sequences) {
    for (let step = start; step < end; step++) {
      const mask = steps.action_mask.subarray(
        step * actions,
        (step + 1) * actions,
      );
      const choices = mask.reduce((sum, one) => sum + one, 0);
      if (choices > 1) {
        all++;
        external += steps.external[step];
      } else assertEquals(steps.external[step], 0);
      assertEquals(mask[steps.action[step]], 1);
      if (steps.external[step] === 1) assertEquals(steps.log_prob[step], 0);
    }
  }
  return { all, external };
}

Deno.test("collect() gives the network its share of the decisions, and scripts the rest", async () => {
  for (const ratio of [0, 0.25, 0.75, 1]) {
    const { all, external } = decisions((await collect(ratio)).rollout);
    assert(all > 100);
    // Four standard deviations of a share of so many.
    const slack = 4 * Math.sqrt(ratio * (1 - ratio) / all);
    assert(
      Math.abs(1 - external / all - ratio) <= slack,
      `${ratio}: ${external} of ${all}`,
    );
  }
});

Deno.test("collect() with a share of 1 is collect() alone", async () => {
  const alone = await collect(null);
  const shared = await collect(1);
  assertEquals(shared.hashes, alone.hashes);
  assertEquals(shared.rollout.steps, alone.rollout.steps);
});

Deno.test("collect() with a share of 0 lives as scripted residents do", async () => {
  const policy = { ...config.policy, backend: "scripted" } as const;
  using scripted = await openVectorTown({ ...config, policy }, {
    worlds: 2,
    seed: 5,
  });
  for (let tick = 0; tick < 60; tick++) scripted.step();
  assertEquals((await collect(0)).hashes, scripted.hashes());
});
