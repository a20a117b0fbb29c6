import { assert, assertEquals, assertThrows } from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import { openPolicy, POLICY_NAMES } from "../../src/policy/open.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { actionMask } from "../../src/world/choices.ts";
import { hashWorld } from "../../src/world/world.ts";
import { assertNear, named, tinyTown } from "../helpers/tiny_town.ts";

const OBJECTS = [
  { id: "bed_1", type: "bed", at: [3, 3] },
  { id: "fridge_1", type: "fridge", at: [5, 3] },
  { id: "shower_1", type: "shower", at: [3, 5] },
  { id: "stove_1", type: "stove", at: [5, 5] },
] as const;

const CONFIG = {
  features: { stages: { relationships: "B" } },
  world: { grid_size: [8, 8] },
  jobs: { clerk: { start_tick: 30, end_tick: 90, location: [6, 6] } },
};

function town(policy: string | Policy, seed = 1) {
  return tinyTown({
    agents: ["a", "b", "c"].map((id) => ({ id, wallet: 9 })),
    objects: OBJECTS,
    walk: true,
    policy,
    decay: 0.002,
    config: { ...CONFIG, seed },
  });
}

Deno.test("openPolicy() knows three policies by name, and refuses others", () => {
  const { town: compiled } = town("idle");
  for (const name of POLICY_NAMES) {
    assertEquals(openPolicy(name, compiled).name, name);
  }
  assertThrows(
    () => openPolicy("clever", compiled),
    TownletError,
    "There is no policy clever",
  );
});

Deno.test("the idle wait, whatever their needs", () => {
  const sim = town("idle");
  sim.turn.trace = true;
  const seen = new Set<string>();
  for (let i = 0; i < 100; i++) {
    for (const { event } of sim.step().events) {
      if (event.startsWith("action.")) seen.add(event);
    }
  }
  assertEquals([...seen], ["action.wait"]);
  assertEquals(sim.turn.invalidChoices, 0);
});

Deno.test("the random choose evenly among what makes sense", () => {
  const sim = town("random");
  const { actions } = sim.town;
  const mask = new Uint8Array(actions.length);
  const counts = new Map<string, number>();
  const { world, turn, policy } = sim;
  const rows = new Int32Array([0]);
  const rounds = 6000;
  for (let i = 0; i < rounds; i++) {
    policy.act({ town: sim.town, world, turn, rows, count: 1, batch: null }, {
      action: turn.choice,
      logProb: turn.logProb,
      value: turn.value,
    });
    const name = actions[turn.choice[0]];
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  actionMask(sim.town, world, 0, mask);
  const allowed = actions.filter((_, k) => mask[k] === 1);
  assertEquals([...counts.keys()].sort(), allowed.toSorted());
  assertNear(turn.logProb[0], Math.fround(-Math.log(allowed.length)));
  for (const [name, count] of counts) {
    const share = count * allowed.length / rounds;
    assert(share > 0.85 && share < 1.15, `${name}: ${share}`);
  }
});

Deno.test("the random depend on the seed alone", () => {
  const run = (seed: number) => {
    const sim = town("random", seed);
    sim.runFor(200);
    return [sim.hash(), sim.turn.invalidChoices > 0];
  };
  assertEquals(run(1), run(1));
  assert(run(1)[0] !== run(2)[0]);
});

Deno.test("the random get around: they move, work, chat, use and release", () => {
  const sim = town("random");
  sim.turn.trace = true;
  const seen = new Set<string>();
  for (let i = 0; i < 1500; i++) {
    for (const { event } of sim.step().events) seen.add(event);
  }
  for (
    const event of [
      "action.move",
      "action.request",
      "action.start",
      "action.release",
      "action.chat",
      "affordance.started",
      "affordance.failed",
    ]
  ) assert(seen.has(event), event);
});

Deno.test("the scripted draw nothing at random", () => {
  const sim = town("scripted");
  const { words, draws } = {
    words: [...sim.world.randomWords],
    draws: [...sim.world.randomDraws],
  };
  sim.runFor(300);
  assertEquals([...sim.world.randomWords], words);
  assertEquals([...sim.world.randomDraws], draws);
});

Deno.test("the scripted live: they eat, wash, sleep and work", () => {
  const sim = town("scripted");
  const events = [];
  for (let i = 0; i < 1440; i++) events.push(...sim.step().events);
  const finished = new Set(
    named(events, "affordance.finished").map(({ agent, affordance }) =>
      `${agent} ${affordance}`
    ),
  );
  for (const id of ["a", "b", "c"]) {
    for (const use of ["eat_meal", "use_shower", "rest_sleep"]) {
      assert(finished.has(`${id} ${use}`), `${id} ${use}`);
    }
  }
  assertEquals(named(events, "agent.removed"), []);
  assertEquals(named(events, "shift.absent"), []);
});

Deno.test("a policy sees a world it need not change", () => {
  const inner = town("scripted");
  const { policy } = inner;
  const sim = town({
    ...policy,
    act(see, out) {
      const before = hashWorld(see.world);
      policy.act(see, out);
      assertEquals(hashWorld(see.world), before);
    },
  });
  sim.runFor(30);
});
