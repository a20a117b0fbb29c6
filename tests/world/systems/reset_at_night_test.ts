import { assertEquals } from "@std/assert";
import { resetAtNight } from "../../../src/world/systems/reset_at_night.ts";
import { FLAG, SHIFT } from "../../../src/world/world.ts";
import {
  act,
  named,
  namesOf,
  needsOf,
  queueOf,
  tileOf,
  tinyTown,
} from "../../helpers/tiny_town.ts";

Deno.test("resetAtNight() comes once a day", () => {
  const { town, world, turn } = tinyTown();
  for (const tick of [1, 1439, 1441]) {
    world.tick[0] = tick;
    resetAtNight(town, world, turn);
  }
  assertEquals(turn.events, []);
  world.tick[0] = 2880;
  resetAtNight(town, world, turn);
  assertEquals(turn.events, [{
    event: "agent.nightly_reset",
    tick: 2880,
    agent: "a",
    moved: false,
  }]);
});

Deno.test("resetAtNight() lifts needs to a half and forgets the shift, not the attendance", () => {
  const sim = tinyTown({ agents: [{ id: "a", needs: [0.2, 0.5, 0.9] }] });
  const { town, world, turn } = sim;
  world.tick[0] = 1440;
  world.exitPending[0] = 1;
  world.onShift[0] = 1;
  world.shiftState[0] = SHIFT.late;
  world.shiftFlags[0] = 1023 & ~FLAG.open;
  world.lateTicksToday[0] = 9;
  world.attendance[0] = 0.75;
  world.samples[0] = 0.75;
  world.sampleCount[0] = 1;
  world.absences[0] = 2;
  resetAtNight(town, world, turn);
  assertEquals(needsOf(sim, "a"), [0.5, 0.5, 0.9]);
  assertEquals(
    [
      world.exitPending[0],
      world.onShift[0],
      world.shiftState[0],
      world.shiftFlags[0],
      world.lateTicksToday[0],
    ],
    [0, 0, SHIFT.pre_shift, 0, 0],
  );
  assertEquals(
    [world.attendance[0], world.samples[0], world.sampleCount[0]],
    [0.75, 0.75, 1],
  );
  assertEquals(world.absences[0], 2);
});

const BED = [{ id: "bed_1", type: "bed", at: [5, 5] }] as const;

Deno.test("resetAtNight() sends those who teleport home, out of every queue", () => {
  const sim = tinyTown({
    agents: [
      { id: "a", at: [1, 1], home: [3, 3] },
      { id: "b", at: [2, 2] },
    ],
    objects: BED,
  });
  const { town, world, turn } = sim;
  act(sim, {
    b: { kind: "request", object: "bed_1" },
    a: { kind: "request", object: "bed_1" },
  });
  assertEquals(queueOf(sim, "bed_1"), { holder: "a", waiting: ["b"] });
  turn.events = [];
  world.tick[0] = 1440;
  resetAtNight(town, world, turn);
  assertEquals(tileOf(sim, "a"), [3, 3]);
  // Already at home, b keeps its place and is next.
  assertEquals(queueOf(sim, "bed_1"), { holder: "b", waiting: [] });
  assertEquals(
    named(turn.events, "agent.nightly_reset")
      .map(({ agent, moved, home }) => [agent, moved, home]),
    [["a", true, [3, 3]], ["b", false, undefined]],
  );
  assertEquals(world.cooldowns[0], 0);
});

Deno.test("resetAtNight() cancels the use of those it sends home", () => {
  const sim = tinyTown({
    agents: [{ id: "a", at: [1, 1], home: [3, 3] }],
    objects: BED,
  });
  act(sim, { a: { kind: "request", object: "bed_1" } });
  act(sim, { a: { kind: "start", object: "bed_1", affordance: "rest_sleep" } });
  sim.turn.events = [];
  sim.world.tick[0] = 1440;
  resetAtNight(sim.town, sim.world, sim.turn);
  assertEquals(
    named(sim.turn.events, "affordance.failed").map((e) => e.reason),
    ["left"],
  );
  assertEquals(queueOf(sim, "bed_1").holder, null);
});

Deno.test("resetAtNight() leaves people where they are when home is taken", () => {
  const sim = tinyTown({
    agents: [
      { id: "a", at: [1, 1], home: [3, 3] },
      { id: "b", at: [3, 3], home: [5, 5] },
    ],
    objects: BED,
  });
  sim.world.tick[0] = 1440;
  resetAtNight(sim.town, sim.world, sim.turn);
  assertEquals([tileOf(sim, "a"), tileOf(sim, "b")], [[1, 1], [3, 3]]);
});

Deno.test("resetAtNight() moves nobody and cancels nothing where people walk", () => {
  const sim = tinyTown({
    agents: [{ id: "a", at: [4, 4], home: [1, 1] }],
    objects: BED,
    walk: true,
  });
  act(sim, { a: { kind: "request", object: "bed_1" } });
  act(sim, { a: { kind: "start", object: "bed_1", affordance: "rest_sleep" } });
  sim.turn.events = [];
  sim.world.tick[0] = 1440;
  resetAtNight(sim.town, sim.world, sim.turn);
  assertEquals(tileOf(sim, "a"), [4, 4]);
  assertEquals(queueOf(sim, "bed_1").holder, "a");
  assertEquals(namesOf(sim.turn.events), ["agent.nightly_reset"]);
});
