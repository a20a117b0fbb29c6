/** Whether the parts of a world fit together. @module */
import {
  AGENT_COLUMNS,
  agentOfElement,
  catalogueOf,
  ENGAGED,
  type World,
} from "../world/world.ts";
import type { Town } from "../world/town.ts";
import { unusable } from "./refusal.ts";

/**
 * Throws a TownletError (exit code 2) for the first thing that does not fit:
 * ids that are not unique, agents on tiles where none can stand, objects with
 * two holders, queues that run in circles, ties to nobody, uses of the wrong
 * kind, rows that are neither alive nor empty.
 */
export function checkReferences(
  town: Town,
  world: World,
  where: string,
): void {
  const fault = rosterFault(town, world) ?? tileFault(town, world) ??
    slotFault(world) ?? holdingFault(town, world) ?? tieFault(town, world) ??
    stockFault(town, world) ?? recordFault(world);
  if (fault !== null) throw unusable("references", fault, { where });
}

/** The living are in the roster once each, and nobody else has a row. */
function rosterFault(town: Town, world: World): string | null {
  const { roster, population, alive } = world;
  const { agentIds, lineages } = world.records;
  const listed = new Set(roster.subarray(0, population[0]));
  if (listed.size !== population[0] || listed.has(-1)) {
    return "The roster does not list its population once each";
  }
  if (roster.subarray(population[0]).some((agent) => agent !== -1)) {
    return "The roster goes on after its population";
  }
  for (let agent = 0; agent < town.capacity; agent++) {
    const lives = listed.has(agent);
    if ((alive[agent] === 1) !== lives) {
      return `Row ${agent} is ${lives ? "listed and dead" : "alive, unlisted"}`;
    }
    if ((agentIds[agent] !== "") !== lives) {
      return `Row ${agent} has ${lives ? "no" : "an"} id`;
    }
    if (lives && world.lineage[agent] >= lineages.length) {
      return `Row ${agent} has no lineage`;
    }
  }
  const ids = agentIds.filter((id) => id !== "");
  if (new Set(ids).size !== ids.length) return "Two agents have the same id";
  return emptyRowFault(town, world);
}

/** A row that is free holds nothing: hashes depend on it. */
function emptyRowFault(town: Town, world: World): string | null {
  const catalogue = catalogueOf(town);
  for (const name of AGENT_COLUMNS) {
    const { derived, empty = 0 } = catalogue[name];
    if (derived === true) continue;
    const column = world[name];
    for (let i = 0; i < column.length; i++) {
      if (world.alive[agentOfElement(world, name, i)] === 1) continue;
      if (!Object.is(column[i], empty)) {
        return `Column ${name} holds ${column[i]} in a free row`;
      }
    }
  }
  return null;
}

/** In towns where people walk, nobody stands where an object stands. */
function tileFault(town: Town, world: World): string | null {
  const { x, y, alive, destinationX, destinationY } = world;
  for (let agent = 0; agent < town.capacity; agent++) {
    if (alive[agent] === 0) continue;
    const id = world.records.agentIds[agent];
    if (town.walk && town.blocked[y[agent] * town.width + x[agent]] === 1) {
      return `Agent ${id} stands where an object stands`;
    }
    if ((destinationX[agent] < 0) !== (destinationY[agent] < 0)) {
      return `Agent ${id} is on its way to half a tile`;
    }
  }
  return null;
}

/** No two residents have one embedding slot, unless they share it. */
function slotFault({ embeddingSlot, slotShared }: World): string | null {
  const given = new Set<number>();
  for (const [agent, slot] of embeddingSlot.entries()) {
    if (slotShared[agent] === 1 && slot < 0) {
      return `Row ${agent} shares no slot`;
    }
    if (slot < 0 || slotShared[agent] === 1) continue;
    if (given.has(slot)) return `Embedding slot ${slot} is given twice`;
    given.add(slot);
  }
  return null;
}

/** Holders, queues and what agents say about them agree. */
function holdingFault(town: Town, world: World): string | null {
  const { holder, queueHead, queueLength, waitNext, running } = world;
  const { engaged, engagement, alive } = world;
  const met = new Set<number>();
  for (let object = 0; object < holder.length; object++) {
    const id = town.objectIds[object];
    const held = holder[object];
    if (held >= 0) {
      if (engaged[held] !== object || engagement[held] !== ENGAGED.holds) {
        return `The holder of ${id} knows nothing of it`;
      }
      met.add(held);
    }
    let waiting = 0;
    for (let agent = queueHead[object]; agent >= 0; agent = waitNext[agent]) {
      if (met.has(agent)) return `Somebody waits twice at ${id}`;
      if (engaged[agent] !== object || engagement[agent] !== ENGAGED.waits) {
        return `Somebody waiting at ${id} knows nothing of it`;
      }
      met.add(agent);
      waiting++;
    }
    if (waiting !== queueLength[object]) {
      return `The queue of ${id} is not as long as it says`;
    }
    const use = running[object];
    if (use >= 0 && town.affordances[use].type !== town.objectType[object]) {
      return `Object ${id} is used for what it is not for`;
    }
    if ((use >= 0) !== (world.runningLeft[object] > 0)) {
      return `The use of ${id} has the wrong time left`;
    }
    if (use >= 0 && held < 0) return `Object ${id} is used by nobody`;
  }
  for (let agent = 0; agent < town.capacity; agent++) {
    const busy = engaged[agent] >= 0;
    if (
      busy !== (engagement[agent] !== ENGAGED.not) || busy !== met.has(agent)
    ) {
      return `Row ${agent} holds or waits for what does not know it`;
    }
    if (waitNext[agent] >= 0 && engagement[agent] !== ENGAGED.waits) {
      return `Row ${agent} has somebody behind it in no queue`;
    }
  }
  for (const agent of met) {
    if (alive[agent] === 0) return `A free row holds or waits for something`;
  }
  return null;
}

/** Ties and ledgers name living others, once each, and are empty after that. */
function tieFault(town: Town, world: World): string | null {
  const lists = [
    ["tie", world.ties, world.tieOther],
    ["ledger entry", world.rivals, world.rivalOther],
  ] as const;
  for (const [what, counts, others] of lists) {
    for (let owner = 0; owner < town.capacity; owner++) {
      const start = owner * town.tieSlots;
      const row = others.subarray(start, start + town.tieSlots);
      const named = row.subarray(0, counts[owner]);
      const known = new Set(named);
      const isWhole = known.size === named.length && !known.has(owner) &&
        named.every((other) => other >= 0 && world.alive[other] === 1) &&
        row.subarray(counts[owner]).every((other) => other === -1);
      if (!isWhole) return `Row ${owner} has a ${what} that is none`;
    }
  }
  return null;
}

/** Objects have the stocks of their kind, and no others. */
function stockFault(town: Town, world: World): string | null {
  for (let i = 0; i < world.stock.length; i++) {
    if ((world.stock[i] < 0) === (town.stock[i] < 0)) continue;
    const object = Math.floor(i / town.stockKeys.length);
    const key = town.stockKeys[i % town.stockKeys.length];
    return `The stock ${key} of ${
      town.objectIds[object]
    } is not there, or should not be`;
  }
  return null;
}

/** Who is queued for leaving town lives there, and perturbations are distinct. */
function recordFault(world: World): string | null {
  const { exitQueue, exitRequests, activeEvents, pendingEvents } =
    world.records;
  const { tickets, lineages } = world.records;
  const leaving = exitQueue.map(({ agent }) => agent);
  if ([...leaving, ...exitRequests].some((row) => world.alive[row] === 0)) {
    return "Somebody who is queued for leaving town does not live there";
  }
  if (new Set(leaving).size !== leaving.length) {
    return "Somebody is queued twice for leaving town";
  }
  const events = [...activeEvents, ...pendingEvents].map(({ id }) => id);
  if (new Set(events).size !== events.length) {
    return "Two perturbations have the same id";
  }
  if (tickets.some(({ lineage }) => lineage >= lineages.length)) {
    return "A respawn to come has no lineage";
  }
  if (world.population[0] + tickets.length > world.alive.length) {
    return "There are more respawns to come than rows";
  }
  return null;
}
