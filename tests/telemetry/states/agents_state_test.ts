import { assertEquals } from "@std/assert";
import { tidy } from "../../../src/telemetry/state_channel.ts";
import { agentsState } from "../../../src/telemetry/states/agents_state.ts";
import { SHIFT } from "../../../src/world/world.ts";
import { agentOf, tinyTown } from "../../helpers/tiny_town.ts";
import { OPTIONS, viewOf } from "./views.ts";

const BATH = {
  agents: [{ id: "ana", at: [1, 1], wallet: 5, needs: [0.9, 0.2, 0.9] }],
  objects: [{ id: "bath", type: "shower", at: [2, 1] }],
} as const;

Deno.test("agentsState() begins with body, money, shift and an empty inventory", () => {
  const simulation = tinyTown(BATH);
  assertEquals(tidy(agentsState(viewOf(simulation)), OPTIONS), {
    ana: {
      pos: [1, 1],
      needs: { hunger: 0.9, hygiene: 0.2, energy: 0.9 },
      wallet: 5,
      shift: "pre_shift",
      attendance: 0,
      basket: 0.62,
      inv: {},
    },
  });
});

Deno.test("agentsState() tells what somebody does, and how the last action went", () => {
  const simulation = tinyTown(BATH);
  const view = viewOf(simulation);
  const ana = () => Object(tidy(agentsState(view), OPTIONS)).ana;
  simulation.step({ ana: { kind: "request", object: "bath" } });
  assertEquals([ana().doing, ana().last], [
    undefined,
    { kind: "request", ok: true, obj: "bath" },
  ]);
  const start = { kind: "start", object: "bath", affordance: "use_shower" };
  simulation.step({ ana: start as never });
  assertEquals(ana().doing, { obj: "bath", aff: "use_shower", left: 29 });
  assertEquals(ana().last, {
    kind: "start",
    ok: true,
    obj: "bath",
    aff: "use_shower",
  });
  assertEquals(ana().inv, { showers_started: 1 });
  simulation.step({ ana: { kind: "chat", target: "ana" } });
  assertEquals(ana().last.ok, false);
  assertEquals(typeof ana().last.reason, "string");
});

Deno.test("agentsState() tells the last action without its objects where no outcomes are kept", () => {
  const simulation = tinyTown({
    ...BATH,
    config: { affordances: { outcome_history: 0 } },
  });
  simulation.step({ ana: { kind: "request", object: "bath" } });
  const state = tidy(agentsState(viewOf(simulation)), OPTIONS);
  assertEquals(Object(state.ana).last, { kind: "request", ok: true });
});

Deno.test("agentsState() tells of work what is not nothing", () => {
  const simulation = tinyTown({
    agents: [{ id: "ana" }],
    config: { jobs: { clerk: { start_tick: 10, end_tick: 20 } } },
  });
  const { world } = simulation;
  const row = agentOf(simulation, "ana");
  world.shiftState[row] = SHIFT.late;
  world.onShift[row] = 1;
  world.exitPending[row] = 1;
  world.lateTicksToday[row] = 3;
  world.lateness[row] = 4;
  world.absences[row] = 2;
  world.wagesWithheld[row] = 0.123456;
  const { ana } = Object(tidy(agentsState(viewOf(simulation)), OPTIONS));
  const { pos: _pos, needs: _needs, wallet: _wallet, ...work } = ana;
  assertEquals(work, {
    job: "clerk",
    shift: "late",
    on_shift: true,
    exit_pending: true,
    late_today: 3,
    late_total: 4,
    absent_7d: 2,
    attendance: 0,
    withheld: 0.1235,
    basket: 0.62,
    inv: {},
  });
});

Deno.test("agentsState() has everybody in order of their coming", () => {
  const simulation = tinyTown({
    agents: [{ id: "zoe" }, { id: "ana" }],
    config: { world: { agent_capacity: 4 } },
  });
  simulation.command({
    name: "spawn",
    args: {
      agent: "bo",
      pos: [5, 5],
      home: null,
      needs: { hunger: 1, hygiene: 1, energy: 1 },
      wallet: 0,
      profile: null,
      job: null,
    },
  });
  simulation.step();
  const state = agentsState(viewOf(simulation));
  assertEquals(Object.keys(state), ["zoe", "ana", "bo"]);
});
