import { assertEquals, assertThrows } from "@std/assert";
import { Random } from "../../../src/base/random.ts";
import type { ObservationBatch } from "../../../src/observations/batch.ts";
import { observationSpec } from "../../../src/observations/spec.ts";
import { logProbOf } from "../../../src/policy/network/choose.ts";
import { openForward } from "../../../src/policy/network/forward.ts";
import { initNetwork } from "../../../src/policy/network/init.ts";
import { fillInput } from "../../../src/policy/network/input.ts";
import { openNet } from "../../../src/policy/network/net.ts";
import { networkPolicy } from "../../../src/policy/network_policy.ts";
import { Simulation } from "../../../src/simulation.ts";
import { Recorder } from "../../../src/training/dataset/recorder.ts";
import { ACTION } from "../../../src/world/town.ts";
import { clockPolicy, recordTicks } from "../../helpers/datasets.ts";
import { tinyConfig } from "../../helpers/tiny_town.ts";
import { compileTown } from "../../../src/world/compile/town.ts";

const BED = { id: "bed", type: "bed", at: [1, 0] as const };
const PEOPLE = [
  { id: "a", needs: [1, 1, 0.2] as const },
  { id: "b", at: [3, 3] as const, needs: [1, 1, 1] as const },
];
const lively = (config: Record<string, unknown> = {}) =>
  compileTown(tinyConfig({
    agents: PEOPLE,
    objects: [BED],
    decay: 0.001,
    walk: true,
    config,
  }));

Deno.test("a step holds what the action was chosen from, not what came of it (rule 1)", async () => {
  const town = lively();
  const seen: Float32Array[] = [];
  const masks: Uint8Array[] = [];
  const maps: Uint8Array[] = [];
  const twin = new Simulation(town, { policy: "random", observe: "u8" });
  const [a] = await recordTicks(
    new Simulation(town, { policy: "random", observe: "u8" }),
    12,
    1440,
    () => {
      const row = twin.batch?.row(0);
      if (row === undefined) return;
      seen.push(row.features.slice());
      masks.push(row.actionMask.slice());
      maps.push(Uint8Array.from(row.map));
      twin.step();
    },
  );
  assertEquals(a.sequence, { start: 0, end: 12, bootstrap: 0 });
  const features = seen[0].length;
  for (let step = 0; step < 12; step++) {
    const row = (from: Float32Array | Uint8Array, size: number) => [
      ...from.subarray(step * size, (step + 1) * size),
    ];
    assertEquals(row(a.steps.obs_features, features), [...seen[step]]);
    assertEquals(row(a.steps.action_mask, masks[0].length), [...masks[step]]);
    assertEquals(row(a.steps.obs_map, maps[0].length), [...maps[step]]);
  }
  assertEquals([...a.steps.tick.slice(0, 12)], [...Array(12).keys()]);
});

Deno.test("log-probability and value are of whoever acted, when they acted (rule 2)", async () => {
  const policy = clockPolicy(ACTION.wait);
  const [a, b] = await recordTicks(
    new Simulation(lively(), { policy, observe: "u8" }),
    5,
  );
  for (const { steps, sequence, episode } of [a, b]) {
    assertEquals([...steps.value.slice(0, 5)], [0, 1, 2, 3, 4]);
    assertEquals([...steps.log_prob.slice(0, 5)], Array(5).fill(-0.5));
    // Valued where it was cut (rule 3).
    assertEquals(sequence.bootstrap, 5);
    assertEquals(episode.end_reason, "end");
    assertEquals([...steps.truncated.slice(0, 5)], [0, 0, 0, 0, 1]);
    assertEquals([...steps.terminated.slice(0, 5)], [0, 0, 0, 0, 0]);
  }
});

Deno.test("episodes are cut after their ticks, and valued by what follows (rule 3)", async () => {
  const policy = clockPolicy(ACTION.wait);
  const simulation = new Simulation(lively(), { policy, observe: "u8" });
  const episodes = await recordTicks(simulation, 6, 3);
  assertEquals(
    episodes.map(({ sequence: { end, bootstrap }, episode, steps }) => [
      episode.agent_id,
      steps.tick[0],
      end,
      bootstrap,
      episode.end_reason,
    ]),
    [
      ["a", 0, 3, 3, "truncated"],
      ["b", 0, 3, 3, "truncated"],
      ["a", 3, 3, 6, "truncated"],
      ["b", 3, 3, 6, "truncated"],
    ],
  );
  assertEquals(simulation.world.tick[0], 6);
});

Deno.test("a life's end ends its episode, and a newcomer begins one (rules 3, 4)", async () => {
  const town = lively({
    features: { systems: { lifecycle: "on" } },
    lifecycle: { respawn_delay_ticks: 1 },
  });
  const policy = clockPolicy(ACTION.wait);
  const simulation = new Simulation(town, { policy, observe: "u8" });
  const episodes = await recordTicks(simulation, 8, 1440, (tick) => {
    if (tick === 2) {
      simulation.command({ name: "kill", args: { agent: "a", reason: null } });
    }
  });
  const told = episodes.map(({ sequence, episode, steps }) => ({
    id: episode.agent_id,
    from: steps.tick[0],
    length: sequence.end,
    terminated: steps.terminated[sequence.end - 1],
    truncated: steps.truncated[sequence.end - 1],
    bootstrap: sequence.bootstrap,
    end: episode.end_reason,
    slot: steps.agent_slot[0],
  }));
  assertEquals(told[0], {
    id: "a",
    from: 0,
    length: 3,
    terminated: 1,
    truncated: 0,
    bootstrap: 0,
    end: "killed",
    slot: 0,
  });
  assertEquals(told.length, 3);
  const newcomer = told[2];
  assertEquals([newcomer.slot, newcomer.id === "a"], [0, false]);
  // Spawned within a tick: the first observation is the one after it.
  assertEquals(newcomer.from + newcomer.length, 8);
  assertEquals(newcomer.from > 3, true);
});

Deno.test("steps of the possessed are external; of the bound, what the mask leaves (rule 5)", async () => {
  const town = lively();
  const simulation = new Simulation(town, {
    policy: "scripted",
    observe: "u8",
  });
  simulation.world.possessed[1] = 1;
  const [a, b] = await recordTicks(simulation, 9);
  // Who was possessed when the recording began, was before its first step.
  assertEquals([...b.steps.external.slice(0, 9)], Array(9).fill(1));
  assertEquals([...b.steps.action.slice(0, 9)], Array(9).fill(ACTION.wait));
  assertEquals(a.steps.external.slice(0, 9).every((one) => one === 0), true);
  const sleep = town.actions.indexOf("use:rest_sleep");
  const actions = [...a.steps.action.slice(0, 9)];
  // Asks, starts, then sleeps: not asked while it does.
  assertEquals(actions.slice(0, 2), [sleep, sleep]);
  assertEquals(actions.slice(2), Array(7).fill(ACTION.wait));
  for (const [step, action] of actions.entries()) {
    const at = step * town.actions.length;
    assertEquals(a.steps.action_mask[at + action], 1);
  }
  assertEquals(a.steps.log_prob.slice(0, 9).every((one) => one === 0), true);
});

Deno.test("choices that cannot be done are counted", async () => {
  const policy = clockPolicy(ACTION.goWork);
  const [a] = await recordTicks(
    new Simulation(lively(), { policy, observe: "u8" }),
    4,
  );
  assertEquals(a.episode.blocked, 4);
  assertEquals([...a.steps.action.slice(0, 4)], Array(4).fill(ACTION.goWork));
});

Deno.test("who does not observe or does not value everybody is not recorded", () => {
  const town = lively();
  const options = { episodeTicks: 10, world: 0 };
  assertThrows(
    () => new Recorder(new Simulation(town), options),
    RangeError,
    "nobody observes",
  );
  const policy = { ...clockPolicy(ACTION.wait), everyTick: false };
  assertThrows(
    () =>
      new Recorder(new Simulation(town, { policy, observe: "u8" }), options),
    RangeError,
    "does not value everybody",
  );
});

Deno.test("what a network drew and expected can be worked out from what is recorded (rules 1-3)", async () => {
  const town = lively();
  const { featureNames, mapShape } = observationSpec(town);
  const net = openNet({
    net: "mlp64",
    features: featureNames.length,
    map: mapShape,
    actions: town.actions.length,
  });
  const network = initNetwork(net, Random.seeded("1", "training:init"));
  const policy = networkPolicy(town, network, { values: "all" });
  const simulation = new Simulation(town, { policy, observe: "u8" });
  const [{ steps, sequence }] = await recordTicks(simulation, 30);
  const forward = openForward(net);
  const look = (
    seen: Pick<ObservationBatch, "map" | "features" | "actionMask">,
    row: number,
  ) => {
    const input = new Float32Array(net.inputs);
    fillInput(seen, net, row, input, 0);
    const at = row * town.actions.length;
    const actionMask = seen.actionMask.slice(at, at + town.actions.length);
    return forward(network.weights, { rows: 1, input, actionMask });
  };
  const seen = {
    map: steps.obs_map,
    features: steps.obs_features,
    actionMask: steps.action_mask,
  };
  let drawn = 0;
  for (let step = 0; step < 30; step++) {
    const { logits, value } = look(seen, step);
    assertEquals(steps.value[step], value[0]);
    if (steps.log_prob[step] === 0) continue;
    drawn++;
    const action = steps.action[step];
    assertEquals(
      steps.log_prob[step],
      Math.fround(logProbOf(logits, 0, town.actions.length, action)),
    );
  }
  assertEquals(drawn > 10, true);
  const { batch } = simulation;
  if (batch === null) throw new Error("nobody observes");
  assertEquals(sequence.bootstrap, look(batch, 0).value[0]);
});
