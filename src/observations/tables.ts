/**
 * Tables that observations read: all that follows from the town alone.
 *
 * Made once and shared by every world of the town.
 *
 * @module
 */
import { blake2sWord } from "../base/hash.ts";
import { Nearest } from "../world/nearest.ts";
import type { Town } from "../world/town.ts";
import { KINDS } from "../world/turn.ts";
import { NEEDS } from "../world/world.ts";
import { LANDMARKS, type ObservationSpec, observationSpec } from "./spec.ts";

/** Tables that observations read. */
export interface ObservationTables {
  /** The town they are of. */
  readonly town: Town;
  /** What its observations look like. */
  readonly spec: ObservationSpec;
  /** Side of the window that features cover, also where there is no map. */
  readonly side: number;
  /** Tiles of that window. */
  readonly cells: number;
  /** Numbers of a map. */
  readonly mapSize: number;
  /** True where counts are told in place of flags: in the variant compact. */
  readonly counts: boolean;
  /** Where groups of features begin, -1 for those that are left out. */
  readonly at: {
    readonly lastAction: number;
    readonly lastSuccess: number;
    readonly hints: number;
    readonly neighbours: number;
    readonly landmarks: number;
    readonly personality: number;
    readonly social: number;
    readonly aggregates: number;
  };
  /** Largest count that is told. */
  readonly countMax: number;
  /** What to add to a tile's index to get to a cell around it. [cells] */
  readonly cellTile: Int32Array;
  /** Unit vectors from the centre to each cell: x of all, y of all. [2 × cells] */
  readonly rays: Float32Array;
  /** Where the cells with objects around a tile begin. [tiles + 1] */
  readonly objectStart: Uint32Array;
  /** Those cells, tile after tile. */
  readonly objectCells: Uint16Array;
  /** Objects in the window around a tile. [tiles] */
  readonly objectsAround: Int32Array;
  /** Objects on a tile. [tiles] */
  readonly objectCount: Uint16Array;
  /** Objects on a tile of each type with a channel. [channels][tiles] */
  readonly typeCounts: readonly Uint16Array[];
  /** Number that stands for a kind of action. [kinds] */
  readonly kindHash: Float64Array;
  /** Sine of the time of day. [ticks of a day] */
  readonly timeSin: Float32Array;
  /** Cosine of the time of day. [ticks of a day] */
  readonly timeCos: Float32Array;
  /** Nearest objects, of those that have a place. */
  readonly nearest: Nearest;
  /** Object types of the landmarks, -1 for what the town has none of. */
  readonly landmarks: readonly number[];
  /** Type of object that hints of layout v1 lead to, or -1. */
  readonly stove: number;
  /** For each need, types with an affordance that raises it. */
  readonly remedies: readonly (readonly number[])[];
  /** See `leftForWork`. [jobs] */
  readonly farthest: Int32Array;
}

/** Tables made so far; they follow from the town alone. */
const made = new WeakMap<Town, ObservationTables>();

/** The tables of a town, made when they are first asked for. */
export function observationTables(town: Town): ObservationTables {
  let tables = made.get(town);
  if (tables === undefined) {
    tables = makeTables(town);
    made.set(town, tables);
  }
  return tables;
}

function makeTables(town: Town): ObservationTables {
  const { width, height, ticksPerDay, typeIds } = town;
  const spec = observationSpec(town);
  const { sight } = town;
  const side = 2 * sight + 1;
  const cells = side * side;
  const [channels, rows, columns] = spec.mapShape;
  const cellTile = new Int32Array(cells);
  const rays = new Float32Array(2 * cells);
  for (let cell = 0; cell < cells; cell++) {
    const dx = cell % side - sight;
    const dy = Math.floor(cell / side) - sight;
    cellTile[cell] = dy * width + dx;
    const distance = Math.sqrt(dx * dx + dy * dy);
    if (distance === 0) continue;
    rays[cell] = dx / distance;
    rays[cells + cell] = dy / distance;
  }
  const startOf = (name: string) =>
    spec.featureNames.findIndex((feature) => feature.startsWith(name));
  const objectCount = countObjects(town, () => true);
  const placed = town.objectsOfType.map((objects) =>
    objects.filter((object) => town.objectTile[object] >= 0)
  );
  const typeOf = (name: string) =>
    typeIds.findIndex((id, type) => id === name && placed[type].length > 0);
  const time = (wave: (angle: number) => number) =>
    new Float32Array(ticksPerDay).map((_, tick) =>
      wave(2 * Math.PI * (tick / ticksPerDay))
    );
  return {
    town,
    spec,
    side,
    cells,
    mapSize: channels * rows * columns,
    counts: spec.compact !== undefined,
    countMax: spec.compact?.normalize_counts ?? true ? 1 : Infinity,
    at: {
      lastAction: startOf("last_action_"),
      lastSuccess: startOf("last_action_success"),
      hints: startOf("path_hint_"),
      neighbours: startOf("neighbor_agent_ratio"),
      landmarks: startOf("fridge_"),
      personality: startOf("personality_"),
      social: startOf("social_slot"),
      aggregates: startOf("social_trust_"),
    },
    cellTile,
    rays,
    ...cellsWithObjects(objectCount, width, height, sight),
    objectCount,
    typeCounts: (spec.compact?.object_channels ?? []).map((channel) =>
      countObjects(
        town,
        (type) => typeIds[type].trim().toLowerCase() === channel,
      )
    ),
    kindHash: new Float64Array(
      KINDS.map((kind) => kind === "none" ? 0 : actionHash(kind)),
    ),
    timeSin: time(Math.sin),
    timeCos: time(Math.cos),
    nearest: new Nearest(width, height, placed, town.objectX, town.objectY),
    landmarks: LANDMARKS.map(typeOf),
    stove: typeOf("stove"),
    remedies: NEEDS.map((_, need) =>
      [...placed.keys()].filter((type) =>
        placed[type].length > 0 &&
        town.typeAffordances[type].some((index) =>
          town.affordances[index].needs[need] > 0
        )
      )
    ),
    farthest: new Int32Array(town.jobs.length).fill(-1),
  };
}

/**
 * The number from 0 to 1 that stands for a kind of action, or any text, in
 * layout v1.
 */
export function actionHash(kind: string): number {
  return blake2sWord(kind) / 2 ** 32;
}

/** Objects on each tile, of some types. */
function countObjects(
  { width, height, objectTile, objectType }: Town,
  counts: (type: number) => boolean,
): Uint16Array {
  const count = new Uint16Array(width * height);
  for (let object = 0; object < objectTile.length; object++) {
    const tile = objectTile[object];
    if (tile >= 0 && counts(objectType[object])) count[tile]++;
  }
  return count;
}

/** For each tile, the cells around it on which objects stand. */
function cellsWithObjects(
  objectCount: Uint16Array,
  width: number,
  height: number,
  sight: number,
): Pick<ObservationTables, "objectStart" | "objectCells" | "objectsAround"> {
  const side = 2 * sight + 1;
  const objectStart = new Uint32Array(width * height + 1);
  const objectsAround = new Int32Array(width * height);
  const tiles = [...objectCount.keys()].filter((tile) => objectCount[tile] > 0);
  const visit = (see: (from: number, cell: number, tile: number) => void) => {
    for (const tile of tiles) {
      const x = tile % width;
      const y = Math.floor(tile / width);
      const right = Math.min(width - 1, x + sight);
      const bottom = Math.min(height - 1, y + sight);
      for (let fromY = Math.max(0, y - sight); fromY <= bottom; fromY++) {
        for (let fromX = Math.max(0, x - sight); fromX <= right; fromX++) {
          const cell = (y - fromY + sight) * side + x - fromX + sight;
          see(fromY * width + fromX, cell, tile);
        }
      }
    }
  };
  visit((from, _, tile) => {
    objectStart[from + 1]++;
    objectsAround[from] += objectCount[tile];
  });
  for (let tile = 0; tile < width * height; tile++) {
    objectStart[tile + 1] += objectStart[tile];
  }
  const objectCells = new Uint16Array(objectStart[width * height]);
  const next = objectStart.slice();
  visit((from, cell) => {
    objectCells[next[from]++] = cell;
  });
  return { objectStart, objectCells, objectsAround };
}
