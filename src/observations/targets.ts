/**
 * Targets: where a resident is going, and its way there (layout v2).
 *
 * @module
 */
import { DIRECTIONS } from "../world/paths.ts";
import { insideGrid } from "../world/spatial.ts";
import type { Town } from "../world/town.ts";
import { leftForWork } from "../world/work_time.ts";
import { NEED_COUNT, type World } from "../world/world.ts";
import type { ObservationBatch } from "./batch.ts";
import type { Canvas } from "./canvas.ts";
import type { ObservationTables } from "./tables.ts";

/** Feature of the hints for a direction: east, west, south, north. */
const HINT = [2, 3, 1, 0];

/**
 * Writes, for every row that somebody has, the first step to the resident's
 * target into the hints, and in the variant `full` the first step from every
 * cell of the window into the path channels.
 */
export function drawWays(
  tables: ObservationTables,
  world: World,
  { batch }: Canvas,
): void {
  const { town, spec, at } = tables;
  const { features, agents, count } = batch;
  const featureCount = spec.featureNames.length;
  for (let row = 0; row < count; row++) {
    const agent = agents[row];
    if (agent < 0) continue;
    const target = targetOf(tables, world, agent);
    const hints = row * featureCount + at.hints;
    features.fill(0, hints, hints + HINT.length);
    const step = firstStep(town, world.x[agent], world.y[agent], target);
    if (step >= 0) features[hints + HINT[step]] = 1;
    if (spec.variant === "full") {
      drawPaths(tables, world, batch.map, row, agent, target);
    }
  }
}

/** Draws the first step from each cell into the last two channels of a map. */
function drawPaths(
  { town, side, cells, mapSize }: ObservationTables,
  world: World,
  map: ObservationBatch["map"],
  row: number,
  agent: number,
  target: number,
): void {
  const { sight, width, blocked } = town;
  const dyAt = (row + 1) * mapSize - cells;
  const dxAt = dyAt - cells;
  map.fill(0, dxAt, dyAt + cells);
  if (target < 0) return;
  for (let cell = 0; cell < cells; cell++) {
    const x = world.x[agent] + cell % side - sight;
    const y = world.y[agent] + Math.floor(cell / side) - sight;
    if (!insideGrid(town, x, y) || blocked[y * width + x] === 1) continue;
    const step = firstStep(town, x, y, target);
    if (step < 0) continue;
    map[dxAt + cell] = DIRECTIONS[step][0];
    map[dyAt + cell] = DIRECTIONS[step][1];
  }
}

/**
 * The tile a resident is going to, -1 for nowhere: that of a meeting; else of
 * the object of its option; else of its job, from when it should leave to the
 * end of the shift; else of the nearest object that helps with its lowest
 * need.
 */
function targetOf(
  tables: ObservationTables,
  world: World,
  agent: number,
): number {
  const { town, remedies, nearest, farthest } = tables;
  const now = world.tick[0] + 1;
  const { width } = town;
  if (world.destinationUntil[agent] > now) {
    return world.destinationY[agent] * width + world.destinationX[agent];
  }
  const option = world.optionObject[agent];
  if (world.optionAffordance[agent] >= 0) return tileOf(town, option);
  const job = world.job[agent];
  if (
    job >= 0 && town.jobs[job].x >= 0 &&
    leftForWork(town, world, agent, now % town.ticksPerDay, farthest)
  ) return town.jobs[job].y * width + town.jobs[job].x;

  let lowest = 0;
  const needs = agent * NEED_COUNT;
  for (let k = 1; k < NEED_COUNT; k++) {
    if (world.need[needs + k] < world.need[needs + lowest]) lowest = k;
  }
  const x = world.x[agent];
  const y = world.y[agent];
  let best = -1;
  let least = Infinity;
  for (const type of remedies[lowest]) {
    const object = nearest.first(type, x, y);
    const distance = nearest.distance2(object, x, y);
    if (distance > least || (distance === least && object > best)) continue;
    best = object;
    least = distance;
  }
  return best < 0 ? -1 : tileOf(town, best);
}

/** Tile of an object one may have to walk to, -1 for one that is in reach. */
function tileOf(town: Town, object: number): number {
  return town.reachAny ? -1 : town.objectTile[object];
}

/**
 * First step from a tile to a target: index into DIRECTIONS, below 0 when the
 * target is in reach, out of reach for ever, or none.
 */
function firstStep(town: Town, x: number, y: number, target: number): number {
  if (target < 0) return -1;
  const targetX = target % town.width;
  const targetY = Math.floor(target / town.width);
  return town.paths.next(x, y, targetX, targetY);
}
