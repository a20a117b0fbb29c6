import { assert, assertEquals } from "@std/assert";
import type { Simulation } from "../../../src/simulation.ts";
import { endLives } from "../../../src/world/systems/end_lives.ts";
import { ENDS } from "../../../src/world/turn.ts";
import {
  agentOf,
  named,
  namesOf,
  play,
  setNeeds,
  type TinyOptions,
  tinyTown,
} from "../../helpers/tiny_town.ts";
import { counted } from "../../helpers/counted.ts";

for (
  const [needs, ends] of [
    [[0.03, 1, 1], "faint"],
    [[0, 1, 1], "faint"],
    [[0.0301, 1, 1], "not"],
    [[1, 0, 0], "not"],
  ] as const
) {
  Deno.test(`needs of ${needs} are ${ends === "not" ? "no end" : "the end"}`, () => {
    const sim = tinyTown({ agents: [{ id: "a", needs }] });
    endLives(sim.town, sim.world, sim.turn);
    assertEquals(sim.turn.ends[0], ENDS[ends]);
    assertEquals(sim.turn.anyEnds, ends !== "not");
    assertEquals(sim.world.population[0], 1);
  });
}

Deno.test("hunger kills nobody while mortality or the lifecycle is off", () => {
  const sim = tinyTown({ agents: [{ id: "a", needs: [0, 0, 0] }] });
  sim.command({ name: "toggle_mortality", args: { enabled: false } });
  assertEquals(play(sim, {}, 3), []);
  sim.command({ name: "toggle_mortality", args: { enabled: true } });
  assertEquals(namesOf(play(sim)), ["agent.removed"]);
  const off = tinyTown({
    agents: [{ id: "a", needs: [0, 0, 0] }],
    config: { features: { systems: { lifecycle: "off" } } },
  });
  assertEquals(play(off, {}, 3), []);
});

/** A town that people leave, with absences by agent. */
function leaving(
  absences: readonly number[],
  employment: object = {},
  options: TinyOptions = {},
): Simulation {
  const sim = tinyTown({
    agents: absences.length,
    ...options,
    config: {
      employment: {
        enforce_job_loop: true,
        daily_exit_cap: 1,
        exit_review_window: 100,
        ...employment,
      },
    },
  });
  sim.world.absences.set(absences);
  return sim;
}

function exits(sim: Simulation, ticks: number): unknown[] {
  return named(play(sim, {}, ticks), "employment.exit_processed")
    .map(({ tick, agent, reason }) => [tick, agent, reason]);
}

Deno.test("three absences queue for an exit, two do not", () => {
  const sim = leaving([2, 3, 4], { daily_exit_cap: 1 });
  const events = play(sim);
  assertEquals(
    named(events, "employment.exit_pending")
      .map((e) => [e.agent, e.pending_count]),
    [["b", 1], ["c", 2]],
  );
  assertEquals(sim.world.exitPending[2], 1);
  assertEquals(sim.world.records.exitQueue, [{ agent: 2, sinceTick: 1 }]);
  assertEquals(sim.world.exitsToday[0], 1);
  // Who is queued is not queued again.
  assertEquals(namesOf(play(sim)), ["agent.respawned"]);
});

Deno.test("the limit of absences can be changed, and 0 is none", () => {
  const sim = leaving([2, 9], { max_absent_shifts: 0 });
  assertEquals(play(sim, {}, 3), []);
  sim.command({
    name: "set_employment_param",
    args: { key: "max_absent_shifts", value: 2 },
  });
  assertEquals(named(play(sim), "employment.exit_pending").length, 2);
});

Deno.test("nobody leaves while enforce_job_loop is off", () => {
  const sim = leaving([9, 9], { enforce_job_loop: false });
  assertEquals(play(sim, {}, 3), []);
});

Deno.test("the cap lets so many go a review day, in order of the queue", () => {
  const sim = leaving([3, 3, 3]);
  assertEquals(exits(sim, 99), [[1, "a", "daily_cap"]]);
  assertEquals(exits(sim, 100), [
    [100, "b", "daily_cap"],
    // c was queued 100 ticks before.
    [101, "c", "auto_review"],
  ]);
});

Deno.test("a review comes for all who have been queued so long, whatever the cap", () => {
  const sim = leaving([3, 3, 3, 3]);
  assertEquals(exits(sim, 100), [[1, "a", "daily_cap"], [
    100,
    "b",
    "daily_cap",
  ]]);
  assertEquals(exits(sim, 1), [
    [101, "c", "auto_review"],
    [101, "d", "auto_review"],
  ]);
  assertEquals(sim.world.exitsToday[0], 3);
});

Deno.test("a cap of 0 is no cap", () => {
  const sim = leaving([3, 3, 3], { daily_exit_cap: 0 });
  assertEquals(exits(sim, 1).length, 3);
});

Deno.test("the cap can be changed while the town runs", () => {
  const sim = leaving([3, 3, 3]);
  assertEquals(exits(sim, 5).length, 1);
  sim.command({ name: "set_exit_cap", args: { cap: 2 } });
  assertEquals(exits(sim, 5), [[6, "b", "daily_cap"]]);
});

Deno.test("many who are queued are looked at no more often each than few", () => {
  const looksEach = (agents: number): number => {
    const { town, world, turn } = tinyTown({
      config: {
        world: { agent_capacity: agents },
        employment: { enforce_job_loop: true, daily_exit_cap: 1 },
      },
    });
    for (let i = 1; i < agents; i++) {
      world.roster[i] = i;
      world.alive[i] = 1;
    }
    world.population[0] = agents;
    world.absences.fill(3);
    world.mortality[0] = 0;
    world.exitsToday[0] = 1;
    world.tick[0] = 1;
    endLives(town, world, turn);
    const { list, looks } = counted(world.records.exitQueue);
    assertEquals(list.length, agents);
    world.records = { ...world.records, exitQueue: list };
    world.tick[0] = 2;
    endLives(town, world, turn);
    return looks() / agents;
  };
  const few = looksEach(50);
  const many = looksEach(800);
  assert(few > 0 && many <= 1.1 * few, `${few} looks each, ${many} each`);
});

Deno.test("an overfull queue says so and takes people all the same", () => {
  const sim = leaving([3, 3, 3], { exit_queue_limit: 1 });
  const events = play(sim);
  assertEquals(
    named(events, "employment.exit_overflow")
      .map((e) => [e.pending_count, e.limit]),
    [[2, 1], [3, 1]],
  );
  assertEquals(named(events, "employment.exit_pending").length, 1);
  assertEquals(sim.world.records.exitQueue.length, 2);
  assertEquals([...sim.world.exitPending.subarray(1, 3)], [1, 1]);
  const open = leaving([3, 3, 3], { exit_queue_limit: 0 });
  assertEquals(named(play(open), "employment.exit_overflow"), []);
});

const exit = (action: "approve" | "defer", agent: string) =>
  ({ name: "employment_exit", args: { action, agent } }) as const;

Deno.test("approved exits take place at once, in order, whatever cap or absences", () => {
  const sim = leaving([0, 0, 0, 3]);
  sim.command(exit("approve", "c"));
  sim.command(exit("approve", "a"));
  sim.command(exit("approve", "c"));
  const events = play(sim);
  assertEquals(
    sim.turn.results.map(({ result }) => result),
    [{ approved: true }, { approved: true }, { approved: false }],
  );
  assertEquals(
    named(events, "employment.exit_processed")
      .map(({ agent, reason }) => [agent, reason]),
    [["c", "manual_approve"], ["a", "manual_approve"]],
  );
  // The two have used up the day's cap, so d stays in the queue.
  assertEquals(sim.world.records.exitQueue.map(({ agent }) => agent), [3]);
  assertEquals(sim.world.records.exitRequests, []);
  assertEquals(
    named(events, "agent.removed").map(({ agent, reason }) => [agent, reason]),
    [["a", "eviction"], ["c", "eviction"]],
  );
});

Deno.test("a deferred exit leaves the queue, and does not come back by itself", () => {
  const sim = leaving([3, 3]);
  play(sim);
  sim.command(exit("defer", "b"));
  sim.command(exit("defer", "b"));
  const events = play(sim, {}, 200);
  assertEquals(named(events, "employment.exit_deferred"), [{
    event: "employment.exit_deferred",
    tick: 2,
    agent: "b",
    pending_count: 0,
  }]);
  assertEquals(named(events, "employment.exit_processed"), []);
  assertEquals(sim.world.absences[agentOf(sim, "b")], 0);
  assertEquals(sim.world.exitPending[agentOf(sim, "b")], 0);
});

Deno.test("an exit wins over fainting, and a death by command over both", () => {
  const sim = leaving([3, 0]);
  setNeeds(sim, "a", [0, 1, 1]);
  assertEquals(
    named(play(sim), "agent.removed").map(({ agent, reason }) => [
      agent,
      reason,
    ]),
    [["a", "eviction"]],
  );
  setNeeds(sim, "b", [0, 1, 1]);
  sim.command({ name: "kill", args: { agent: "b", reason: "test" } });
  assertEquals(
    named(play(sim), "agent.removed").map(({ reason }) => reason),
    ["killed"],
  );
});

Deno.test("a death by command takes no exit of the day, and leaves at most once", () => {
  const kill = (agent: string) =>
    ({ name: "kill", args: { agent, reason: null } }) as const;
  const queued = leaving([3, 3]);
  queued.command(kill("a"));
  assertEquals(exits(queued, 1), [[1, "b", "daily_cap"]]);
  const asked = leaving([3, 0], { exit_review_window: 1 });
  asked.world.exitsToday[0] = 1;
  asked.world.exitDay[0] = 1;
  play(asked);
  assertEquals(asked.world.records.exitQueue, [{ agent: 0, sinceTick: 1 }]);
  asked.command(exit("approve", "a"));
  asked.command(kill("a"));
  assertEquals(exits(asked, 1), [[2, "a", "manual_approve"]]);
  assertEquals(asked.world.exitsToday[0], 1);
});

Deno.test("who dies in the queue leaves it", () => {
  const sim = leaving([3, 3]);
  play(sim);
  assertEquals(sim.world.records.exitQueue.length, 1);
  sim.command({ name: "kill", args: { agent: "b", reason: null } });
  play(sim);
  assertEquals(sim.world.records.exitQueue, []);
});

Deno.test("a new review day begins every exit_review_window ticks", () => {
  const sim = leaving([3, 3, 3], { exit_review_window: 10 });
  sim.world.tick[0] = 8;
  assertEquals(exits(sim, 1), [[9, "a", "daily_cap"]]);
  assertEquals(exits(sim, 1), [[10, "b", "daily_cap"]]);
  assertEquals(exits(sim, 8), []);
});
