import { assert, assertEquals, assertThrows } from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import {
  addAgent,
  createWorld,
  isFree,
  removeEnded,
} from "../../src/world/people.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import { ENDS } from "../../src/world/turn.ts";
import {
  AGENT_COLUMNS,
  emptyWorld,
  findAgent,
  hashWorld,
} from "../../src/world/world.ts";
import {
  act,
  agentOf,
  assertNear,
  collect,
  counterOf,
  named,
  namesOf,
  needsOf,
  play,
  queueOf,
  setFeeling,
  setLedger,
  setNeeds,
  tileOf,
  tinyConfig,
  tinyTown,
  walletOf,
} from "../helpers/tiny_town.ts";

const kill = (agent: string) =>
  ({ name: "kill", args: { agent, reason: null } }) as const;

Deno.test("createWorld() gives residents what the configuration says, in order", () => {
  const sim = tinyTown({
    agents: [
      {
        id: "zoe",
        at: [3, 4],
        home: [5, 6],
        needs: [0.1, 0.2, 0.3],
        wallet: 7,
      },
      { id: "abe", profile: "stoic" },
    ],
    config: { seed: null },
  });
  const { world } = sim;
  assertEquals([...world.roster.subarray(0, 3)], [0, 1, -1]);
  assertEquals(world.records.agentIds.slice(0, 3), ["zoe", "abe", ""]);
  assertEquals(
    world.records.lineages.map(({ origin }) => origin),
    ["zoe", "abe"],
  );
  assertEquals([...world.lineage.slice(0, 2)], [0, 1]);
  assertEquals(tileOf(sim, "zoe"), [3, 4]);
  assertEquals([world.homeX[0], world.homeY[0]], [5, 6]);
  assertEquals(needsOf(sim, "zoe"), [0.1, 0.2, 0.3]);
  assertEquals(needsOf(sim, "abe"), [0.5, 0.5, 0.5]);
  assertEquals([walletOf(sim, "zoe"), walletOf(sim, "abe")], [7, 0]);
  assertEquals(world.profile[1], 3);
  assertNear(
    [world.extroversion[1], world.forgiveness[1], world.ambition[1]],
    [-0.3, 0.5, -0.2],
  );
  assertEquals(world.tick[0], 0);
  assertEquals(world.records.seed, null);
});

Deno.test("createWorld() takes the seed it is given, else the configuration's", () => {
  const town = compileTown(tinyConfig({ config: { seed: 5 } }));
  assertEquals(createWorld(town).records.seed, 5);
  assertEquals(createWorld(town, 9).records.seed, 9);
  const draw = (seed: number | null) =>
    createWorld(town, seed).random.perturbations.uint32();
  assertEquals(draw(null), draw(5));
  assert(draw(5) !== draw(9));
});

Deno.test("createWorld() refuses seeds that a snapshot could not keep", () => {
  const town = compileTown(tinyConfig());
  for (const seed of [NaN, -1, 0.5, Infinity, 2 ** 53]) {
    assertThrows(() => createWorld(town, seed), RangeError, "a seed is");
  }
  assert(Object.is(createWorld(town, -0).records.seed, 0));
  assertEquals(createWorld(town, 2 ** 53 - 1).records.seed, 2 ** 53 - 1);
});

Deno.test("the perturbations stream of seed 1337 draws the known numbers", () => {
  const town = compileTown(tinyConfig({ config: { seed: 1337 } }));
  const { perturbations } = createWorld(town).random;
  assertEquals(
    Array.from({ length: 4 }, () => perturbations.uint32()),
    [695676993, 2934539785, 1069452415, 2876992222],
  );
  const again = createWorld(town).random.perturbations;
  assertEquals([again.float(), again.float()], [
    0.16197492691316295,
    0.24900129191467124,
  ]);
});

Deno.test("removeEnded() takes everything of an agent away, and its row is as new", () => {
  const sim = tinyTown({
    agents: 3,
    objects: [{ id: "bed_1", type: "bed", at: [5, 5] }],
    config: { features: { systems: { lifecycle: "on" } } },
  });
  const { town, world, turn } = sim;
  setFeeling(sim, "b", "a", { trust: 0.5 });
  setFeeling(sim, "a", "b", { trust: 0.5 });
  setFeeling(sim, "c", "a", { trust: 0.1 });
  setLedger(sim, "b", "c", 0.9);
  setLedger(sim, "c", "b", 0.9);
  act(sim, {
    b: { kind: "request", object: "bed_1" },
    c: { kind: "request", object: "bed_1" },
  });
  world.optionAffordance[1] = 2;
  world.lastMeal[1] = 3;
  world.destinationX[1] = 3;
  world.possessed[1] = 1;
  turn.events = [];
  turn.ends[1] = ENDS.faint;
  turn.anyEnds = true;
  removeEnded(town, world, turn);
  assertEquals(
    turn.events.map((e) =>
      e.event === "relationship.evicted"
        ? [e.owner, e.other, e.reason]
        : e.event
    ),
    [
      "agent.removed",
      ["a", "b", "removed"],
      ["b", "c", "removed"],
      ["b", "a", "removed"],
      ["c", "b", "removed"],
    ],
  );
  assertEquals(findAgent(world, "b"), -1);
  assertEquals(world.population[0], 2);
  assertEquals([...world.roster.subarray(0, 3)], [0, 2, -1]);
  assertEquals(queueOf(sim, "bed_1"), { holder: "c", waiting: [] });
  assertEquals(world.rivalryMax[2], 0);
  const fresh = emptyWorld(town);
  for (const name of AGENT_COLUMNS) {
    const width = world[name].length / world.alive.length;
    const row = [...world[name].subarray(width, 2 * width)];
    assertEquals(row, [...fresh[name].subarray(width, 2 * width)], name);
  }
});

Deno.test("a respawn comes at the next tick: same home, job and profile, nothing else", () => {
  const sim = tinyTown({
    agents: [
      { id: "a" },
      {
        id: "b",
        at: [3, 3],
        home: [4, 4],
        wallet: 5,
        profile: "socialite",
        job: "y",
      },
    ],
    config: { jobs: { x: { start_tick: 900 }, y: { start_tick: 900 } } },
  });
  setFeeling(sim, "a", "b", { trust: 0.5 });
  sim.command(kill("b"));
  assertEquals(
    namesOf(play(sim)),
    ["agent.killed", "agent.removed", "relationship.evicted"],
  );
  assertEquals(sim.world.records.tickets.length, 1);
  assertEquals(play(sim), [
    { event: "agent.respawned", tick: 2, agent: "b#1", original: "b" },
  ]);
  const { world } = sim;
  const b = agentOf(sim, "b#1");
  assertEquals(tileOf(sim, "b#1"), [3, 3]);
  assertEquals([world.homeX[b], world.homeY[b]], [4, 4]);
  assertEquals([world.profile[b], world.job[b]], [1, 1]);
  assertEquals(world.records.lineages[world.lineage[b]].origin, "b");
  assertEquals(needsOf(sim, "b#1"), [0.5, 0.5, 0.5]);
  assertEquals(walletOf(sim, "b#1"), 0);
  assertEquals(world.ties[agentOf(sim, "a")], 0);
  assertEquals(world.records.tickets, []);
});

Deno.test("who wanted no job wants none in the next life", () => {
  const sim = tinyTown({
    agents: [{ id: "a", job: "none" }, { id: "b" }],
    config: { jobs: { x: { start_tick: 900 } } },
  });
  sim.command(kill("a"));
  sim.command(kill("b"));
  play(sim, {}, 3);
  const { job, jobless } = sim.world;
  const of = (id: string) => [job[agentOf(sim, id)], jobless[agentOf(sim, id)]];
  assertEquals([of("a#1"), of("b#1")], [[-1, 1], [0, 0]]);
});

Deno.test("lives of an origin are numbered on and on, and come last in the roster", () => {
  const sim = tinyTown({ agents: 3 });
  const seen: string[][] = [];
  for (let life = 0; life < 3; life++) {
    sim.command(kill(life === 0 ? "a" : `a#${life}`));
    play(sim, {}, 2);
    const { roster, population, records } = sim.world;
    seen.push(
      [...roster.subarray(0, population[0])].map((row) =>
        records.agentIds[row]
      ),
    );
  }
  assertEquals(seen, [
    ["b", "c", "a#1"],
    ["b", "c", "a#2"],
    ["b", "c", "a#3"],
  ]);
  assertEquals(sim.world.records.lineages[0].respawns, 3);
});

Deno.test("a number that is taken by somebody alive is passed over", () => {
  const sim = tinyTown({ agents: [{ id: "a" }, { id: "a#1" }] });
  sim.command(kill("a"));
  play(sim, {}, 2);
  assertEquals(findAgent(sim.world, "a#2") >= 0, true);
});

Deno.test("counters of all lives are kept by origin", () => {
  const sim = tinyTown({ agents: 2 });
  act(sim, { a: { kind: "chat", target: "b" } });
  sim.command(kill("a"));
  play(sim, {}, 2);
  sim.command({
    name: "force_chat",
    args: { speaker: "b", listener: "a#1", quality: 1 },
  });
  play(sim);
  assertEquals(counterOf(sim, "a#1", "chats"), 1);
  sim.command(kill("a#1"));
  play(sim, {}, 2);
  assertEquals(sim.world.records.lineages[0].past.at(-1), 2);
});

Deno.test("the last death under an id is the one that counts", () => {
  const sim = tinyTown({ config: { lifecycle: { respawn_delay_ticks: 99 } } });
  const needs = { hunger: 1, hygiene: 1, energy: 1 };
  const back = () =>
    sim.command({
      name: "spawn",
      args: {
        agent: "a",
        pos: [5, 5],
        home: null,
        needs,
        wallet: 0,
        profile: null,
        job: null,
      },
    });
  sim.command(kill("a"));
  play(sim, {}, 4);
  back();
  sim.command(kill("a"));
  play(sim);
  back();
  play(sim);
  // Nothing good until 10 ticks after the death of tick 5.
  assertEquals(sim.world.gloomUntil[agentOf(sim, "a")], 15);
});

Deno.test("respawns wait for the delay, which a command can change", () => {
  const sim = tinyTown({
    agents: 2,
    config: { lifecycle: { respawn_delay_ticks: 3 } },
  });
  sim.command(kill("a"));
  const events = play(sim, {}, 9);
  assertEquals(named(events, "agent.respawned").map(({ tick }) => tick), [4]);
  sim.command({ name: "set_spawn_delay", args: { ticks: 0 } });
  sim.command(kill("b"));
  assertEquals(
    named(play(sim, {}, 3), "agent.respawned").map(({ tick }) => tick),
    [11],
  );
});

Deno.test("tickets are served in their order", () => {
  const sim = tinyTown({ agents: 3 });
  for (const id of ["c", "a", "b"]) sim.command(kill(id));
  const events = play(sim, {}, 2);
  assertEquals(
    named(events, "agent.removed").map(({ agent }) => agent),
    ["a", "b", "c"],
  );
  assertEquals(
    named(events, "agent.respawned").map(({ agent }) => agent),
    ["a#1", "b#1", "c#1"],
  );
});

for (
  const [story, others, objects, tile] of [
    ["the old one when it is free", [], [], [5, 5]],
    ["the first of the ring around, by row", [[5, 5]], [], [4, 4]],
    ["the next of the ring", [[5, 5], [4, 4]], [], [5, 4]],
    ["not one under an object", [[5, 5]], [[4, 4], [5, 4]], [6, 4]],
    ["one in the middle row of the ring", [[5, 5]], [[4, 4], [5, 4], [6, 4]], [
      4,
      5,
    ]],
    ["not an object's own", [], [[5, 5]], [4, 4]],
  ] as const
) {
  Deno.test(`a respawn takes ${story}`, () => {
    const sim = tinyTown({
      agents: [
        { id: "dead", at: [5, 5] },
        ...others.map((at, i) => ({ id: `o${i}`, at })),
      ],
      objects: objects.map((at, i) => ({ id: `bed_${i}`, type: "bed", at })),
    });
    sim.command(kill("dead"));
    play(sim, {}, 2);
    assertEquals(tileOf(sim, "dead#1"), [...tile]);
  });
}

Deno.test("a respawn finds the one free tile of a corner, and shares where there is none", () => {
  const town = (taken: number) => {
    const sim = tinyTown({
      agents: Array.from({ length: taken }, (_, i) => ({
        id: `p${i}`,
        at: [i % 3, Math.floor(i / 3)] as const,
      })),
      config: { world: { grid_size: [3, 3] } },
    });
    sim.command({
      name: "teleport",
      args: { agent: "p0", pos: taken < 9 ? [2, 2] : [0, 0] },
    });
    play(sim);
    sim.command(kill("p1"));
    play(sim);
    // Somebody steps on the tile of the departed before it comes back.
    const p = agentOf(sim, "p2");
    sim.step({ p2: { kind: "move", position: [1, 0] } });
    assertEquals(sim.world.x[p], 1);
    return tileOf(sim, "p1#1");
  };
  assertEquals(town(8), [1, 0]);
  assertEquals(town(9), [1, 0]);
});

Deno.test("without a lifecycle nobody comes back", () => {
  const sim = tinyTown({
    agents: 2,
    config: { features: { systems: { lifecycle: "off" } } },
  });
  sim.command(kill("a"));
  assertEquals(namesOf(play(sim, {}, 3)), ["agent.killed", "agent.removed"]);
  assertEquals(sim.world.records.tickets, []);
  assertEquals(sim.world.population[0], 1);
});

Deno.test("deaths leave the population as it was, and rows never run out", () => {
  const sim = tinyTown({
    agents: 4,
    decay: 0.05,
    config: { world: { agent_capacity: 4 } },
  });
  const events = collect(sim, 300);
  const deaths = named(events, "agent.removed").length;
  assert(deaths > 50);
  assertEquals(
    sim.world.population[0] + sim.world.records.tickets.length,
    4,
  );
});

Deno.test("addAgent() takes the lowest free row, and none beyond the capacity", () => {
  const sim = tinyTown({ agents: 3, config: { world: { agent_capacity: 3 } } });
  const { town, world, turn } = sim;
  const newcomer = (id: string) => ({
    id,
    lineage: -1,
    x: 1,
    y: 1,
    homeX: 1,
    homeY: 1,
    needs: [2, -1, 0.5],
    wallet: 0,
    profile: 0,
    traits: [0, 0, 0] as const,
    job: -1,
    jobless: false,
    schedule: -1,
  });
  assertThrows(
    () => addAgent(town, world, newcomer("x")),
    TownletError,
    "There is no room for x",
  );
  turn.ends[1] = ENDS.killed;
  turn.anyEnds = true;
  removeEnded(town, world, turn);
  assertEquals(addAgent(town, world, newcomer("x")), 1);
  assertEquals([...world.roster], [0, 2, 1]);
  assertEquals(needsOf(sim, "x"), [1, 0, 0.5]);
});

Deno.test("isFree() wants a tile of the grid without objects and agents", () => {
  const { town, world } = tinyTown({
    agents: [{ id: "a", at: [2, 2] }],
    objects: [{ id: "bed_1", type: "bed", at: [3, 3] }],
  });
  const free = [[1, 1], [2, 2], [3, 3], [-1, 0], [0, 48]]
    .map(([x, y]) => isFree(town, world, x, y));
  assertEquals(free, [true, false, false, false, false]);
});

Deno.test("the hash depends on history alone, not on rows that were used before", () => {
  const run = () => {
    const sim = tinyTown({ agents: 3 });
    setNeeds(sim, "b", [0.01, 1, 1]);
    play(sim, {}, 5);
    return sim;
  };
  const sim = run();
  assertEquals(hashWorld(sim.world), hashWorld(run().world));
  // A row that is free again is as if nobody had been there.
  const other = run();
  sim.command(kill("a"));
  other.command(kill("a"));
  setNeeds(other, "a", [0.9, 0.9, 0.9]);
  assertEquals(
    hashWorld(play(sim) && sim.world),
    hashWorld(play(other) && other.world),
  );
});

Deno.test("findAgent() finds the living alone, and the empty id nobody", () => {
  const sim = tinyTown({ agents: 2 });
  assertEquals(["a", "b", "c", ""].map((id) => findAgent(sim.world, id)), [
    0,
    1,
    -1,
    -1,
  ]);
  sim.command(kill("a"));
  play(sim);
  assertEquals(findAgent(sim.world, "a"), -1);
});
