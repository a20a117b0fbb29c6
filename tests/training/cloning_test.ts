import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import { Random } from "../../src/base/random.ts";
import { initNetwork } from "../../src/policy/network/init.ts";
import { policyHash } from "../../src/policy/network/net.ts";
import { createAdam } from "../../src/training/adam.ts";
import { cloneEpoch, type Cloning } from "../../src/training/cloning.ts";
import type { Shard } from "../../src/training/dataset/shard.ts";
import { type Shards, survey } from "../../src/training/demonstrations.ts";
import { openTsBackend } from "../../src/training/ts_backend.ts";
import { ACTIONS, bySign, LENGTH, makeShard, NET, shardsOf } from "./shards.ts";

const SETTINGS = { learning_rate: 1e-2, batch_size: 64, weight_decay: 0 };

async function cloning(
  seed: string,
  shards: Shards,
  settings: Partial<Cloning["settings"]> = {},
): Promise<Cloning> {
  return {
    backend: openTsBackend(NET),
    network: initNetwork(NET, Random.seeded(seed, "training:init")),
    adam: createAdam(NET.size),
    shards,
    survey: await survey(shards, ACTIONS, seed),
    settings: { ...SETTINGS, ...settings },
    random: Random.seeded(seed, "training:shuffle"),
  };
}

Deno.test("cloneEpoch() learns what is shown, and agrees with what it never saw", async () => {
  const shards = shardsOf(makeShard(1, 24, bySign), makeShard(2, 16, bySign));
  const work = await cloning("7", shards);
  const before = work.network.weights.slice();
  const first = await cloneEpoch(work);
  assert(work.network.weights.some((weight, i) => weight !== before[i]));
  let last = first;
  for (let epoch = 1; epoch < 20; epoch++) last = await cloneEpoch(work);
  assert(last.loss < first.loss, `${first.loss} to ${last.loss}`);
  assert(last.accuracy > 0.95, `${last.accuracy}`);
  assert(last.heldOut.accuracy > 0.95, `${last.heldOut.accuracy}`);
  for (const recall of last.heldOut.recall) assert((recall ?? 0) > 0.85);
  // Three steps of four leave a choice, and four episodes are held out.
  assertEquals(last.steps, 36 * LENGTH * 3 / 4);
});

Deno.test("cloneEpoch() gives the same weights for the same seed", async () => {
  const weights = async (seed: string) => {
    const work = await cloning(seed, shardsOf(makeShard(1, 4, bySign)));
    await cloneEpoch(work);
    return work.network.weights;
  };
  const before = await weights("3");
  assertEquals(await weights("3"), before);
  assert((await weights("4")).some((weight, i) => weight !== before[i]));
});

Deno.test("cloneEpoch() learns nothing from what is held out", async () => {
  const hash = async (change: (shard: Shard, episode: number) => void) => {
    const shard = makeShard(1, 4, bySign);
    const work = await cloning("3", shardsOf(shard));
    change(shard, work.survey.heldOut[0].indexOf(1));
    await cloneEpoch(work);
    return policyHash(work.network);
  };
  const strange = ({ steps, sequences }: Shard, episode: number) => {
    const { start, end } = sequences[episode];
    steps.obs_features.fill(9, 4 * start, 4 * end);
  };
  const before = await hash(() => {});
  assertEquals(await hash(strange), before);
  const other = await hash((shard, episode) =>
    strange(shard, (episode + 1) % 4)
  );
  assertNotEquals(other, before);
});

Deno.test("cloneEpoch() tells means over decisions, whatever the minibatches", async () => {
  const shards = shardsOf(makeShard(1, 4, bySign));
  const still = { learning_rate: 0 };
  // 90 decisions: one minibatch, or two and a part of one.
  const whole = await cloneEpoch(
    await cloning("5", shards, { ...still, batch_size: 90 }),
  );
  const parts = await cloneEpoch(
    await cloning("5", shards, { ...still, batch_size: 40 }),
  );
  assertEquals([whole.steps, parts.steps], [90, 90]);
  assertAlmostEquals(parts.loss, whole.loss, 1e-9);
  assertEquals(parts.accuracy, whole.accuracy);
  assertEquals(parts.heldOut, whole.heldOut);
});

Deno.test("cloneEpoch() pulls weights to 0 by their decay", async () => {
  const norm = async (weight_decay: number) => {
    const shards = shardsOf(makeShard(1, 4, bySign));
    const work = await cloning("5", shards, { weight_decay });
    for (let epoch = 0; epoch < 3; epoch++) await cloneEpoch(work);
    return Math.hypot(...work.network.weights);
  };
  assert(await norm(1) < await norm(0));
});

Deno.test("cloneEpoch() stops where the loss is no number, and says where", async () => {
  const work = await cloning("5", shardsOf(makeShard(1, 4, bySign)));
  work.network.weights.fill(NaN);
  const error = await assertRejects(
    () => cloneEpoch(work),
    TownletError,
    "minibatch 0 of shard 0",
  );
  assertEquals([error.where, error.exit], ["data", 1]);
  assertEquals(work.adam.t, 0);
});
