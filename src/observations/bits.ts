/**
 * Bits of windows: two for every tile, in rows of words of 16 tiles each.
 *
 * The lower bit of a tile is 1 where somebody is, the higher one where more
 * than one are.
 *
 * @module
 */

/** The lower bit of every tile of a word: somebody is there. */
export const SOMEBODY = 0x55555555;
/** The higher bit of every tile of a word: a crowd is there. */
export const CROWD = ~SOMEBODY;
/** Tiles in a word. */
export const TILES = 16;

/** The bits of 16 tiles of a row, from any tile on, lowest first. */
export function bitsFrom(words: Int32Array, row: number, from: number): number {
  const word = row + (from >> 4);
  const shift = 2 * (from & 15);
  // A shift by 32 would be one by 0: it is done in two steps.
  return words[word] >>> shift | words[word + 1] << 1 << (31 - shift);
}

/** A word that has all bits of its lowest `tiles` tiles, and of no others. */
export function maskOf(tiles: number): number {
  return tiles < TILES ? (1 << 2 * tiles) - 1 : -1;
}

/** The first tile of a word with a bit that is 1. */
export function firstTile(bits: number): number {
  return (31 - Math.clz32(bits & -bits)) >> 1;
}

/** The last tile of a word with a bit that is 1. */
export function lastTile(bits: number): number {
  return (31 - Math.clz32(bits)) >> 1;
}
