/** What hooks of files are told, when they are asked, and what a fault does. @module */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import { Random } from "../../src/base/random.ts";
import type { Simulation } from "../../src/simulation.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import {
  type HookContext,
  HookFault,
  type OutsideHook,
} from "../../src/world/hooks.ts";
import { outsideHook } from "../helpers/outside.ts";
import {
  named,
  play,
  tinyConfig,
  type TinyOptions,
  tinyTown,
  walletOf,
} from "../helpers/tiny_town.ts";

const SHOWER = { id: "shower_1", type: "shower", at: [3, 4] } as const;

/** A town with a shower, and these hooks. */
function bathhouse(
  outside: readonly OutsideHook[],
  options: TinyOptions = {},
): Simulation {
  return tinyTown({
    agents: [{ id: "a", at: [3, 4], wallet: 2 }],
    objects: [SHOWER],
    ...options,
    outside,
  });
}

/** The one resident asks for the shower and starts it. */
function shower(sim: Simulation, ticks = 0) {
  return [
    ...play(sim, { a: { kind: "request", object: "shower_1" } }),
    ...play(sim, {
      a: { kind: "start", object: "shower_1", affordance: "use_shower" },
    }),
    ...play(sim, {}, ticks),
  ];
}

/** A hook that notes what it is told. */
function listener(
  names: readonly string[],
  specifier?: string,
): { readonly hook: OutsideHook; readonly heard: HookContext[] } {
  const heard: HookContext[] = [];
  const hook = outsideHook(names, (context) => {
    heard.push(context);
    return [];
  }, specifier);
  return { hook, heard };
}

Deno.test("a hook is told of the agent, the object, the use and who is around", () => {
  const { hook, heard } = listener(["on_attempt_shower"]);
  const sim = bathhouse([hook], {
    agents: [
      { id: "six_away", at: [9, 4] },
      { id: "five_away", at: [8, 9] },
      { id: "here_second", at: [3, 4] },
      { id: "a", at: [3, 4], wallet: 2, needs: [0.5, 0.25, 0.75], job: "bath" },
      { id: "one_away", at: [2, 3] },
      { id: "here_last", at: [3, 4] },
    ],
    config: {
      jobs: {
        bath: {
          start_tick: 500,
          end_tick: 600,
          wage_rate: 0.1,
          lateness_penalty: 0,
          location: [0, 0],
        },
      },
      economy: { meal_cost: 0.5 },
    },
  });
  shower(sim);
  assertEquals(heard, [{
    hook: "on_attempt_shower",
    stage: "before",
    tick: 2,
    agent: {
      id: "a",
      pos: [3, 4],
      needs: { hunger: 0.5, hygiene: 0.25, energy: 0.75 },
      wallet: 2,
      job: "bath",
      inv: { showers_started: 1 },
    },
    object: {
      id: "shower_1",
      type: "shower",
      pos: [3, 4],
      stock: { power_on: 1, water_on: 1, shower_sessions: 1 },
    },
    affordance: {
      id: "use_shower",
      duration: 30,
      effects: { hygiene: 0.45, energy: -0.03, money: -0.2 },
    },
    prices: {
      meal_cost: 0.5,
      cook_energy_cost: 0.05,
      cook_hygiene_cost: 0.02,
      wage_income: 0.02,
      ingredients_cost: 0.15,
      stove_stock_replenish: 2,
    },
    utilities: { power: true, water: true },
    others: [
      { id: "here_second", pos: [3, 4] },
      { id: "here_last", pos: [3, 4] },
      { id: "one_away", pos: [2, 3] },
      { id: "five_away", pos: [8, 9] },
    ],
  }]);
});

Deno.test("a hook is told of 32 others at most, the nearest", () => {
  const { hook, heard } = listener(["on_attempt_shower"]);
  const sim = bathhouse([hook], {
    agents: [
      ...Array.from({ length: 40 }, (_, i) => ({
        id: `n${i}`,
        at: [4 + (i % 5), 4] as const,
      })),
      { id: "a", at: [3, 4] },
    ],
    config: { world: { agent_capacity: 64 } },
  });
  shower(sim);
  const distances = heard[0].others.map(({ pos }) => pos[0] - 3);
  assertEquals(distances, [1, 2, 3, 4].flatMap((d) => Array(8).fill(d)));
});

Deno.test("a failed use tells its reason, and a power cut shows", () => {
  const { hook, heard } = listener(["on_no_power"]);
  const sim = bathhouse([hook], {
    config: {
      perturbations: {
        events: { dark: { kind: "blackout", duration: 5, prob_per_day: 0 } },
      },
    },
  });
  shower(sim);
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
  play(sim, {}, 2);
  assertEquals(
    heard.map(({ stage, reason, utilities }) => [stage, reason, utilities]),
    [["fail", "utility_off", { power: false, water: true }]],
  );
});

Deno.test("handlers run in the order of the list, each after the effects of those before", () => {
  const seen: string[] = [];
  const note = (name: string) =>
    outsideHook(["on_attempt_shower"], ({ agent, object }) => {
      seen.push(`${name} ${agent.wallet} ${object.stock.shower_sessions}`);
      return [{ effect: "wallet", agent: agent.id, delta: 1 }];
    }, `./hooks/${name}.js`);
  const [one, two] = [note("one"), note("two")];
  const allow = (hooks: readonly OutsideHook[], at: number) => {
    const files = hooks.map(({ specifier, sha256, names }) => ({
      specifier,
      sha256,
      names,
    }));
    const list: unknown[] = files.toSpliced(at, 0, {
      specifier: "townlet:default",
    } as never);
    return { affordances: { hooks: { allow: list } } };
  };
  shower(bathhouse([one, two], { config: allow([one, two], 2) }));
  assertEquals(seen, ["one 2 0", "two 3 0"]);
  seen.length = 0;
  shower(bathhouse([one, two], { config: allow([two, one], 0) }));
  assertEquals(seen, ["two 2 1", "one 3 1"]);
});

Deno.test("what cancels a use keeps later handlers from being asked", () => {
  const no = outsideHook(
    ["on_attempt_shower"],
    () => [{ effect: "cancel", reason: "closed" }],
    "./hooks/no.js",
  );
  const { hook, heard } = listener(["on_attempt_shower"]);
  const events = shower(bathhouse([no, hook]));
  assertEquals(heard, []);
  assertEquals(
    named(events, "affordance.failed").map(({ reason }) => reason),
    ["closed"],
  );
});

Deno.test("each call has a generator of its own, named by hook, tick and place", () => {
  const states: string[] = [];
  const draw = (name: string) =>
    outsideHook(["on_attempt_shower"], (_, random) => {
      states.push([...random].join());
      return [];
    }, `./hooks/${name}.js`);
  const outside = [draw("one"), draw("two")];
  shower(bathhouse(outside));
  const expected = ["one", "two"].map((name, n) => {
    const words = new Uint32Array(4);
    new Random(words, new Float64Array(1))
      .seed("1337", `hooks:./hooks/${name}.js:2:${n}`);
    return [...words].join();
  });
  assertEquals(states, expected);
  // Nothing is left of it: the next run draws the same.
  shower(bathhouse(outside));
  assertEquals(states.slice(2), expected);
});

Deno.test("without a seed the generator follows from the town's name", () => {
  const states: string[] = [];
  const hook = outsideHook(["on_attempt_shower"], (_, random) => {
    states.push([...random].join());
    return [];
  });
  shower(bathhouse([hook], { config: { seed: null } }));
  shower(bathhouse([hook], { config: { seed: null, config_id: "other" } }));
  assert(states[0] !== states[1]);
});

Deno.test("a hook that may be left out is, for the rest of the run", () => {
  let calls = 0;
  const bad = outsideHook(["on_attempt_shower", "on_finish_shower"], () => {
    calls++;
    throw new HookFault("H10", "it gave no answer in 50 ms");
  });
  const sim = bathhouse([bad], {
    config: { affordances: { hooks: { on_fault: "disable" } } },
  });
  const events = shower(sim);
  assertEquals(named(events, "hook.faulted"), [{
    event: "hook.faulted",
    tick: 2,
    specifier: "./hooks/test.js",
    rule: "H10",
    reason: "it gave no answer in 50 ms",
  }]);
  // As for every hook that throws before a use, the use does not start.
  assertEquals(
    named(events, "affordance.failed").map(({ reason }) => reason),
    ["hook_error"],
  );
  assertEquals(sim.world.records.disabledHooks, ["./hooks/test.js"]);
  const later = [
    ...play(sim, {}, sim.town.cooldownTicks),
    ...shower(sim, 29),
  ];
  assertEquals(named(later, "shower.completed").length, 1);
  assertEquals(calls, 1);
});

Deno.test("a hook that fails after a use is left out, and the use is done", () => {
  const bad = outsideHook(["on_finish_shower"], () => {
    throw new HookFault("H9", "it threw: no");
  });
  const sim = bathhouse([bad], {
    config: { affordances: { hooks: { on_fault: "disable" } } },
  });
  const events = shower(sim, 29);
  assertEquals(named(events, "hook.faulted").length, 1);
  assertEquals(named(events, "affordance.finished").length, 1);
});

Deno.test("a hook that must not fail ends the run, and the tick is taken back", () => {
  const bad = outsideHook(["on_attempt_shower"], () => {
    throw new HookFault("H10", "it gave no answer in 50 ms");
  });
  const sim = bathhouse([bad]);
  play(sim, { a: { kind: "request", object: "shower_1" } });
  const hash = sim.hash();
  const error = assertThrows(
    () =>
      sim.step({
        a: { kind: "start", object: "shower_1", affordance: "use_shower" },
      }),
    TownletError,
    "Hook ./hooks/test.js failed (rule H10): it gave no answer in 50 ms",
  );
  assertEquals([error.code, error.exit], ["hooks.faulted", 1]);
  assertEquals(sim.hash(), hash);
  assertEquals(sim.world.records.disabledHooks, []);
  assertEquals(named(sim.turn.events, "hook.faulted").length, 1);
});

Deno.test("H9: a mistake of ours is no fault of a hook", () => {
  const sim = bathhouse([outsideHook(["on_attempt_shower"], () => {
    throw new RangeError("not started");
  })], { config: { affordances: { hooks: { on_fault: "disable" } } } });
  const error = assertThrows(() => shower(sim), TownletError, "not started");
  assertEquals(error.code, "loop.failed");
});

Deno.test("a town needs the hooks its configuration lists, and knows them", () => {
  const { hook } = listener(["on_attempt_shower"]);
  const config = tinyConfig({ outside: [hook] });
  const error = assertThrows(
    () => compileTown(config),
    TownletError,
    "Hook ./hooks/test.js is not loaded",
  );
  assertEquals([error.code, error.exit], ["hooks.refused", 5]);
  assertEquals(compileTown(config, undefined, [hook]).hooks, [
    { specifier: "townlet:default", sha256: null },
    { specifier: "./hooks/test.js", sha256: "0".repeat(64) },
  ]);
});

Deno.test("a hook is asked under the names it has, and no others", () => {
  const { hook, heard } = listener(["on_finish_shower"]);
  const sim = bathhouse([hook]);
  shower(sim, 28);
  assertEquals(heard.length, 0);
  play(sim, {});
  assertEquals(heard.map(({ hook, stage }) => [hook, stage]), [
    ["on_finish_shower", "after"],
  ]);
});

Deno.test("an empty list loads nothing, not even what is built in", () => {
  const sim = tinyTown({
    agents: [{ id: "a", wallet: 1 }],
    objects: [SHOWER],
    config: { affordances: { hooks: { allow: [] } } },
  });
  const events = shower(sim, 29);
  assertEquals(sim.town.hooks, []);
  assertEquals(named(events, "affordance.finished").length, 1);
  assertEquals(named(events, "shower.completed").length, 0);
  assertEquals(walletOf(sim, "a"), 1 - 0.2);
});
