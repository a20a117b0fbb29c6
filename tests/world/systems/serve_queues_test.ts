import { assertEquals } from "@std/assert";
import { TOTAL } from "../../../src/world/world.ts";
import {
  assertNear,
  ledgerOf,
  named,
  namesOf,
  play,
  queueOf,
  tieOf,
  type TinyOptions,
  tinyTown,
} from "../../helpers/tiny_town.ts";
import type { Simulation } from "../../../src/simulation.ts";

const ask = { kind: "request", object: "bed_1" } as const;
const sleep = {
  kind: "start",
  object: "bed_1",
  affordance: "rest_sleep",
} as const;

/** A bed that a holds since tick 1 and the others wait for. */
function bedTown(agents: number, config: TinyOptions["config"]): Simulation {
  const sim = tinyTown({
    agents,
    objects: [{ id: "bed_1", type: "bed" }],
    config,
  });
  const ids = sim.world.records.agentIds.filter((id) => id !== "");
  play(sim, Object.fromEntries(ids.map((id) => [id, ask])));
  return sim;
}

Deno.test("serveQueues(): who uses the object is not ghost-stepped, and nothing stalls", () => {
  const sim = bedTown(2, { queue_fairness: { ghost_step_after: 3 } });
  play(sim, { a: sleep });
  assertEquals(play(sim, {}, 30), []);
  assertEquals(queueOf(sim, "bed_1"), { holder: "a", waiting: ["b"] });
  // The one stall is that of tick 1, when the bed was held and not yet used.
  assertEquals(sim.world.stall[0], 1);
});

for (
  const [type, affordance] of [
    ["shower", "use_shower"],
    ["bed", "rest_sleep"],
  ]
) {
  Deno.test(`serveQueues(): with preempt_running a ${affordance} is cut short like a hold`, () => {
    const sim = tinyTown({
      agents: 2,
      objects: [{ id: "bed_1", type }],
      config: {
        queue_fairness: { ghost_step_after: 3, preempt_running: true },
      },
    });
    play(sim, { a: ask, b: ask });
    play(sim, { a: { ...sleep, affordance } });
    const events = play(sim);
    assertEquals(namesOf(events), [
      "affordance.failed",
      "queue.conflict",
      "rivalry.recorded",
    ]);
    assertEquals(named(events, "affordance.failed").map((e) => e.reason), [
      "ghost_step",
    ]);
    assertEquals(queueOf(sim, "bed_1"), { holder: "b", waiting: ["a"] });
    assertEquals(sim.world.running[0], -1);
  });
}

Deno.test("serveQueues(): nobody waits, nobody steps back", () => {
  const sim = bedTown(1, { queue_fairness: { ghost_step_after: 1 } });
  assertEquals(play(sim, {}, 5), []);
  assertEquals(sim.world.stall[0], 0);
});

Deno.test("serveQueues(): idle holders change places every few ticks", () => {
  const sim = bedTown(2, { queue_fairness: { ghost_step_after: 2 } });
  const holders = Array.from({ length: 6 }, () => {
    play(sim);
    return queueOf(sim, "bed_1").holder;
  });
  assertEquals(holders, ["b", "b", "a", "a", "b", "b"]);
  assertEquals(sim.world.queueTotals[TOTAL.ghostSteps], 3);
  assertEquals(sim.world.queueTotals[TOTAL.rotations], 3);
});

Deno.test("serveQueues(): a limit of 0 lets idle holders be", () => {
  const sim = bedTown(2, { queue_fairness: { ghost_step_after: 0 } });
  assertEquals(play(sim, {}, 20), []);
  assertEquals(queueOf(sim, "bed_1").holder, "a");
});

Deno.test("serveQueues(): the intensity of a ghost step grows with the queue, up to 5", () => {
  for (
    const [boost, agents, intensity] of [
      [1.5, 2, 1.5],
      [1.5, 3, 1.75],
      [0, 2, 0.1],
      [5, 5, 5],
    ]
  ) {
    const sim = tinyTown({
      agents,
      objects: [{ id: "bed_1", type: "bed" }],
      config: {
        queue_fairness: { ghost_step_after: 1 },
        conflict: { rivalry: { ghost_step_boost: boost, decay_per_tick: 0 } },
      },
    });
    const ids = sim.world.records.agentIds.filter((id) => id !== "");
    const [conflict, recorded] = play(
      sim,
      Object.fromEntries(ids.map((id) => [id, ask])),
    );
    assertEquals(conflict, {
      event: "queue.conflict",
      tick: 1,
      object: "bed_1",
      actor: "a",
      rival: "b",
      reason: "ghost_step",
      queue_length: agents - 1,
      intensity,
    });
    assertEquals(recorded, {
      event: "rivalry.recorded",
      tick: 1,
      actor: "a",
      rival: "b",
      reason: "ghost_step",
      intensity,
    });
    const score = Math.min(1, 0.15 * intensity);
    if (score <= 0.05) assertEquals(ledgerOf(sim, "a", "b"), 0);
    else assertNear(ledgerOf(sim, "a", "b"), score);
    assertNear(tieOf(sim, "b", "a")[2], score - 0.01);
  }
});

Deno.test("serveQueues(): waiting a multiple of long_wait_ticks is a clash with the holder", () => {
  const sim = bedTown(3, { queue_fairness: { long_wait_ticks: 5 } });
  play(sim, { a: sleep });
  const told = play(sim, {}, 14).map((e) =>
    e.event === "queue.conflict"
      ? [e.tick, e.reason, e.actor, e.rival, e.queue_length]
      : [e.tick, e.event]
  );
  // Both wait since tick 1; the first in the queue is the rival, once.
  assertEquals(told, [
    [6, "long_wait", "a", "b", 2],
    [6, "rivalry.recorded"],
    [11, "long_wait", "a", "b", 2],
    [11, "rivalry.recorded"],
    [16, "long_wait", "a", "b", 2],
    [16, "rivalry.recorded"],
  ]);
  // 0.4 + 0.25 for the second in the queue, 0.15 each, less the fading.
  assertNear(ledgerOf(sim, "a", "b"), 3 * 0.65 * 0.15 - 11 * 0.005);
});

Deno.test("serveQueues(): a long wait counts for whoever has waited that long", () => {
  const sim = bedTown(2, { queue_fairness: { long_wait_ticks: 5 } });
  play(sim, { a: sleep });
  sim.command({
    name: "spawn",
    args: {
      agent: "late",
      pos: [9, 9],
      home: null,
      needs: { hunger: 1, hygiene: 1, energy: 1 },
      wallet: 0,
      profile: "balanced",
      job: null,
    },
  });
  play(sim);
  play(sim, { late: ask });
  const told = named(play(sim, {}, 7), "queue.conflict")
    .map(({ tick, rival }) => [tick, rival]);
  assertEquals(told, [[6, "b"], [9, "late"], [11, "b"]]);
});

Deno.test("serveQueues(): long waits are nothing where long_wait_ticks is 0", () => {
  const sim = bedTown(2, {});
  play(sim, { a: sleep });
  assertEquals(play(sim, {}, 50), []);
});
