/**
 * Windows: what is around each resident, drawn on the maps and summed up.
 *
 * @module
 */
import { insideGrid } from "../world/spatial.ts";
import type { World } from "../world/world.ts";
import { bitsFrom, firstTile, lastTile, maskOf, TILES } from "./bits.ts";
import type { Changes } from "./changes.ts";
import { type Canvas, wordsOf } from "./canvas.ts";
import { writeHints, writeLandmarks } from "./places.ts";
import { SUMMARY } from "./spec.ts";
import type { ObservationTables } from "./tables.ts";

/** Squared distance of nobody: farther than any cell. */
const NOBODY = 2 ** 30;

/**
 * Draws the window of every row that somebody has, where something changed in
 * it, and writes what follows from it: the four features of the neighbourhood,
 * the summary, and features that depend on the tile alone.
 */
export function drawWindows(
  tables: ObservationTables,
  world: World,
  canvas: Canvas,
  changes: Changes,
): void {
  const { counts } = tables;
  const { batch: { agents, count }, shownTile, shownAt } = canvas;
  const { peopled, furnished } = canvas;
  const { build, allChangedAt, changedAt, takenAt, tile } = changes;
  let people = 0;
  let objects = 0;
  for (let row = 0; row < count; row++) {
    const agent = agents[row];
    if (agent < 0) continue;
    const before = shownAt[row];
    const moved = shownTile[row] !== tile[agent];
    if (moved) {
      drawPlace(tables, canvas, row, tile[agent]);
      shownTile[row] = tile[agent];
    }
    const others = moved || allChangedAt > before || changedAt[agent] > before;
    if (others) peopled[people++] = row;
    // Where agents are counted, they may have stood on objects.
    if (moved || takenAt[agent] > before || (others && counts)) {
      furnished[objects++] = row;
    }
    shownAt[row] = build;
  }
  drawAgents(tables, world, canvas, people);
  drawReservations(tables, world, canvas, objects);
  sumUp(tables, canvas, changes, people);
}

/**
 * Draws the agents in windows, by the bits of the spatial index: a row of a
 * window at a time, and of it only the cells that differ from what is shown.
 */
function drawAgents(
  tables: ObservationTables,
  { agentBits, tileAgents }: World,
  canvas: Canvas,
  count: number,
): void {
  const { town, side, cells, mapSize, counts, cellTile } = tables;
  const { width, bitWords } = town;
  const { batch: { map }, most, peopled, shownTile, shownBits } = canvas;
  const hasMap = mapSize > 0;
  const centre = (cells - 1) / 2;
  const rowWords = side * wordsOf(side);
  for (let i = 0; i < count; i++) {
    const row = peopled[i];
    const tile = shownTile[row];
    const x = tile % width;
    const y = (tile - x) / width;
    const agentsAt = row * mapSize + cells;
    const walkableAt = (row + 1) * mapSize - cells;
    let word = row * rowWords;
    for (let from = 0; from < side; from += TILES) {
      const mask = maskOf(side - from);
      for (let dy = 0; dy < side; dy++, word++) {
        const bits = mask & bitsFrom(agentBits, (y + dy) * bitWords, x + from);
        // A count may change where a flag does not.
        let differ = counts ? bits | shownBits[word] : bits ^ shownBits[word];
        shownBits[word] = bits;
        if (!hasMap) continue;
        for (; differ !== 0; differ &= differ - 1) {
          const dx = firstTile(differ);
          const cell = dy * side + from + dx;
          const on = bits >>> dx & 1;
          if (!counts) {
            map[agentsAt + cell] = on;
            continue;
          }
          const there = on === 0
            ? 0
            : tileAgents[tile + cellTile[cell]] - (cell === centre ? 1 : 0);
          map[agentsAt + cell] = Math.min(most, there);
          map[walkableAt + cell] = there === 0 ? 1 : 0;
        }
      }
    }
    if (counts && hasMap) map[walkableAt + centre] = 0;
  }
}

/** Draws which objects of windows are held, and counts their tiles. */
function drawReservations(
  tables: ObservationTables,
  { tileReserved }: World,
  canvas: Canvas,
  count: number,
): void {
  const { spec, cells, mapSize, counts, at } = tables;
  const { objectStart, objectCells, cellTile } = tables;
  const { batch: { map, features, summary }, furnished, shownTile } = canvas;
  const featureCount = spec.featureNames.length;
  const hasMap = mapSize > 0;
  for (let i = 0; i < count; i++) {
    const row = furnished[i];
    const tile = shownTile[row];
    const reservedAt = row * mapSize + 3 * cells;
    const walkableAt = (row + 1) * mapSize - cells;
    let reserved = 0;
    const end = objectStart[tile + 1];
    for (let entry = objectStart[tile]; entry < end; entry++) {
      const cell = objectCells[entry];
      const held = tileReserved[tile + cellTile[cell]] > 0 ? 1 : 0;
      reserved += held;
      if (!hasMap) continue;
      map[reservedAt + cell] = held;
      if (counts) map[walkableAt + cell] = 0;
    }
    const ratio = Math.min(1, reserved / cells);
    features[row * featureCount + at.neighbours + 2] = ratio;
    summary[row * SUMMARY.length + 2] = reserved;
    summary[row * SUMMARY.length + 6] = ratio;
  }
}

/** Writes how many others are around, and how near the nearest is. */
function sumUp(
  { town, spec, side, cells, at }: ObservationTables,
  canvas: Canvas,
  { around }: Changes,
  count: number,
): void {
  const { batch: { features, summary }, peopled, shownTile } = canvas;
  const featureCount = spec.featureNames.length;
  const rowWords = side * wordsOf(side);
  // Layout v1 says of nobody what it says of somebody on one's own tile.
  const alone = spec.layout === "v1" ? 0 : 1;
  for (let i = 0; i < count; i++) {
    const row = peopled[i];
    const others = around[shownTile[row]] - 1;
    const nearest2 = nearestAgent(side, canvas.shownBits, row * rowWords);
    const nearest = nearest2 === NOBODY ? 0 : Math.sqrt(nearest2);
    const ratio = Math.min(1, others / (cells - 1));
    const near = nearest2 === NOBODY && others === 0
      ? alone
      : Math.min(1, nearest / town.sight);
    const first = row * featureCount + at.neighbours;
    features[first] = ratio;
    features[first + 3] = near;
    const sum = row * SUMMARY.length;
    summary[sum] = others;
    summary[sum + 4] = ratio;
    summary[sum + 7] = nearest;
    summary[sum + 8] = near;
  }
}

/**
 * Squared distance from the centre of a window to the nearest cell with
 * agents, the centre left out; NOBODY when there is none.
 */
function nearestAgent(
  side: number,
  shownBits: Int32Array,
  start: number,
): number {
  const sight = (side - 1) / 2;
  let nearest = NOBODY;
  for (let from = 0; from < side; from += TILES, start += side) {
    // Column of the centre, counted from the first tile of these words.
    const centre = sight - from;
    const westOnly = centre <= 0 ? 0 : maskOf(centre);
    const centreOnly = centre < 0 || centre >= TILES ? 0 : 1 << centre;
    for (let d = 0; d <= sight && d * d < nearest; d++) {
      const bits = shownBits[start + sight - d] | shownBits[start + sight + d];
      const west = bits & westOnly;
      const east = bits & ~(d === 0 ? westOnly | centreOnly : westOnly);
      if (west !== 0) {
        const dx = centre - lastTile(west);
        nearest = Math.min(nearest, d * d + dx * dx);
      }
      if (east !== 0) {
        const dx = firstTile(east) - centre;
        nearest = Math.min(nearest, d * d + dx * dx);
      }
    }
  }
  return nearest;
}

/**
 * Draws and writes what depends on a resident's tile alone: the objects of the
 * window, the edge of the grid, hints and landmarks.
 */
function drawPlace(
  tables: ObservationTables,
  canvas: Canvas,
  row: number,
  tile: number,
): void {
  const { batch: { map, features, summary }, most } = canvas;
  const { shownTile, shownBits } = canvas;
  const { side, cells, mapSize, counts, typeCounts, spec, town } = tables;
  const x = tile % town.width;
  const y = Math.floor(tile / town.width);
  const firstFeature = row * spec.featureNames.length;
  const objects = tables.objectsAround[tile];
  const objectRatio = Math.min(1, objects / cells);
  features[firstFeature + tables.at.neighbours + 1] = objectRatio;
  const sum = row * SUMMARY.length;
  summary[sum + 1] = objects;
  summary[sum + 3] = town.sight;
  summary[sum + 5] = objectRatio;
  if (spec.layout === "v1") writeHints(tables, features, firstFeature, x, y);
  writeLandmarks(tables, features, firstFeature, x, y);
  if (mapSize === 0) return;
  const { cellTile, objectStart, objectCells, objectCount } = tables;
  const start = row * mapSize;
  const objectsAt = start + 2 * cells;
  const typesAt = start + 4 * cells;
  const walkableAt = start + mapSize - cells;
  if (shownTile[row] < 0) {
    map[start + (cells - 1) / 2] = 1;
    if (spec.variant === "full" && spec.layout === "v1") {
      map.set(tables.rays, typesAt);
    }
  }
  const words = side * wordsOf(side);
  shownBits.fill(0, row * words, (row + 1) * words);
  map.fill(0, start + cells, typesAt + typeCounts.length * cells);
  if (counts) map.fill(1, walkableAt, walkableAt + cells);
  for (let i = objectStart[tile]; i < objectStart[tile + 1]; i++) {
    const cell = objectCells[i];
    const there = tile + cellTile[cell];
    map[objectsAt + cell] = Math.min(most, objectCount[there]);
    for (let k = 0; k < typeCounts.length; k++) {
      map[typesAt + k * cells + cell] = Math.min(most, typeCounts[k][there]);
    }
  }
  if (!counts || spec.layout === "v1") return;
  // Beyond the edge of the grid nobody walks.
  for (let cell = 0; cell < cells; cell++) {
    const cellX = x + cell % side - town.sight;
    const cellY = y + Math.floor(cell / side) - town.sight;
    map[walkableAt + cell] = insideGrid(town, cellX, cellY) ? 1 : 0;
  }
}
