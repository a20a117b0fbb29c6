/** What holds of every World after every tick. @module */
import { assert, assertEquals } from "@std/assert";
import type { Simulation } from "../../src/simulation.ts";
import { refreshUsable } from "../../src/world/affordances.ts";
import { stockOf } from "../../src/world/stock.ts";
import { rebuildDerived } from "../../src/world/people.ts";
import { inReach } from "../../src/world/spatial.ts";
import type { Town } from "../../src/world/town.ts";
import {
  ABSENCES,
  AGENT_COLUMNS,
  agentOfElement,
  catalogueOf,
  type Columns,
  COOLDOWNS,
  copyWorld,
  emptyWorld,
  ENGAGED,
  type World,
} from "../../src/world/world.ts";

/** Rows of the living, in the order of the roster. */
export function living(world: World): number[] {
  return [...world.roster.subarray(0, world.population[0])];
}

/** Checks every law of a World that one look at it can check. */
export function checkLaws({ town, world, turn }: Simulation): void {
  checkNumbers(town, world);
  checkPeople(town, world);
  checkQueues(town, world);
  checkUses(town, world);
  checkUnusedSlots(town, world);
  checkDerived(town, world);
  checkCounts(town, world);
  for (const agent of living(world)) {
    assert(Number.isFinite(turn.reward[agent]), "reward");
  }
}

/** Numbers are numbers, and inside their ranges. */
function checkNumbers(town: Town, world: World): void {
  for (const name of Object.keys(catalogueOf(town)) as (keyof Columns)[]) {
    assert(world[name].every(Number.isFinite), name);
  }
  assert(world.need.every((need) => need >= 0 && need <= 1), "need");
  assert(world.wallet.every((money) => money >= 0), "wallet");
  assert(world.price.every((price) => price >= 0), "price");
  assert(world.tieTrust.every(isSigned), "tieTrust");
  assert(world.tieFamiliarity.every(isSigned), "tieFamiliarity");
  assert(world.tieRivalry.every(isShare), "tieRivalry");
  assert(world.rivalScore.every(isShare), "rivalScore");
  assert(world.attendance.every(isShare), "attendance");
  assert(world.samples.every(isShare), "samples");
  assert(world.stall.every((stall) => stall >= 0), "stall");
  assert(world.stock.every((stock) => stock >= -1), "stock");
}

/** Who lives has a row, an id and a tile; tickets keep their room. */
function checkPeople(town: Town, world: World): void {
  const { records, roster, alive } = world;
  const agents = living(world);
  assertEquals(new Set(agents).size, agents.length, "roster");
  for (let row = 0; row < town.capacity; row++) {
    assertEquals(alive[row] === 1, agents.includes(row), "alive");
    assertEquals(records.agentIds[row] !== "", alive[row] === 1, "agentIds");
    if (alive[row] === 1) assert(world.lineage[row] < records.lineages.length);
  }
  assert(roster.subarray(agents.length).every((row) => row === -1), "roster");
  const ids = agents.map((agent) => records.agentIds[agent]);
  assertEquals(new Set(ids).size, ids.length, "ids");
  assert(agents.length + records.tickets.length <= town.capacity, "room");
  const lineages = [
    ...agents.map((agent) => world.lineage[agent]),
    ...records.tickets.map(({ lineage }) => lineage),
  ];
  assertEquals(new Set(lineages).size, lineages.length, "lineages");
  for (const agent of agents) {
    const { x, y } = world;
    const inside = x[agent] >= 0 && x[agent] < town.width && y[agent] >= 0 &&
      y[agent] < town.height;
    assert(inside, "position");
    for (const [slots, other, count] of tiesOf(town, world, agent)) {
      const others = other.subarray(slots, slots + count);
      assertEquals(new Set(others).size, count, "one tie to each");
      for (const it of others) assert(it !== agent && alive[it] === 1, "tie");
    }
    assertEquals(
      world.optionAffordance[agent] < 0,
      world.optionObject[agent] < 0,
      "option",
    );
  }
  for (
    const rows of [
      records.exitQueue.map(({ agent }) => agent),
      records.exitRequests,
    ]
  ) {
    assertEquals(new Set(rows).size, rows.length, "exits");
    assert(rows.every((agent) => alive[agent] === 1), "exits");
  }
}

/** One holder an object; who waits waits once, and not for what it holds. */
function checkQueues(town: Town, world: World): void {
  const { holder, queueHead, queueLength, waitNext } = world;
  const { engaged, engagement, joined } = world;
  const found = new Map<number, readonly [number, number]>();
  const note = (agent: number, object: number, how: number) => {
    assert(world.alive[agent] === 1, "the dead neither hold nor wait");
    assert(!found.has(agent), `row ${agent} at two places`);
    found.set(agent, [object, how]);
  };
  for (let object = 0; object < holder.length; object++) {
    if (holder[object] >= 0) note(holder[object], object, ENGAGED.holds);
    let waiting = 0;
    for (let agent = queueHead[object]; agent >= 0; agent = waitNext[agent]) {
      note(agent, object, ENGAGED.waits);
      assert(joined[agent] > 0 && joined[agent] <= world.tick[0], "joined");
      waiting++;
    }
    assertEquals(queueLength[object], waiting, "queueLength");
    assert(waiting === 0 || holder[object] >= 0, "a queue has a holder");
  }
  for (let agent = 0; agent < town.capacity; agent++) {
    const [object, how] = found.get(agent) ?? [-1, ENGAGED.not];
    assertEquals([engaged[agent], engagement[agent]], [object, how], "engaged");
    if (how === ENGAGED.waits) continue;
    assertEquals([waitNext[agent], joined[agent]], [-1, 0], "not waiting");
    if (how === ENGAGED.not) continue;
    assert(inReach(town, world, agent, object), "what is held is in reach");
  }
  for (const [agent, [object]] of found) {
    assert(inReach(town, world, agent, object), "in reach");
  }
}

/** A use has its holder and time left; beds get their places back. */
function checkUses(town: Town, world: World): void {
  const { running, runningLeft, holder, slotTaken } = world;
  for (let object = 0; object < running.length; object++) {
    const use = running[object];
    const taken = slotTaken[object];
    if (use < 0) {
      assertEquals([runningLeft[object], taken], [0, 0], "no use");
    } else {
      assert(holder[object] >= 0, "a use has a holder");
      assertEquals(town.affordances[use].type, town.objectType[object]);
      const { duration } = town.affordances[use];
      assert(runningLeft[object] > 0 && runningLeft[object] <= duration);
    }
    const capacity = stockOf(town, world, object, "sleep_capacity");
    if (capacity === null) continue;
    const slots = stockOf(town, world, object, "sleep_slots");
    assertEquals(slots, capacity - taken, "sleeping places");
  }
}

/** Rows of nobody and slots beyond a count are as in an empty World. */
function checkUnusedSlots(town: Town, world: World): void {
  const empty = emptyWorld(town);
  const isEmpty = (name: keyof Columns, from: number, to: number) => {
    for (let i = from; i < to; i++) {
      if (Object.is(world[name][i], empty[name][i])) continue;
      throw new Error(`${name}[${i}] is ${world[name][i]}, and nobody's`);
    }
  };
  for (const name of AGENT_COLUMNS) {
    for (let i = 0; i < empty[name].length; i++) {
      const lives = world.alive[agentOfElement(world, name, i)] === 1;
      if (!lives) isEmpty(name, i, i + 1);
    }
  }
  for (let agent = 0; agent < town.capacity; agent++) {
    if (world.alive[agent] === 0) continue;
    const slots = (
      count: number,
      width: number,
      ...names: (keyof Columns)[]
    ) => {
      assert(count <= width, names[0]);
      for (const name of names) {
        isEmpty(name, agent * width + count, (agent + 1) * width);
      }
    };
    const { ties, rivals, cooldowns, sampleCount, absences } = world;
    slots(
      ties[agent],
      town.tieSlots,
      "tieOther",
      "tieTrust",
      "tieFamiliarity",
      "tieRivalry",
    );
    slots(rivals[agent], town.tieSlots, "rivalOther", "rivalScore");
    slots(cooldowns[agent], COOLDOWNS, "cooldownObject", "cooldownUntil");
    slots(sampleCount[agent], town.attendanceWindow, "samples");
    slots(absences[agent], ABSENCES, "absence");
  }
}

/** What is derived equals what a rebuild gives. */
function checkDerived(town: Town, world: World): void {
  const rebuilt = emptyWorld(town);
  copyWorld(world, rebuilt);
  rebuildDerived(town, rebuilt);
  for (
    const name of [
      "decay",
      "rivalryMax",
      "tileAgents",
      "tileReserved",
      "agentBits",
      "slotGiven",
      "slotsTouched",
    ] as const
  ) assertEquals(world[name], rebuilt[name], name);
  const members = (of: World) =>
    Array.from(of.tileHead, (_, tile) => membersOf(of, tile));
  assertEquals(members(world), members(rebuilt), "lists of the tiles");
  for (let object = 0; object < world.usableStale.length; object++) {
    if (world.usableStale[object] === 1) continue;
    refreshUsable(town, rebuilt, object);
    const start = object * town.usesPerType;
    assertEquals(
      world.usable.subarray(start, start + town.usesPerType),
      rebuilt.usable.subarray(start, start + town.usesPerType),
      `usable uses of ${town.objectIds[object]}`,
    );
  }
}

/** As many objects are counted as usable as are. */
function checkCounts(town: Town, { usable, usableCount }: World): void {
  const counts = town.affordances.map(({ type, use }) =>
    town.objectsOfType[type].reduce(
      (sum, object) => sum + usable[object * town.usesPerType + use],
      0,
    )
  );
  assertEquals([...usableCount], counts, "usableCount");
}

/** Rows on a tile, sorted; checks that the list reads the same backwards. */
function membersOf(world: World, tile: number): number[] {
  const { tileHead, tileNext, tilePrevious } = world;
  const rows: number[] = [];
  for (let agent = tileHead[tile]; agent >= 0; agent = tileNext[agent]) {
    assertEquals(tilePrevious[agent], rows.at(-1) ?? -1, "tilePrevious");
    rows.push(agent);
    assert(rows.length <= world.alive.length, "a list that never ends");
  }
  return rows.sort((a, b) => a - b);
}

/** Where the ties and the ledger of an agent begin, and how many they are. */
function tiesOf(
  { tieSlots }: Town,
  world: World,
  agent: number,
): readonly (readonly [number, Int16Array, number])[] {
  const start = agent * tieSlots;
  return [
    [start, world.tieOther, world.ties[agent]],
    [start, world.rivalOther, world.rivals[agent]],
  ];
}

function isShare(value: number): boolean {
  return value >= 0 && value <= 1;
}

function isSigned(value: number): boolean {
  return value >= -1 && value <= 1;
}
