/** Each scenario of `configs/scenarios/` keeps its promise, to the figure. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { loadTown, openTown } from "../src/app.ts";
import type { EventName, TownEvent } from "../src/world/events.ts";
import type { Simulation } from "../src/simulation.ts";
import { stockOf } from "../src/world/stock.ts";
import { needsOf } from "../src/world/views.ts";
import { areTogether, isAt } from "../src/world/spatial.ts";
import { findTie, rivalryOf } from "../src/world/ties.ts";
import type { CommandResult } from "../src/world/turn.ts";
import { findAgent, PRICE } from "../src/world/world.ts";
import { type ScenarioName, SCENARIOS } from "./helpers/shipped.ts";

/** A scenario played to its end. */
interface Played {
  /** The town after the last tick. */
  readonly simulation: Simulation;
  /** Everything that happened. */
  readonly events: readonly TownEvent[];
  /** What became of the timeline. */
  readonly results: readonly CommandResult[];
  /** Sum of rewards by agent id. */
  readonly rewards: ReadonlyMap<string, number>;
}

/** Plays a scenario for its own ticks; `watch` looks on after each. */
async function play(
  name: ScenarioName,
  watch: (simulation: Simulation, tick: number) => void = () => {},
): Promise<Played> {
  // What it became can be looked at after its hooks have ended.
  using simulation = await openTown(`configs/scenarios/${name}.yaml`);
  const { world, town } = simulation;
  const events: TownEvent[] = [];
  const results: CommandResult[] = [];
  const rewards = new Map<string, number>();
  const ticks = town.config.scenario?.ticks ?? 0;
  simulation.runFor(ticks, (turn) => {
    events.push(...turn.events);
    results.push(...turn.results);
    for (const agent of world.roster.subarray(0, world.population[0])) {
      const id = world.records.agentIds[agent];
      rewards.set(id, (rewards.get(id) ?? 0) + turn.reward[agent]);
    }
    watch(simulation, world.tick[0]);
  });
  assertEquals(world.tick[0], ticks);
  return { simulation, events, results, rewards };
}

function only<Name extends EventName>(
  events: readonly TownEvent[],
  name: Name,
): readonly Extract<TownEvent, { event: Name }>[] {
  return events.filter((event) => event.event === name) as Extract<
    TownEvent,
    { event: Name }
  >[];
}

function ticksOf(events: readonly TownEvent[], name: EventName): number[] {
  return only(events, name).map(({ tick }) => tick);
}

function almost(actual: number, expected: number, what: string): void {
  assertAlmostEquals(actual, expected, 1e-9, `${what}: ${actual}`);
}

/** Score of the rivalry ledger between two, which is the same both ways. */
function ledger({ town, world }: Simulation, a: string, b: string): number {
  const [one, other] = [findAgent(world, a), findAgent(world, b)];
  const score = rivalryOf(town, world, one, other);
  assertEquals(rivalryOf(town, world, other, one), score);
  return score;
}

Deno.test("every scenario file says what it shows, its seed and its ticks", async () => {
  const facts = new Map<string, readonly unknown[]>();
  for (const name of SCENARIOS) {
    const { config } = await loadTown(`configs/scenarios/${name}.yaml`);
    assertEquals(config.config_id, name);
    assert((config.scenario?.description ?? "").length > 20, name);
    facts.set(name, [config.seed, config.scenario?.ticks]);
  }
  assertEquals(Object.fromEntries(facts), {
    observation_baseline: [8080, 20],
    kitchen_breakfast: [4242, 45],
    queue_conflict: [5252, 80],
    employment_punctuality: [6060, 80],
    rivalry_decay: [7171, 50],
    demo_story_arc: [4242, 150],
    tea_house: [3141, 40],
  });
});

Deno.test("observation_baseline: nothing happens, and every tick costs 0.2", async () => {
  const { events, rewards, simulation: { world } } = await play(
    "observation_baseline",
  );
  assertEquals(events, []);
  almost(rewards.get("iris") ?? 0, -4, "reward");
  assertEquals(needsOf(world, 0), { hunger: 0.4, hygiene: 0.4, energy: 0.4 });
  assertEquals(world.wallet[0], 1);
});

Deno.test("kitchen_breakfast: alice cooks, bob eats, and there are five meals again", async () => {
  const { events, simulation: { town, world } } = await play(
    "kitchen_breakfast",
  );
  assertEquals(only(events, "queue.conflict"), []);
  assertEquals(
    only(events, "affordance.finished").map(({ agent, affordance, tick }) =>
      `${agent} ${affordance} ${tick}`
    ),
    ["bob eat_meal 16", "alice cook_meal 41"],
  );
  const alice = findAgent(world, "alice");
  almost(needsOf(world, alice).hunger, 0.8, "hunger of alice");
  almost(needsOf(world, alice).energy, 0.45, "energy of alice");
  almost(world.wallet[alice], 1.35, "wallet of alice");
  const bob = findAgent(world, "bob");
  almost(needsOf(world, bob).hunger, 1, "hunger of bob");
  almost(needsOf(world, bob).energy, 0.65, "energy of bob");
  almost(world.wallet[bob], 0.8, "wallet of bob");
  const fridge = town.objectIds.indexOf("fridge_1");
  assertEquals(stockOf(town, world, fridge, "meals"), 5);
});

Deno.test("queue_conflict: four clashes, then two handovers", async () => {
  let afterClashes = 0;
  const { events, rewards } = await play(
    "queue_conflict",
    (simulation, tick) => {
      if (tick === 5) afterClashes = ledger(simulation, "anna", "ben");
    },
  );
  assertEquals(
    only(events, "queue.conflict").map((clash) => [
      clash.tick,
      clash.actor,
      clash.rival,
      clash.reason,
      clash.queue_length,
      clash.intensity,
    ]),
    [
      [2, "anna", "ben", "ghost_step", 2, 1.75],
      [3, "ben", "cara", "ghost_step", 2, 1.75],
      [4, "cara", "anna", "ghost_step", 2, 1.75],
      [5, "anna", "ben", "ghost_step", 2, 1.75],
    ],
  );
  almost(afterClashes, 0.66, "ledger of anna and ben after tick 5");
  assertEquals(
    only(events, "shower.completed").map(({ agent, tick }) => [agent, tick]),
    [["ben", 35], ["cara", 65]],
  );
  assertEquals(
    only(events, "queue.handover").map(({ tick, actor, rival }) => [
      tick,
      actor,
      rival,
    ]),
    [[35, "ben", "cara"], [65, "cara", "anna"]],
  );
  for (const id of ["anna", "ben", "cara"]) {
    almost(rewards.get(id) ?? 0, -16, `reward of ${id}`);
  }
});

Deno.test("employment_punctuality: dawn gets the whole shift, erin half and a fine", async () => {
  const withheld: number[] = [];
  let lateTicks = 0;
  const { events, rewards, simulation: { town, world } } = await play(
    "employment_punctuality",
    ({ world }, tick) => {
      if (tick !== 30) return;
      withheld.push(...world.wagesWithheld.subarray(0, 2));
      lateTicks = world.lateTicks[findAgent(world, "erin")];
    },
  );
  const dawn = findAgent(world, "dawn");
  almost(world.wallet[dawn], 1.63, "wallet of dawn");
  almost(world.wagesPaid[dawn], 0.63, "wages of dawn");
  almost(world.attendance[dawn], 1, "attendance of dawn");
  assertEquals(world.lateness[dawn], 0);
  const erin = findAgent(world, "erin");
  almost(world.wallet[erin], 1.08, "wallet of erin");
  almost(withheld[dawn], 0, "withheld of dawn");
  almost(withheld[erin], 0.3, "withheld of erin");
  assertEquals([world.lateness[erin], lateTicks], [1, 21]);
  assertEquals(
    events.map(({ tick, event }) => `${tick} ${event}`),
    ["10 shift.late", "10 employment.helped_when_late"],
  );
  for (const [owner, other] of [[dawn, erin], [erin, dawn]]) {
    const tie = findTie(town, world, owner, other);
    almost(world.tieTrust[tie], 0.2, "trust");
    almost(world.tieFamiliarity[tie], 0.1, "familiarity");
    almost(world.tieRivalry[tie], 0, "rivalry");
  }
  almost(rewards.get("dawn") ?? 0, -16, "reward of dawn");
  almost(rewards.get("erin") ?? 0, -16, "reward of erin");
});

Deno.test("rivalry_decay: a quarrel of four ticks is forgotten, step by step", async () => {
  const scores: number[] = [];
  const { events } = await play("rivalry_decay", (simulation) => {
    scores.push(ledger(simulation, "finn", "gina"));
  });
  assertEquals(ticksOf(events, "queue.conflict"), [1, 2, 3, 4]);
  assertEquals(
    only(events, "queue.conflict").map(({ intensity }) => intensity),
    [1.5, 1.5, 1.5, 1.5],
  );
  const after = (tick: number) => scores[tick - 1];
  for (let tick = 4; tick < 22; tick++) {
    almost(after(tick), 0.95 - 0.05 * (tick - 4), `ledger after tick ${tick}`);
  }
  assertEquals(scores.slice(21), scores.slice(21).map(() => 0));
  assertEquals(
    only(events, "relationship.evicted").map(({ tick, owner, reason }) => [
      tick,
      owner,
      reason,
    ]).filter(([tick]) => tick === 22),
    [[22, "finn", "decay"], [22, "gina", "decay"]],
  );
});

Deno.test("demo_story_arc: the timeline comes true, nobody dies, two meet at the café", async () => {
  const dear: number[] = [];
  const met: number[] = [];
  const { events, results, simulation } = await play(
    "demo_story_arc",
    ({ town, world }, tick) => {
      if (world.price[PRICE.meal_cost] !== 0.4) {
        almost(world.price[PRICE.meal_cost], 0.62, `price of tick ${tick}`);
        dear.push(tick);
      }
      const [avery, blair] = [
        findAgent(world, "avery"),
        findAgent(world, "blair"),
      ];
      if (blair < 0) return;
      const cafe = town.objectIds.indexOf("cafe_counter");
      const [x, y] = [town.objectX[cafe], town.objectY[cafe]];
      const there = [avery, blair].every((agent) =>
        isAt(town, world, agent, x, y)
      );
      if (there && areTogether(town, world, avery, blair)) met.push(tick);
    },
  );
  assertEquals(
    results.map(({ command, error }) => [command.name, error]),
    [
      ["force_chat", undefined],
      ["setneed", undefined],
      ["spawn", undefined],
      ["force_chat", undefined],
      ["perturbation_trigger", undefined],
      ["setneed", undefined],
      ["force_chat", undefined],
      ["arrange_meet", undefined],
      ["force_chat", undefined],
    ],
  );
  assertEquals(only(events, "agent.removed"), []);
  assertEquals(simulation.world.population[0], 3);
  assertEquals(dear, Array.from({ length: 35 }, (_, i) => 60 + i));
  assert(met.some((tick) => tick >= 110 && tick <= 130), String(met));
});

Deno.test("tea_house: a file says who pays what, who is turned away and who talks", async () => {
  const { events, simulation: { town, world } } = await play("tea_house");
  assertEquals(
    events.flatMap((one) =>
      one.event.startsWith("hook.") && "payload" in one
        ? [[one.tick, one.event, one.payload]]
        : []
    ),
    [
      [2, "hook.tea_house.served", { guest: "nora", price: 0.1, left: 2 }],
      [6, "hook.tea_house.talked", { guest: "nora", other: "omar" }],
      [10, "hook.tea_house.turned_away", {
        guest: "pia",
        reason: "insufficient_funds",
      }],
      [14, "hook.tea_house.served", { guest: "omar", price: 0.2, left: 1 }],
      [18, "hook.tea_house.talked", { guest: "omar", other: "nora" }],
      [22, "hook.tea_house.served", { guest: "quin", price: 0, left: 0 }],
      [26, "hook.tea_house.talked", { guest: "quin", other: "omar" }],
      [32, "hook.tea_house.turned_away", { guest: "omar", reason: "sold_out" }],
    ],
  );
  assertEquals(
    only(events, "affordance.failed").map(({ agent, tick, reason }) =>
      `${agent} ${tick} ${reason}`
    ),
    ["pia 10 insufficient_funds", "omar 32 sold_out"],
  );
  const guests = [
    ["nora", 0.9, 0.3],
    ["omar", 0.8, 0.9],
    ["pia", 0.05, 0.5],
    ["quin", 1, 0.6],
  ] as const;
  for (const [id, money, energy] of guests) {
    const agent = findAgent(world, id);
    almost(world.wallet[agent], money, `wallet of ${id}`);
    almost(needsOf(world, agent).energy, energy, `energy of ${id}`);
  }
  const house = town.objectIds.indexOf("tea_house");
  assertEquals(stockOf(town, world, house, "tea"), 0);
  assertEquals(stockOf(town, world, house, "served"), 3);
  const [nora, omar] = [findAgent(world, "nora"), findAgent(world, "omar")];
  for (const [owner, other] of [[nora, omar], [omar, nora]]) {
    const tie = findTie(town, world, owner, other);
    almost(world.tieTrust[tie], 0.1, "trust");
    almost(world.tieFamiliarity[tie], 0.2, "familiarity");
  }
});
