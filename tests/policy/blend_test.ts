import { assert, assertEquals, assertThrows } from "@std/assert";
import { Random } from "../../src/base/random.ts";
import { idlePolicy, randomPolicy } from "../../src/policy/baselines.ts";
import { blendPolicy } from "../../src/policy/blend.ts";
import { networkPolicy } from "../../src/policy/network_policy.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { scriptedPolicy } from "../../src/policy/scripted.ts";
import { Simulation } from "../../src/simulation.ts";
import { ACTION } from "../../src/world/town.ts";
import { busyTown } from "../helpers/busy_town.ts";
import { networkFor } from "../helpers/networks.ts";
import { tinyTown } from "../helpers/tiny_town.ts";

const town = busyTown({ movement: "walk", backend: "scripted" });
const learned = networkPolicy(town, networkFor(town));
const scripted = scriptedPolicy(town);

function open(policy: Policy): Simulation {
  return new Simulation(town, { seed: 1, policy });
}

/** Digest of 60 ticks, and numbers drawn from the stream `anneal`. */
function run(policy: Policy): [hash: string, draws: number] {
  const sim = open(policy);
  sim.runFor(60);
  return [sim.hash(), sim.world.randomDraws[2]];
}

Deno.test("a ratio of 1 is the learned policy, and draws nothing", () => {
  assertEquals(run(blendPolicy({ learned, scripted, ratio: 1 })), run(learned));
});

Deno.test("with a ratio of 0 or null the configured policy decides alone, and nothing is drawn", () => {
  for (const ratio of [0, null]) {
    for (const backend of ["learned", "scripted"] as const) {
      const [, draws] = run(blendPolicy({ learned, scripted, ratio, backend }));
      assertEquals(draws, 0);
    }
    assertEquals(
      run(blendPolicy({ learned, scripted, ratio })),
      run(learned),
    );
  }
  // Scripts alone look at nothing: the blend observes, which gives slots away.
  const alone = blendPolicy({
    learned,
    scripted,
    ratio: 0,
    backend: "scripted",
  });
  const observed = new Simulation(town, {
    seed: 1,
    policy: scripted,
    observe: "f32",
  });
  observed.runFor(60);
  assertEquals(run(alone)[0], observed.hash());
});

Deno.test("each decision is drawn for, agents in order, and a draw below the ratio is the learned policy's", () => {
  const { town } = tinyTown({ agents: 20 });
  const always = (action: number): Policy => ({
    ...idlePolicy(),
    act: ({ rows, count }, out) => {
      for (let i = 0; i < count; i++) out.action[rows[i]] = action;
    },
  });
  const sim = new Simulation(town, {
    seed: 11,
    policy: blendPolicy({
      learned: always(ACTION.release),
      scripted: always(ACTION.wait),
      ratio: 0.3,
    }),
  });
  const draws = Random.seeded("11", "anneal");
  let taken = 0;
  for (let tick = 0; tick < 100; tick++) {
    const { turn } = sim;
    sim.step();
    for (let i = 0; i < turn.rowCount; i++) {
      const isLearned = draws.float() < 0.3;
      const action = turn.choice[turn.rows[i]];
      assertEquals(action, isLearned ? ACTION.release : ACTION.wait);
      if (isLearned) taken++;
    }
  }
  assert(Math.abs(taken / 2000 - 0.3) < 0.04, String(taken));
});

Deno.test("scripts that may not cut a use short never do, whoever else may", () => {
  const sim = open(blendPolicy({
    learned: randomPolicy(town),
    scripted: idlePolicy(),
    ratio: 0.5,
  }));
  const { turn } = sim;
  let asked = 0;
  for (let tick = 0; tick < 150; tick++) {
    const before = turn.invalidChoices;
    sim.step();
    asked += turn.rowCount;
    for (let i = 0; i < turn.rowCount; i++) {
      if (turn.choice[turn.rows[i]] === ACTION.wait) {
        assertEquals(turn.blocked[turn.rows[i]], 0);
      }
    }
    assert(turn.invalidChoices - before <= turn.rowCount);
  }
  assert(asked > 500);
});

Deno.test("a shared run is the same for the same seed, and goes on from world and batch", () => {
  const shared = () => blendPolicy({ learned, scripted, ratio: 0.5 });
  const whole = open(shared());
  whole.runFor(40);
  const parts = open(shared());
  parts.runFor(25);
  const resumed = new Simulation(town, {
    world: parts.world,
    batch: JSON.parse(JSON.stringify(parts.saveBatch())),
    policy: shared(),
  });
  resumed.runFor(15);
  assertEquals(resumed.hash(), whole.hash());
});

Deno.test("who answers later is waited for", async () => {
  const later: Policy = {
    ...learned,
    async act(see, out) {
      await Promise.resolve();
      await learned.act(see, out);
    },
  };
  const shared = blendPolicy({ learned: later, scripted, ratio: 0.5 });
  assertThrows(() => open(shared).step(), TypeError, "answers later");
  const sim = open(shared);
  await sim.runForAsync(30);
  const now = open(blendPolicy({ learned, scripted, ratio: 0.5 }));
  now.runFor(30);
  assertEquals(sim.hash(), now.hash());
});

Deno.test("a shared policy is known by both names, and by the learned one's digest", () => {
  const policy = blendPolicy({ learned, scripted, ratio: 0.5 });
  assertEquals(policy.name, "network+scripted");
  assertEquals(policy.spec, learned.spec);
  assertEquals(policy.policyHash?.(), learned.policyHash?.());
  const without = blendPolicy({
    learned: idlePolicy(),
    scripted,
    ratio: 0.5,
  });
  assertEquals([without.sees, without.policyHash], ["world", undefined]);
});

Deno.test("what is no share is refused", () => {
  for (const ratio of [-0.01, 1.01, NaN]) {
    assertThrows(
      () => blendPolicy({ learned, scripted, ratio }),
      RangeError,
      "share",
    );
  }
});
