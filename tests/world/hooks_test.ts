import { assertEquals } from "@std/assert";
import type { Simulation } from "../../src/simulation.ts";
import type { TownEvent } from "../../src/world/events.ts";
import { PRICE } from "../../src/world/world.ts";
import {
  assertNear,
  counterOf,
  named,
  namesOf,
  needsOf,
  play,
  queueOf,
  stockAt,
  tieOf,
  type TinyOptions,
  tinyTown,
  walletOf,
} from "../helpers/tiny_town.ts";

const OBJECTS = [
  { id: "shower_1", type: "shower", at: [2, 2] },
  { id: "stove_1", type: "stove", at: [6, 2] },
  { id: "fridge_1", type: "fridge", at: [20, 2] },
  { id: "fridge_2", type: "fridge", at: [8, 2] },
  { id: "bed_1", type: "bed", at: [12, 2] },
] as const;

const OBJECT_OF: Readonly<Record<string, string>> = {
  use_shower: "shower_1",
  cook_meal: "stove_1",
  eat_meal: "fridge_1",
  rest_sleep: "bed_1",
};

function home(
  wallet: number,
  stock: Readonly<Record<string, Readonly<Record<string, number>>>> = {},
  options: TinyOptions = {},
): Simulation {
  return tinyTown({
    agents: [{ id: "a", wallet }],
    objects: OBJECTS.map((o) => ({ ...o, stock: stock[o.id] ?? {} })),
    ...options,
  });
}

/** Asks for the object of an affordance and starts it; the start's events. */
function begin(sim: Simulation, affordance: string, id = "a"): TownEvent[] {
  const object = OBJECT_OF[affordance];
  play(sim, { [id]: { kind: "request", object } });
  return play(sim, { [id]: { kind: "start", object, affordance } });
}

/** Why the start failed, and that nothing was paid or taken. */
function refusal(sim: Simulation, affordance: string): string[] {
  const wallet = walletOf(sim, "a");
  const stock = [...sim.world.stock];
  const events = begin(sim, affordance);
  assertEquals(walletOf(sim, "a"), wallet);
  assertEquals([...sim.world.stock], stock);
  assertEquals(sim.world.holder.indexOf(0), -1);
  return named(events, "affordance.failed").map(({ reason }) => reason);
}

Deno.test("a shower counts its session at the start and itself at the end", () => {
  const sim = home(2);
  assertEquals(namesOf(begin(sim, "use_shower")), ["affordance.started"]);
  assertEquals(stockAt(sim, "shower_1", "shower_sessions"), 1);
  assertEquals(counterOf(sim, "a", "showers_started"), 1);
  assertEquals(counterOf(sim, "a", "showers_taken"), 0);
  assertEquals(walletOf(sim, "a"), 2);
  const events = play(sim, {}, 29);
  assertEquals(namesOf(events), ["shower.completed", "affordance.finished"]);
  assertEquals(events[0], {
    event: "shower.completed",
    tick: 31,
    agent: "a",
    object: "shower_1",
  });
  assertEquals(counterOf(sim, "a", "showers_taken"), 1);
  assertNear(walletOf(sim, "a"), 1.8);
});

Deno.test("a shower without power says so, every time, and works when it is back", () => {
  const sim = home(2, { shower_1: { power_on: 0 } });
  for (let i = 0; i < 2; i++) {
    assertEquals(namesOf(begin(sim, "use_shower")), [
      "shower.power_lost",
      "affordance.precondition_failed",
      "affordance.failed",
    ]);
  }
  assertEquals(stockAt(sim, "shower_1", "power_on"), 0);
  assertEquals(counterOf(sim, "a", "showers_started"), 0);
  sim.world.stock[sim.town.stockKeys.indexOf("power_on")] = 1;
  assertEquals(namesOf(begin(sim, "use_shower")), ["affordance.started"]);
});

Deno.test("a shower that fails for another reason keeps its power", () => {
  const sim = home(2, { shower_1: { water_on: 0 } });
  assertEquals(namesOf(begin(sim, "use_shower")), [
    "affordance.precondition_failed",
    "affordance.failed",
  ]);
  assertEquals(stockAt(sim, "shower_1", "power_on"), 1);
  const cut = home(2);
  begin(cut, "use_shower");
  const events = play(cut, { a: { kind: "release", object: "shower_1" } });
  assertEquals(namesOf(events), ["affordance.failed"]);
  assertEquals(stockAt(cut, "shower_1", "power_on"), 1);
});

Deno.test("the hook's own check of power is power_off, where no condition asks", () => {
  const sim = home(2, { shower_1: { power_on: 0 } }, {
    config: {
      scenario: {
        affordances: [{
          id: "rinse",
          object_type: "shower",
          duration: 2,
          effects: {},
          hooks: { before: "on_attempt_shower", fail: "on_no_power" },
        }],
      },
    },
  });
  play(sim, { a: { kind: "request", object: "shower_1" } });
  const events = play(sim, {
    a: { kind: "start", object: "shower_1", affordance: "rinse" },
  });
  assertEquals(namesOf(events), ["shower.power_lost", "affordance.failed"]);
  assertEquals(named(events, "affordance.failed")[0].reason, "power_off");
});

Deno.test("a meal is paid once, at its start, at the price in force", () => {
  const sim = home(2);
  sim.world.price[PRICE.meal_cost] = 0.75;
  begin(sim, "eat_meal");
  assertNear(walletOf(sim, "a"), 1.25);
  assertEquals(stockAt(sim, "fridge_1", "meals"), 4);
  assertEquals(counterOf(sim, "a", "meals_consumed"), 1);
  play(sim, {}, 14);
  assertNear(walletOf(sim, "a"), 1.25);
  assertNear(needsOf(sim, "a"), [0.9, 0.5, 0.55]);
});

Deno.test("a meal needs money, and a meal", () => {
  assertEquals(refusal(home(0.39), "eat_meal"), ["insufficient_funds"]);
  // An empty fridge is known before anybody counts the money.
  const empty = home(0, { fridge_1: { meals: 0 } });
  assertEquals(refusal(empty, "eat_meal"), ["precondition_failed"]);
});

Deno.test("a fridge that ran out is insufficient_stock, where no condition asks", () => {
  const sim = home(0, { fridge_1: { meals: 0 } }, {
    config: {
      scenario: {
        affordances: [{
          id: "snack",
          object_type: "fridge",
          duration: 2,
          effects: {},
          hooks: { before: ["on_attempt_eat"] },
        }],
      },
    },
  });
  play(sim, { a: { kind: "request", object: "fridge_1" } });
  const events = play(sim, {
    a: { kind: "start", object: "fridge_1", affordance: "snack" },
  });
  assertEquals(named(events, "affordance.failed").map((e) => e.reason), [
    "insufficient_stock",
  ]);
});

Deno.test("cooking pays and takes ingredients, and fills the nearest fridge", () => {
  const sim = home(1);
  begin(sim, "cook_meal");
  assertNear(walletOf(sim, "a"), 0.85);
  assertEquals(stockAt(sim, "stove_1", "raw_ingredients"), 2);
  assertEquals(counterOf(sim, "a", "meals_cooked"), 0);
  assertEquals(namesOf(play(sim, {}, 39)), ["affordance.finished"]);
  assertEquals(counterOf(sim, "a", "meals_cooked"), 1);
  assertEquals(stockAt(sim, "fridge_1", "meals"), 5);
  assertEquals(stockAt(sim, "fridge_2", "meals"), 6);
  assertNear(needsOf(sim, "a"), [0.6, 0.5, 0.45]);
});

Deno.test("a stove without a place fills the first fridge", () => {
  const sim = tinyTown({
    agents: [{ id: "a", wallet: 1 }],
    objects: [
      { id: "stove_1", type: "stove" },
      { id: "fridge_1", type: "fridge", at: [9, 9] },
      { id: "fridge_2", type: "fridge", at: [1, 1] },
    ],
  });
  begin(sim, "cook_meal");
  play(sim, {}, 39);
  assertEquals(stockAt(sim, "fridge_1", "meals"), 6);
  assertEquals(stockAt(sim, "fridge_2", "meals"), 5);
});

Deno.test("a town without a fridge can cook", () => {
  const sim = tinyTown({
    agents: [{ id: "a", wallet: 1 }],
    objects: [{ id: "stove_1", type: "stove" }],
  });
  begin(sim, "cook_meal");
  assertEquals(namesOf(play(sim, {}, 39)), ["affordance.finished"]);
});

Deno.test("cooking needs money before ingredients, and takes neither when refused", () => {
  const bare = { stove_1: { raw_ingredients: 0 } };
  assertEquals(refusal(home(0.1, bare), "cook_meal"), ["insufficient_funds"]);
  assertEquals(refusal(home(1, bare), "cook_meal"), ["no_ingredients"]);
});

Deno.test("a bed takes as many sleepers as it has slots, and gives each slot back", () => {
  const sim = home(0);
  begin(sim, "rest_sleep");
  assertEquals(stockAt(sim, "bed_1", "sleep_slots"), 0);
  assertEquals(counterOf(sim, "a", "sleep_attempts"), 1);
  assertEquals(counterOf(sim, "a", "sleep_sessions"), 0);
  const events = play(sim, {}, 59);
  assertEquals(namesOf(events), ["sleep.completed", "affordance.finished"]);
  assertEquals(stockAt(sim, "bed_1", "sleep_slots"), 1);
  assertEquals(counterOf(sim, "a", "sleep_sessions"), 1);
  assertEquals(needsOf(sim, "a")[2], 1);
});

Deno.test("a bed without a slot is bed_unavailable", () => {
  const sim = home(0, { bed_1: { sleep_slots: 0 } });
  assertEquals(refusal(sim, "rest_sleep"), ["bed_unavailable"]);
  assertEquals(stockAt(sim, "bed_1", "sleep_slots"), 0);
});

for (
  const [end, how] of [
    ["a release", (sim: Simulation) => {
      play(sim, { a: { kind: "release", object: "bed_1" } });
    }],
    ["leaving", (sim: Simulation) => {
      sim.command({ name: "teleport", args: { agent: "a", pos: [30, 30] } });
      play(sim);
    }],
    ["a removal", (sim: Simulation) => {
      sim.command({ name: "kill", args: { agent: "a", reason: null } });
      play(sim);
    }],
    ["a ghost step", (sim: Simulation) => {
      const blocked = { kind: "blocked", object: "bed_1" } as const;
      play(sim, { b: blocked }, 3);
    }],
  ] as const
) {
  Deno.test(`a sleep that ends by ${end} returns its slot, once`, () => {
    const sim = home(0, {}, {
      agents: [{ id: "a", at: [11, 2] }, { id: "b", at: [13, 2] }],
      walk: true,
      config: { queue_fairness: { preempt_running: true } },
    });
    begin(sim, "rest_sleep");
    assertEquals(stockAt(sim, "bed_1", "sleep_slots"), 0);
    how(sim);
    assertEquals(queueOf(sim, "bed_1").holder, null);
    assertEquals(stockAt(sim, "bed_1", "sleep_slots"), 1);
    assertEquals(sim.world.slotTaken[4], 0);
  });
}

/** Two fridges beside each other, and somebody at each. */
function table(at: readonly [number, number]): Simulation {
  return tinyTown({
    agents: [
      { id: "b", at: [3, 3], wallet: 9 },
      { id: "a", at, wallet: 9 },
    ],
    objects: [
      { id: "fridge_1", type: "fridge", at: [3, 2] },
      { id: "fridge_2", type: "fridge", at: [5, 2] },
    ],
    walk: true,
  });
}

function eat(sim: Simulation, id: string, object: string): TownEvent[] {
  play(sim, { [id]: { kind: "request", object } });
  return play(sim, { [id]: { kind: "start", object, affordance: "eat_meal" } });
}

Deno.test("nobody shares a meal with themselves", () => {
  const sim = table([9, 9]);
  eat(sim, "b", "fridge_1");
  assertEquals(namesOf(play(sim, {}, 14)), ["affordance.finished"]);
});

Deno.test("those who eat together share the meal: at the end of each, both sides", () => {
  const sim = table([4, 3]);
  eat(sim, "b", "fridge_1");
  eat(sim, "a", "fridge_2");
  // b ends first, while a still eats.
  const events = play(sim, {}, 12);
  assertEquals(namesOf(events), ["meal.shared", "affordance.finished"]);
  assertEquals(events[0], {
    event: "meal.shared",
    tick: 16,
    object: "fridge_1",
    agents: ["a", "b"],
  });
  assertNear(tieOf(sim, "a", "b"), [0.1, 0.25, 0]);
  assertNear(tieOf(sim, "b", "a"), [0.1, 0.25, 0]);
  // a ends two ticks later, when b has just eaten.
  assertEquals(named(play(sim, {}, 2), "meal.shared").map((e) => e.tick), [18]);
  assertNear(tieOf(sim, "b", "a"), [0.2, 0.5, 0]);
});

Deno.test("a meal is shared with somebody who still eats, at whichever object", () => {
  for (const [first, second] of [["1", "2"], ["2", "1"]]) {
    const sim = table([4, 3]);
    const [one, two] = first === "1" ? ["b", "a"] : ["a", "b"];
    eat(sim, one, `fridge_${first}`);
    eat(sim, two, `fridge_${second}`);
    const [shared] = named(play(sim, {}, 12), "meal.shared");
    assertEquals([shared.tick, shared.object], [16, `fridge_${first}`]);
  }
});

for (const [pause, shared] of [[15, true], [16, false]] as const) {
  Deno.test(`a meal of 15 ticks is ${shared ? "" : "not "}shared with who finished ${pause} ticks before its end`, () => {
    const sim = table([4, 3]);
    eat(sim, "b", "fridge_1");
    // b ends at tick 16, a starts at tick pause + 2.
    play(sim, {}, pause - 2);
    const events = [...eat(sim, "a", "fridge_2"), ...play(sim, {}, 14)];
    assertEquals(
      named(events, "affordance.finished").map((e) => [e.agent, e.tick]),
      [["a", 16 + pause]],
    );
    assertEquals(
      named(events, "meal.shared").map(({ agents }) => agents),
      shared ? [["a", "b"]] : [],
    );
  });
}

Deno.test("who only stands near shares nothing, nor does who eats elsewhere", () => {
  const near = table([4, 3]);
  eat(near, "b", "fridge_1");
  assertEquals(namesOf(play(near, {}, 14)), ["affordance.finished"]);
  const far = table([6, 3]);
  eat(far, "b", "fridge_1");
  eat(far, "a", "fridge_2");
  assertEquals(named(play(far, {}, 20), "meal.shared"), []);
});
