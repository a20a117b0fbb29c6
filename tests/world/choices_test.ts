import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Random } from "../../src/base/random.ts";
import { Simulation } from "../../src/simulation.ts";
import {
  actionMask,
  applyChoices,
  gatherDecisions,
  pickObject,
} from "../../src/world/choices.ts";
import { adjustStock } from "../../src/world/stock.ts";
import { isAt, moveAgent } from "../../src/world/spatial.ts";
import { applyActions } from "../../src/world/systems/apply_actions.ts";
import { tick } from "../../src/world/tick.ts";
import { ACTION } from "../../src/world/town.ts";
import { KIND } from "../../src/world/turn.ts";
import { actionOf, allowed, decide, optionOf } from "../helpers/decisions.ts";
import {
  act,
  affordanceOf,
  agentOf,
  named,
  namesOf,
  objectOf,
  outcomeOf,
  play,
  queueOf,
  setLedger,
  setNeeds,
  tileOf,
  type TinyOptions,
  tinyTown,
} from "../helpers/tiny_town.ts";
import { drafts, Meddler, townOf } from "../laws/random_town.ts";

const MOVES = ["move_north", "move_south", "move_east", "move_west"];

/** A walking town with a bed and a shower a few steps away. */
function house(options: TinyOptions = {}): Simulation {
  return tinyTown({
    agents: [{ id: "a", at: [5, 5], wallet: 5 }],
    objects: [
      { id: "bed_1", type: "bed", at: [8, 5] },
      { id: "shower_1", type: "shower", at: [5, 8] },
    ],
    walk: true,
    ...options,
    config: {
      features: { stages: { relationships: "B" } },
      policy: { option_commit_ticks: 5 },
      ...options.config,
    },
  });
}

/** Does what somebody decides when everybody at a decision point chooses so. */
function choose(sim: Simulation, choice: string, id = "a"): string {
  const told = decide(sim, id, choice);
  tick(sim.town, sim.world, sim.turn);
  return told;
}

const WALK_TO_BED = ["move 6,5", "move 7,5", "request bed_1"];
const SLEEP = "start bed_1 rest_sleep";

Deno.test("the catalogue has nine plain actions, then uses by id", () => {
  assertEquals(house().town.actions, [
    "wait",
    ...MOVES,
    "go_work",
    "step_away",
    "chat",
    "release",
    "use:cook_meal",
    "use:eat_meal",
    "use:rest_sleep",
    "use:use_shower",
  ]);
  const { actions } = tinyTown({
    config: {
      scenario: {
        affordances: ["nap", "Zap", "aim"].map((id) => ({
          id,
          object_type: "bed",
          duration: 1,
          effects: {},
        })),
      },
    },
  }).town;
  assertEquals(actions.slice(9), [
    "use:Zap",
    "use:aim",
    "use:cook_meal",
    "use:eat_meal",
    "use:nap",
    "use:rest_sleep",
    "use:use_shower",
  ]);
});

Deno.test("an option walks, asks, starts, and waits until it is done", () => {
  const sim = house();
  const seen = Array.from({ length: 6 }, () => choose(sim, "use:rest_sleep"));
  assertEquals(seen, [...WALK_TO_BED, SLEEP, "wait", "wait"]);
  assertEquals(optionOf(sim, "a"), "rest_sleep bed_1");
  for (let i = 0; i < 56; i++) choose(sim, "wait");
  assertEquals(optionOf(sim, "a"), "rest_sleep bed_1");
  choose(sim, "wait");
  assertEquals(namesOf(sim.turn.events), [
    "sleep.completed",
    "affordance.finished",
  ]);
  assertEquals(optionOf(sim, "a"), "");
});

Deno.test("what others would choose does not matter while an option is committed", () => {
  const sim = house();
  choose(sim, "use:rest_sleep");
  assertEquals(choose(sim, "use:use_shower"), "move 7,5");
  assertEquals(choose(sim, "wait"), "request bed_1");
  assertEquals(choose(sim, "move_west"), SLEEP);
});

Deno.test("with a commitment of 0 everything is decided anew, but holding binds", () => {
  const sim = house({ config: { policy: { option_commit_ticks: 0 } } });
  assertEquals(choose(sim, "use:rest_sleep"), "move 6,5");
  assertEquals(choose(sim, "move_south"), "move 6,6");
  assertEquals(optionOf(sim, "a"), "");
  assertEquals(choose(sim, "use:rest_sleep"), "move 7,6");
  assertEquals(choose(sim, "use:rest_sleep"), "request bed_1");
  assertEquals(choose(sim, "move_south"), SLEEP);
});

/** A town where b holds the bed and a has come to wait for it. */
function waiting(commit = 5): Simulation {
  const sim = house({
    agents: [{ id: "a", at: [7, 5] }, { id: "b", at: [9, 5] }],
    config: {
      features: { stages: { relationships: "B" } },
      policy: { option_commit_ticks: commit },
      queue_fairness: { ghost_step_after: 0 },
    },
  });
  act(sim, { b: { kind: "request", object: "bed_1" } });
  act(sim, {
    b: { kind: "start", object: "bed_1", affordance: "rest_sleep" },
  });
  return sim;
}

Deno.test("patience: after n ticks without the object, the same choice keeps the place", () => {
  const sim = waiting();
  const seen = Array.from({ length: 12 }, () => choose(sim, "use:rest_sleep"));
  assertEquals(seen, ["request bed_1", ...Array(11).fill("wait")]);
  assertEquals(queueOf(sim, "bed_1"), { holder: "b", waiting: ["a"] });
  assertEquals(sim.world.joined[agentOf(sim, "a")], 1);
  // The option began anew at ticks 6 and 11.
  assertEquals(sim.world.optionSince[0], 11);
});

for (
  const [choice, told] of [
    ["wait", "yield, wait"],
    ["move_west", "yield, move 6,5"],
    ["use:use_shower", "yield, move 6,5"],
    ["release", "release bed_1"],
  ]
) {
  Deno.test(`patience: after n ticks, ${choice} gives the place up`, () => {
    const sim = waiting();
    for (let i = 0; i < 5; i++) choose(sim, "use:rest_sleep");
    assertEquals(queueOf(sim, "bed_1").waiting, ["a"]);
    assertEquals(choose(sim, choice), told);
    assertEquals(queueOf(sim, "bed_1").waiting, []);
    assertEquals(
      optionOf(sim, "a"),
      choice === "use:use_shower" ? "use_shower shower_1" : "",
    );
  });
}

Deno.test("patience does not end a hold", () => {
  const sim = waiting();
  for (let i = 0; i < 5; i++) choose(sim, "use:rest_sleep");
  act(sim, { b: { kind: "release", object: "bed_1" } });
  assertEquals(queueOf(sim, "bed_1").holder, "a");
  assertEquals(choose(sim, "wait"), SLEEP);
});

for (
  const [needs, breaks] of [
    [[0.0999, 1, 1], true],
    [[1, 0.05, 1], true],
    [[0.1, 0.1, 1], false],
    [[1, 1, 0], false],
  ] as const
) {
  Deno.test(`urgent: needs of ${needs} ${breaks ? "end" : "do not end"} the way to bed`, () => {
    const sim = house();
    choose(sim, "use:rest_sleep");
    setNeeds(sim, "a", needs);
    assertEquals(choose(sim, "wait"), breaks ? "wait" : "move 7,5");
    assertEquals(optionOf(sim, "a"), breaks ? "" : "rest_sleep bed_1");
    // Nothing failed, so the pair may be chosen again at once.
    assertEquals(sim.world.failedUntil[0], 0);
  });
}

Deno.test("urgent: waiting is broken like walking, holding is not", () => {
  const sim = waiting();
  choose(sim, "use:rest_sleep");
  setNeeds(sim, "a", [0.05, 1, 1]);
  assertEquals(choose(sim, "move_west"), "yield, move 6,5");
  const held = house({ agents: [{ id: "a", at: [7, 5] }] });
  choose(held, "use:rest_sleep");
  setNeeds(held, "a", [0.05, 1, 1]);
  assertEquals(choose(held, "wait"), SLEEP);
});

Deno.test("failed: a start that fails ends the option, and the pair is left alone for n ticks", () => {
  const sim = tinyTown({
    agents: [{ id: "a" }],
    objects: [
      { id: "fridge_1", type: "fridge", at: [1, 1] },
      { id: "bed_1", type: "bed" },
    ],
    config: { policy: { option_commit_ticks: 5 } },
  });
  // No money: the hook refuses at the start, in tick 2.
  assertEquals(choose(sim, "use:eat_meal"), "request fridge_1");
  assertEquals(choose(sim, "wait"), "start fridge_1 eat_meal");
  assertEquals(
    named(sim.turn.events, "affordance.failed").map(({ reason }) => reason),
    ["insufficient_funds"],
  );
  assertEquals(optionOf(sim, "a"), "");
  const seen = Array.from({ length: 5 }, () => choose(sim, "use:eat_meal"));
  assertEquals(seen, [
    ...Array(4).fill("wait blocked"),
    "request fridge_1",
  ]);
});

Deno.test("failed: another affordance or object is not left alone", () => {
  const sim = tinyTown({
    agents: [{ id: "a" }],
    objects: [
      { id: "fridge_1", type: "fridge", at: [1, 1] },
      { id: "fridge_2", type: "fridge", at: [9, 9] },
    ],
  });
  choose(sim, "use:eat_meal");
  choose(sim, "wait");
  assertEquals(choose(sim, "use:eat_meal"), "request fridge_2");
});

Deno.test("failed: a use that is cut short is not tried again at once", () => {
  const sim = house({ agents: [{ id: "a", at: [7, 5] }] });
  choose(sim, "use:rest_sleep");
  choose(sim, "wait");
  play(sim, { a: { kind: "release", object: "bed_1" } });
  assertEquals(optionOf(sim, "a"), "");
  assertEquals(choose(sim, "use:rest_sleep"), "wait blocked");
});

Deno.test("failed: an object that becomes unusable is given up on the way", () => {
  const sim = house({
    config: {
      policy: { option_commit_ticks: 5 },
      perturbations: { events: { dry: { kind: "outage", duration: 3 } } },
    },
  });
  assertEquals(choose(sim, "use:use_shower"), "move 5,6");
  sim.command({
    name: "perturbation_trigger",
    args: {
      spec: "dry",
      starts_in: 0,
      duration: null,
      targets: null,
      magnitude: null,
      location: null,
    },
  });
  assertEquals(choose(sim, "wait"), "move 5,7");
  assertEquals(choose(sim, "use:use_shower"), "wait blocked");
  assertEquals(optionOf(sim, "a"), "");
  // Water is back at tick 5; the pair stays away until tick 3 + 5.
  const seen = Array.from({ length: 6 }, () => choose(sim, "use:use_shower"));
  assertEquals(seen, [
    ...Array(4).fill("wait blocked"),
    "request shower_1",
    "start shower_1 use_shower",
  ]);
});

Deno.test("failed: of two uses of an object the one that is not usable is given up", () => {
  const use = (id: string, preconds: readonly string[]) => ({
    id,
    object_type: "swing",
    duration: 9,
    effects: {},
    preconds,
  });
  const after = (choice: string) => {
    const sim = house({
      objects: [
        { id: "cafe_1", type: "cafe", at: [20, 20] },
        { id: "swing_1", type: "swing", at: [9, 5], stock: { ropes: 2 } },
      ],
      config: {
        policy: { option_commit_ticks: 5 },
        scenario: {
          affordances: [use("swing", []), use("climb", ["stock.ropes > 1"])],
        },
      },
    });
    assertEquals(choose(sim, choice), "move 6,5");
    adjustStock(sim.town, sim.world, 1, "ropes", -1);
    return [choose(sim, "wait"), sim.world.failedObject[0]];
  };
  assertEquals(after("use:swing"), ["move 7,5", -1]);
  assertEquals(after("use:climb"), ["wait", 1]);
});

Deno.test("failed: an object that cannot be reached any more is given up", () => {
  const walls = [[1, 0], [1, 1], [0, 1]].map(([x, y], i) => ({
    id: `w${i}`,
    type: "wall",
    at: [x, y] as const,
  }));
  const sim = house({
    agents: [{ id: "a", at: [3, 3] }],
    objects: [...walls, { id: "bed_1", type: "bed", at: [6, 3] }],
  });
  choose(sim, "use:rest_sleep");
  moveAgent(sim.town, sim.world, 0, 0, 0);
  assertEquals(choose(sim, "use:rest_sleep"), "wait blocked");
  assertEquals(optionOf(sim, "a"), "");
});

Deno.test("guard: a rival in the queue turns a request into waiting and ends the option", () => {
  const sim = waiting();
  assertEquals(decide(sim, "a", "use:rest_sleep"), "request bed_1");
  setLedger(sim, "a", "b", 0.9);
  // The option goes on, and meets the rival at the bed.
  assertEquals(choose(sim, "wait"), "wait guarded bed_1");
  assertEquals(namesOf(sim.turn.events), [
    "policy.guardrail_blocked",
    "rivalry.avoided",
  ]);
  assertEquals(outcomeOf(sim, "a"), "queue_rival");
  assertEquals(optionOf(sim, "a"), "");
  assertEquals(queueOf(sim, "bed_1").waiting, []);
  // A new option on it is not even begun.
  assertEquals(choose(sim, "use:rest_sleep"), "wait blocked");
});

Deno.test("guard: a rival who waits turns a start into waiting", () => {
  const sim = house({
    agents: [{ id: "a", at: [7, 5] }, { id: "b", at: [9, 5] }],
  });
  choose(sim, "use:rest_sleep");
  assertEquals(queueOf(sim, "bed_1").holder, "a");
  setLedger(sim, "a", "b", 0.9);
  assertEquals(choose(sim, "wait"), "wait guarded bed_1");
  assertEquals(optionOf(sim, "a"), "");
  assertEquals(choose(sim, "wait"), "yield, wait");
  assertEquals(queueOf(sim, "bed_1").holder, "b");
});

Deno.test("switches: an option after another that ended short of done, soon and otherwise", () => {
  const switches = (
    first: string,
    second: string,
    pause: number,
    commit = 5,
  ) => {
    const sim = house({ config: { policy: { option_commit_ticks: commit } } });
    choose(sim, first);
    setNeeds(sim, "a", [0.05, 1, 1]);
    for (let i = 0; i < pause; i++) choose(sim, "wait");
    setNeeds(sim, "a", [1, 1, 1]);
    choose(sim, second);
    return sim.world.optionSwitches[0];
  };
  // Broken at tick 2 by the urgent need.
  assertEquals(switches("use:rest_sleep", "use:use_shower", 1), 1);
  assertEquals(switches("use:rest_sleep", "use:use_shower", 5), 1);
  assertEquals(switches("use:rest_sleep", "use:use_shower", 6), 0);
  assertEquals(switches("use:rest_sleep", "use:rest_sleep", 1), 0);
});

Deno.test("switches: none after an option that was done", () => {
  const sim = house({
    agents: [{ id: "a", at: [7, 5] }],
    config: { queue_fairness: { cooldown_ticks: 0 } },
  });
  for (let i = 0; i < 61; i++) choose(sim, "use:rest_sleep");
  assertEquals(optionOf(sim, "a"), "");
  choose(sim, "use:use_shower");
  assertEquals(optionOf(sim, "a"), "use_shower shower_1");
  assertEquals(sim.world.optionSwitches[0], 0);
});

const FIVE_BEDS = [6, 7, 8, 9, 10].map((x) => ({
  id: `bed_${x}`,
  type: "bed",
  at: [x, 5] as const,
}));

Deno.test("the nearest object is picked that is usable, reachable, free of rivals and not in cooldown", () => {
  const sim = house({
    agents: [{ id: "a", at: [5, 5] }, { id: "b", at: [6, 6] }],
    objects: FIVE_BEDS.map((bed) =>
      bed.id === "bed_9" ? { ...bed, stock: { sleep_slots: 3 } } : bed
    ),
    config: {
      scenario: {
        affordances: [{
          id: "nap",
          object_type: "bed",
          duration: 9,
          effects: {},
          preconds: "object.object_id != 'bed_7'",
        }],
      },
    },
  });
  const { world } = sim;
  const picks = () => {
    decide(sim, "a", "use:nap");
    const option = optionOf(sim, "a");
    world.optionAffordance[0] = -1;
    world.optionObject[0] = -1;
    return option;
  };
  assertEquals(picks(), "nap bed_6");
  act(sim, { b: { kind: "request", object: "bed_6" } });
  assertEquals(picks(), "nap bed_6");
  setLedger(sim, "a", "b", 1);
  // bed_6 has a rival, bed_7 is not usable.
  assertEquals(picks(), "nap bed_8");
  world.cooldowns[0] = 1;
  world.cooldownObject[0] = objectOf(sim, "bed_8");
  world.cooldownUntil[0] = world.tick[0] + 2;
  assertEquals(picks(), "nap bed_9");
  world.failedAffordance[0] =
    sim.town.actionAffordance[actionOf(sim, "use:nap")];
  world.failedObject[0] = objectOf(sim, "bed_9");
  world.failedUntil[0] = world.tick[0] + 2;
  // The fifth nearest is looked for, too.
  assertEquals(picks(), "nap bed_10");
  world.cooldownUntil[0] = world.tick[0] + 1;
  assertEquals(picks(), "nap bed_8");
});

Deno.test("an object behind walls is passed over for one that can be reached", () => {
  const walls = [[6, 4], [7, 4], [8, 4], [6, 5], [8, 5], [6, 6], [7, 6], [8, 6]]
    .map(([x, y], i) => ({
      id: `w${i}`,
      type: "wall",
      at: [x, y] as const,
    }));
  const sim = house({
    agents: [{ id: "a", at: [4, 5] }],
    objects: [
      ...walls,
      { id: "bed_1", type: "bed", at: [7, 5] },
      { id: "bed_2", type: "bed", at: [20, 5] },
    ],
  });
  decide(sim, "a", "use:rest_sleep");
  assertEquals(optionOf(sim, "a"), "rest_sleep bed_2");
});

Deno.test("a possessed agent waits and decides nothing", () => {
  const sim = house();
  sim.world.possessed[0] = 1;
  assertEquals(choose(sim, "use:rest_sleep"), "wait");
  assertEquals(sim.turn.rowCount, 0);
  assertEquals(allowed(sim, "a"), ["wait"]);
  // Its actions come from outside.
  sim.step({ a: { kind: "move", position: [5, 6] } });
  assertEquals(tileOf(sim, "a"), [5, 6]);
});

Deno.test("an agent that uses an object is asked only by policies that may release", () => {
  const using = (releases: boolean) => {
    const sim = house({ agents: [{ id: "a", at: [7, 5] }] });
    choose(sim, "use:rest_sleep");
    choose(sim, "wait");
    gatherDecisions(sim.town, sim.world, sim.turn, releases);
    return sim;
  };
  assertEquals(using(false).turn.rowCount, 0);
  const sim = using(true);
  assertEquals(sim.turn.rowCount, 1);
  assertEquals(allowed(sim, "a"), ["wait", "release"]);
  const outcomes = ["wait", "release", "move_west", "use:use_shower"]
    .map((choice) => {
      const other = using(true);
      const { choice: choices, invalidChoices } = other.turn;
      choices[0] = actionOf(other, choice);
      applyChoices(other.town, other.world, other.turn);
      return [
        other.turn.kind[0],
        other.turn.blocked[0],
        other.turn.yields[0],
        other.turn.invalidChoices - invalidChoices,
      ];
    });
  assertEquals(outcomes, [
    [KIND.wait, 0, 0, 0],
    [KIND.release, 0, 0, 0],
    [KIND.wait, 1, 0, 1],
    [KIND.wait, 1, 0, 1],
  ]);
});

/** A meeting at [20, 5] until tick 90, for everybody. */
function called(sim: Simulation): Simulation {
  const { world } = sim;
  for (let i = 0; i < world.population[0]; i++) {
    const agent = world.roster[i];
    world.destinationX[agent] = 20;
    world.destinationY[agent] = 5;
    world.destinationUntil[agent] = 90;
  }
  return sim;
}

Deno.test("a meeting comes before options and places, and its mask is waiting", () => {
  const sim = waiting();
  choose(sim, "use:rest_sleep");
  called(sim);
  assertEquals(allowed(sim, "a"), ["wait"]);
  assertEquals(choose(sim, "use:rest_sleep"), "yield, move 7,6");
  assertEquals(optionOf(sim, "a"), "");
  // Who uses an object finishes first.
  assertEquals(sim.world.running[0] >= 0, true);
  assertEquals(tileOf(sim, "b"), [9, 5]);
});

Deno.test("an urgent need comes before a meeting", () => {
  const sim = called(house());
  setNeeds(sim, "a", [1, 0.05, 1]);
  assertEquals(choose(sim, "use:use_shower"), "move 5,6");
  setNeeds(sim, "a", [1, 0.1, 1]);
  assertEquals(choose(sim, "use:use_shower"), "move 6,6");
});

Deno.test("at a meeting people do what they like, as long as they stay", () => {
  const at = (x: number) =>
    called(house({ agents: [{ id: "a", at: [x, 5] }] }));
  assertEquals(choose(at(19), "move_east"), "move 20,5");
  assertEquals(choose(at(19), "move_north"), "move 19,4");
  assertEquals(choose(at(19), "move_west"), "wait");
  assertEquals(choose(at(19), "use:rest_sleep"), "wait");
  const sim = at(19);
  for (const choice of ["use:rest_sleep", "move_west"]) choose(sim, choice);
  assertEquals(tileOf(sim, "a"), [19, 5]);
});

Deno.test("a meeting nobody can get to binds nobody", () => {
  // A wall across the town, and a place under an object that one stands on.
  const wall = Array.from({ length: 48 }, (_, y) => ({
    id: `wall_${y}`,
    type: "wall",
    at: [15, y] as const,
  }));
  const bed = { id: "bed_1", type: "bed", at: [8, 5] as const };
  const cafe = { id: "cafe_1", type: "cafe", at: [20, 5] as const };
  const cases: readonly TinyOptions[] = [
    { objects: [bed, ...wall] },
    { objects: [bed, cafe], config: { world: { reach: "any" } } },
  ];
  for (const options of cases) {
    const sim = called(house(options));
    assertEquals(choose(sim, "move_west"), "move 4,5");
    assertEquals(allowed(sim, "a"), ["wait", ...MOVES, "use:rest_sleep"]);
    const told = choose(sim, "use:rest_sleep");
    assertEquals(told.startsWith("wait"), false, told);
  }
});

Deno.test("a meeting that is over calls nobody", () => {
  const sim = called(house());
  sim.world.destinationUntil[0] = 1;
  assertEquals(choose(sim, "wait"), "wait");
});

Deno.test("choices nobody has are refused and counted", () => {
  const sim = house();
  const { town, world, turn } = sim;
  const told = [99, -1, 1e9].map((choice) => {
    gatherDecisions(town, world, turn, false);
    turn.choice[0] = choice;
    applyChoices(town, world, turn);
    return [turn.kind[0], turn.blocked[0]];
  });
  assertEquals(told, Array(3).fill([KIND.wait, 1]));
  assertEquals(turn.invalidChoices, 3);
});

Deno.test("the mask allows moves to open tiles of the grid", () => {
  const sim = house({
    agents: [{ id: "a", at: [0, 0] }],
    objects: [{ id: "cafe_1", type: "cafe", at: [1, 0] }],
  });
  assertEquals(allowed(sim, "a"), ["wait", "move_south"]);
  moveAgent(sim.town, sim.world, 0, 47, 47);
  assertEquals(allowed(sim, "a"), ["wait", "move_north", "move_west"]);
});

Deno.test("the mask allows go_work away from a job with a place that can be reached", () => {
  const at = (x: number, jobs: object, walls: TinyOptions["objects"] = []) =>
    allowed(
      house({
        agents: [{ id: "a", at: [x, 5] }],
        objects: walls,
        config: { jobs },
      }),
      "a",
    ).includes("go_work");
  const jobs = { clerk: { start_tick: 5, location: [9, 5] } };
  assertEquals(at(7, jobs), true);
  assertEquals(at(8, jobs), false);
  assertEquals(at(7, { clerk: {} }), false);
  assertEquals(at(7, {}), false);
  const tower = [8, 9, 10].flatMap((x) =>
    [4, 5, 6].map((y) => ({
      id: `w${x}${y}`,
      type: "wall",
      at: [x, y] as const,
    }))
  );
  assertEquals(at(7, jobs, tower), false);
});

Deno.test("the mask allows chat, step_away and release when they can be done", () => {
  const sim = house({
    agents: [{ id: "a", at: [7, 5], profile: "socialite" }, {
      id: "b",
      at: [7, 5],
    }],
  });
  const some = () =>
    allowed(sim, "a").filter((name) =>
      ["chat", "step_away", "release"].includes(name)
    );
  assertEquals(some(), ["chat"]);
  sim.world.chatCooldown[0] = 2;
  assertEquals(some(), []);
  sim.world.tick[0] = 1;
  assertEquals(some(), ["chat"]);
  setLedger(sim, "a", "b", 0.8);
  assertEquals(some(), ["step_away"]);
  act(sim, { a: { kind: "request", object: "bed_1" } });
  assertEquals(some(), ["step_away", "release"]);
});

Deno.test("the mask allows the uses of objects that are usable now", () => {
  const uses = (objects: TinyOptions["objects"]) => {
    const sim = house({ objects });
    decide(sim, "a", "wait");
    return allowed(sim, "a").filter((name) => name.startsWith("use:"));
  };
  assertEquals(uses([]), []);
  assertEquals(uses([{ id: "f", type: "fridge" }]), ["use:eat_meal"]);
  assertEquals(uses([{ id: "f", type: "fridge", stock: { meals: 0 } }]), []);
  assertEquals(
    uses([
      { id: "s", type: "shower", stock: { water_on: 0 } },
      { id: "t", type: "shower" },
      { id: "o", type: "stove", stock: { raw_ingredients: 0 } },
    ]),
    ["use:use_shower"],
  );
});

Deno.test("where nothing is usable nobody looks through the objects of the town", () => {
  const showers = Array.from({ length: 20 }, (_, i) => ({
    id: `shower_${i}`,
    type: "shower",
    at: [i, 0] as const,
    stock: { power_on: i === 19 ? 1 : 0 },
  }));
  const sim = house({ objects: showers });
  let looks = 0;
  const town = Object.defineProperty({ ...sim.town }, "objectsOfType", {
    get() {
      looks++;
      return sim.town.objectsOfType;
    },
  });
  const looked = () => {
    const use = "use:use_shower";
    gatherDecisions(town, sim.world, sim.turn, false);
    const mask = new Uint8Array(town.actions.length);
    actionMask(town, sim.world, 0, mask);
    const picked = pickObject(
      town,
      sim.world,
      sim.turn,
      0,
      affordanceOf(sim, "use_shower"),
    );
    const told = [mask[actionOf(sim, use)], picked, looks];
    looks = 0;
    return told;
  };
  assertEquals(looked(), [1, 19, 1]);
  adjustStock(town, sim.world, 19, "power_on", -1);
  assertEquals(looked(), [0, -1, 0]);
  adjustStock(town, sim.world, 3, "power_on", 1);
  assertEquals(looked(), [1, 3, 1]);
});

Deno.test("the mask of a committed option is its own id alone", () => {
  const sim = house();
  choose(sim, "use:rest_sleep");
  assertEquals(allowed(sim, "a"), ["use:rest_sleep"]);
  const out = new Uint8Array(2 * sim.town.actions.length).fill(7);
  actionMask(sim.town, sim.world, 0, out, sim.town.actions.length);
  assertEquals([...out.subarray(0, 13)], Array(13).fill(7));
  assertEquals(out.subarray(13).indexOf(1), actionOf(sim, "use:rest_sleep"));
});

Deno.test("the mask of the dead and of scheduled people is waiting", () => {
  const sim = tinyTown({
    config: {
      scenario: { agents: [{ id: "b", schedule: [{ kind: "wait" }] }] },
    },
  });
  assertEquals(allowed(sim, "b"), ["wait"]);
  const mask = new Uint8Array(sim.town.actions.length);
  actionMask(sim.town, sim.world, 9, mask);
  assertEquals([...mask], [1, ...Array(12).fill(0)]);
});

Deno.test("a schedule is played entry by entry, whatever rivals are there", () => {
  const schedule = [
    { kind: "wait", repeat: 2 },
    { kind: "request", object: "bed_1" },
    { kind: "move", position: [9, 9] },
  ];
  const played = (loop: boolean) => {
    const sim = tinyTown({
      agents: [{ id: "b" }],
      objects: [{ id: "bed_1", type: "bed" }],
      config: { scenario: { agents: [{ id: "a", schedule, loop }] } },
    });
    setLedger(sim, "a", "b", 1);
    act(sim, { b: { kind: "request", object: "bed_1" } });
    return Array.from({ length: 9 }, () => choose(sim, "wait"));
  };
  const once = ["wait", "wait", "request bed_1", "move 9,9"];
  assertEquals(played(true), [...once, ...once, "wait"]);
  assertEquals(played(false), [...once, ...Array(5).fill("wait")]);
});

/** Everything the World remembers, and what the turn holds of an agent. */
function save(sim: Simulation) {
  const { world } = sim;
  const bytes = new Uint8Array(world.buffer).slice();
  const { records } = world;
  return () => {
    new Uint8Array(world.buffer).set(bytes);
    world.records = records;
  };
}

Deno.test("the mask allows what the pipeline does, and nothing else, over random towns", () => {
  let tried = 0;
  let uses = 0;
  let refused = 0;
  fc.assert(
    fc.property(drafts, ({ town: draft, seed, meddling }) => {
      const town = townOf(draft);
      const sim = new Simulation(town, { seed, policy: "random" });
      const meddler = new Meddler(meddling);
      const random = Random.seeded(String(seed), "masks");
      const { world, turn } = sim;
      const mask = new Uint8Array(town.actions.length);
      for (let i = 0; i < 40; i++) {
        sim.step(meddler.next(sim));
        if (random.float() < 0.7) continue;
        gatherDecisions(town, world, turn, true);
        const rows = new Set(turn.rows.subarray(0, turn.rowCount));
        const guards = turn.guard.slice();
        for (let place = 0; place < world.population[0]; place++) {
          const agent = world.roster[place];
          actionMask(town, world, agent, mask);
          const many = mask.reduce((sum, bit) => sum + bit, 0);
          if (!rows.has(agent)) {
            // Bound, called or played for: there was nothing to choose. Only a
            // guard that has just ended an option frees what comes next.
            if (guards[agent] === 0) assertEquals(many, 1, "bound");
            continue;
          }
          assert(mask[ACTION.wait] === 1, "waiting is always allowed");
          for (let action = 0; action < mask.length; action++) {
            const restore = save(sim);
            tryOne(sim, agent, action, mask[action] === 1);
            restore();
          }
        }
      }
    }),
    { numRuns: 60, seed: 5 },
  );
  assert(tried > 20_000 && refused > 5_000 && uses > 500);

  /** Lets one agent choose and all others wait. */
  function tryOne(
    sim: Simulation,
    agent: number,
    action: number,
    isAllowed: boolean,
  ): void {
    const { town, world, turn } = sim;
    const what = `${town.actions[action]}, ${isAllowed}`;
    const before = [world.x[agent], world.y[agent], world.engaged[agent]];
    const { invalidChoices } = turn;
    gatherDecisions(town, world, turn, true);
    turn.rows[0] = agent;
    turn.rowCount = 1;
    turn.choice[agent] = action;
    applyChoices(town, world, turn);
    tried++;
    const isRefused = turn.blocked[agent] === 1;
    assertEquals(turn.invalidChoices - invalidChoices, isRefused ? 1 : 0, what);
    if (!isAllowed) {
      refused++;
      assertEquals([isRefused, turn.kind[agent]], [true, KIND.wait], what);
      return;
    }
    const isUse = town.actionAffordance[action] >= 0;
    if (isUse) {
      // Usable, but perhaps out of the way, in cooldown, or with a rival.
      uses++;
      assertEquals(isRefused, world.optionAffordance[agent] < 0, what);
      return;
    }
    assertEquals(isRefused, false, what);
    const leashed = world.destinationUntil[agent] > world.tick[0] + 1;
    if (turn.kind[agent] === KIND.wait) {
      assert(action === ACTION.wait || leashed, what);
      return;
    }
    // Alone in its tick, so nobody is in the way of it.
    for (let i = 0; i < world.population[0]; i++) {
      const other = world.roster[i];
      if (other === agent) continue;
      turn.kind[other] = KIND.wait;
      turn.guard[other] = 0;
      turn.yields[other] = 0;
    }
    applyActions(town, world, turn);
    assertEquals(world.lastSuccess[agent], 1, what);
    const moved = world.x[agent] !== before[0] || world.y[agent] !== before[1];
    const isMove = action >= ACTION.moveNorth && action <= ACTION.stepAway;
    assertEquals(moved, isMove, what);
    if (action === ACTION.release) assertEquals(world.engaged[agent], -1);
    if (action === ACTION.goWork && !town.walk) {
      const { x, y } = town.jobs[world.job[agent]];
      assert(isAt(town, world, agent, x, y), what);
    }
  }
});
