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
import { bitsFrom, firstTile, maskOf, SOMEBODY, TILES } from "./bits.ts";
import type { ObservationTables } from "./tables.ts";

/** Where everybody was, and when something changed around them. */
export interface Changes {
  /** Builds so far. */
  build: number;
  /** Build at which too much changed to tell where. */
  allChangedAt: number;
  /** Build at which something around an agent last changed. [agents] */
  readonly changedAt: Int32Array;
  /** Tile an agent was on, -1 for none. [agents] */
  readonly tile: Int32Array;
  /** 1 where an object was held. [objects] */
  readonly held: Uint8Array;
  /** Tiles on which something changed; scratch. */
  readonly tiles: Int32Array;
}

/** Changes for each resident above which everybody looks anew. */
const BUSY = 1 / 4;

/** Nobody seen yet. */
export function openChanges({ town }: ObservationTables): Changes {
  const { capacity, objectIds } = town;
  return {
    build: 0,
    allChangedAt: 0,
    changedAt: new Int32Array(capacity),
    tile: new Int32Array(capacity).fill(-1),
    held: new Uint8Array(objectIds.length),
    tiles: new Int32Array(2 * capacity + objectIds.length),
  };
}

/** Begins a build: finds what changed since the last one. */
export function noteChanges(
  tables: ObservationTables,
  world: World,
  changes: Changes,
): void {
  const { width, objectTile } = tables.town;
  const { tile, held, tiles } = changes;
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
  }
  for (let object = 0; object < held.length; object++) {
    const now = holder[object] >= 0 ? 1 : 0;
    if (now === held[object]) continue;
    held[object] = now;
    if (objectTile[object] >= 0) tiles[count++] = objectTile[object];
  }
  if (count > BUSY * world.population[0]) {
    changes.allChangedAt = changes.build;
    return;
  }
  for (let i = 0; i < count; i++) noteAround(tables, world, changes, tiles[i]);
}

/** Notes a change for everybody who sees a tile. */
function noteAround(
  { town, side }: ObservationTables,
  { agentBits, tileHead, tileNext }: World,
  { changedAt, build }: Changes,
  tile: number,
): void {
  const { width, sight, bitWords } = town;
  const x = tile % width;
  const y = Math.floor(tile / width);
  for (let from = 0; from < side; from += TILES) {
    const mask = SOMEBODY & maskOf(side - from);
    for (let dy = 0; dy < side; dy++) {
      const row = (y + dy) * bitWords;
      let bits = mask & bitsFrom(agentBits, row, x + from);
      for (; bits !== 0; bits &= bits - 1) {
        const dx = from + firstTile(bits);
        let agent = tileHead[(y + dy - sight) * width + x + dx - sight];
        for (; agent >= 0; agent = tileNext[agent]) changedAt[agent] = build;
      }
    }
  }
}
