import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
} from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import { Random } from "../../src/base/random.ts";
import { initNetwork } from "../../src/policy/network/init.ts";
import { networkPolicy } from "../../src/policy/network_policy.ts";
import { Simulation } from "../../src/simulation.ts";
import { createAdam } from "../../src/training/adam.ts";
import type { Shards } from "../../src/training/demonstrations.ts";
import { acceptedShards } from "../../src/training/demonstrations.ts";
import { createSteps } from "../../src/training/experience.ts";
import {
  type Replay,
  replayBaseline,
  type ReplayBatch,
  replayBatches,
  type ReplayOptions,
  type ReplayPlace,
  replayUpdate,
} from "../../src/training/replay.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import { packed, recordTicks } from "../helpers/datasets.ts";
import { backendFor, mortals } from "../helpers/learning.ts";

/** Shards of episodes with these lengths. */
function shardsOf(...lengths: readonly (readonly number[])[]): Shards {
  const shape = {
    features: 1,
    map: [0, 0, 0],
    mapFormat: "u8",
    actions: 2,
  } as const;
  return {
    where: "data",
    count: lengths.length,
    read: (index) => {
      let end = 0;
      const sequences = lengths[index].map((length) => ({
        start: end,
        end: end += length,
        bootstrap: index,
      }));
      return Promise.resolve({ steps: createSteps(shape, end), sequences });
    },
  };
}

/** Lengths of the episodes of each batch of a pass. */
async function pass(
  shards: Shards,
  options: Partial<ReplayOptions> = {},
): Promise<number[][]> {
  const batches: number[][] = [];
  const all = { size: 10, random: null, dropLast: false, ...options };
  for await (const { sequences, index } of replayBatches(shards, all)) {
    assertEquals(index, batches.length);
    batches.push(sequences.map(({ start, end }) => end - start));
  }
  return batches;
}

Deno.test("replayBatches() fills batches with whole episodes of one shard", async () => {
  const shards = shardsOf([4, 4, 4, 20, 3], [10], [1, 2]);
  assertEquals(await pass(shards), [[4, 4, 4], [20], [3], [10], [1, 2]]);
  assertEquals(await pass(shards, { dropLast: true }), [
    [4, 4, 4],
    [20],
    [10],
  ]);
  assertEquals(await pass(shardsOf()), []);
});

Deno.test("replayBatches() shuffles anew in every pass, and loses nothing", async () => {
  const lengths = Array.from({ length: 20 }, (_, i) => i + 1);
  const shards = shardsOf(lengths.slice(0, 12), lengths.slice(12));
  for (let seed = 0; seed < 5; seed++) {
    const random = Random.seeded(`${seed}`, "training:shuffle");
    const passes = [
      await pass(shards, { random }),
      await pass(shards, { random }),
    ];
    for (const batches of passes) {
      assertEquals(batches.flat().sort((a, b) => a - b), lengths, `${seed}`);
    }
    assert(passes[0].join() !== passes[1].join(), `seed ${seed}`);
    const again = Random.seeded(`${seed}`, "training:shuffle");
    assertEquals(await pass(shards, { random: again }), passes[0]);
  }
});

const town = compileTown(mortals);
const backend = backendFor(mortals);
const PLACE: ReplayPlace = {
  updates: 4,
  steps: 1000,
  learningRate: 1e-3,
  cycle: -1,
  mode: "replay",
};

/** Who replays, and a batch that its own network, or scripts, lived. */
async function recorded(
  policy: "own" | "scripted",
): Promise<{ readonly replay: Replay; readonly batch: ReplayBatch }> {
  const network = initNetwork(
    backend.net,
    Random.seeded("1", "training:init"),
  );
  const simulation = new Simulation(town, {
    seed: 3,
    observe: "u8",
    policy: policy === "own"
      ? networkPolicy(town, network, { values: "all" })
      : policy,
  });
  const dataset = packed(town, await recordTicks(simulation, 60, 20));
  const shards = acceptedShards([dataset]);
  const options = { size: Infinity, random: null, dropLast: false };
  for await (const batch of replayBatches(shards, options)) {
    const replay: Replay = {
      backend,
      network: { net: network.net, weights: network.weights.slice() },
      adam: createAdam(network.net.size),
      settings: mortals.ppo,
      random: Random.seeded("1", "training:shuffle"),
      where: dataset.where,
      features: dataset.manifest.feature_names,
      baseline: replayBaseline([dataset]),
      clock: () => 0,
    };
    return { replay, batch };
  }
  throw new Error("nothing was recorded");
}

Deno.test("replayUpdate() learns, and tells of the episodes and their dataset", async () => {
  const { replay, batch } = await recorded("own");
  const before = replay.network.weights.slice();
  const { record, offPolicy } = await replayUpdate(replay, batch, PLACE);
  assert(replay.network.weights.some((weight, i) => weight !== before[i]));
  // The network acted itself, before it learned.
  assertAlmostEquals(offPolicy, 0, 1e-6);
  const { steps, sequences } = batch;
  const own = steps.external.reduce((sum, external) => sum + 1 - external, 0);
  let returns = 0;
  for (const { start, end } of sequences) {
    returns += steps.reward.subarray(start, end).reduce((a, b) => a + b, 0);
  }
  assertEquals(record.transitions, own);
  assertEquals(record.steps, 1000 + own);
  assertEquals([record.epoch, record.log_stream_offset], [5, 5]);
  assertEquals([record.cycle_id, record.data_mode], [0, "replay"]);
  assertEquals([record.rollout_ticks, record.queue_conflict_events], [0, 0]);
  assertAlmostEquals(
    (record.episode_return_mean ?? NaN) * sequences.length,
    returns,
    1e-4,
  );
  assert(record.baseline_sample_count >= sequences.length);
  assertAlmostEquals(
    record.baseline_reward_sum_mean * record.baseline_sample_count,
    record.baseline_reward_sum,
    1e-9,
  );
});

Deno.test("replayBaseline() counts what was accepted, of all datasets", async () => {
  const simulation = new Simulation(town, { seed: 3, observe: "u8" });
  const episodes = await recordTicks(simulation, 20, 5);
  // A shard for each episode; every third was rejected.
  const dataset = packed(town, episodes, 1);
  const { manifest, metrics } = dataset;
  const shards = manifest.shards.map((shard, i) => ({
    ...shard,
    accepted: i % 3 !== 0,
  }));
  const curated = { ...dataset, manifest: { ...manifest, shards } };
  const rewards = metrics.filter(({ shard }) => shard % 3 !== 0)
    .map(({ metrics }) => metrics.reward_sum);
  const sum = rewards.reduce((sum, reward) => sum + reward, 0);
  assert(rewards.length > 2 && sum !== 0);
  const baseline = replayBaseline([curated, curated]);
  assertEquals(baseline.baseline_sample_count, 2 * rewards.length);
  assertAlmostEquals(baseline.baseline_reward_sum, 2 * sum, 1e-9);
});

Deno.test("replayUpdate() sees that somebody else acted", async () => {
  const { replay, batch } = await recorded("scripted");
  assert(mortals.ppo.target_kl > 0);
  const { offPolicy, record } = await replayUpdate(replay, batch, PLACE);
  assert(offPolicy > 0.5, `${offPolicy}`);
  // It went on all the same.
  assert(record.kl_divergence > 2 * mortals.ppo.target_kl);
  const { num_epochs, num_mini_batches } = mortals.ppo;
  assert(record.updates >= num_epochs * num_mini_batches);
  assertEquals(record.baseline_log_prob_mean, 0);
});

Deno.test("replayUpdate() names dataset and batch of numbers that are none", async () => {
  const { replay, batch } = await recorded("own");
  batch.steps.reward[batch.sequences[0].start] = NaN;
  const error = await assertRejects(
    () => replayUpdate(replay, { ...batch, index: 7 }, PLACE),
    TownletError,
    "Batch 7 of tiny",
  );
  assertEquals(error.exit, 1);
});

Deno.test("replayBatches() leaves out episodes that somebody else decided", async () => {
  const shards = shardsOf([4, 4, 4]);
  const alien: Shards = {
    ...shards,
    async read(index) {
      const shard = await shards.read(index);
      shard.steps.external.fill(1, 4, 8);
      shard.steps.external[0] = 1;
      return shard;
    },
  };
  const starts: number[] = [];
  const options = { size: 100, random: null, dropLast: false };
  for await (const { sequences } of replayBatches(alien, options)) {
    starts.push(...sequences.map(({ start }) => start));
  }
  assertEquals(starts, [0, 8]);
});
