/**
 * Changes: around whom something moved since the last build.
 *
 * Whoever sees what was seen before needs no new window. Who moved and which
 * objects were taken or given back shows by comparing with the last build, so
 * nothing that happens to a world in between can be missed.
 *
 * @module
 */
import type { Town } from "../world/town.ts";
import type { World } from "../world/world.ts";
import { bitsFrom, firstTile, maskOf, TILES } from "./bits.ts";
import type { ObservationTables } from "./tables.ts";

/** Where everybody was, and when something changed around them. */
export interface Changes {
  /** Builds so far. */
  build: number;
  /** Build at which too much changed to tell where. */
  allChangedAt: number;
  /** Build at which somebody around an agent last moved. [agents] */
  readonly changedAt: Int32Array;
  /** Build at which an object around an agent was taken or freed. [agents] */
  readonly takenAt: Int32Array;
  /** Agents in the window around a tile. [tiles] */
  readonly around: Uint16Array;
  /** Tile an agent was on, -1 for none. [agents] */
  readonly tile: Int32Array;
  /** 1 where an object was held. [objects] */
  readonly held: Uint8Array;
  /** Tiles that somebody left or came to; scratch. */
  readonly tiles: Int32Array;
}

/** Tiles left or come to, for each resident, above which all look anew. */
const BUSY = 1 / 4;

/** Nobody seen yet. */
export function openChanges({ town }: ObservationTables): Changes {
  const { capacity, objectIds, width, height } = town;
  return {
    build: 0,
    allChangedAt: 0,
    changedAt: new Int32Array(capacity),
    takenAt: new Int32Array(capacity),
    around: new Uint16Array(width * height),
    tile: new Int32Array(capacity).fill(-1),
    held: new Uint8Array(objectIds.length),
    tiles: new Int32Array(2 * capacity),
  };
}

/** Begins a build: finds what changed since the last one. */
export function noteChanges(
  tables: ObservationTables,
  world: World,
  changes: Changes,
): void {
  const { width, objectTile } = tables.town;
  const { tile, held, tiles, changedAt, takenAt } = changes;
  const { alive, x, y, holder } = world;
  changes.build++;
  let count = 0;
  for (let agent = 0; agent < tile.length; agent++) {
    const now = alive[agent] === 1 ? y[agent] * width + x[agent] : -1;
    const before = tile[agent];
    if (now === before) continue;
    if (before >= 0) tiles[count++] = before;
    if (now >= 0) tiles[count++] = now;
    tile[agent] = now;
    // A row may show another's surroundings of the same tile, of long ago.
    takenAt[agent] = changes.build;
    countMove(tables, changes.around, before, now);
  }
  for (let object = 0; object < held.length; object++) {
    const now = holder[object] >= 0 ? 1 : 0;
    if (now === held[object]) continue;
    held[object] = now;
    noteAround(tables, world, takenAt, objectTile[object], changes.build);
  }
  if (count > BUSY * world.population[0]) {
    changes.allChangedAt = changes.build;
    return;
  }
  for (let i = 0; i < count; i++) {
    noteAround(tables, world, changedAt, tiles[i], changes.build);
  }
}

/** Notes a change for everybody who sees a tile. */
function noteAround(
  { town, side }: ObservationTables,
  { agentBits, tileHead, tileNext }: World,
  noted: Int32Array,
  tile: number,
  build: number,
): void {
  if (tile < 0) return;
  const { width, sight, bitWords } = town;
  const x = tile % width;
  const y = Math.floor(tile / width);
  for (let from = 0; from < side; from += TILES) {
    const mask = maskOf(side - from);
    for (let dy = 0; dy < side; dy++) {
      const row = (y + dy) * bitWords;
      let bits = mask & bitsFrom(agentBits, row, x + from);
      for (; bits !== 0; bits &= bits - 1) {
        const dx = from + firstTile(bits);
        let agent = tileHead[(y + dy - sight) * width + x + dx - sight];
        for (; agent >= 0; agent = tileNext[agent]) noted[agent] = build;
      }
    }
  }
}

/**
 * Counts a move for the windows of all tiles that see it. A step to the tile
 * beside changes the two edges of the window, and nothing in between.
 *
 * @param before tile that was left, -1 for none
 * @param now tile that was come to, -1 for none
 */
function countMove(
  { town }: ObservationTables,
  around: Uint16Array,
  before: number,
  now: number,
): void {
  const { width, sight } = town;
  const x = before % width;
  const y = Math.floor(before / width);
  const toX = now % width;
  const toY = Math.floor(now / width);
  if (before >= 0 && now >= 0 && y === toY && Math.abs(x - toX) === 1) {
    const ahead = (toX - x) * sight;
    count(town, around, x - ahead, x - ahead, y - sight, y + sight, -1);
    count(town, around, toX + ahead, toX + ahead, y - sight, y + sight, 1);
  } else if (before >= 0 && now >= 0 && x === toX && Math.abs(y - toY) === 1) {
    const ahead = (toY - y) * sight;
    count(town, around, x - sight, x + sight, y - ahead, y - ahead, -1);
    count(town, around, x - sight, x + sight, toY + ahead, toY + ahead, 1);
  } else {
    if (before >= 0) {
      count(town, around, x - sight, x + sight, y - sight, y + sight, -1);
    }
    if (now >= 0) {
      const top = toY - sight;
      count(town, around, toX - sight, toX + sight, top, toY + sight, 1);
    }
  }
}

/** Adds to the windows of the tiles of a box, as far as they are on the grid. */
function count(
  { width, height }: Town,
  around: Uint16Array,
  left: number,
  right: number,
  top: number,
  bottom: number,
  more: number,
): void {
  const fromX = Math.max(0, left);
  const toX = Math.min(width - 1, right);
  const toY = Math.min(height - 1, bottom);
  for (let y = Math.max(0, top); y <= toY; y++) {
    const row = y * width;
    for (let tile = row + fromX; tile <= row + toX; tile++) {
      around[tile] += more;
    }
  }
}
