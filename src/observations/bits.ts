/** Bits of windows: runs of bits in rows of 32-bit words. @module */

/** 32 bits of a row, from any bit on, lowest first. */
export function bitsFrom(
  words: Int32Array,
  row: number,
  from: number,
): number {
  const word = row + (from >> 5);
  const shift = from & 31;
  // A shift by 32 would be one by 0: it is done in two steps.
  return words[word] >>> shift | words[word + 1] << 1 << (31 - shift);
}

/** A word whose lowest `length` bits are 1: all of them from 32 on. */
export function maskOf(length: number): number {
  return length < 32 ? (1 << length) - 1 : -1;
}

/** Place of the lowest bit of a word that is 1. */
export function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
