import { assert, assertEquals } from "@std/assert";
import { type Action, setAction } from "../../src/world/actions.ts";
import { counted } from "../helpers/counted.ts";
import { act, outcomeOf, tinyTown } from "../helpers/tiny_town.ts";

/** Actions that callers may write, types or not, and what is wrong with each. */
const SENSELESS: readonly (readonly [unknown, string])[] = [
  [null, "an action is an object"],
  ["wait", "an action is an object"],
  [{ kind: "dance" }, 'unknown kind "dance"'],
  [{ kind: "none" }, 'unknown kind "none"'],
  [{ kind: "toString" }, 'unknown kind "toString"'],
  [{}, "unknown kind undefined"],
  [{ kind: "wait", duration: 0 }, "duration must be a whole number"],
  [{ kind: "wait", duration: 1.5 }, "duration must be a whole number"],
  [{ kind: "wait", duration: NaN }, "duration must be a whole number"],
  [{ kind: "wait", duration: "2" }, "duration must be a whole number"],
  [{ kind: "move" }, "move needs a position"],
  [{ kind: "move", position: [1] }, "move needs a position"],
  [{ kind: "move", position: [1, 0.5] }, "move needs a position"],
  [{ kind: "move", position: [1, Infinity] }, "move needs a position"],
  [{ kind: "request" }, "request needs an object"],
  [{ kind: "request", object: 3 }, "request needs an object"],
  [{ kind: "start", affordance: "rest_sleep" }, "start needs an object"],
  [{ kind: "start", object: "bed_1" }, "start needs an affordance"],
  [{ kind: "release" }, "release needs an object"],
  [{ kind: "blocked" }, "blocked needs an object"],
  [{ kind: "chat" }, "chat needs a target"],
  [{ kind: "chat", target: "b", quality: NaN }, "quality must be a number"],
  [{ kind: "move", position: 7 }, "move needs a position"],
  [{ kind: "release", object: "bed_1", reason: 7 }, "a reason is"],
  [{ kind: "release", object: "bed_1", reason: "" }, "a reason is"],
  [
    { kind: "release", object: "bed_1", reason: "y".repeat(300) },
    "a reason is",
  ],
  [{ kind: "wait", guard: null }, "a guard needs a reason"],
  [{ kind: "wait", guard: { reason: "left" } }, "a guard needs a reason"],
  [
    { kind: "release", object: "bed_1", guard: { reason: "chat_rival" } },
    "a guard makes an agent wait",
  ],
  [
    { kind: "wait", guard: { reason: "chat_rival", target: "a" } },
    "the guard names nobody else",
  ],
  [
    { kind: "wait", guard: { reason: "chat_rival", target: "ghost" } },
    "the guard names nobody else",
  ],
  [
    { kind: "wait", guard: { reason: "queue_rival", object: "ghost" } },
    "the guard names no object",
  ],
];

for (const [action, fault] of SENSELESS) {
  const shown = Deno.inspect(action, { compact: true, breakLength: Infinity });
  Deno.test(`setAction() tells what is wrong with ${shown}, and nothing else happens`, () => {
    const sim = tinyTown({
      agents: 2,
      objects: [{ id: "bed_1", type: "bed" }],
      trace: true,
    });
    const { world } = sim;
    world.lastDuration[0] = 7;
    const events = act(sim, { a: action as Action });
    const [first, second] = events;
    assertEquals(events.length, 2);
    assertEquals(first.event, "action.invalid");
    if (first.event === "action.invalid") {
      assertEquals(first.agent, "a");
      assertEquals(first.error.slice(0, fault.length), fault);
    }
    assertEquals(second.event, "action.wait");
    assertEquals([world.outcomeNext[0], world.lastKind[0]], [0, 0]);
    assertEquals(world.lastDuration[0], 7);
    assertEquals(world.holder[0], -1);
  });
}

Deno.test("setAction() tells of agents nobody knows", () => {
  const sim = tinyTown({ trace: true });
  const events = act(sim, { ghost: { kind: "wait" } });
  assertEquals(events.slice(0, 1), [{
    event: "action.unknown_agent",
    tick: 0,
    agent: "ghost",
    kind: "wait",
  }]);
  assertEquals(sim.world.outcomeNext[0], 1);
});

Deno.test("setAction() takes back a senseless action when a good one follows", () => {
  const sim = tinyTown({ trace: true });
  assertEquals(
    act(sim, { a: { kind: "move" } })[0].event,
    "action.invalid",
  );
  assertEquals(
    act(sim, { a: { kind: "wait" } }).map(({ event }) => event),
    ["action.wait"],
  );
});

Deno.test("setAction() fills in what an action leaves out", () => {
  const sim = tinyTown({ agents: 2, trace: true });
  const [told, chat] = act(sim, { a: { kind: "chat", listener: "b" } });
  assertEquals(told, {
    event: "chat.succeeded",
    tick: 0,
    speaker: "a",
    listener: "b",
    quality: 0.5,
  });
  assertEquals(chat, {
    event: "action.chat",
    tick: 0,
    agent: "a",
    kind: "chat",
    ok: true,
    duration: 1,
    target: "b",
    quality: 0.5,
  });
});

Deno.test("setAction() takes the guard that made an agent wait", () => {
  const sim = tinyTown({
    agents: 2,
    objects: [{ id: "bed_1", type: "bed" }],
    trace: true,
  });
  const events = act(sim, {
    a: { kind: "noop", guard: { reason: "chat_rival", target: "b" } },
    b: { kind: "wait", guard: { reason: "queue_rival", object: "bed_1" } },
  });
  assertEquals(events.map(({ event }) => event), [
    "policy.guardrail_blocked",
    "rivalry.avoided",
    "chat.failed",
    "action.wait",
    "policy.guardrail_blocked",
    "rivalry.avoided",
    "action.wait",
  ]);
  assertEquals([...sim.turn.avoided.subarray(0, 2)], [1, 1]);
  assertEquals(["a", "b"].map((id) => outcomeOf(sim, id)), [
    "chat_rival",
    "queue_rival",
  ]);
});

Deno.test("setAction() asks no more of a town for each of many than for each of few", () => {
  const looksEach = (agents: number): number => {
    const { town, world, turn } = tinyTown({ agents });
    const { list, looks } = counted(world.records.agentIds);
    const ids = world.records.agentIds.slice(0, agents);
    world.records = { ...world.records, agentIds: list };
    for (const [i, id] of ids.entries()) {
      const target = ids[agents - 1 - i];
      setAction(town, world, turn, id, { kind: "chat", target });
    }
    return looks() / agents;
  };
  const few = looksEach(100);
  const many = looksEach(1600);
  assert(few > 0 && many <= 1.5 * few, `${few} looks each, ${many} each`);
});

Deno.test("setAction() keeps the quality of a chat within 0 and 1", () => {
  for (const [quality, kept] of [[-3, 0], [0.25, 0.25], [7, 1]] as const) {
    const sim = tinyTown({ agents: 2 });
    const [told] = act(sim, { a: { kind: "chat", target: "b", quality } });
    assertEquals(told.event === "chat.succeeded" && told.quality, kept);
  }
});

Deno.test("setAction() makes nothing near of places that are far off the grid", () => {
  const sim = tinyTown({ agents: [{ id: "a", at: [5, 5] }], trace: true });
  for (const far of [2 ** 32, 2 ** 32 + 3, -(2 ** 32), 2 ** 40, 2 ** 53 - 1]) {
    const [told] = act(sim, { a: { kind: "move", position: [far, 1] } });
    assertEquals(
      told.event === "action.move" && [told.ok, told.reason],
      [false, "out_of_bounds"],
      `${far}`,
    );
  }
  assertEquals([sim.world.x[0], sim.world.y[0]], [5, 5]);
});

Deno.test("setAction() records long durations as long", () => {
  const sim = tinyTown();
  act(sim, { a: { kind: "wait", duration: 2 ** 32 + 1 } });
  assertEquals(sim.world.lastDuration[0], 2 ** 31 - 1);
});
