/**
 * Gathers: ways to draw the maps of all residents, four channels of 11 × 11
 * tiles each.
 *
 * @module
 */
import type { Stage } from "./film.ts";

/** Tiles of a row of a window. */
export const SIDE = 11;
/** Tiles of a window. */
export const CELLS = SIDE * SIDE;
/** Tile of a window on which its owner stands. */
export const CENTRE = (CELLS - 1) / 2;
/** Channels: self, agents, objects, reservations. */
export const CHANNELS = 4;
/** Numbers of a map. */
export const MAP = CHANNELS * CELLS;

/** Numbers of the maps of all residents. */
export type Maps = Float32Array | Uint8Array;

/** A way to draw maps, into two sets of them in turn, as an observer does. */
export interface Gather {
  /** Draws what the stage shows, and gives the maps. */
  draw(): Maps;
  /** Index of a number in the map of a resident. */
  indexOf(agent: number, channel: number, cell: number): number;
  /** Features and summaries of the maps drawn last, if it writes them. */
  counts?(): Counted;
}

/** What observations tell of a window beside its map. */
export interface Counted {
  /** Features, of which only those of the window are written. */
  readonly features: Float32Array;
  /** Summaries. */
  readonly summary: Float32Array;
}

/** Residents of a stage, and the tiles of a row of its layers. */
export function sizes(
  { film: { tables, tiles } }: Stage,
): { readonly agents: number; readonly pitch: number; readonly tiles: number } {
  const { width, height, sight } = tables.town;
  if (tables.side !== SIDE || tables.mapSize !== MAP) {
    throw new RangeError("these gathers draw four channels of 11 × 11 tiles");
  }
  const pitch = width + 2 * sight;
  return {
    agents: tiles[0].length,
    pitch,
    tiles: pitch * (height + 2 * sight),
  };
}

/** Each channel in a plane of its own. */
export function planar(agent: number, channel: number, cell: number): number {
  return agent * MAP + channel * CELLS + cell;
}

/** The four channels of a tile side by side. */
export function interleaved(
  agent: number,
  channel: number,
  cell: number,
): number {
  return (agent * CELLS + cell) * CHANNELS + channel;
}
