/**
 * Changes: around whom something moved since the last build.
 *
 * Whoever sees what was seen before needs no new window. Who moved and which
 * objects were taken or given back shows by comparing with the last build, so
 * nothing that happens to a world in between can be missed.
 *
 * @module
 */
import type { World } from "../world/world.ts";
import type { ObservationTables } from "./tables.ts";

/** Where everybody was, and when something changed around them. */
export interface Changes {
  /** Builds so far. */
  build: number;
  /** Build at which too much changed to tell where. */
  allChangedAt: number;
  /** Build at which something around an agent last changed. [agents] */
  readonly changedAt: Int32Array;
  /** Others in the window of an agent. [agents] */
  readonly others: Int32Array;
  /** Tile an agent was on, -1 for none. [agents] */
  readonly tile: Int32Array;
  /** 1 where an object was held. [objects] */
  readonly held: Uint8Array;
  /** Agents that moved; scratch. [agents] */
  readonly moved: Int32Array;
  /** Tiles they left; scratch. [agents] */
  readonly left: Int32Array;
}

/** Share of the population that may move before everybody looks anew. */
const BUSY = 1 / 4;

/** Nobody seen yet. */
export function openChanges({ town }: ObservationTables): Changes {
  const { capacity, objectIds } = town;
  return {
    build: 0,
    allChangedAt: 0,
    changedAt: new Int32Array(capacity),
    others: new Int32Array(capacity),
    tile: new Int32Array(capacity).fill(-1),
    held: new Uint8Array(objectIds.length),
    moved: new Int32Array(capacity),
    left: new Int32Array(capacity),
  };
}

/** Begins a build: finds what changed since the last one. */
export function noteChanges(
  tables: ObservationTables,
  world: World,
  changes: Changes,
): void {
  const { width, objectTile } = tables.town;
  const { tile, held, moved, left, others } = changes;
  const { alive, x, y, holder, roster, population } = world;
  changes.build++;
  let count = 0;
  for (let agent = 0; agent < tile.length; agent++) {
    const now = alive[agent] === 1 ? y[agent] * width + x[agent] : -1;
    if (now === tile[agent]) continue;
    left[count] = tile[agent];
    moved[count++] = agent;
    tile[agent] = now;
  }
  for (let object = 0; object < held.length; object++) {
    const now = holder[object] >= 0 ? 1 : 0;
    if (now === held[object]) continue;
    held[object] = now;
    noteAround(tables, world, changes, objectTile[object], 0);
  }
  if (count > BUSY * population[0]) {
    changes.allChangedAt = changes.build;
    for (let i = 0; i < population[0]; i++) {
      others[roster[i]] = countAround(tables, world, tile[roster[i]]) - 1;
    }
    return;
  }
  for (let i = 0; i < count; i++) {
    noteAround(tables, world, changes, left[i], -1);
    noteAround(tables, world, changes, tile[moved[i]], 1);
  }
  // Those who moved see another window: for them nothing can be added up.
  for (let i = 0; i < count; i++) {
    const agent = moved[i];
    if (tile[agent] < 0) continue;
    others[agent] = countAround(tables, world, tile[agent]) - 1;
  }
}

/** Notes that agents came or went, for everybody who sees a tile. */
function noteAround(
  { town, side }: ObservationTables,
  { agentBits, tileHead, tileNext }: World,
  { changedAt, others, build }: Changes,
  tile: number,
  more: number,
): void {
  if (tile < 0) return;
  const { width, sight } = town;
  const words = town.bitWords;
  const x = tile % width;
  const y = Math.floor(tile / width);
  for (let dy = 0; dy < side; dy++) {
    for (let dx = 0; dx < side; dx += 32) {
      let bits = bitsAt(agentBits, (y + dy) * words, x + dx, side - dx);
      for (; bits !== 0; bits &= bits - 1) {
        const column = dx + 31 - Math.clz32(bits & -bits);
        let agent = tileHead[(y + dy - sight) * width + x + column - sight];
        for (; agent >= 0; agent = tileNext[agent]) {
          changedAt[agent] = build;
          others[agent] += more;
        }
      }
    }
  }
}

/** Agents in the window around a tile. */
function countAround(
  { town, side, cellTile }: ObservationTables,
  { agentBits, tileAgents }: World,
  tile: number,
): number {
  const words = town.bitWords;
  const x = tile % town.width;
  const y = Math.floor(tile / town.width);
  let count = 0;
  for (let dy = 0; dy < side; dy++) {
    for (let dx = 0; dx < side; dx += 32) {
      let bits = bitsAt(agentBits, (y + dy) * words, x + dx, side - dx);
      for (; bits !== 0; bits &= bits - 1) {
        const cell = dy * side + dx + 31 - Math.clz32(bits & -bits);
        count += tileAgents[tile + cellTile[cell]];
      }
    }
  }
  return count;
}

/**
 * Up to 32 bits of a row, from any bit on, lowest first.
 *
 * @param row first word of the row
 * @param length how many bits; those above are 0
 */
function bitsAt(
  words: Int32Array,
  row: number,
  from: number,
  length: number,
): number {
  const word = row + (from >> 5);
  const shift = from & 31;
  const bits = (words[word] >>> shift) | (words[word + 1] << 1 << (31 - shift));
  return length < 32 ? bits & ((1 << length) - 1) : bits;
}
