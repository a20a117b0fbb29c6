import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
} from "@std/assert";
import { openPolicy } from "../../src/policy/open.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { Simulation } from "../../src/simulation.ts";
import {
  evaluatePolicy,
  evaluationSeeds,
} from "../../src/training/evaluate.ts";
import { ACTION } from "../../src/world/town.ts";
import { tinyTown } from "../helpers/tiny_town.ts";

/** Two who like to talk; one of them starves after some twenty ticks. */
const { town } = tinyTown({
  agents: [
    { id: "a", needs: [0.2, 0.5, 0.5], profile: "socialite" },
    { id: "b", at: [1, 1], profile: "socialite" },
  ],
  decay: 0.009,
  walk: true,
  config: {
    features: { stages: { relationships: "B", social_rewards: "C1" } },
    rewards: { clip: { clip_per_tick: 1 } },
  },
});

const random = () => openPolicy("random", town);

Deno.test("evaluatePolicy() adds up the rewards of all lives of a resident", async () => {
  const simulation = new Simulation(town, { seed: 5, policy: "idle" });
  let sum = 0;
  let ended = 0;
  for (let tick = 0; tick < 60; tick++) {
    const { reward, ends } = simulation.step();
    // Rows that nobody has hold what they held last.
    const { roster, population } = simulation.world;
    for (let i = 0; i < population[0]; i++) sum += reward[roster[i]];
    for (let row = 0; row < ends.length; row++) {
      if (ends[row] === 0) continue;
      sum += reward[row];
      ended++;
    }
  }
  assert(ended > 0, "nobody starved");
  const evaluation = await evaluatePolicy(
    town,
    () => openPolicy("idle", town),
    { seeds: [5], ticks: 60 },
  );
  const [episode] = evaluation.episodes;
  assertAlmostEquals(episode.return, sum / 2, 1e-9);
  assertEquals(episode.deaths, ended);
  assertEquals(evaluation.deaths, ended);
  // A death and the next life share no tick: two residents in every tick.
  assertAlmostEquals(episode.lifeTicks, 120 / (2 + ended), 1e-9);
  assertEquals(evaluation.return, {
    mean: episode.return,
    low: null,
    high: null,
  });
  assertEquals(evaluation.name, "idle");
  assertEquals(evaluation.shares[ACTION.wait], 1);
  assertEquals(evaluation.invalid, 0);
});

Deno.test("evaluatePolicy() gives the same for the same seeds, and tells of each", async () => {
  const told: number[] = [];
  const options = { seeds: evaluationSeeds(1, 3), ticks: 40 };
  const first = await evaluatePolicy(town, random, {
    ...options,
    onSeed: ({ seed }) => void told.push(seed),
  });
  const second = await evaluatePolicy(town, random, options);
  assertEquals(told, [1_000_001, 1_000_002, 1_000_003]);
  assertEquals(first, second);
  const returns = first.episodes.map((episode) => episode.return);
  assertEquals(new Set(returns).size, 3, "seeds make no difference");
  const { mean, low, high } = first.return;
  assert(low !== null && high !== null && low < mean && mean < high);
  const shares = first.shares.reduce((a, b) => a + b, 0);
  assertAlmostEquals(shares, 1, 1e-12);
});

Deno.test("evaluatePolicy() waits for policies that answer later", async () => {
  const idle = openPolicy("idle", town);
  const later: Policy = {
    ...idle,
    name: "later",
    act: async (see, out) => {
      await Promise.resolve();
      await idle.act(see, out);
    },
  };
  const options = { seeds: [1, 2], ticks: 30 };
  const now = await evaluatePolicy(town, () => idle, options);
  const then = await evaluatePolicy(town, () => later, options);
  assertEquals(then, { ...now, name: "later" });
});

Deno.test("evaluatePolicy() counts choices that make no sense", async () => {
  const stubborn: Policy = {
    ...openPolicy("idle", town),
    act({ rows, count }, { action }) {
      for (let i = 0; i < count; i++) action[rows[i]] = ACTION.release;
    },
  };
  const { invalid } = await evaluatePolicy(town, () => stubborn, {
    seeds: [1],
    ticks: 10,
  });
  assertEquals(invalid, 1);
});

Deno.test("evaluatePolicy() refuses no seeds and no ticks", async () => {
  await assertRejects(
    () => evaluatePolicy(town, random, { seeds: [], ticks: 10 }),
    RangeError,
  );
  for (const ticks of [0, 1.5, NaN]) {
    await assertRejects(
      () => evaluatePolicy(town, random, { seeds: [1], ticks }),
      RangeError,
    );
  }
});
