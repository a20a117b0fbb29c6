import { assert, assertEquals } from "@std/assert";
import { Random } from "../../src/base/random.ts";
import type { Command } from "../../src/config/commands.ts";
import type { Simulation } from "../../src/simulation.ts";
import { ECONOMY_KEYS } from "../../src/config/economy.ts";
import { PRICE } from "../../src/world/world.ts";
import {
  agentOf,
  named,
  namesOf,
  play,
  queueOf,
  setLedger,
  setNeeds,
  stockAt,
  tileOf,
  type TinyOptions,
  tinyTown,
} from "../helpers/tiny_town.ts";

/** A town where the given things can happen. */
function town(
  events: Readonly<Record<string, unknown>>,
  options: TinyOptions & { scheduler?: object } = {},
): Simulation {
  const { scheduler = {}, config = {}, ...rest } = options;
  return tinyTown({
    ...rest,
    config: { ...config, perturbations: { ...scheduler, events } },
  });
}

type Asked = Partial<
  Extract<Command, { name: "perturbation_trigger" }>["args"]
>;

/** Lets a perturbation happen with the next tick, and runs that. */
function trigger(sim: Simulation, spec: string, asked: Asked = {}) {
  sim.command({
    name: "perturbation_trigger",
    args: {
      spec,
      starts_in: 0,
      duration: null,
      targets: null,
      magnitude: null,
      location: null,
      ...asked,
    },
  });
  return play(sim);
}

/** Calls people together in the next tick, or later, and runs that tick. */
function call(
  sim: Simulation,
  spec: string,
  agents: readonly string[],
  starts_in = 0,
) {
  sim.command({
    name: "arrange_meet",
    args: { spec, agents, starts_in, duration: null, location: null },
  });
  return play(sim);
}

const ALWAYS = 1440;

Deno.test("a duration of 0 lasts one tick", () => {
  const sim = town({ one: { kind: "price_spike", magnitude: 2 } });
  trigger(sim, "one");
  assertEquals(sim.world.price[PRICE.meal_cost], 0.8);
  assertEquals(namesOf(play(sim)), ["perturbation.ended"]);
  assertEquals(sim.world.price[PRICE.meal_cost], 0.4);
});

Deno.test("a price spike changes what it names: a key, the market, all of the market", () => {
  const prices = (targets: readonly string[]) => {
    const sim = town({
      one: { kind: "price_spike", duration: 9, magnitude: 2, targets },
    });
    const before = [...sim.world.price];
    const events = trigger(sim, "one");
    const changed = ECONOMY_KEYS.filter((_, i) =>
      sim.world.price[i] === 2 * before[i]
    );
    const told = named(events, "perturbation.price_spike");
    return [changed, told.map(({ target }) => target)];
  };
  const market = [
    "meal_cost",
    "cook_energy_cost",
    "cook_hygiene_cost",
    "ingredients_cost",
  ];
  assertEquals(prices(["wage_income"]), [["wage_income"], ["wage_income"]]);
  assertEquals(prices(["market"]), [market, ["market"]]);
  assertEquals(prices(["global"]), [market, ["global"]]);
  assertEquals(prices([]), [market, ["market"]]);
  assertEquals(prices(["meal_cost", "market"]), [market, [
    "meal_cost",
    "market",
  ]]);
});

Deno.test("events of a spike: one per target, then started; ended at the end", () => {
  const sim = town({
    one: {
      kind: "price_spike",
      duration: 2,
      magnitude: 1.5,
      targets: ["meal_cost", "wage_income"],
    },
  });
  assertEquals(trigger(sim, "one"), [
    ...["meal_cost", "wage_income"].map((target) => ({
      event: "perturbation.price_spike" as const,
      tick: 1,
      event_id: "evt_1",
      target,
      magnitude: 1.5,
      ends_at: 3,
    })),
    {
      event: "perturbation.started",
      tick: 1,
      event_id: "evt_1",
      spec: "one",
      kind: "price_spike",
      targets: ["meal_cost", "wage_income"],
      ends_at: 3,
    },
  ]);
  assertEquals(play(sim), []);
  assertEquals(play(sim), [{
    event: "perturbation.ended",
    tick: 3,
    event_id: "evt_1",
    spec: "one",
    kind: "price_spike",
  }]);
});

Deno.test("a spike's magnitude is never below 0", () => {
  const sim = town({ one: { kind: "price_spike", duration: 2 } });
  trigger(sim, "one", { magnitude: 0, targets: ["meal_cost"] });
  assertEquals(sim.world.price[PRICE.meal_cost], 0);
  assertEquals(sim.world.price[PRICE.ingredients_cost], 0.15);
});

const HOUSE = [
  { id: "stove_1", type: "stove" },
  { id: "shower_1", type: "shower" },
  { id: "sink_1", type: "sink" },
  { id: "bed_1", type: "bed" },
] as const;

Deno.test("prices stay numbers, however high the spikes", () => {
  const sim = town({
    up: { kind: "price_spike", duration: 9, magnitude: 1e200 },
    down: { kind: "price_spike", duration: 9, magnitude: 0 },
  }, { scheduler: { max_concurrent_events: 9 } });
  for (const spec of ["up", "up", "down"]) trigger(sim, spec);
  for (const key of ECONOMY_KEYS) {
    assert(Number.isFinite(sim.world.price[PRICE[key]]), key);
  }
  assertEquals(sim.world.price[PRICE.meal_cost], 0);
});

Deno.test("a blackout stops stoves and showers, an outage showers and sinks", () => {
  const sim = town({
    dark: { kind: "blackout", duration: 2 },
    dry: { kind: "outage", duration: 2 },
  }, { objects: HOUSE });
  const flags = () =>
    HOUSE.map(({ id }) => [
      stockAt(sim, id, "power_on"),
      stockAt(sim, id, "water_on"),
    ]);
  const on = flags();
  assertEquals(on, [[1, null], [1, 1], [null, 1], [null, null]]);
  trigger(sim, "dark");
  assertEquals(flags(), [[0, null], [0, 1], [null, 1], [null, null]]);
  trigger(sim, "dry");
  assertEquals(flags(), [[0, null], [0, 0], [null, 0], [null, null]]);
  play(sim);
  assertEquals(flags(), [[1, null], [1, 0], [null, 0], [null, null]]);
  play(sim);
  assertEquals(flags(), on);
});

Deno.test("a utility cut cancels uses, then is told", () => {
  const sim = town({ dry: { kind: "outage", duration: 5 } }, {
    agents: [{ id: "a", wallet: 9 }, { id: "b" }],
    objects: HOUSE,
  });
  const ask = { kind: "request", object: "shower_1" } as const;
  play(sim, { a: ask, b: ask });
  play(sim, {
    a: { kind: "start", object: "shower_1", affordance: "use_shower" },
  });
  const events = trigger(sim, "dry");
  assertEquals(
    namesOf(events),
    [
      "affordance.failed",
      "perturbation.utility_out",
      "perturbation.started",
    ],
  );
  assertEquals(named(events, "affordance.failed")[0].reason, "utility_off");
  assertEquals(events[1], {
    event: "perturbation.utility_out",
    tick: 3,
    event_id: "evt_1",
    utility: "water",
    cause: "outage",
    ends_at: 8,
  });
  // No effects, and the next one holds a shower that cannot be used.
  assertEquals(sim.world.wallet[0], 9);
  assertEquals(queueOf(sim, "shower_1"), { holder: "b", waiting: [] });
  play(sim, {}, 30);
  assertEquals(sim.world.wallet[0], 9);
});

Deno.test("power is back when the last blackout is over, at its old level", () => {
  const sim = town({
    dark: { kind: "blackout", duration: 2 },
    night: { kind: "blackout", duration: 5 },
  }, {
    objects: [
      { id: "stove_1", type: "stove" },
      { id: "off", type: "stove", stock: { power_on: 0 } },
    ],
  });
  const power = () =>
    ["stove_1", "off"].map((id) => stockAt(sim, id, "power_on"));
  trigger(sim, "night");
  trigger(sim, "dark");
  assertEquals(power(), [0, 0]);
  play(sim, {}, 2);
  assertEquals(sim.world.records.activeEvents.length, 1);
  assertEquals(power(), [0, 0]);
  play(sim, {}, 2);
  assertEquals(sim.world.records.activeEvents, []);
  assertEquals(power(), [1, 0]);
});

const CAFE = [{ id: "cafe_1", type: "cafe", at: [5, 5] }] as const;
const MEET = { meet: { kind: "arranged_meet", duration: 4 } } as const;

Deno.test("in teleport a meeting moves people at once", () => {
  const sim = town(MEET, { agents: 4, objects: CAFE });
  const events = trigger(sim, "meet");
  const [meet] = named(events, "perturbation.meet_arranged");
  assertEquals(namesOf(events), [
    "perturbation.agent_relocated",
    "perturbation.agent_relocated",
    "perturbation.meet_arranged",
    "perturbation.started",
  ]);
  assertEquals(meet.location, "cafe_1");
  assertEquals(meet.ends_at, 5);
  assertEquals(meet.targets.length, 2);
  for (const id of meet.targets) assertEquals(tileOf(sim, id), [5, 5]);
  assertEquals(
    named(events, "perturbation.agent_relocated"),
    meet.targets.map((agent) => ({
      event: "perturbation.agent_relocated" as const,
      tick: 1,
      agent,
      location: "cafe_1",
    })),
  );
});

Deno.test("in walk a meeting is a destination, until it ends", () => {
  const sim = town(MEET, {
    agents: [{ id: "a" }, { id: "b", at: [9, 5] }],
    objects: CAFE,
    walk: true,
  });
  const { world } = sim;
  const destination = (row: number) => [
    world.destinationX[row],
    world.destinationY[row],
    world.destinationUntil[row],
  ];
  const events = trigger(sim, "meet");
  assertEquals(namesOf(events), [
    "perturbation.meet_arranged",
    "perturbation.started",
  ]);
  assertEquals(tileOf(sim, "a"), [0, 0]);
  assertEquals([destination(0), destination(1)], [[5, 5, 5], [5, 5, 5]]);
  play(sim, {}, 4);
  assertEquals([destination(0), destination(1)], [[-1, -1, 0], [-1, -1, 0]]);
});

Deno.test("a later meeting takes the place of an earlier one", () => {
  const sim = town({
    ...MEET,
    late: { kind: "arranged_meet", duration: 9, location: "park" },
  }, {
    agents: 2,
    objects: [...CAFE, { id: "park", type: "lawn", at: [20, 20] }],
    walk: true,
  });
  trigger(sim, "meet");
  call(sim, "late", ["a", "b"]);
  const { world } = sim;
  assertEquals([world.destinationX[0], world.destinationUntil[0]], [20, 11]);
  // The end of the earlier one changes nothing.
  assertEquals(named(play(sim, {}, 4), "perturbation.ended").length, 1);
  assertEquals([world.destinationX[0], world.destinationUntil[0]], [20, 11]);
});

Deno.test("a meeting calls the pair of highest mutual rivalry, then others by shuffle", () => {
  for (const seed of [1, 2, 3]) {
    const sim = town(
      { meet: { ...MEET.meet, max_participants: 3 } },
      { agents: 6, objects: CAFE, config: { seed } },
    );
    setLedger(sim, "b", "c", 0.9);
    setLedger(sim, "d", "f", 0.5);
    setLedger(sim, "f", "d", 0.5);
    const [meet] = named(trigger(sim, "meet"), "perturbation.meet_arranged");
    assertEquals([...meet.targets.slice(0, 2)].sort(), ["d", "f"]);
    const random = Random.seeded(String(seed), "perturbations");
    const rest = random.shuffle(["a", "b", "c", "e"]);
    assertEquals(meet.targets[2], rest[0]);
  }
});

Deno.test("who was called to a meeting is left alone for a while", () => {
  const sim = town({
    meet: { ...MEET.meet, prob_per_day: ALWAYS, duration: 1 },
  }, {
    agents: 4,
    objects: CAFE,
    scheduler: { max_events_per_window: 0, per_agent_cooldown_ticks: 3 },
  });
  const meetings = Array.from(
    { length: 7 },
    () =>
      named(play(sim), "perturbation.meet_arranged")
        .map(({ targets }) => [...targets].sort()),
  ).flat();
  // Two pairs, and then nobody is free until tick 1 + 1 + 3.
  const [first, second, third, fourth] = meetings;
  assertEquals(meetings.length, 4);
  assertEquals([...first, ...second].sort(), ["a", "b", "c", "d"]);
  assertEquals(third, first);
  assertEquals(fourth, second);
});

Deno.test("a meeting of one is none", () => {
  const sim = town({ meet: { ...MEET.meet, prob_per_day: ALWAYS } }, {
    agents: 1,
    objects: CAFE,
  });
  assertEquals(play(sim, {}, 3), []);
  const told = trigger(sim, "meet");
  assertEquals(told, [{
    event: "perturbation.cancelled",
    tick: 4,
    event_id: "evt_1",
    spec: "meet",
    kind: "arranged_meet",
    pending: true,
  }]);
});

Deno.test("a meeting's place is an object by id, else the first of the type with a tile", () => {
  const at = (location: string, objects: TinyOptions["objects"]) => {
    const sim = town({ meet: { ...MEET.meet, location } }, {
      agents: 2,
      objects,
    });
    const { place } = sim.town.specs[0];
    return place < 0 ? "" : sim.town.objectIds[place];
  };
  const objects = [
    { id: "one", type: "cafe" },
    { id: "two", type: "cafe", at: [1, 1] },
    { id: "three", type: "cafe", at: [2, 2] },
  ] as const;
  assertEquals(at("cafe", objects), "two");
  assertEquals(at("three", objects), "three");
  assertEquals(at("one", objects), "");
  assertEquals(at("bar", objects), "");
});

Deno.test("arrange_meet calls who is named to where is said", () => {
  const sim = town(MEET, {
    agents: 3,
    objects: [...CAFE, { id: "park", type: "lawn", at: [20, 20] }],
  });
  const args = {
    spec: "meet",
    agents: ["c", "a"],
    starts_in: 2,
    duration: 7,
    location: "lawn",
  };
  sim.command({ name: "arrange_meet", args });
  assertEquals(namesOf(play(sim)), []);
  assertEquals(sim.turn.results[0].result, {
    event_id: "evt_1",
    spec: "meet",
    starts_at: 3,
  });
  assertEquals(play(sim), []);
  const [meet] = named(play(sim), "perturbation.meet_arranged");
  assertEquals([meet.tick, meet.location, meet.ends_at], [3, "park", 10]);
  assertEquals(meet.targets, ["c", "a"]);
  assertEquals(tileOf(sim, "a"), [20, 20]);
  assertEquals(tileOf(sim, "b"), [0, 0]);
  const refusal = (change: object) => {
    sim.command({ name: "arrange_meet", args: { ...args, ...change } });
    play(sim);
    return sim.turn.results[0].error?.code;
  };
  assertEquals(refusal({ agents: ["a", "ghost"] }), "not_found");
  assertEquals(refusal({ location: "moon" }), "not_found");
  assertEquals(refusal({ spec: "ghost" }), "not_found");
  const other = town({ dark: { kind: "blackout" } });
  other.command({ name: "arrange_meet", args: { ...args, spec: "dark" } });
  play(other);
  assertEquals(other.turn.results[0].error?.code, "unsupported");
});

Deno.test("asked for, a perturbation heeds no probability, cooldown, window or number", () => {
  const sim = town({
    one: { kind: "price_spike", duration: 50, cooldown_ticks: 500 },
  });
  for (const id of ["evt_1", "evt_2", "evt_3"]) {
    const [event] = named(trigger(sim, "one"), "perturbation.started");
    assertEquals(event.event_id, id);
  }
  assertEquals(sim.world.records.activeEvents.length, 3);
  assertEquals(sim.world.randomDraws[0], 0);
});

Deno.test("asked for, a perturbation takes what is given", () => {
  const sim = town({
    one: {
      kind: "price_spike",
      duration: [10, 20],
      magnitude: [2, 3],
      targets: ["market"],
    },
  });
  const [spike, started] = trigger(sim, "one", {
    duration: 3,
    magnitude: 5,
    targets: ["meal_cost"],
  });
  assert(spike.event === "perturbation.price_spike");
  assertEquals(
    [spike.magnitude, spike.target, spike.ends_at],
    [5, "meal_cost", 4],
  );
  assertEquals(started.event, "perturbation.started");
  assertEquals(sim.world.randomDraws[0], 0);
});

Deno.test("cancel ends a perturbation early, or before it begins", () => {
  const sim = town({ dark: { kind: "blackout", duration: 50 } }, {
    objects: HOUSE,
  });
  const cancel = (event_id: string) => {
    sim.command({ name: "perturbation_cancel", args: { event_id } });
    return play(sim);
  };
  trigger(sim, "dark");
  assertEquals(cancel("evt_1"), [{
    event: "perturbation.cancelled",
    tick: 2,
    event_id: "evt_1",
    spec: "dark",
    kind: "blackout",
    pending: false,
  }]);
  assertEquals(sim.turn.results[0].result, { cancelled: "evt_1" });
  assertEquals(stockAt(sim, "stove_1", "power_on"), 1);
  trigger(sim, "dark", { starts_in: 5 });
  assertEquals(sim.world.records.pendingEvents.length, 1);
  const [told] = cancel("evt_2");
  assertEquals(told.event === "perturbation.cancelled" && told.pending, true);
  assertEquals(play(sim, {}, 9), []);
});

Deno.test("what is over ends before what is new begins", () => {
  const sim = town({ dark: { kind: "blackout", duration: 3 } }, {
    objects: HOUSE,
  });
  trigger(sim, "dark");
  trigger(sim, "dark", { starts_in: 2 });
  assertEquals(play(sim), []);
  assertEquals(namesOf(play(sim)), [
    "perturbation.ended",
    "perturbation.utility_out",
    "perturbation.started",
  ]);
});

Deno.test("a meeting lets those come who are still there", () => {
  const sim = town(MEET, { agents: 3, objects: CAFE, walk: true });
  call(sim, "meet", ["a", "b"], 2);
  setNeeds(sim, "a", [0, 1, 1]);
  play(sim);
  const events = play(sim);
  assertEquals(named(events, "perturbation.meet_arranged")[0].targets, [
    "a",
    "b",
  ]);
  assertEquals(sim.world.destinationX[agentOf(sim, "b")], 5);
  assertEquals(sim.world.destinationX[agentOf(sim, "a#1")], -1);
});
