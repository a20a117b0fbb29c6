import { assertEquals } from "@std/assert";
import type { Action } from "../../../src/world/actions.ts";
import type { TownEvent } from "../../../src/world/events.ts";
import { outcomesOf } from "../../../src/world/outcomes.ts";
import { applyActions } from "../../../src/world/systems/apply_actions.ts";
import { clearAction, GUARD, KINDS } from "../../../src/world/turn.ts";
import {
  act,
  assertNear,
  counterOf,
  named,
  namesOf,
  outcomeOf,
  queueOf,
  setLedger,
  tieOf,
  tileOf,
  type Tiny,
  tinyTown,
} from "../../helpers/tiny_town.ts";

function tries(tiny: Tiny, action: Action, id = "a"): string {
  act(tiny, { [id]: action });
  return outcomeOf(tiny, id);
}

const BEDS = [
  { id: "bed_1", type: "bed", at: [5, 5] },
  { id: "bed_2", type: "bed", at: [8, 5] },
  { id: "sofa", type: "bed" },
] as const;

Deno.test("applyActions(): waiting succeeds, and noop is waiting", () => {
  const sim = tinyTown();
  assertEquals(tries(sim, { kind: "wait" }), "");
  assertEquals(tries(sim, { kind: "noop" }), "");
  assertEquals(KINDS[sim.world.lastKind[0]], "wait");
});

for (
  const [where, to, reason] of [
    ["the east", [6, 5], ""],
    ["the west", [4, 5], ""],
    ["the south", [5, 6], ""],
    ["the north", [5, 4], "blocked_tile"],
    ["a corner", [6, 6], "too_far"],
    ["two tiles away", [5, 7], "too_far"],
    ["a negative tile", [-1, 5], "out_of_bounds"],
    ["a tile past the end", [5, 48], "out_of_bounds"],
  ] as const
) {
  Deno.test(`applyActions(): walking to ${where} ${reason === "" ? "works" : `is ${reason}`}`, () => {
    const sim = tinyTown({
      agents: [{ id: "a", at: [5, 5] }],
      objects: [{ id: "bed_1", type: "bed", at: [5, 4] }],
      walk: true,
    });
    assertEquals(tries(sim, { kind: "move", position: to }), reason);
    assertEquals(tileOf(sim, "a"), reason === "" ? [...to] : [5, 5]);
  });
}

for (
  const [where, to, reason] of [
    ["anywhere", [40, 30], ""],
    ["an object's tile", [5, 4], ""],
    ["where somebody stands", [1, 1], ""],
    ["off the grid", [48, 0], "out_of_bounds"],
  ] as const
) {
  Deno.test(`applyActions(): teleporting ${where} ${reason === "" ? "works" : `is ${reason}`}`, () => {
    const sim = tinyTown({
      agents: [{ id: "a", at: [5, 5] }, { id: "b", at: [1, 1] }],
      objects: [{ id: "bed_1", type: "bed", at: [5, 4] }],
    });
    assertEquals(tries(sim, { kind: "move", position: to }), reason);
    assertEquals(tileOf(sim, "a"), reason === "" ? [...to] : [5, 5]);
  });
}

Deno.test("applyActions(): a request succeeds for the holder alone", () => {
  const sim = tinyTown({ agents: 3, objects: BEDS });
  const ask = (object: string): Action => ({ kind: "request", object });
  assertEquals(tries(sim, ask("bed_1"), "a"), "");
  assertEquals(tries(sim, ask("bed_1"), "a"), "");
  assertEquals(tries(sim, ask("bed_1"), "b"), "queued");
  assertEquals(tries(sim, ask("bed_1"), "b"), "queued");
  assertEquals(queueOf(sim, "bed_1"), { holder: "a", waiting: ["b"] });
  assertEquals(tries(sim, ask("nowhere"), "c"), "unknown_object");
});

Deno.test("applyActions(): asking elsewhere gives up a hold or a place, but not a use", () => {
  const sim = tinyTown({ agents: 3, objects: BEDS });
  const ask = (object: string): Action => ({ kind: "request", object });
  tries(sim, ask("bed_1"), "a");
  tries(sim, ask("bed_1"), "b");
  assertEquals(tries(sim, ask("bed_2"), "b"), "");
  assertEquals(queueOf(sim, "bed_1"), { holder: "a", waiting: [] });
  assertEquals(tries(sim, ask("bed_2"), "a"), "queued");
  assertEquals(queueOf(sim, "bed_1"), { holder: null, waiting: [] });
  tries(sim, { kind: "start", object: "bed_2", affordance: "rest_sleep" }, "b");
  assertEquals(tries(sim, ask("bed_1"), "b"), "busy");
  assertEquals(queueOf(sim, "bed_2"), { holder: "b", waiting: ["a"] });
});

Deno.test("applyActions(): request and start beyond one tile are out of reach", () => {
  const sim = tinyTown({
    agents: [
      { id: "near", at: [6, 6] },
      { id: "far", at: [7, 5] },
    ],
    objects: BEDS,
    walk: true,
  });
  assertEquals(
    tries(sim, { kind: "request", object: "bed_1" }, "far"),
    "out_of_reach",
  );
  assertEquals(queueOf(sim, "bed_1").holder, null);
  assertEquals(tries(sim, { kind: "request", object: "bed_1" }, "near"), "");
  assertEquals(tries(sim, { kind: "request", object: "sofa" }, "far"), "");
  const start: Action = {
    kind: "start",
    object: "bed_1",
    affordance: "rest_sleep",
  };
  assertEquals(tries(sim, start, "far"), "not_holder");
  assertEquals(tries(sim, start, "near"), "");
});

Deno.test("applyActions(): everything is in reach where reach is any", () => {
  const sim = tinyTown({ agents: [{ id: "a", at: [40, 40] }], objects: BEDS });
  assertEquals(tries(sim, { kind: "request", object: "bed_1" }), "");
});

Deno.test("applyActions(): leaving the reach ends a use, a hold and a waiting place", () => {
  const sim = tinyTown({
    agents: [
      { id: "uses", at: [6, 5] },
      { id: "waits", at: [5, 6] },
      { id: "holds", at: [9, 5] },
    ],
    objects: BEDS,
    walk: true,
  });
  act(sim, {
    uses: { kind: "request", object: "bed_1" },
    waits: { kind: "request", object: "bed_1" },
    holds: { kind: "request", object: "bed_2" },
  });
  act(sim, {
    uses: { kind: "start", object: "bed_1", affordance: "rest_sleep" },
  });
  // Steps inside the reach change nothing.
  act(sim, {
    uses: { kind: "move", position: [6, 4] },
    waits: { kind: "move", position: [4, 6] },
    holds: { kind: "move", position: [9, 6] },
  });
  assertEquals(queueOf(sim, "bed_1"), { holder: "uses", waiting: ["waits"] });
  const events = act(sim, {
    uses: { kind: "move", position: [7, 4] },
    waits: { kind: "move", position: [3, 6] },
    holds: { kind: "move", position: [10, 6] },
  });
  assertEquals(
    events.map((e) => e.event === "affordance.failed" && [e.agent, e.reason]),
    [["uses", "left"]],
  );
  assertEquals(queueOf(sim, "bed_1"), { holder: null, waiting: [] });
  assertEquals(queueOf(sim, "bed_2"), { holder: null, waiting: [] });
  assertEquals([...sim.world.engaged.subarray(0, 3)], [-1, -1, -1]);
  assertEquals([...sim.world.cooldowns.subarray(0, 3)], [0, 0, 0]);
});

Deno.test("applyActions(): only who has something to do with an object can release it", () => {
  const sim = tinyTown({ agents: 3, objects: BEDS });
  const release: Action = { kind: "release", object: "bed_1" };
  act(sim, {
    a: { kind: "request", object: "bed_1" },
    b: { kind: "request", object: "bed_1" },
  });
  assertEquals(tries(sim, release, "c"), "not_holder");
  assertEquals(
    tries(sim, { kind: "release", object: "nowhere" }, "a"),
    "unknown_object",
  );
  assertEquals(queueOf(sim, "bed_1"), { holder: "a", waiting: ["b"] });
  assertEquals(tries(sim, release, "b"), "");
  assertEquals(queueOf(sim, "bed_1"), { holder: "a", waiting: [] });
  assertEquals(tries(sim, release, "a"), "");
  assertEquals(queueOf(sim, "bed_1"), { holder: null, waiting: [] });
  // A good end of an idle hold has a cooldown.
  assertEquals(
    tries(sim, { kind: "request", object: "bed_1" }, "a"),
    "cooldown",
  );
});

Deno.test("applyActions(): releasing an idle hold hands it over, a failed release does not", () => {
  for (const success of [true, false]) {
    const sim = tinyTown({ agents: 2, objects: BEDS });
    act(sim, {
      a: { kind: "request", object: "bed_1" },
      b: { kind: "request", object: "bed_1" },
    });
    const events = act(sim, {
      a: { kind: "release", object: "bed_1", success },
    });
    assertEquals(namesOf(events), success ? ["queue.handover"] : []);
    assertEquals(queueOf(sim, "bed_1"), { holder: "b", waiting: [] });
    assertEquals(sim.world.cooldowns[0], success ? 1 : 0);
    assertNear(tieOf(sim, "a", "b"), success ? [0.05, 0.05, 0] : [0, 0, 0]);
  }
});

Deno.test("applyActions(): a release during a use cancels it, with the reason given", () => {
  for (const [given, told] of [[null, "released"], ["fire", "fire"]] as const) {
    const sim = tinyTown({ objects: BEDS });
    act(sim, { a: { kind: "request", object: "bed_1" } });
    act(sim, {
      a: { kind: "start", object: "bed_1", affordance: "rest_sleep" },
    });
    const events = act(sim, {
      a: {
        kind: "release",
        object: "bed_1",
        ...(given === null ? {} : { reason: given }),
      },
    });
    assertEquals(
      events.map((e) => e.event === "affordance.failed" && e.reason),
      [told],
    );
    assertEquals(outcomeOf(sim, "a"), "");
    assertEquals(sim.world.cooldowns[0], 0);
    assertNear(sim.world.need[2], 0.5);
  }
});

Deno.test("applyActions(): blocked never succeeds, and the limit takes the object away", () => {
  const sim = tinyTown({
    agents: 2,
    objects: BEDS,
    config: { queue_fairness: { ghost_step_after: 2 } },
  });
  act(sim, { a: { kind: "request", object: "bed_1" } });
  const blocked: Action = { kind: "blocked", object: "bed_1" };
  assertEquals(tries(sim, blocked, "b"), "busy");
  assertEquals(queueOf(sim, "bed_1").holder, "a");
  assertEquals(tries(sim, blocked, "b"), "busy");
  assertEquals(queueOf(sim, "bed_1"), { holder: null, waiting: [] });
  assertEquals(
    tries(sim, { kind: "blocked", object: "nowhere" }, "b"),
    "unknown_object",
  );
});

Deno.test("applyActions(): blocked attempts do not touch a use", () => {
  const sim = tinyTown({
    agents: 2,
    objects: [{ id: "shower_1", type: "shower" }],
    config: { queue_fairness: { ghost_step_after: 1 } },
  });
  act(sim, { a: { kind: "request", object: "shower_1" } });
  act(sim, {
    a: { kind: "start", object: "shower_1", affordance: "use_shower" },
  });
  assertEquals(act(sim, { b: { kind: "blocked", object: "shower_1" } }), []);
  assertEquals(queueOf(sim, "shower_1").holder, "a");
  assertEquals(sim.world.stall[0], 0);
});

Deno.test("applyActions(): a refused request counts as blocked when it says so", () => {
  const sim = tinyTown({
    agents: 2,
    objects: BEDS,
    config: { queue_fairness: { ghost_step_after: 2 } },
  });
  act(sim, { a: { kind: "request", object: "bed_1" } });
  const ask: Action = { kind: "request", object: "bed_1" };
  act(sim, { b: ask });
  assertEquals(sim.world.stall[0], 0);
  act(sim, { b: { ...ask, blocked: true } });
  assertEquals(sim.world.stall[0], 1);
  act(sim, { b: { ...ask, blocked: true } });
  // The holder is out without a place, and the one who waits is next.
  assertEquals(queueOf(sim, "bed_1"), { holder: "b", waiting: [] });
  // A granted request is never blocked.
  act(sim, { b: { ...ask, blocked: true } });
  assertEquals(sim.world.stall[0], 0);
});

Deno.test("applyActions(): a chat of those together succeeds and counts for both", () => {
  const sim = tinyTown({ agents: 2 });
  const events = act(sim, { a: { kind: "chat", target: "b", quality: 0.5 } });
  assertEquals(namesOf(events), ["chat.succeeded"]);
  assertEquals(outcomeOf(sim, "a"), "");
  assertEquals(counterOf(sim, "a", "chats"), 1);
  assertEquals(counterOf(sim, "b", "chats"), 1);
  assertNear(tieOf(sim, "b", "a"), [0.025, 0.05, 0]);
});

for (
  const [walk, at, together] of [
    [true, [1, 1], true],
    [true, [2, 0], false],
    [true, [0, 2], false],
    [false, [0, 0], true],
    [false, [1, 0], false],
  ] as const
) {
  Deno.test(`applyActions(): in ${walk ? "walk" : "teleport"}, [0, 0] and [${at}] are ${together ? "" : "not "}together`, () => {
    const sim = tinyTown({
      agents: [{ id: "a" }, { id: "b", at }],
      walk,
    });
    const events = act(sim, { a: { kind: "chat", target: "b" } });
    assertEquals(namesOf(events), [
      together ? "chat.succeeded" : "chat.failed",
    ]);
    assertEquals(outcomeOf(sim, "a"), together ? "" : "not_together");
  });
}

Deno.test("applyActions(): a chat with an avoided agent fails, with its price", () => {
  const sim = tinyTown({ agents: 2 });
  setLedger(sim, "a", "b", 0.7);
  const events = act(sim, { a: { kind: "chat", target: "b" } });
  assertEquals(namesOf(events), ["chat.failed"]);
  assertEquals(outcomeOf(sim, "a"), "avoided");
  assertNear(tieOf(sim, "a", "b"), [0, -0.05, 0.05]);
  assertNear(tieOf(sim, "b", "a"), [0, -0.05, 0.05]);
  // The other does not avoid.
  assertEquals(tries(sim, { kind: "chat", target: "a" }, "b"), "");
});

Deno.test("applyActions(): a chat with nobody, or oneself, has no effect", () => {
  const sim = tinyTown({ agents: 2 });
  for (const target of ["ghost", "a"]) {
    assertEquals(act(sim, { a: { kind: "chat", target } }), []);
    assertEquals(outcomeOf(sim, "a"), "unknown_target");
  }
  assertEquals(sim.world.ties[0], 0);
});

Deno.test("applyActions(): agents act in insertion order", () => {
  const sim = tinyTown({ agents: 3, objects: BEDS });
  act(sim, {
    c: { kind: "request", object: "bed_1" },
    b: { kind: "request", object: "bed_1" },
    a: { kind: "request", object: "bed_1" },
  });
  assertEquals(queueOf(sim, "bed_1"), { holder: "a", waiting: ["b", "c"] });
});

Deno.test("applyActions(): a guard for a rival's queue is one avoidance, told twice", () => {
  const sim = tinyTown({ agents: 2, objects: BEDS });
  const { town, world, turn } = sim;
  clearAction(turn, 0);
  clearAction(turn, 1);
  turn.guard[0] = GUARD.queueRival;
  turn.object[0] = 0;
  applyActions(town, world, turn);
  const told: TownEvent[] = [
    {
      event: "policy.guardrail_blocked",
      tick: 0,
      agent: "a",
      reason: "queue_rival",
      object: "bed_1",
    },
    {
      event: "rivalry.avoided",
      tick: 0,
      agent: "a",
      object: "bed_1",
      reason: "queue_rival",
    },
  ];
  assertEquals(turn.events, told);
  assertEquals([...turn.avoided.subarray(0, 2)], [1, 0]);
  assertEquals(outcomeOf(sim, "a"), "queue_rival");
  assertEquals(KINDS[world.lastKind[0]], "wait");
  assertEquals(queueOf(sim, "bed_1").holder, null);
});

Deno.test("applyActions(): a guard for a rival's ear is a failed chat as well", () => {
  const sim = tinyTown({ agents: 2 });
  const { town, world, turn } = sim;
  clearAction(turn, 0);
  clearAction(turn, 1);
  turn.guard[0] = GUARD.chatRival;
  turn.target[0] = 1;
  applyActions(town, world, turn);
  assertEquals(turn.events, [
    {
      event: "policy.guardrail_blocked",
      tick: 0,
      agent: "a",
      reason: "chat_rival",
      target: "b",
    },
    { event: "rivalry.avoided", tick: 0, agent: "a", reason: "chat_rival" },
    { event: "chat.failed", tick: 0, speaker: "a", listener: "b" },
  ]);
  assertNear(tieOf(sim, "a", "b"), [0, -0.05, 0.05]);
  assertEquals(outcomeOf(sim, "a"), "chat_rival");
  assertEquals(turn.avoided[0], 1);
});

Deno.test("applyActions(): the log keeps the newest, with ids and reasons", () => {
  const sim = tinyTown({
    agents: 2,
    objects: BEDS,
    config: { affordances: { outcome_history: 2 } },
  });
  const { world } = sim;
  act(sim, { a: { kind: "wait" } });
  world.tick[0] = 1;
  act(sim, {
    a: { kind: "start", object: "bed_2", affordance: "rest_sleep" },
  });
  world.tick[0] = 2;
  act(sim, { a: { kind: "request", object: "bed_2", duration: 4 } });
  assertEquals(outcomesOf(sim.town, world, 0), [
    {
      kind: "start",
      success: false,
      duration: 1,
      tick: 1,
      object_id: "bed_2",
      affordance_id: "rest_sleep",
      metadata: { reason: "not_holder" },
    },
    {
      kind: "request",
      success: true,
      duration: 4,
      tick: 2,
      object_id: "bed_2",
    },
  ]);
  assertEquals(world.lastDuration[0], 4);
});

Deno.test("applyActions(): refused chats are logged", () => {
  const sim = tinyTown({ agents: 2 });
  setLedger(sim, "a", "b", 1);
  act(sim, { a: { kind: "chat", target: "b" } });
  assertEquals(
    outcomesOf(sim.town, sim.world, 0).map(({ kind }) => kind),
    ["chat"],
  );
  assertEquals(outcomeOf(sim, "a"), "avoided");
});

Deno.test("applyActions(): a history of 0 keeps nothing but the last action", () => {
  const sim = tinyTown({ config: { affordances: { outcome_history: 0 } } });
  act(sim, { a: { kind: "blocked", object: "nowhere", duration: 3 } });
  const { world } = sim;
  assertEquals(outcomesOf(sim.town, world, 0), []);
  assertEquals(KINDS[world.lastKind[0]], "blocked");
  assertEquals([world.lastSuccess[0], world.lastDuration[0]], [0, 3]);
});

Deno.test("applyActions(): a trace tells the true success of every action, once", () => {
  const sim = tinyTown({ agents: 2, objects: BEDS, trace: true });
  const events = act(sim, {
    a: { kind: "request", object: "bed_1" },
    b: { kind: "request", object: "bed_1" },
  });
  assertEquals(events, [
    {
      event: "action.request",
      tick: 0,
      agent: "a",
      kind: "request",
      ok: true,
      duration: 1,
      object: "bed_1",
    },
    {
      event: "action.request",
      tick: 0,
      agent: "b",
      kind: "request",
      ok: false,
      duration: 1,
      reason: "queued",
      object: "bed_1",
    },
  ]);
  sim.turn.trace = false;
  assertEquals(act(sim, { a: { kind: "wait" } }), []);
});

Deno.test("applyActions(): a trace tells what an action was about", () => {
  const sim = tinyTown({ agents: 2, objects: BEDS, trace: true });
  const told = (action: Action) => {
    const { event: _, tick: __, agent: ___, kind: ____, ...rest } = named(
      act(sim, { a: action }),
      `action.${action.kind}` as "action.move",
    )[0];
    return rest;
  };
  assertEquals(told({ kind: "move", position: [3, 4] }), {
    ok: true,
    duration: 1,
    position: [3, 4],
  });
  act(sim, { b: { kind: "request", object: "bed_1" } });
  assertEquals(told({ kind: "request", object: "bed_1", blocked: true }), {
    ok: false,
    duration: 1,
    reason: "queued",
    object: "bed_1",
    blocked: true,
  });
  assertEquals(told({ kind: "release", object: "bed_1", success: false }), {
    ok: true,
    duration: 1,
    object: "bed_1",
    success: false,
  });
});
