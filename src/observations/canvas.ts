/**
 * Canvas: a batch together with what was drawn on it before.
 *
 * Most of a resident's window is empty, and most residents stand where they
 * stood. So a row is not drawn anew each time: what may have changed is wiped
 * off and drawn again, the rest stays.
 *
 * @module
 */
import { ACTION } from "../world/town.ts";
import { type BatchArrays, type DraftBatch, openBatch } from "./batch.ts";
import { TILES } from "./bits.ts";
import { type MapFormat, SUMMARY } from "./spec.ts";
import type { ObservationTables } from "./tables.ts";

/** Stamp of ties that no World has. */
export const NEVER = -1;

/** A batch and the memory of what is on it. */
export interface Canvas {
  /** The batch. */
  readonly batch: DraftBatch;
  /** Largest count that its maps show. */
  readonly most: number;
  /** Tile whose surroundings a row shows, -1 for an empty row. [rows] */
  readonly shownTile: Int32Array;
  /** Build at which its window was drawn. [rows] */
  readonly shownAt: Int32Array;
  /** A bit for each cell on which agents are shown. [rows × words × side] */
  readonly shownBits: Int32Array;
  /** Rows whose agents are drawn now; scratch. [rows] */
  readonly peopled: Int32Array;
  /** Rows whose reservations are drawn now; scratch. [rows] */
  readonly furnished: Int32Array;
  /** Stamp of the ties a row shows. [rows] */
  readonly shownTies: Float64Array;
  /** Embedding that a social slot of a row shows, 0 none. [rows × slots] */
  readonly shownEmbedding: Int32Array;
}

/** Words that hold the bits of a row of a window. */
export function wordsOf(side: number): number {
  return Math.ceil(side / TILES);
}

/** An empty canvas over arrays of a batch, all of them zero. */
export function openCanvas(
  tables: ObservationTables,
  mapFormat: MapFormat,
  arrays: BatchArrays,
): Canvas {
  const { town, spec, side } = tables;
  const rows = arrays.agents.length;
  const canvas: Canvas = {
    batch: openBatch(town, spec, mapFormat, arrays),
    most: Math.min(tables.countMax, mapFormat === "u8" ? 255 : Infinity),
    shownTile: new Int32Array(rows),
    shownAt: new Int32Array(rows),
    shownBits: new Int32Array(rows * side * wordsOf(side)),
    peopled: new Int32Array(rows),
    furnished: new Int32Array(rows),
    shownTies: new Float64Array(rows),
    shownEmbedding: new Int32Array(rows * (spec.social?.slots ?? 0)),
  };
  for (let row = 0; row < rows; row++) emptyRow(tables, canvas, row);
  return canvas;
}

/** Makes a row one that nobody has: zeros, and waiting the only action. */
export function emptyRow(
  { spec, mapSize, side, town }: ObservationTables,
  { batch, ...shown }: Canvas,
  row: number,
): void {
  const wipe = (array: BatchArrays[keyof BatchArrays], size: number) =>
    array.fill(0, row * size, (row + 1) * size);
  wipe(batch.map, mapSize);
  wipe(batch.features, spec.featureNames.length);
  wipe(batch.summary, SUMMARY.length);
  wipe(batch.actionMask, town.actions.length);
  batch.actionMask[row * town.actions.length + ACTION.wait] = 1;
  batch.slots[row] = 0;
  batch.filledSlots[row] = 0;
  batch.agents[row] = -1;
  shown.shownTile[row] = -1;
  const words = side * wordsOf(side);
  shown.shownBits.fill(0, row * words, (row + 1) * words);
  shown.shownTies[row] = NEVER;
  const slots = spec.social?.slots ?? 0;
  shown.shownEmbedding.fill(0, row * slots, (row + 1) * slots);
}
