/**
 * What observations tell beside maps, for whoever would draw those apart: how
 * many are around and how near, for all whose window has changed. It does no
 * more than it must, so that nothing is held against the maps it goes with.
 *
 * @module
 */
import {
  bitsFrom,
  firstTile,
  lastTile,
  maskOf,
} from "../../src/observations/bits.ts";
import { noteChanges, openChanges } from "../../src/observations/changes.ts";
import { writeHints, writeLandmarks } from "../../src/observations/places.ts";
import { SUMMARY } from "../../src/observations/spec.ts";
import type { ObservationTables } from "../../src/observations/tables.ts";
import type { Stage } from "./film.ts";
import { CELLS, type Counted, SIDE, sizes } from "./gather.ts";

/** Counts, into two sets in turn. */
export interface Counts {
  /** Counts what is around everybody. */
  count(): void;
  /** What it wrote last. */
  counts(): Counted;
}

/** Tiles that residents see each way. */
const SIGHT = (SIDE - 1) / 2;
/** All bits of a row of a window. */
const ROW = maskOf(SIDE);
/** Those west of the centre. */
const WEST = maskOf(SIGHT);
/** Squared distance of nobody. */
const NOBODY = 2 ** 30;

/** Counts for the residents of a stage. */
export function openCounts(stage: Stage): Counts {
  const { agents } = sizes(stage);
  const { film: { tables }, world } = stage;
  const { town, spec, at } = tables;
  const { objectStart, objectCells, cellTile } = tables;
  const { agentBits, tileReserved } = world;
  const { width, bitWords } = town;
  const featureCount = spec.featureNames.length;
  const both = [0, 1].map(() => ({
    features: new Float32Array(agents * featureCount),
    summary: new Float32Array(agents * SUMMARY.length),
    shownTile: new Int32Array(agents).fill(-1),
    shownAt: new Int32Array(agents),
  }));
  const window = new Int32Array(SIDE);
  const changes = openChanges(tables);
  const { changedAt, takenAt } = changes;
  let turn = 0;
  const count = () => {
    turn = 1 - turn;
    const { features, summary, shownTile, shownAt } = both[turn];
    noteChanges(tables, world, changes);
    const { build, allChangedAt } = changes;
    for (let agent = 0; agent < agents; agent++) {
      const tile = changes.tile[agent];
      const before = shownAt[agent];
      const moved = shownTile[agent] !== tile;
      if (
        !moved && allChangedAt <= before && changedAt[agent] <= before &&
        takenAt[agent] <= before
      ) continue;
      shownAt[agent] = build;
      const x = tile % width;
      const y = (tile - x) / width;
      const near = agent * featureCount + at.neighbours;
      const sum = agent * SUMMARY.length;
      if (moved) {
        shownTile[agent] = tile;
        writePlace(tables, both[turn], agent, x, y);
      }
      const others = changes.around[tile] - 1;
      for (let dy = 0; dy < SIDE; dy++) {
        window[dy] = ROW & bitsFrom(agentBits, (y + dy) * bitWords, x);
      }
      const nearest2 = nearestIn(window);
      let reserved = 0;
      const end = objectStart[tile + 1];
      for (let i = objectStart[tile]; i < end; i++) {
        reserved += tileReserved[tile + cellTile[objectCells[i]]] > 0 ? 1 : 0;
      }
      const nearest = nearest2 === NOBODY ? 0 : Math.sqrt(nearest2);
      summary[sum] = others;
      summary[sum + 2] = reserved;
      summary[sum + 4] = Math.min(1, others / (CELLS - 1));
      summary[sum + 6] = Math.min(1, reserved / CELLS);
      summary[sum + 7] = nearest;
      summary[sum + 8] = Math.min(1, nearest / SIGHT);
      features[near] = summary[sum + 4];
      features[near + 2] = summary[sum + 6];
      features[near + 3] = summary[sum + 8];
    }
  };
  return { count, counts: () => both[turn] };
}

/** Writes what depends on a tile alone. */
function writePlace(
  tables: ObservationTables,
  { features, summary }: Counted,
  agent: number,
  x: number,
  y: number,
): void {
  const { town, spec, at, objectsAround } = tables;
  const first = agent * spec.featureNames.length;
  const sum = agent * SUMMARY.length;
  const objects = objectsAround[y * town.width + x];
  summary[sum + 1] = objects;
  summary[sum + 3] = SIGHT;
  summary[sum + 5] = Math.min(1, objects / CELLS);
  features[first + at.neighbours + 1] = summary[sum + 5];
  writeHints(tables, features, first, x, y);
  writeLandmarks(tables, features, first, x, y);
}

/** Squared distance from the centre of a window to the nearest bit elsewhere. */
function nearestIn(window: Int32Array): number {
  let nearest = NOBODY;
  for (let d = 0; d <= SIGHT && d * d < nearest; d++) {
    const bits = window[SIGHT - d] | window[SIGHT + d];
    const west = bits & WEST;
    const east = bits >>> SIGHT + 1;
    let dx = SIDE;
    if (west !== 0) dx = SIGHT - lastTile(west);
    if (east !== 0) dx = Math.min(dx, firstTile(east) + 1);
    if (d > 0 && (bits >>> SIGHT & 1) === 1) dx = 0;
    if (dx < SIDE) nearest = Math.min(nearest, d * d + dx * dx);
  }
  return nearest;
}
