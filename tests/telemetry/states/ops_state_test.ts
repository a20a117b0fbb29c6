import { assertEquals } from "@std/assert";
import { tidy } from "../../../src/telemetry/state_channel.ts";
import { opsState } from "../../../src/telemetry/states/ops_state.ts";
import { agentOf, tinyTown } from "../../helpers/tiny_town.ts";
import { OPTIONS, viewOf } from "./views.ts";

Deno.test("opsState() of a town at rest", () => {
  const simulation = tinyTown({
    agents: 2,
    config: { employment: { daily_exit_cap: 3, exit_queue_limit: 5 } },
  });
  assertEquals(tidy(opsState(viewOf(simulation)), OPTIONS), {
    employment: {
      pending: [],
      exits_today: 0,
      daily_cap: 3,
      queue_limit: 5,
      review_window: 1440,
    },
    kpis: {
      queue_conflict_intensity: 0,
      employment_lateness: 0,
      late_help_events: 0,
      queue_rotation_events: 0,
      queue_ghost_step_events: 0,
    },
    embeddings: {
      allocations_total: 0,
      forced_reuse_count: 0,
      forced_reuse_rate: 0,
      overflow_count: 0,
      reuse_warning: false,
    },
  });
});

Deno.test("opsState() counts the events of the last tick, and the mean of late shifts", () => {
  const simulation = tinyTown({ agents: 4 });
  const { world, turn } = simulation;
  world.lateness[agentOf(simulation, "a")] = 3;
  const conflict = {
    event: "queue.conflict",
    tick: 1,
    object: "o",
    actor: "a",
    rival: "b",
    queue_length: 2,
  } as const;
  turn.events = [
    { ...conflict, reason: "ghost_step", intensity: 1.5 },
    { ...conflict, reason: "long_wait", intensity: 0.25 },
    {
      event: "queue.handover",
      tick: 1,
      object: "o",
      actor: "a",
      rival: "b",
      queue_length: 1,
    },
    {
      event: "employment.helped_when_late",
      tick: 1,
      agent: "a",
      coworkers: ["b"],
    },
  ];
  assertEquals(opsState(viewOf(simulation)).kpis, {
    queue_conflict_intensity: 1.75,
    employment_lateness: 0.75,
    late_help_events: 1,
    queue_rotation_events: 1,
    queue_ghost_step_events: 1,
  });
  simulation.step();
  assertEquals(Object(opsState(viewOf(simulation)).kpis), {
    queue_conflict_intensity: 0,
    employment_lateness: 0.75,
    late_help_events: 0,
    queue_rotation_events: 0,
    queue_ghost_step_events: 0,
  });
});

Deno.test("opsState() names who is queued for leaving, first come first", () => {
  const simulation = tinyTown({ agents: 3 });
  const { world } = simulation;
  world.records = {
    ...world.records,
    exitQueue: ["c", "a"].map((id) => ({
      agent: agentOf(simulation, id),
      sinceTick: 0,
    })),
  };
  assertEquals(Object(opsState(viewOf(simulation)).employment).pending, [
    "c",
    "a",
  ]);
});
