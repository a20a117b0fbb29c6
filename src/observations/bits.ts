/** Bits of windows: one for every tile, in rows of 32-bit words. @module */

/** Tiles in a word. */
export const TILES = 32;

/** The bits of 32 tiles of a row, from any tile on, lowest first. */
export function bitsFrom(words: Int32Array, row: number, from: number): number {
  const word = row + (from >> 5);
  const shift = from & 31;
  // A shift by 32 would be one by 0: it is done in two steps.
  return words[word] >>> shift | words[word + 1] << 1 << (31 - shift);
}

/** A word that has the bits of its lowest `tiles` tiles, and no others. */
export function maskOf(tiles: number): number {
  return tiles < TILES ? (1 << tiles) - 1 : -1;
}

/** The first tile of a word whose bit is 1. */
export function firstTile(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

/** The last tile of a word whose bit is 1. */
export function lastTile(bits: number): number {
  return 31 - Math.clz32(bits);
}
