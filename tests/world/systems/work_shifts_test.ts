import { assert, assertEquals } from "@std/assert";
import type { Simulation } from "../../../src/simulation.ts";
import type { TownEvent } from "../../../src/world/events.ts";
import { moveAgent } from "../../../src/world/spatial.ts";
import { workShifts } from "../../../src/world/systems/work_shifts.ts";
import { SHIFT_STATES } from "../../../src/world/world.ts";
import { counted } from "../../helpers/counted.ts";
import {
  agentOf,
  assertNear,
  counterOf,
  named,
  namesOf,
  play,
  tieOf,
  type TinyOptions,
  tinyTown,
  walletOf,
} from "../../helpers/tiny_town.ts";

const AT_WORK = [9, 9] as const;

/** A job from tick 10 to 29 at [9, 9], for 0.5 a tick and a fine of 1. */
function office(options: TinyOptions = {}, employment: object = {}) {
  return tinyTown({
    agents: [{ id: "a", wallet: 100 }],
    ...options,
    config: {
      world: { ticks_per_day: 100 },
      jobs: {
        clerk: {
          start_tick: 10,
          end_tick: 29,
          wage_rate: 0.5,
          lateness_penalty: 1,
          location: AT_WORK,
        },
      },
      behavior: { job_arrival_buffer: 4 },
      employment: {
        grace_ticks: 3,
        absent_cutoff: 8,
        absence_slack: 5,
        late_tick_penalty: 0.25,
        absence_penalty: 2,
        ...employment,
      },
      ...options.config,
    },
  });
}

function go(sim: Simulation, id: string, to: readonly [number, number]) {
  moveAgent(sim.town, sim.world, agentOf(sim, id), to[0], to[1]);
}

/** Lives until a tick with nobody moving; the events of it. */
function until(sim: Simulation, tick: number): TownEvent[] {
  return play(sim, {}, tick - sim.world.tick[0]);
}

function state(sim: Simulation, id = "a"): string {
  return SHIFT_STATES[sim.world.shiftState[agentOf(sim, id)]];
}

Deno.test("workShifts() knows the states of a day on time", () => {
  const sim = office();
  go(sim, "a", AT_WORK);
  const seen = [5, 6, 9, 10, 29, 30, 99, 100, 101, 106].map((tick) => {
    until(sim, tick);
    return [tick, state(sim), sim.world.onShift[0]];
  });
  assertEquals(seen, [
    [5, "idle", 0],
    [6, "await_start", 0],
    [9, "await_start", 0],
    [10, "on_time", 1],
    [29, "on_time", 1],
    [30, "post_shift", 0],
    [99, "post_shift", 0],
    // The night takes people home; see the test of the nightly reset.
    [100, "pre_shift", 0],
    [101, "idle", 0],
    [106, "await_start", 0],
  ]);
});

Deno.test("workShifts() pays every tick of presence and counts the shift at its end", () => {
  const sim = office();
  go(sim, "a", AT_WORK);
  until(sim, 29);
  assertNear(walletOf(sim, "a"), 110);
  assertNear(sim.world.wagesPaid[0], 10);
  assertEquals(counterOf(sim, "a", "wages_earned"), 20);
  assertEquals(counterOf(sim, "a", "shifts_worked"), 0);
  const events = until(sim, 99);
  assertEquals(events, []);
  assertEquals(counterOf(sim, "a", "shifts_worked"), 1);
  assertNear(sim.world.attendance[0], 1);
  assertNear(walletOf(sim, "a"), 110);
});

Deno.test("workShifts() pays what the economy pays where the job names no wage", () => {
  const sim = tinyTown({
    config: {
      jobs: { any: { start_tick: 1, end_tick: 2 } },
      economy: { wage_income: 0.75 },
    },
  });
  play(sim, {}, 3);
  assertNear(walletOf(sim, "a"), 1.5);
});

Deno.test("workShifts() finds everybody at work where a job has no place", () => {
  const sim = tinyTown({
    agents: [{ id: "a", at: [40, 40] }],
    config: {
      jobs: { any: { start_tick: 1, end_tick: 3, wage_rate: 1 } },
    },
  });
  play(sim, {}, 5);
  assertNear(walletOf(sim, "a"), 3);
});

for (
  const [walk, at, works] of [
    [false, [9, 9], true],
    [false, [8, 9], false],
    [true, [8, 8], true],
    [true, [7, 9], false],
  ] as const
) {
  Deno.test(`in ${walk ? "walk" : "teleport"}, a clerk of [9, 9] is ${works ? "" : "not "}at work on [${at}]`, () => {
    const sim = office({ walk });
    go(sim, "a", at);
    until(sim, 10);
    assertEquals(sim.world.onShift[0], works ? 1 : 0);
  });
}

for (
  const [arrives, first, fined] of [
    [10, "on_time", 0],
    [12, "on_time", 0],
    // Away, the grace is over at tick 13, before the clerk comes at 14.
    [14, "late", 1],
    [18, "late", 1],
  ] as const
) {
  Deno.test(`who comes at tick ${arrives} of a shift from 10, grace 3, is ${first}`, () => {
    const sim = office();
    until(sim, arrives - 1);
    go(sim, "a", AT_WORK);
    until(sim, arrives);
    assertEquals(state(sim), first);
    assertEquals(sim.world.lateness[0], fined);
    const away = Math.max(0, arrives - 13);
    assertNear(walletOf(sim, "a"), 100 + 0.5 - fined - 0.25 * away);
    assertNear(sim.world.wagesWithheld[0], 0.5 * away);
    until(sim, 29);
    assertEquals(state(sim), first);
    assertEquals(sim.world.lateTicks[0], first === "late" ? 29 - 13 + 1 : 0);
    until(sim, 30);
    assertNear(
      sim.world.attendance[0],
      first === "on_time" ? (30 - arrives) / 20 : 0,
    );
    assertEquals(counterOf(sim, "a", "shifts_worked"), 1);
  });
}

Deno.test("who arrives in the last tick of grace is on time, and was never fined", () => {
  const sim = office();
  until(sim, 12);
  assertEquals(state(sim), "await_start");
  assertNear(walletOf(sim, "a"), 100);
  go(sim, "a", AT_WORK);
  assertEquals(until(sim, 13), []);
  assertEquals(state(sim), "on_time");
});

Deno.test("who never comes is late after the grace and absent after the cutoff", () => {
  const sim = office();
  assertEquals(
    until(sim, 99).map((e) => [e.event, e.tick]),
    [["shift.late", 13], ["shift.absent", 19]],
  );
  // Six late ticks and the fine, then one absence.
  assertNear(walletOf(sim, "a"), 100 - 1 - 6 * 0.25 - 2);
  assertNear(sim.world.wagesWithheld[0], 0.5 * 17);
  assertEquals(sim.world.lateTicksToday[0], 6);
  assertEquals(sim.world.absences[0], 1);
  assertEquals(sim.world.absence[0], 19);
  assertEquals(counterOf(sim, "a", "shifts_worked"), 0);
  assertNear(sim.world.attendance[0], 0);
});

Deno.test("who leaves early is late, then absent, and keeps being on time when back soon", () => {
  const sim = office();
  go(sim, "a", AT_WORK);
  until(sim, 11);
  go(sim, "a", [0, 0]);
  const events = until(sim, 12);
  assertEquals(namesOf(events), ["shift.late"]);
  // Present before: late costs its tick, but no fine for coming late.
  assertNear(walletOf(sim, "a"), 101 - 0.25);
  assertEquals(sim.world.lateness[0], 0);
  go(sim, "a", AT_WORK);
  until(sim, 13);
  assertEquals(state(sim), "on_time");
  go(sim, "a", [0, 0]);
  assertEquals(namesOf(until(sim, 18)), []);
  assertEquals(state(sim), "late");
  // Last seen at tick 13, five ticks of slack.
  assertEquals(
    until(sim, 19).map((e) => e.event),
    ["shift.left_early", "shift.absent"],
  );
  assertEquals(until(sim, 29), []);
  assertEquals(sim.world.absences[0], 1);
});

Deno.test("each spell of absence is fined, its event told once a shift", () => {
  const sim = office();
  until(sim, 19);
  const fined = walletOf(sim, "a");
  go(sim, "a", AT_WORK);
  until(sim, 20);
  assertEquals(state(sim), "late");
  assertNear(walletOf(sim, "a"), fined + 0.5);
  go(sim, "a", [0, 0]);
  assertEquals(until(sim, 21).map((e) => e.event), ["shift.left_early"]);
  assertNear(walletOf(sim, "a"), fined + 0.5 - 2);
  assertEquals(until(sim, 29), []);
  assertNear(walletOf(sim, "a"), fined + 0.5 - 2);
});

Deno.test("fines take no money that is not there", () => {
  const sim = office({ agents: [{ id: "a", wallet: 0.5 }] });
  until(sim, 29);
  assertEquals(walletOf(sim, "a"), 0);
});

Deno.test("coworkers who are there help the late and take over from the absent, once", () => {
  const sim = office({
    agents: [
      { id: "c", wallet: 9 },
      { id: "b", wallet: 9 },
      { id: "a", wallet: 9 },
    ],
  });
  go(sim, "c", AT_WORK);
  go(sim, "b", AT_WORK);
  const events = until(sim, 40);
  assertEquals(named(events, "employment.helped_when_late"), [{
    event: "employment.helped_when_late",
    tick: 13,
    agent: "a",
    coworkers: ["b", "c"],
  }]);
  assertEquals(named(events, "employment.shift_taken"), [{
    event: "employment.shift_taken",
    tick: 19,
    agent: "a",
    coworkers: ["b", "c"],
  }]);
  // +0.2 +0.1 −0.1, then −0.1 +0.3 rivalry, which fades for 22 ticks.
  for (const [owner, other] of [["a", "b"], ["c", "a"]] as const) {
    assertNear(tieOf(sim, owner, other), [0.1, 0.1, 0.3 - 0.22]);
  }
  assertNear(tieOf(sim, "b", "c"), [0, 0, 0]);
});

Deno.test("of several coworkers only those who are there help", () => {
  const sim = office({
    agents: ["there", "a", "away"].map((id) => ({ id, wallet: 9 })),
  });
  go(sim, "there", AT_WORK);
  const told = named(until(sim, 13), "employment.helped_when_late")
    .map(({ agent, coworkers }) => [agent, coworkers]);
  // By its turn, the last sees the one before it, who is late and on duty.
  assertEquals(told, [["a", ["there"]], ["away", ["a", "there"]]]);
});

Deno.test("colleagues who are not there do not help, nor do those of another job", () => {
  const sim = tinyTown({
    agents: [
      { id: "a", job: "clerk", wallet: 9 },
      { id: "b", job: "clerk", wallet: 9, at: [1, 1] },
      { id: "c", job: "guard", wallet: 9 },
    ],
    config: {
      jobs: {
        clerk: { start_tick: 1, end_tick: 9, location: [20, 20] },
        guard: { start_tick: 1, end_tick: 9 },
      },
      employment: { grace_ticks: 0 },
    },
  });
  const events = play(sim);
  // b is late as well by the time it is looked at, and a is its coworker.
  assertEquals(
    events.map((e) => [e.event, "agent" in e ? e.agent : ""]),
    [
      ["shift.late", "a"],
      ["shift.late", "b"],
      ["employment.helped_when_late", "b"],
    ],
  );
});

Deno.test("workShifts() looks at many who stay away no more often each than at few", () => {
  const looksEach = (agents: number): number => {
    const { town, world, turn } = office(
      { agents: 1, config: { world: { agent_capacity: agents } } },
      { grace_ticks: 0, absent_cutoff: 0, late_tick_penalty: 0 },
    );
    for (let i = 1; i < agents; i++) {
      world.roster[i] = i;
      world.alive[i] = 1;
    }
    world.population[0] = agents;
    world.job.fill(0);
    const { list, looks } = counted(world.roster);
    const watched = { ...world, roster: list };
    for (world.tick[0] = 11; world.tick[0] < 15; world.tick[0]++) {
      turn.events = [];
      workShifts(town, watched, turn);
    }
    return looks() / agents;
  };
  const few = looksEach(20);
  const many = looksEach(400);
  assert(few > 0 && many <= 1.1 * few, `${few} looks each, ${many} each`);
});

Deno.test("the working day begins for all alike, whoever leaves home early", () => {
  const sim = office({
    agents: [{ id: "a", profile: "industrious" }, { id: "b" }],
    config: {
      world: { ticks_per_day: 100 },
      jobs: { clerk: { start_tick: 30, end_tick: 40, location: AT_WORK } },
      features: { behavior: { personality_profiles: true } },
    },
  });
  const seen = [25, 26].map((tick) => {
    until(sim, tick);
    return [state(sim, "a"), state(sim, "b")];
  });
  assertEquals(seen, [["idle", "idle"], ["await_start", "await_start"]]);
});

Deno.test("a new day starts its figures over and keeps the money", () => {
  const sim = office();
  until(sim, 99);
  const { world } = sim;
  assertEquals(world.wagesWithheld[0] > 0, true);
  until(sim, 100);
  assertEquals(
    [world.wagesWithheld[0], world.wagesPaid[0], world.lateTicksToday[0]],
    [0, 0, 0],
  );
  assertEquals(world.lateness[0], 1);
});

Deno.test("attendance is the mean of the last samples", () => {
  const sim = office({}, { attendance_window: 2 });
  const day = (there: boolean, n: number) => {
    until(sim, 100 * n + 5);
    go(sim, "a", there ? AT_WORK : [0, 0]);
    until(sim, 100 * n + 40);
    return sim.world.attendance[0];
  };
  assertNear(
    [day(true, 0), day(false, 1), day(false, 2), day(true, 3)],
    [1, 0.5, 0, 0.5],
  );
  assertEquals(sim.world.sampleCount[0], 2);
});

Deno.test("absences are forgotten after seven days", () => {
  const sim = office();
  until(sim, 19);
  assertEquals(sim.world.absences[0], 1);
  until(sim, 40);
  const { world } = sim;
  for (const [tick, left] of [[719, 1], [720, 0]]) {
    world.tick[0] = tick;
    workShifts(sim.town, world, sim.turn);
    // Tick 719 and 720 are inside a shift that it misses anew.
    const old = [...world.absence.subarray(0, world.absences[0])]
      .filter((t) => t === 19);
    assertEquals(old.length, left, `tick ${tick}`);
  }
});

Deno.test("a shift to the last tick of the day is closed when the day begins", () => {
  const sim = office({
    config: {
      world: { ticks_per_day: 50 },
      jobs: { night: { start_tick: 40, end_tick: 49, wage_rate: 1 } },
      employment: {},
    },
  });
  until(sim, 49);
  assertEquals(state(sim), "on_time");
  until(sim, 50);
  assertEquals(counterOf(sim, "a", "shifts_worked"), 1);
  assertNear(sim.world.attendance[0], 1);
  assertNear(walletOf(sim, "a"), 110);
  until(sim, 100);
  assertEquals(counterOf(sim, "a", "shifts_worked"), 2);
});

Deno.test("shifts come back every day", () => {
  const sim = office();
  const late = named(until(sim, 350), "shift.late").map(({ tick }) => tick);
  assertEquals(late, [13, 113, 213, 313]);
  assertEquals(sim.world.absences[0], 4);
});

Deno.test("those without a job get one in turn, those who want none do not", () => {
  const sim = tinyTown({
    agents: [
      { id: "a" },
      { id: "b" },
      { id: "c", job: "none" },
      { id: "d" },
      { id: "e", job: "x" },
    ],
    config: { jobs: { x: {}, y: {}, z: {} } },
  });
  assertEquals([...sim.world.job.subarray(0, 5)], [0, 1, -1, 0, 0]);
  sim.world.job[3] = -1;
  workShifts(sim.town, sim.world, sim.turn);
  assertEquals([...sim.world.job.subarray(0, 5)], [0, 1, -1, 0, 0]);
});

Deno.test("a shift that begins with the day is not forgotten by the night before", () => {
  const sim = office({
    agents: [{ id: "a", at: AT_WORK, wallet: 100 }],
    config: {
      world: { ticks_per_day: 100 },
      jobs: {
        clerk: {
          start_tick: 0,
          end_tick: 9,
          wage_rate: 0.5,
          lateness_penalty: 1,
          location: AT_WORK,
        },
      },
    },
  });
  play(sim, {}, 215);
  const { world } = sim;
  assertEquals(counterOf(sim, "a", "shifts_worked"), 3);
  // The first day has no tick 0; the two after it are complete.
  assertEquals([...world.samples.slice(0, 3)], [0.9, 1, 1]);
});

Deno.test("no more coworkers help than there are slots for ties", () => {
  const crew = Array.from({ length: 9 }, (_, i) => ({
    id: `w${i}`,
    at: AT_WORK,
  }));
  const sim = office({
    agents: [...crew, { id: "late", at: [0, 0] }],
    config: {
      world: { ticks_per_day: 100 },
      conflict: { rivalry: { max_edges: 4 } },
      jobs: { clerk: { start_tick: 10, end_tick: 29, location: AT_WORK } },
    },
  });
  const events = named(
    play(sim, {}, 20),
    "employment.helped_when_late",
  );
  assertEquals(events.map(({ coworkers }) => coworkers), [
    ["w0", "w1", "w2", "w3"],
  ]);
});
