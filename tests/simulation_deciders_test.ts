import { assert, assertEquals, assertThrows } from "@std/assert";
import { idlePolicy, randomPolicy } from "../src/policy/baselines.ts";
import { blendPolicy } from "../src/policy/blend.ts";
import { networkPolicy } from "../src/policy/network_policy.ts";
import type { Policy } from "../src/policy/policy.ts";
import { scriptedPolicy } from "../src/policy/scripted.ts";
import { Simulation } from "../src/simulation.ts";
import type { Turn } from "../src/world/turn.ts";
import { networkFor } from "./helpers/networks.ts";
import { agentOf, tinyTown } from "./helpers/tiny_town.ts";

/** What a tick tells of who decides. */
function news(turn: Turn): unknown[] {
  return turn.events
    .filter(({ event }) => /^policy\.(changed|poss|anneal)/.test(event))
    .map(({ tick: _tick, ...rest }) => rest);
}

const possessed = (...agents: string[]) => ({
  event: "policy.possession_changed",
  agents,
});

Deno.test("possess() takes decisions away once, releasePossession() gives them back once", () => {
  const sim = tinyTown({ agents: 3, policy: "random" });
  assertEquals(["c", "a", "c"].map((id) => sim.possess(id)), [
    true,
    true,
    false,
  ]);
  assertEquals(sim.possessedAgents(), ["a", "c"]);
  const { turn } = sim;
  assertEquals(news(sim.step()), [possessed("a", "c")]);
  assertEquals(turn.events[0].tick, 1);
  assertEquals([...turn.rows.subarray(0, turn.rowCount)], [agentOf(sim, "b")]);
  assertEquals(news(sim.step()), []);
  assertEquals(sim.releasePossession("a"), true);
  assertEquals(sim.releasePossession("a"), false);
  assertEquals(news(sim.step()), [possessed("c")]);
  assertEquals(turn.rowCount, 2);
  // Taken and given back between two ticks: nothing is new.
  sim.possess("b");
  sim.releasePossession("b");
  assertEquals(news(sim.step()), []);
});

Deno.test("possession ends the option and asks for a new context", () => {
  const sim = tinyTown({
    agents: [{ id: "a", at: [0, 0], needs: [0.9, 0.9, 0.2] }],
    objects: [{ id: "bed", type: "bed", at: [5, 5] }],
    walk: true,
    policy: "scripted",
  });
  const { world } = sim;
  sim.step();
  const a = agentOf(sim, "a");
  assert(world.optionAffordance[a] >= 0);
  world.contextReset[a] = 0;
  sim.possess("a");
  assertEquals([world.optionAffordance[a], world.contextReset[a]], [-1, 1]);
  const { x, y } = world;
  const before = [x[a], y[a]];
  assertEquals(before, [1, 0]);
  sim.step();
  assertEquals([x[a], y[a]], before);
  sim.step({ a: { kind: "move", position: [0, 0] } });
  assertEquals([x[a], y[a]], [0, 0]);
  sim.releasePossession("a");
  sim.step();
  assert(world.optionAffordance[a] >= 0);
});

Deno.test("what may be chosen follows possession at once", () => {
  const sim = new Simulation(tinyTown({ agents: 1 }).town, { observe: "u8" });
  const allowed = () =>
    sim.batch?.row(0).actionMask.filter((bit) => bit === 1).length;
  assert(Number(allowed()) > 1);
  sim.possess("a");
  assertEquals(allowed(), 1);
  sim.releasePossession("a");
  assert(Number(allowed()) > 1);
});

Deno.test("possess() refuses who is not there, and to be called inside a step", () => {
  const sim = tinyTown({ agents: 2 });
  for (const id of ["nobody", ""]) {
    assertThrows(() => sim.possess(id), RangeError, "no resident");
  }
  const meddling: Policy = {
    ...idlePolicy(),
    act: () => void sim.possess("b"),
  };
  sim.policy = meddling;
  assertThrows(() => sim.step(), TypeError, "not done yet");
  assertEquals(sim.possessedAgents(), []);
});

Deno.test("a possessed resident who dies is not possessed any more, and that is told", () => {
  const sim = tinyTown({
    agents: [{ id: "a", needs: [0.1, 1, 1] }, { id: "b" }],
    decay: 0.01,
    config: { features: { systems: { lifecycle: "on" } } },
  });
  sim.possess("a");
  assertEquals(news(sim.step()), [possessed("a")]);
  for (let i = 0; i < 20 && sim.world.population[0] === 2; i++) sim.step();
  assertEquals(sim.world.population[0], 1);
  assertEquals(sim.possessedAgents(), []);
  assertEquals(news(sim.turn), [possessed()]);
});

Deno.test("possession survives a tick that fails, and is told by the next that does not", () => {
  const sim = tinyTown({ agents: 2 });
  sim.possess("b");
  const { policy } = sim;
  sim.policy = {
    ...policy,
    act: () => {
      throw new Error("out of order");
    },
  };
  assertThrows(() => sim.step(), Error, "out of order");
  assertEquals(news(sim.turn), []);
  sim.policy = policy;
  assertEquals(sim.possessedAgents(), ["b"]);
  assertEquals(news(sim.step()), [possessed("b")]);
});

Deno.test("policy.changed tells of another identity, not of another object", () => {
  const sim = tinyTown({ agents: 1, policy: "idle" });
  const { town } = sim;
  sim.policy = idlePolicy();
  assertEquals(news(sim.step()), []);
  sim.policy = randomPolicy(town);
  assertEquals(news(sim.step()), [
    { event: "policy.changed", identity: { name: "random" } },
  ]);
  const learned = networkPolicy(town, networkFor(town, 1));
  sim.policy = learned;
  assertEquals(news(sim.step()), [{
    event: "policy.changed",
    identity: { name: "network", policy_hash: learned.policyHash?.() },
  }]);
  sim.policy = networkPolicy(town, networkFor(town, 1));
  assertEquals(news(sim.step()), []);
  sim.policy = networkPolicy(town, networkFor(town, 2));
  assertEquals(news(sim.step()).length, 1);
  // There and back between two ticks.
  const { policy } = sim;
  sim.policy = idlePolicy();
  sim.policy = policy;
  assertEquals(news(sim.step()), []);
});

Deno.test("setBlend() shares otherwise, and policy.anneal_changed tells of it once", () => {
  const { town } = tinyTown({ agents: 2 });
  const learned = networkPolicy(town, networkFor(town));
  const policy = blendPolicy({
    learned,
    scripted: scriptedPolicy(town),
    ratio: 0.5,
  });
  const sim = new Simulation(town, { policy });
  assertEquals(news(sim.step()), []);
  const event = "policy.anneal_changed";
  sim.setBlend(0.75);
  assertEquals(news(sim.step()), [{ event, ratio: 0.75 }]);
  assertEquals(news(sim.step()), []);
  sim.setBlend(null);
  assertEquals(news(sim.step()), [{ event }]);
  for (const ratio of [-0.1, 1.1, NaN]) {
    assertThrows(() => sim.setBlend(ratio), RangeError, "share");
  }
  assertEquals(policy.blend?.ratio, null);
  sim.policy = learned;
  assertThrows(() => sim.setBlend(0.5), TypeError, "nobody");
});

Deno.test("consumeOptionSwitches() counts from one call to the next", () => {
  const sim = tinyTown({ agents: 2 });
  assertEquals(sim.consumeOptionSwitches(), {});
  sim.world.optionSwitches[agentOf(sim, "b")] = 3;
  assertEquals(sim.consumeOptionSwitches(), { b: 3 });
  assertEquals(sim.consumeOptionSwitches(), {});
});

Deno.test("policies forget when a run begins, when a life ends and when they are told to", () => {
  const calls: unknown[] = [];
  const policy: Policy = {
    ...idlePolicy(),
    reset: (seed) => void calls.push(["reset", seed]),
    onTerminated: (agents, count) =>
      void calls.push([...agents.subarray(0, count)]),
  };
  const { town } = tinyTown({
    agents: [{ id: "a" }, { id: "b", needs: [0.02, 1, 1] }],
    decay: 0.01,
    config: { features: { systems: { lifecycle: "on" } } },
  });
  const sim = new Simulation(town, { policy, seed: 5 });
  const b = agentOf(sim, "b");
  sim.runFor(5);
  assertEquals(calls, [["reset", 5], [b]]);
  sim.resetState();
  assertEquals(calls.at(-1), ["reset", 5]);
});

Deno.test("resetState() begins deciding anew", () => {
  const sim = tinyTown({
    agents: [{ id: "a", at: [0, 0], needs: [0.9, 0.9, 0.2] }],
    objects: [{ id: "bed", type: "bed", at: [5, 5] }],
    walk: true,
    policy: "scripted",
  });
  sim.step();
  const { world } = sim;
  const a = agentOf(sim, "a");
  world.optionSwitches[a] = 2;
  sim.resetState();
  assertEquals([
    world.optionAffordance[a],
    world.brokenAffordance[a],
    world.contextReset[a],
    world.optionSwitches[a],
  ], [-1, -1, 1, 0]);
});

Deno.test("a policy that values everybody is asked in ticks without a decision, too", () => {
  const asked: number[] = [];
  const counting = (everyTick: boolean): Policy => ({
    ...idlePolicy(),
    everyTick,
    act: ({ count }) => void asked.push(count),
  });
  const sim = tinyTown({ agents: 1, policy: counting(true) });
  sim.possess("a");
  sim.step();
  assertEquals(asked, [0]);
  sim.policy = counting(false);
  sim.step();
  assertEquals(asked, [0]);
});

Deno.test("who writes no log-probability or value leaves none of a tick before", () => {
  const sim = tinyTown({ agents: 2, policy: "random" });
  const { turn } = sim;
  sim.step();
  assert(turn.logProb.some((value) => value !== 0));
  sim.policy = idlePolicy();
  sim.step();
  assert(turn.logProb.every((value) => value === 0));
});
