import { assert, assertEquals, assertThrows } from "@std/assert";
import { refreshUsable } from "../../src/world/affordances.ts";
import type { HookCall, HookHandler } from "../../src/world/hooks.ts";
import { outcomesOf } from "../../src/world/outcomes.ts";
import { Simulation } from "../../src/simulation.ts";
import { stockMap } from "../../src/world/stock.ts";
import type { Town } from "../../src/world/town.ts";
import { inventoryOf, queueIds } from "../../src/world/views.ts";
import {
  act,
  affordanceOf,
  agentOf,
  assertNear,
  named,
  namesOf,
  needsOf,
  objectOf,
  outcomeOf,
  play,
  queueOf,
  stockAt,
  type TinyOptions,
  tinyTown,
  walletOf,
} from "../helpers/tiny_town.ts";

/** A swing: three ticks, as written, on an object nobody else uses. */
function swing(
  more: Readonly<Record<string, unknown>> = {},
  options: TinyOptions = {},
): Simulation {
  return tinyTown({
    agents: 2,
    objects: [
      { id: "swing_1", type: "swing", stock: { ropes: 2 } },
      { id: "fridge_1", type: "fridge" },
    ],
    ...options,
    config: {
      scenario: {
        affordances: [{
          id: "play",
          object_type: "swing",
          duration: 3,
          effects: {},
          ...more,
        }],
      },
      ...options.config,
    },
  });
}

const ask = { kind: "request", object: "swing_1" } as const;
const start = {
  kind: "start",
  object: "swing_1",
  affordance: "play",
} as const;

/** Why the start of a swing's use fails, and what is told of it. */
function failure(sim: Simulation, affordance: string = "play") {
  act(sim, { a: ask });
  const events = act(sim, { a: { ...start, affordance } });
  const { world } = sim;
  assertEquals(world.running[0], -1);
  assertEquals(world.runningLeft[0], 0);
  assertEquals(queueOf(sim, "swing_1").holder, null);
  assertEquals(world.cooldowns[0], 0);
  return {
    reason: outcomeOf(sim, "a"),
    events: namesOf(events),
    told: named(events, "affordance.failed").map((e) => e.reason),
  };
}

Deno.test("a use of d ticks that starts at t is completed at t + d − 1", () => {
  for (const duration of [1, 2, 7]) {
    const sim = swing({ duration });
    play(sim, { a: ask });
    const events = [...play(sim, { a: start }), ...play(sim, {}, 9)];
    assertEquals(
      events.map((e) => [e.event, e.tick]),
      [["affordance.started", 2], ["affordance.finished", duration + 1]],
    );
    assertEquals(named(events, "affordance.started")[0], {
      event: "affordance.started",
      tick: 2,
      agent: "a",
      object: "swing_1",
      affordance: "play",
      duration,
    });
  }
});

Deno.test("effects come at the end, clamp needs, and take no money that is not there", () => {
  const sim = swing({
    effects: { hunger: 0.2, hygiene: 0.9, energy: -0.9, money: -3 },
  }, { agents: [{ id: "a", wallet: 2 }] });
  play(sim, { a: ask });
  play(sim, { a: start });
  play(sim);
  assertEquals(needsOf(sim, "a"), [0.5, 0.5, 0.5]);
  play(sim);
  assertNear(needsOf(sim, "a"), [0.7, 1, 0]);
  assertEquals(walletOf(sim, "a"), 0);
});

Deno.test("effects can pay", () => {
  const sim = swing({ effects: { money: 1.25 }, duration: 1 });
  play(sim, { a: ask });
  play(sim, { a: start });
  assertNear(walletOf(sim, "a"), 1.25);
});

Deno.test("a completed use is a cooldown for its user and the turn of the next", () => {
  const sim = swing();
  play(sim, { a: ask, b: ask });
  play(sim, { a: start });
  const events = play(sim, {}, 2);
  assertEquals(namesOf(events), ["queue.handover", "affordance.finished"]);
  assertEquals(queueOf(sim, "swing_1"), { holder: "b", waiting: [] });
  assertEquals(sim.world.cooldownUntil[0], 4 + 60);
});

Deno.test("only the holder can start, only once, and nothing is told of the others", () => {
  const sim = swing();
  act(sim, { a: ask, b: ask });
  assertEquals(act(sim, { b: start }), []);
  assertEquals(queueOf(sim, "swing_1"), { holder: "a", waiting: ["b"] });
  assertEquals(namesOf(act(sim, { a: start })), ["affordance.started"]);
  assertEquals(act(sim, { a: start }), []);
  const reasons = (agent: number) =>
    outcomesOf(sim.town, sim.world, agent)
      .map(({ metadata }) => metadata?.reason);
  assertEquals(reasons(0), [undefined, undefined, undefined, "busy"]);
  assertEquals(reasons(1), ["queued", "not_holder", undefined, undefined]);
});

Deno.test("an affordance nobody knows is missing_spec and frees the object", () => {
  assertEquals(failure(swing(), "fly"), {
    reason: "missing_spec",
    events: ["affordance.failed"],
    told: ["missing_spec"],
  });
});

Deno.test("an affordance of another type is incompatible_object", () => {
  assertEquals(failure(swing(), "rest_sleep"), {
    reason: "incompatible_object",
    events: ["affordance.failed"],
    told: ["incompatible_object"],
  });
});

Deno.test("the first precondition that does not hold fails the start, with what it saw", () => {
  const preconds = ["stock.ropes == 2", "wallet > 1 and queue_length == 1"];
  const sim = swing({ preconds: [...preconds, "-'x'"] });
  act(sim, { a: ask, b: ask });
  const events = act(sim, { a: start });
  assertEquals(events, [
    {
      event: "affordance.precondition_failed",
      tick: 0,
      agent: "a",
      object: "swing_1",
      affordance: "play",
      condition: preconds[1],
      context: { wallet: 0, queue_length: 1 },
    },
    {
      event: "affordance.failed",
      tick: 0,
      agent: "a",
      object: "swing_1",
      affordance: "play",
      reason: "precondition_failed",
    },
  ]);
  assertEquals(queueOf(sim, "swing_1"), { holder: "b", waiting: [] });
  assertEquals(sim.world.cooldowns[0], 0);
});

Deno.test("a precondition that makes no sense is precondition_error", () => {
  assertEquals(failure(swing({ preconds: "wallet < 'much'" })), {
    reason: "precondition_error",
    events: ["affordance.precondition_failed", "affordance.failed"],
    told: ["precondition_error"],
  });
});

Deno.test("preconditions see agent, object, stock, queue and clock", () => {
  const preconds = [
    "affordance_id == 'play'",
    "agent.agent_id == 'a' and agent.position == [2, 3]",
    "agent.wallet == 4 and wallet == 4 and agent.job_id == null",
    "agent.on_shift == false and agent.shift_state == 'pre_shift'",
    "agent.needs.hunger == 0.5 and needs.energy == 0.5",
    "agent.inventory.chats == null and inventory == agent.inventory",
    "agent.lateness_counter == 0 and agent.attendance_ratio == 0",
    "agent.wages_withheld == 0",
    "object.object_id == 'swing_1' and object.object_type == 'swing'",
    "object.position == [2, 2] and object.occupied_by == 'a'",
    "object.stock.ropes == 2 and stock.ropes == 2 and stock.meals == null",
    "world.tick == 1500 and world.day == 1",
    "queue == ['b'] and 'b' in queue and queue_length == 1",
    "reservation_active and reservation_holder == 'a' and not occupied",
    "power_on == false and water_on == false and meal_available == false",
    "nothing_of_the_kind == null",
  ];
  const sim = swing({ preconds }, {
    agents: [{ id: "a", at: [2, 3], wallet: 4 }, { id: "b" }],
    objects: [
      { id: "swing_1", type: "swing", at: [2, 2], stock: { ropes: 2 } },
    ],
  });
  sim.world.tick[0] = 1500;
  act(sim, { a: ask, b: ask });
  assertEquals(namesOf(act(sim, { a: start })), ["affordance.started"]);
});

Deno.test("preconditions see the job, be it the first", () => {
  const sim = swing({}, {
    config: {
      jobs: { player: { start_tick: 900 } },
      scenario: {
        affordances: [{
          id: "play",
          object_type: "swing",
          duration: 3,
          effects: {},
          preconds: "agent.job_id == 'player'",
        }],
      },
    },
  });
  act(sim, { a: ask });
  assertEquals(namesOf(act(sim, { a: start })), ["affordance.started"]);
});

Deno.test("flags are null for an object without any stock", () => {
  const sim = swing(
    { preconds: "power_on == null and meal_available == null" },
    { objects: [{ id: "swing_1", type: "swing" }] },
  );
  act(sim, { a: ask });
  assertEquals(namesOf(act(sim, { a: start })), ["affordance.started"]);
});

/** The same town, with other hooks for its first affordance of a type. */
function withHooks(
  town: Town,
  hooks: Partial<Record<"before" | "after" | "fail", readonly HookHandler[]>>,
): Town {
  const bind = (handlers: readonly HookHandler[] = []) =>
    handlers.map((handler, i) => ({
      name: `hook_${i}`,
      specifier: "test",
      handler,
    }));
  return {
    ...town,
    affordances: town.affordances.map((spec) =>
      spec.id !== "play" ? spec : {
        ...spec,
        hooks: {
          before: bind(hooks.before),
          after: bind(hooks.after),
          fail: bind(hooks.fail),
        },
      }
    ),
  };
}

function hooked(hooks: Parameters<typeof withHooks>[1]): Simulation {
  return new Simulation(withHooks(swing().town, hooks), { policy: "idle" });
}

for (
  const [how, handler, reason] of [
    ["returns false", () => false, "hook_cancelled"],
    ["cancels", (_, api) => api.cancel(), "hook_cancelled"],
    ["aborts", (_, api) => api.abort("no_ingredients"), "no_ingredients"],
    ["aborts in its own words", (_, api) => api.abort("rain"), "rain"],
  ] as readonly (readonly [string, HookHandler, string])[]
) {
  Deno.test(`a before hook that ${how} stops the start as ${reason}`, () => {
    const calls: string[] = [];
    const note = (call: HookCall) => {
      calls.push(`${call.stage} ${call.reason ?? ""}`);
    };
    const sim = hooked({ before: [note, handler, note], fail: [note] });
    assertEquals(failure(sim), {
      reason,
      events: ["affordance.failed"],
      told: [reason],
    });
    assertEquals(calls, ["before ", `fail ${reason}`]);
  });
}

Deno.test("a before hook that throws stops the start as hook_error; what it did stays", () => {
  const sim = hooked({
    before: [(_, api) => {
      api.adjustWallet(3);
      throw new Error("out of order");
    }],
  });
  assertEquals(failure(sim), {
    reason: "hook_error",
    events: ["hook.faulted", "affordance.failed"],
    told: ["hook_error"],
  });
  assertEquals(walletOf(sim, "a"), 3);
});

Deno.test("an after hook that throws is told, and the others go on", () => {
  const sim = hooked({
    after: [
      () => {
        throw new Error("out of order");
      },
      (_, api) => api.adjustWallet(1),
    ],
  });
  play(sim, { a: ask });
  const events = [...play(sim, { a: start }), ...play(sim, {}, 2)];
  assertEquals(events.slice(1), [
    {
      event: "hook.faulted",
      tick: 4,
      specifier: "test",
      rule: "thrown",
      reason: "out of order",
    },
    {
      event: "affordance.finished",
      tick: 4,
      agent: "a",
      object: "swing_1",
      affordance: "play",
    },
  ]);
  assertEquals(walletOf(sim, "a"), 1);
});

Deno.test("hooks run in order, with a frozen call and frozen views", () => {
  const seen: unknown[] = [];
  const look = (n: number): HookHandler => (call, api) => {
    seen.push([n, call.stage, call.hook, api.agent().wallet]);
    assert(Object.isFrozen(call));
    assert(Object.isFrozen(api.agent()) && Object.isFrozen(api.agent().needs));
    assert(Object.isFrozen(api.object()));
    assert(Object.isFrozen(api.object().stock));
    assertThrows(() => Object.assign(call.effects, { money: 9 }), TypeError);
    assertEquals(call.object_id, "swing_1");
    assertEquals(call.agent_id, "a");
    assertEquals(call.affordance_id, "play");
    assertEquals(call.duration, 3);
    api.adjustWallet(1);
  };
  const sim = hooked({ before: [look(1), look(2)], after: [look(3)] });
  play(sim, { a: ask });
  play(sim, { a: start });
  play(sim, {}, 2);
  assertEquals(seen, [
    [1, "before", "hook_0", 0],
    [2, "before", "hook_1", 1],
    [3, "after", "hook_0", 2],
  ]);
});

Deno.test("a hook changes stock, money and ties within their ranges, and no other stock", () => {
  const errors: unknown[] = [];
  const sim = hooked({
    before: [(_, api) => {
      api.adjustStock("ropes", -5);
      api.adjustWallet(-5);
      api.relate("b", "hook", { trust: 3, familiarity: -3, rivalry: 0 });
      api.relate("ghost", "hook", { trust: 1, familiarity: 1, rivalry: 0 });
      api.relate("a", "hook", { trust: 1, familiarity: 1, rivalry: 0 });
      assertThrows(() => api.adjustStock("wings", 1), RangeError);
      assertThrows(() => api.setStock("wings", 1), RangeError);
      assertThrows(() => api.adjustStock("meals", 1), RangeError);
    }],
    after: [(_, api) => {
      try {
        api.setStock("ropes", -2);
      } catch (error) {
        errors.push(error);
      }
    }],
  });
  play(sim, { a: ask });
  assertEquals(namesOf(play(sim, { a: start })), ["affordance.started"]);
  assertEquals(stockAt(sim, "swing_1", "ropes"), 0);
  assertEquals(walletOf(sim, "a"), 0);
  assertEquals(sim.world.ties[0], 1);
  assertEquals([sim.world.tieTrust[0], sim.world.tieFamiliarity[0]], [1, -1]);
  play(sim, {}, 2);
  assertEquals(stockAt(sim, "swing_1", "ropes"), 0);
  assertEquals(errors, []);
});

Deno.test("a use that is cut short changes nothing, and tells fail hooks why", () => {
  const reasons: unknown[] = [];
  const town = withHooks(
    swing({ effects: { hunger: 0.4, money: -1 } }).town,
    { fail: [({ reason }) => void reasons.push(reason)] },
  );
  const sim = new Simulation(town, { policy: "idle" });
  sim.world.wallet[0] = 1;
  play(sim, { a: ask, b: ask });
  play(sim, { a: start });
  const events = play(sim, {
    a: { kind: "release", object: "swing_1", success: true },
  });
  assertEquals(events.map((e) => e.event === "affordance.failed" && e.reason), [
    "released",
  ]);
  assertEquals(reasons, ["released"]);
  assertEquals(needsOf(sim, "a"), [0.5, 0.5, 0.5]);
  assertEquals(walletOf(sim, "a"), 1);
  assertEquals(queueOf(sim, "swing_1"), { holder: "b", waiting: [] });
});

Deno.test("an agent that is removed leaves its use, its hold and its place", () => {
  const sim = swing({}, { agents: 3 });
  play(sim, { a: ask, b: ask, c: ask });
  play(sim, { a: start });
  const kill = (agent: string) =>
    sim.command({ name: "kill", args: { agent, reason: null } });
  kill("a");
  kill("c");
  const events = play(sim);
  assertEquals(
    named(events, "affordance.failed").map((e) => [e.agent, e.reason]),
    [["a", "removed"]],
  );
  assertEquals(queueOf(sim, "swing_1"), { holder: "b", waiting: [] });
  kill("b");
  play(sim);
  assertEquals(queueOf(sim, "swing_1"), { holder: null, waiting: [] });
});

Deno.test("refreshUsable() asks only what depends on object, stock and world", () => {
  const usable = (preconds: readonly string[], tick = 0) => {
    const sim = swing({ preconds });
    const { town, world } = sim;
    world.tick[0] = tick;
    refreshUsable(town, world, 0);
    const { use } = town.affordances[affordanceOf(sim, "play")];
    return [world.usable[use], world.usableStale[0]];
  };
  assertEquals(usable([]), [1, 0]);
  assertEquals(usable(["stock.ropes == 2", "object.object_id == 'swing_1'"]), [
    1,
    0,
  ]);
  assertEquals(usable(["stock.ropes > 2"]), [0, 0]);
  assertEquals(usable(["wallet > 100", "stock.ropes == 2"]), [1, 0]);
  assertEquals(usable(["stock.ropes > 2 or wallet > 100"]), [1, 0]);
  assertEquals(usable(["stock.ropes < 'x'"]), [0, 0]);
  // What reads the clock is looked at again every tick, for the tick to come.
  assertEquals(usable(["world.tick < 10"], 8), [1, 1]);
  assertEquals(usable(["world.tick < 10"], 9), [0, 1]);
  assertEquals(usable(["world.day == 1"], 1438), [0, 1]);
  assertEquals(usable(["world.day == 1"], 1439), [1, 1]);
});

Deno.test("stockMap(), inventoryOf() and queueIds() tell what is there and no more", () => {
  const sim = swing();
  act(sim, { a: ask, b: { kind: "chat", target: "a" } });
  assertEquals(stockMap(sim.town, sim.world, 0), { ropes: 2 });
  assertEquals(stockMap(sim.town, sim.world, objectOf(sim, "fridge_1")), {
    meals: 5,
  });
  assertEquals(inventoryOf(sim.world, agentOf(sim, "a")), { chats: 1 });
  assertEquals(queueIds(sim.world, 0), []);
  act(sim, { b: ask });
  assertEquals(queueIds(sim.world, 0), ["b"]);
});
