/**
 * The spatial index: who is where.
 *
 * Positions are written here and nowhere else, so the lists and counts per
 * tile are always those a rebuild would give. The order of agents inside a
 * tile depends on history; no result may depend on it.
 *
 * @module
 */
import { compareCodePoints } from "../base/order.ts";
import type { Tile } from "../config/schema.ts";
import type { Town } from "./town.ts";
import type { World } from "./world.ts";

/** Puts an agent that stands nowhere on a tile. */
export function placeAgent(
  town: Town,
  world: World,
  agent: number,
  x: number,
  y: number,
): void {
  const { tileHead, tileNext, tilePrevious } = world;
  const tile = y * town.width + x;
  const head = tileHead[tile];
  world.x[agent] = x;
  world.y[agent] = y;
  tileNext[agent] = head;
  tilePrevious[agent] = -1;
  if (head >= 0) tilePrevious[head] = agent;
  tileHead[tile] = agent;
  if (world.tileAgents[tile]++ === 0) flipBit(town, world, x, y);
}

/** Takes an agent off its tile. */
export function liftAgent(town: Town, world: World, agent: number): void {
  const { tileHead, tileNext, tilePrevious } = world;
  const tile = world.y[agent] * town.width + world.x[agent];
  const next = tileNext[agent];
  const previous = tilePrevious[agent];
  if (previous >= 0) tileNext[previous] = next;
  else tileHead[tile] = next;
  if (next >= 0) tilePrevious[next] = previous;
  tileNext[agent] = -1;
  tilePrevious[agent] = -1;
  if (--world.tileAgents[tile] === 0) {
    flipBit(town, world, world.x[agent], world.y[agent]);
  }
}

/** Notes that the first agent came to a tile, or that the last one left it. */
function flipBit(town: Town, world: World, x: number, y: number): void {
  const { sight } = town;
  const row = (y + sight) * town.bitWords;
  const bit = x + sight;
  world.agentBits[row + (bit >> 5)] ^= 1 << (bit & 31);
}

/** Moves an agent to another tile. */
export function moveAgent(
  town: Town,
  world: World,
  agent: number,
  x: number,
  y: number,
): void {
  liftAgent(town, world, agent);
  placeAgent(town, world, agent, x, y);
}

/** Builds the index anew from positions and holders. */
export function rebuildIndex(town: Town, world: World): void {
  const { roster, population, holder } = world;
  world.tileHead.fill(-1);
  world.tileAgents.fill(0);
  world.agentBits.fill(0);
  world.tileReserved.fill(0);
  world.tileNext.fill(-1);
  world.tilePrevious.fill(-1);
  for (let i = 0; i < population[0]; i++) {
    const agent = roster[i];
    placeAgent(town, world, agent, world.x[agent], world.y[agent]);
  }
  for (let object = 0; object < holder.length; object++) {
    const tile = town.objectTile[object];
    if (holder[object] >= 0 && tile >= 0) world.tileReserved[tile]++;
  }
}

/** Ids of the agents on a tile, sorted by code point. */
export function agentsAt(
  town: Town,
  world: World,
  x: number,
  y: number,
): string[] {
  const ids: string[] = [];
  if (!insideGrid(town, x, y)) return ids;
  let agent = world.tileHead[y * town.width + x];
  while (agent >= 0) {
    ids.push(world.records.agentIds[agent]);
    agent = world.tileNext[agent];
  }
  return ids.sort(compareCodePoints);
}

/** Ids of the objects on a tile, sorted by code point. */
export function objectsAt(town: Town, x: number, y: number): string[] {
  const ids: string[] = [];
  if (!insideGrid(town, x, y)) return ids;
  let object = town.objectHead[y * town.width + x];
  while (object >= 0) {
    ids.push(town.objectIds[object]);
    object = town.objectNext[object];
  }
  return ids;
}

/** Tile of an agent. */
export function positionOf(world: World, agent: number): Tile {
  return [world.x[agent], world.y[agent]];
}

/** Whether a tile is on the grid. */
export function insideGrid(town: Town, x: number, y: number): boolean {
  return x >= 0 && y >= 0 && x < town.width && y < town.height;
}

/** Whether an object is within an agent's reach. */
export function inReach(
  town: Town,
  world: World,
  agent: number,
  object: number,
): boolean {
  if (town.reachAny || town.objectTile[object] < 0) return true;
  const dx = world.x[agent] - town.objectX[object];
  const dy = world.y[agent] - town.objectY[object];
  return dx >= -1 && dx <= 1 && dy >= -1 && dy <= 1;
}

/**
 * Whether an agent is *at* a tile: on it, or beside it where residents reach
 * one tile.
 */
export function isAt(
  town: Town,
  world: World,
  agent: number,
  x: number,
  y: number,
): boolean {
  const dx = world.x[agent] - x;
  const dy = world.y[agent] - y;
  if (town.reachAny) return dx === 0 && dy === 0;
  return dx >= -1 && dx <= 1 && dy >= -1 && dy <= 1;
}

/** Whether two agents are together: near enough to chat or share a meal. */
export function areTogether(
  town: Town,
  world: World,
  a: number,
  b: number,
): boolean {
  return isAt(town, world, a, world.x[b], world.y[b]);
}
