import { assert, assertEquals } from "@std/assert";
import { tidy } from "../../../src/telemetry/state_channel.ts";
import { townState } from "../../../src/telemetry/states/town_state.ts";
import { tinyTown } from "../../helpers/tiny_town.ts";
import { OPTIONS, viewOf } from "./views.ts";

const EVENTS = {
  spike: {
    kind: "price_spike",
    prob_per_day: 0,
    duration: [20, 20],
    magnitude: [2, 2],
    targets: ["meal_cost"],
    cooldown_ticks: 30,
  },
  dark: { kind: "blackout", prob_per_day: 0, duration: [10, 10] },
  meet: {
    kind: "arranged_meet",
    prob_per_day: 0,
    duration: [10, 10],
    location: "fridge",
  },
} as const;

const TOWN = {
  agents: [{ id: "ana", at: [1, 1], wallet: 5 }, { id: "bo", at: [1, 1] }],
  objects: [
    { id: "fridge", type: "fridge", at: [2, 1], stock: { meals: 3 } },
    { id: "attic", type: "attic" },
  ],
  config: {
    perturbations: { per_agent_cooldown_ticks: 40, events: EVENTS },
  },
} as const;

/** What a command to begin a perturbation is given. */
const TRIGGER = {
  starts_in: 0,
  duration: null,
  targets: null,
  magnitude: null,
  location: null,
} as const;

Deno.test("townState() of a quiet town", () => {
  const simulation = tinyTown(TOWN);
  const state = tidy(townState(viewOf(simulation)), OPTIONS);
  assertEquals(state, {
    queues: { cooldown: 0, ghost_steps: 0, rotations: 0 },
    objects: {
      fridge: { type: "fridge", pos: [2, 1], stock: { meals: 3 }, waiting: [] },
      attic: { type: "attic", stock: {}, waiting: [] },
    },
    running: {},
    prices: {
      meal_cost: 0.4,
      cook_energy_cost: 0.05,
      cook_hygiene_cost: 0.02,
      wage_income: 0.02,
      ingredients_cost: 0.15,
      stove_stock_replenish: 2,
    },
    spikes: {},
    utilities: { power: true, water: true },
    perturbations: {
      active: {},
      pending: {},
      cooldowns: { spec: {}, agents: {} },
    },
    manifest: {
      name: "built-in",
      sha256: simulation.town.manifestSha256,
      objects: 2,
      affordances: 4,
    },
  });
});

Deno.test("townState() tells who holds, who waits, and what runs", () => {
  const simulation = tinyTown(TOWN);
  const request = { kind: "request", object: "fridge" } as const;
  simulation.step({ ana: request, bo: request });
  simulation.step({
    ana: { kind: "start", object: "fridge", affordance: "eat_meal" },
    bo: { kind: "wait" },
  });
  const state = tidy(townState(viewOf(simulation)), OPTIONS);
  assertEquals(Object(state.objects).fridge, {
    type: "fridge",
    pos: [2, 1],
    by: "ana",
    stock: { meals: 2 },
    waiting: ["bo"],
    stall: 1,
  });
  assertEquals(state.running, {
    fridge: { agent: "ana", aff: "eat_meal", left: 14 },
  });
});

Deno.test("townState() tells of perturbations, from their request to the end of their cooldown", () => {
  const simulation = tinyTown(TOWN);
  const view = viewOf(simulation);
  const trigger = (spec: string, more: object) =>
    simulation.command({
      name: "perturbation_trigger",
      args: { ...TRIGGER, spec, ...more },
    });
  trigger("spike", {});
  trigger("dark", { starts_in: 5, duration: 7 });
  trigger("meet", { starts_in: 8 });
  simulation.step();
  const state = Object(tidy(townState(view), OPTIONS));
  assertEquals(state.prices.meal_cost, 0.8);
  assertEquals(state.spikes, {
    evt_1: { magnitude: 2, targets: ["meal_cost"] },
  });
  assertEquals(state.perturbations.active, {
    evt_1: {
      spec: "spike",
      kind: "price_spike",
      targets: ["meal_cost"],
      ends_at: 21,
      payload: { magnitude: 2 },
    },
  });
  assertEquals(state.perturbations.pending, {
    evt_2: {
      spec: "dark",
      kind: "blackout",
      starts_at: 6,
      duration: 7,
      payload: { utility: "power" },
    },
    evt_3: { spec: "meet", kind: "arranged_meet", starts_at: 9, payload: {} },
  });
  assertEquals(Object.keys(state.perturbations.cooldowns.spec), ["spike"]);
  simulation.runFor(8);
  const later = Object(tidy(townState(view), OPTIONS));
  assertEquals(later.utilities, { power: false, water: true });
  assertEquals(later.perturbations.active.evt_3.payload, {
    location: "fridge",
  });
  assertEquals(Object.keys(later.perturbations.cooldowns.agents), [
    "ana",
    "bo",
  ]);
  simulation.runFor(300);
  assertEquals(Object(townState(view)).perturbations, {
    active: {},
    pending: {},
    cooldowns: { spec: {}, agents: {} },
  });
});

Deno.test("townState() names the file of the manifest, never where it is", () => {
  const simulation = tinyTown(TOWN);
  const { town } = simulation;
  const affordances = {
    ...town.config.affordances,
    manifest: "secret/place/town.manifest.yaml",
  };
  const view = {
    ...viewOf(simulation),
    town: { ...town, config: { ...town.config, affordances } },
  };
  const text = JSON.stringify(tidy(townState(view), OPTIONS));
  assert(text.includes('"name":"town.manifest.yaml"'));
  assert(!text.includes("secret"));
});
