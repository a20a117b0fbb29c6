import { assert, assertEquals, assertRejects } from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import { Random } from "../../src/base/random.ts";
import { initNetwork } from "../../src/policy/network/init.ts";
import { openNet } from "../../src/policy/network/net.ts";
import { createAdam } from "../../src/training/adam.ts";
import { cloneEpoch, type Cloning } from "../../src/training/cloning.ts";
import type { Shard } from "../../src/training/dataset/shard.ts";
import {
  type Shards,
  survey,
  teachingSteps,
} from "../../src/training/demonstrations.ts";
import { createSteps } from "../../src/training/experience.ts";
import { openTsBackend } from "../../src/training/ts_backend.ts";

const ACTIONS = ["wait", "east", "west"];
const SHAPE = {
  features: 4,
  map: [1, 2, 2],
  mapFormat: "u8",
  actions: ACTIONS.length,
} as const;
const NET = openNet({ ...SHAPE, net: "mlp64" });
const LENGTH = 40;

/** What somebody shows: the action of features and a cell of the map. */
type Shows = (feature: number, cell: number) => number;

/** East or west by the sign of a feature, nothing where something stands. */
const bySign: Shows = (feature, cell) => cell > 0 ? 0 : feature > 0 ? 1 : 2;

/** Episodes in which every fourth step leaves no choice. */
function makeShard(seed: number, episodes: number, shows: Shows): Shard {
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

function shardsOf(...shards: readonly Shard[]): Shards {
  return {
    where: "data",
    count: shards.length,
    read: (index) => Promise.resolve(shards[index]),
  };
}

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

Deno.test("survey() holds a tenth of the episodes out, one at least", async () => {
  for (const [episodes, held] of [[2, 1], [4, 1], [20, 2], [36, 4]]) {
    const shards = shardsOf(
      makeShard(1, episodes / 2, bySign),
      makeShard(2, episodes / 2, bySign),
    );
    const found = await survey(shards, ACTIONS, "1");
    const count = found.heldOut.flatMap((flags) => [...flags])
      .reduce((sum, flag) => sum + flag, 0);
    assertEquals(count, held);
    assertEquals(found.heldOutSteps, held * LENGTH * 3 / 4);
    assertEquals(found.steps, (episodes - held) * LENGTH * 3 / 4);
    assertEquals(await survey(shards, ACTIONS, "1"), found);
  }
});

Deno.test("survey() draws what is held out from the seed", async () => {
  const shards = shardsOf(makeShard(1, 30, bySign));
  const drawn = new Set<string>();
  for (let seed = 0; seed < 8; seed++) {
    const { heldOut } = await survey(shards, ACTIONS, `${seed}`);
    drawn.add(heldOut.join());
  }
  assert(drawn.size > 4);
});

Deno.test("survey() refuses what has one episode, or little but one action", async () => {
  const refusal = (shards: Shards) =>
    assertRejects(() => survey(shards, ACTIONS, "1"), TownletError);
  assertEquals(
    (await refusal(shardsOf(makeShard(1, 1, bySign)))).code,
    "cloning.episodes",
  );
  assertEquals(
    (await refusal(shardsOf(makeShard(1, 0, bySign)))).code,
    "cloning.episodes",
  );
  const same = await refusal(
    shardsOf(makeShard(1, 20, (feature) => feature > 0.95 ? 1 : 0)),
  );
  assertEquals(same.code, "cloning.one-action");
  assert(same.message.startsWith("wait is 9"));
  // 90 % of one action may be learned from.
  await survey(
    shardsOf(makeShard(1, 20, (feature) => feature > 0.8 ? 1 : 0)),
    ACTIONS,
    "1",
  );
});

Deno.test("teachingSteps() leaves out what others chose, what was forced, what could not be", () => {
  const shard = makeShard(1, 2, bySign);
  const { steps } = shard;
  steps.external[1] = 1;
  steps.action_mask[3 * 2 + steps.action[2]] = 0;
  const found = teachingSteps(shard, new Uint8Array([0, 1]), 0, 3);
  assertEquals(found.slice(0, 4), [0, 4, 5, 6]);
  assertEquals(found.length, 28);
  const held = teachingSteps(shard, new Uint8Array([0, 1]), 1, 3);
  assertEquals([held[0], held.length], [40, 30]);
});
