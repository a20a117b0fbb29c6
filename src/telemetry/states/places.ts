/**
 * Writes at a place among bytes, and gives the place after it.
 *
 * Nothing is kept from one call to the next: numbers that are handed on stay in
 * registers, members of objects do not. Whoever calls sees to the room.
 * @module
 */
import type { Piece } from "./pieces.ts";

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;

/** Most decimals that are written. */
export const DECIMALS_MAX = 6;

/** The digits of the numbers from 0 to 99, two bytes each. */
const PAIRS = Uint16Array.from(
  { length: 100 },
  (_, i) => (ZERO + i % 10) << 8 | ZERO + Math.floor(i / 10),
);

/**
 * Eight bytes at a time; those beyond the end are written over later.
 *
 * As numbers they mean nothing, but they are numbers: eight bytes of UTF-8 are
 * never what stands for none, which runtimes may replace by another such.
 */
export function copy(
  view: DataView,
  at: number,
  { length, words }: Piece,
): number {
  const count = words.length;
  for (let i = 0; i < count; i++) view.setFloat64(at + 8 * i, words[i], true);
  return at + length;
}

/** Writes a whole number of at most 31 bits and its sign. */
export function writeInteger(
  view: DataView,
  from: number,
  value: number,
): number {
  if (value < 100 && value >= 10) {
    view.setUint16(from, PAIRS[value], true);
    return from + 2;
  }
  let at = from;
  let left = value | 0;
  if (left < 0) {
    view.setUint8(at++, MINUS);
    left = -left;
  }
  if (left < 10) {
    view.setUint8(at, ZERO + left);
    return at + 1;
  }
  let digits = 2;
  for (let least = 100; digits < 10 && left >= least; least *= 10) digits++;
  at += digits;
  for (let i = at; digits > 0; digits--) {
    const rest = (left / 10) | 0;
    view.setUint8(--i, ZERO + left - 10 * rest);
    left = rest;
  }
  return at;
}

/** Writes what comes after the whole part: a point, and decimals. */
export function writeDecimals(
  view: DataView,
  from: number,
  millionths: number,
  precision: number,
): number {
  const left = millionths | 0;
  const hundreds = (left / 100) | 0;
  const first = (hundreds / 100) | 0;
  view.setUint8(from, POINT);
  view.setUint16(from + 1, PAIRS[first], true);
  view.setUint16(from + 3, PAIRS[hundreds - 100 * first], true);
  view.setUint16(from + 5, PAIRS[left - 100 * hundreds], true);
  let at = from + precision;
  while (view.getUint8(at) === ZERO) at--;
  return at + 1;
}
