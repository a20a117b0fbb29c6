/** What the answer of a hook may ask for, and that it is all or nothing. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { TownletError } from "../../src/base/error.ts";
import type { Simulation } from "../../src/simulation.ts";
import type { TownEvent } from "../../src/world/events.ts";
import { outsideHook } from "../helpers/outside.ts";
import {
  assertNear,
  counterOf,
  named,
  needsOf,
  play,
  stockAt,
  tieOf,
  tinyTown,
  walletOf,
} from "../helpers/tiny_town.ts";

/** Why a rule of answers is broken: the reason of the fault, or null. */
interface Played {
  readonly sim: Simulation;
  readonly events: readonly TownEvent[];
  readonly fault: string | null;
}

/** A use of a shower whose hook answers so at a stage: before, unless said. */
function played(
  answer: unknown,
  name: "on_attempt_shower" | "on_finish_shower" = "on_attempt_shower",
): Played {
  const hook = outsideHook([name], () => answer);
  const sim = tinyTown({
    agents: [{ id: "a", wallet: 1 }, { id: "b" }, { id: "far", at: [9, 0] }],
    objects: [{ id: "shower_1", type: "shower", at: [0, 0] }],
    outside: [hook],
    config: { affordances: { hooks: { on_fault: "disable" } } },
  });
  const events: TownEvent[] = [
    ...play(sim, { a: { kind: "request", object: "shower_1" } }),
    ...play(sim, {
      a: { kind: "start", object: "shower_1", affordance: "use_shower" },
    }),
    ...play(sim, {}, name === "on_finish_shower" ? 29 : 0),
  ];
  const [fault] = named(events, "hook.faulted");
  return { sim, events, fault: fault?.reason ?? null };
}

Deno.test("every effect does what it says, in order", () => {
  const { sim, events, fault } = played([
    { effect: "need", agent: "a", need: "hunger", delta: 0.25 },
    { effect: "need", agent: "b", need: "energy", delta: -7 },
    { effect: "need", agent: "a", need: "hygiene", delta: 9 },
    { effect: "wallet", agent: "a", delta: -1 },
    { effect: "wallet", agent: "a", delta: 0.5 },
    { effect: "inventory", agent: "a", item: "chats", delta: 3 },
    { effect: "inventory", agent: "a", item: "chats", delta: -1 },
    { effect: "stock", object: "shower_1", item: "water_on", delta: -1 },
    { effect: "stock", object: "shower_1", item: "shower_sessions", delta: 4 },
    {
      effect: "relationship",
      a: "a",
      b: "far",
      trust: 0.5,
      rivalry: 0.125,
      cause: "hook",
    },
    {
      effect: "emit",
      event: "steam",
      payload: { who: "a", hot: true, celsius: 40.5 },
    },
    { effect: "emit", event: "done" },
  ]);
  assertEquals(fault, null);
  assertEquals(needsOf(sim, "a"), [0.75, 1, 0.5]);
  assertEquals(needsOf(sim, "b"), [0.5, 0.5, 0]);
  assertEquals(walletOf(sim, "a"), 0.5);
  assertEquals(counterOf(sim, "a", "chats"), 2);
  assertEquals(stockAt(sim, "shower_1", "water_on"), 0);
  // One session is the built-in hook's.
  assertEquals(stockAt(sim, "shower_1", "shower_sessions"), 5);
  for (const [owner, other] of [["a", "far"], ["far", "a"]]) {
    // Rivalry fades a little in every tick.
    assertEquals(tieOf(sim, owner, other), [0.5, 0, 0.125 - 0.01]);
  }
  assertEquals(events.filter(({ event }) => event.startsWith("hook.")), [
    {
      event: "hook.test.steam",
      tick: 2,
      payload: { who: "a", hot: true, celsius: 40.5 },
    },
    { event: "hook.test.done", tick: 2, payload: {} },
  ]);
});

Deno.test("a hook before a use may cancel it, with a reason of its own", () => {
  const { sim, events } = played([
    { effect: "cancel", reason: "too_steamy" },
    { effect: "wallet", agent: "a", delta: 1 },
    { effect: "cancel", reason: "and_too_late" },
  ]);
  assertEquals(
    named(events, "affordance.failed").map(({ reason }) => reason),
    ["too_steamy"],
  );
  assertEquals(sim.world.running[0], -1);
  // The rest of the list is done all the same.
  assertEquals(walletOf(sim, "a"), 2);
  const late = played(
    [{ effect: "cancel", reason: "late" }],
    "on_finish_shower",
  );
  assertEquals(
    late.fault,
    "effect 1: only a hook before a use may cancel it",
  );
  assertEquals(named(late.events, "affordance.finished").length, 1);
});

const GOOD = { effect: "wallet", agent: "a", delta: 1 };

const BAD: Readonly<Record<string, readonly [answer: unknown, why: string]>> = {
  "no list": [{}, "its answer: "],
  "a promise, as JSON has it": [{}, "its answer: "],
  "nothing": [null, "its answer: "],
  "65 effects": [Array(65).fill(GOOD), "its answer: "],
  "no effect": [[GOOD, 3], "effect 2: "],
  "an effect nobody knows": [[{ effect: "teleport" }], "effect 1, effect: "],
  "an unknown member": [[{ ...GOOD, more: 1 }], "effect 1: "],
  "a member that pollutes": [
    [JSON.parse('{"effect":"wallet","agent":"a","delta":1,"__proto__":{}}')],
    "effect 1: ",
  ],
  "a number that is none": [[{ ...GOOD, delta: null }], "effect 1, delta: "],
  "more money than there is": [
    [{ ...GOOD, delta: -0.5 }, { ...GOOD, delta: -2 }],
    "effect 2: money would be -1.5",
  ],
  "money beyond all counting": [
    [{ ...GOOD, delta: 1e12 }],
    "effect 1: money would be 1000000000001",
  ],
  "money without end": [
    [{ ...GOOD, delta: 1.7e308 }],
    "effect 1: money would be 1.7e+308",
  ],
  "somebody else's money": [
    [{ ...GOOD, agent: "b" }],
    "effect 1: the agent is not the one that acts",
  ],
  "a need of somebody far away": [
    [{ effect: "need", agent: "far", need: "hunger", delta: 0.1 }],
    "effect 1: the agent is neither the one that acts nor one of the others",
  ],
  "a need of nobody": [
    [{ effect: "need", agent: "ghost", need: "hunger", delta: 0.1 }],
    "effect 1: the agent is neither",
  ],
  "a need that is none": [
    [{ effect: "need", agent: "a", need: "money", delta: 0.1 }],
    "effect 1, need: ",
  ],
  "a counter that is none": [
    [{ effect: "inventory", agent: "a", item: "gold", delta: 1 }],
    "effect 1, item: ",
  ],
  "half a chat": [
    [{ effect: "inventory", agent: "a", item: "chats", delta: 0.5 }],
    "effect 1, delta: ",
  ],
  "fewer chats than none": [
    [
      { effect: "inventory", agent: "a", item: "chats", delta: 1 },
      { effect: "inventory", agent: "a", item: "chats", delta: -2 },
    ],
    "effect 2: chats would be -1",
  ],
  "more chats than a column holds": [
    [{ effect: "inventory", agent: "a", item: "chats", delta: 2 ** 31 }],
    "effect 1: chats would be 2147483648",
  ],
  "somebody else's counter": [
    [{ effect: "inventory", agent: "b", item: "chats", delta: 1 }],
    "effect 1: the agent is not the one that acts",
  ],
  "stock the object has not": [
    [{ effect: "stock", object: "shower_1", item: "meals", delta: 1 }],
    "effect 1: the object has no such stock",
  ],
  "the places of a bed": [
    [{ effect: "stock", object: "shower_1", item: "sleep_slots", delta: 1 }],
    "effect 1: the object has no such stock",
  ],
  "stock of another object": [
    [{ effect: "stock", object: "fridge_1", item: "meals", delta: 1 }],
    "effect 1: the object is not the one that is used",
  ],
  "less stock than none": [
    [{ effect: "stock", object: "shower_1", item: "water_on", delta: -2 }],
    "effect 1: water_on would be -1",
  ],
  "a flag above 1": [
    [{ effect: "stock", object: "shower_1", item: "power_on", delta: 1 }],
    "effect 1: power_on would be 2",
  ],
  "a tie of others": [
    [{ effect: "relationship", a: "b", b: "a", trust: 0.1, cause: "hook" }],
    "effect 1: a is not the agent that acts",
  ],
  "a tie to oneself": [
    [{ effect: "relationship", a: "a", b: "a", trust: 0.1, cause: "hook" }],
    "effect 1: b is the agent that acts",
  ],
  "a tie to nobody": [
    [{ effect: "relationship", a: "a", b: "ghost", cause: "hook" }],
    "effect 1: nobody has the id of b",
  ],
  "a leap of trust": [
    [{ effect: "relationship", a: "a", b: "b", trust: 0.51, cause: "hook" }],
    "effect 1, trust: ",
  ],
  "a cause that is none": [
    [{ effect: "relationship", a: "a", b: "b", cause: "magic" }],
    "effect 1, cause: ",
  ],
  "a reason that is no word": [
    [{ effect: "cancel", reason: "No!" }],
    "effect 1, reason: must be 1 to 32 of a to z and _",
  ],
  "an event that is no word": [
    [{ effect: "emit", event: "a.b" }],
    "effect 1, event: must be 1 to 32 of a to z and _",
  ],
  "a payload that nests": [
    [{ effect: "emit", event: "x", payload: { list: [] } }],
    "effect 1, payload: must be a map",
  ],
  "a payload that poses as the event": [
    [{ effect: "emit", event: "x", payload: { e: "agent.removed" } }],
    "effect 1, payload: must be a map",
  ],
  "a payload that pollutes": [
    [{
      effect: "emit",
      event: "x",
      payload: JSON.parse('{"__proto__":1}'),
    }],
    "effect 1, payload: must be a map",
  ],
  "a payload of more than 1 KiB": [
    [{ effect: "emit", event: "x", payload: { text: "é".repeat(510) } }],
    "effect 1, payload: must have at most 1024 bytes as JSON",
  ],
};

for (const [name, [answer, why]] of Object.entries(BAD)) {
  Deno.test(`an answer with ${name} is refused whole`, () => {
    const { sim, fault } = played(answer);
    assertStringIncludes(fault ?? "none", why);
    assertEquals(walletOf(sim, "a"), 1);
    assertEquals(counterOf(sim, "a", "chats"), 0);
  });
}

Deno.test("H11: what comes before a bad effect is not done either", () => {
  for (const [answer] of Object.values(BAD)) {
    if (!Array.isArray(answer)) continue;
    const { sim, fault } = played([{ ...GOOD, delta: 0.5 }, ...answer]);
    assertEquals(fault === null, false);
    assertEquals(walletOf(sim, "a"), 1);
  }
});

Deno.test("no answer makes a world that breaks its laws", () => {
  const id = fc.constantFrom("a", "b", "far", "ghost", "shower_1", "__proto__");
  const number = fc.oneof(fc.double(), fc.integer(), fc.constant(null));
  const effect = fc.oneof(
    fc.record({
      effect: fc.constantFrom("wallet", "need", "inventory", "stock"),
      agent: id,
      object: id,
      item: fc.constantFrom("chats", "water_on", "power_on", "meals"),
      need: fc.constantFrom("hunger", "energy"),
      delta: number,
    }, { requiredKeys: ["effect"] }),
    fc.record({
      effect: fc.constant("relationship"),
      a: id,
      b: id,
      trust: number,
      cause: fc.constant("hook"),
    }),
    fc.record({ effect: fc.constant("cancel"), reason: fc.string() }),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(fc.oneof(fc.array(effect), fc.jsonValue()), (answer) => {
      const { sim, fault } = played(answer);
      const { wallet, need, stock } = sim.world;
      const [money] = wallet;
      if (fault !== null) assertEquals(money, 1);
      assertEquals(money >= 0 && Number.isFinite(money), true);
      assertEquals(need.every((value) => value >= 0 && value <= 1), true);
      assertEquals(stock.every((value) => value >= -1), true);
      assertEquals(sim.world.inventory.every((count) => count >= 0), true);
    }),
    { numRuns: 200 },
  );
});

Deno.test("a tie's cause bends what a hook changes, as everywhere", () => {
  const relate = (cause: string) => {
    const hook = outsideHook(["on_attempt_shower"], ({ agent }) => [{
      effect: "relationship",
      a: agent.id,
      b: "b",
      rivalry: 0.25,
      cause,
    }]);
    const sim = tinyTown({
      agents: [{ id: "a", profile: "industrious" }, { id: "b" }],
      objects: [{ id: "shower_1", type: "shower" }],
      outside: [hook],
      config: { features: { relationship_modifiers: true } },
    });
    play(sim, { a: { kind: "request", object: "shower_1" } });
    play(sim, {
      a: { kind: "start", object: "shower_1", affordance: "use_shower" },
    });
    return tieOf(sim, "a", "b")[2];
  };
  assertNear(relate("hook"), 0.25 - 0.01);
  assertNear(relate("shared_meal"), 0.25 - 0.01);
  assertEquals(relate("conflict") > 0.25, true);
});

Deno.test("what is wrong with an answer ends the run unless the hook may be left out", () => {
  const hook = outsideHook(["on_attempt_shower"], () => [{ effect: "none" }]);
  const sim = tinyTown({
    objects: [{ id: "shower_1", type: "shower" }],
    outside: [hook],
  });
  play(sim, { a: { kind: "request", object: "shower_1" } });
  const before = sim.hash();
  let caught: unknown;
  try {
    sim.step({
      a: { kind: "start", object: "shower_1", affordance: "use_shower" },
    });
  } catch (error) {
    caught = error;
  }
  assertEquals(caught instanceof TownletError, true);
  const { code, exit, where, message } = caught as TownletError;
  assertEquals([code, exit, where], ["hooks.faulted", 1, "tick 2"]);
  assertStringIncludes(
    message,
    "Hook ./hooks/test.js failed (rule H11): effect 1",
  );
  assertEquals(sim.hash(), before);
  assertEquals(sim.turn.events.map(({ event }) => event), [
    "hook.faulted",
    "loop.failed",
  ]);
});

Deno.test("a hook can neither undo an outage nor make places to sleep", () => {
  let answer: unknown[] = [];
  const hook = outsideHook(
    ["on_no_power", "on_attempt_sleep"],
    () => answer,
  );
  const sim = tinyTown({
    agents: [{ id: "a" }, { id: "b" }],
    objects: [{ id: "shower_1", type: "shower" }, { id: "bed_1", type: "bed" }],
    outside: [hook],
    config: {
      affordances: { hooks: { on_fault: "disable" } },
      perturbations: {
        events: { dark: { kind: "blackout", duration: 5, prob_per_day: 0 } },
      },
    },
  });
  const stock = (object: string, item: string, delta: number) => [
    { effect: "stock", object, item, delta },
  ];
  play(sim, { a: { kind: "request", object: "shower_1" } });
  play(sim, {
    a: { kind: "start", object: "shower_1", affordance: "use_shower" },
  });
  sim.command({
    name: "perturbation_trigger",
    args: {
      spec: "dark",
      starts_in: 0,
      duration: null,
      targets: null,
      magnitude: null,
      location: null,
    },
  });
  answer = stock("shower_1", "power_on", 1);
  const dark = play(sim, {});
  assertEquals(
    named(dark, "hook.faulted").map(({ reason }) => reason),
    ["effect 1: power_on cannot rise: there is an outage"],
  );
  assertEquals(stockAt(sim, "shower_1", "power_on"), 0);
  sim.world.records = { ...sim.world.records, disabledHooks: [] };
  answer = stock("bed_1", "sleep_capacity", 1);
  play(sim, { b: { kind: "request", object: "bed_1" } });
  const night = play(sim, {
    b: { kind: "start", object: "bed_1", affordance: "rest_sleep" },
  });
  assertEquals(
    named(night, "hook.faulted").map(({ reason }) => reason),
    ["effect 1: sleep_capacity is kept by the beds themselves"],
  );
});
