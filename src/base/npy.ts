/**
 * Arrays as NumPy's `.npy` files hold them.
 *
 * Written: version 1.0, little-endian, C order. Read: versions 1.0 and 2.0 of
 * the same. Nothing in such a file is run: arrays of Python objects, which
 * NumPy would unpickle, are refused (rule F6).
 *
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @module
 */
import { TownletError } from "./error.ts";
import { recordText } from "./text.ts";

/** Element types there are, with what NumPy calls them and their arrays. */
const DTYPES = {
  f64: { descr: "<f8", array: Float64Array },
  f32: { descr: "<f4", array: Float32Array },
  i64: { descr: "<i8", array: BigInt64Array },
  i32: { descr: "<i4", array: Int32Array },
  u32: { descr: "<u4", array: Uint32Array },
  u16: { descr: "<u2", array: Uint16Array },
  u8: { descr: "|u1", array: Uint8Array },
  bool: { descr: "|b1", array: Uint8Array },
} as const;

/** Element type of an array; `bool` has a byte each, 0 or 1. */
export type NpyDtype =
  | "f64"
  | "f32"
  | "i64"
  | "i32"
  | "u32"
  | "u16"
  | "u8"
  | "bool";

/** The elements of an array. */
export type NpyData =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | Int32Array
  | Uint32Array
  | Uint16Array
  | Uint8Array;

/** An array of any number of axes. */
export interface NpyArray {
  /** Type of the elements. */
  readonly dtype: NpyDtype;
  /** Length of each axis; the last varies fastest. */
  readonly shape: readonly number[];
  /** The elements. */
  readonly data: NpyData;
}

/** What every file begins with. */
const MAGIC = "\x93NUMPY";
/** The elements begin at a multiple of this. */
const ALIGN_BYTES = 64;
/** Longest header that is read. */
const HEADER_BYTES_MAX = 1 << 14;
/** Most axes that NumPy knows. */
const AXES_MAX = 64;

/**
 * The bytes of a file with an array.
 *
 * @throws {RangeError} for elements that are not as many as the shape says, or
 * of another type
 */
export function encodeNpy({ dtype, shape, data }: NpyArray): Uint8Array {
  const { descr, array } = DTYPES[dtype];
  const count = shape.reduce((product, length) => product * length, 1);
  if (!(data instanceof array) || data.length !== count) {
    throw new RangeError(`not ${count} elements of ${dtype}`);
  }
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dictionary =
    `{'descr': '${descr}', 'fortran_order': False, 'shape': (${axes}), }`;
  const start = Math.ceil((10 + dictionary.length + 1) / ALIGN_BYTES) *
    ALIGN_BYTES;
  const header = `${dictionary.padEnd(start - 11)}\n`;
  const bytes = new Uint8Array(start + data.byteLength);
  for (let i = 0; i < MAGIC.length; i++) bytes[i] = MAGIC.charCodeAt(i);
  bytes[6] = 1;
  new DataView(bytes.buffer).setUint16(8, header.length, true);
  new TextEncoder().encodeInto(header, bytes.subarray(10));
  bytes.set(
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    start,
  );
  return bytes;
}

/**
 * Reads a file with an array; its elements are a copy.
 *
 * @param where the file, for messages
 * @throws {TownletError} for what is no such file, or one of a type, order or
 * length that is not read
 */
export function decodeNpy(bytes: Uint8Array, where: string): NpyArray {
  const { text, start } = headerOf(bytes, where);
  const { dtype, shape } = readHeader(text, where);
  const { array } = DTYPES[dtype];
  const count = shape.reduce((product, length) => product * length, 1);
  const size = count * array.BYTES_PER_ELEMENT;
  if (size !== bytes.length - start) {
    throw faulty(
      `The array says it has ${size} bytes, and has ${bytes.length - start}`,
      where,
    );
  }
  // A copy begins where elements of any size may.
  const data = new array(bytes.slice(start).buffer);
  if (dtype === "bool" && data.some((value) => value > 1)) {
    throw faulty("The array has truth values that are neither 0 nor 1", where);
  }
  return { dtype, shape, data };
}

/** The text of the header, and where the elements begin. */
function headerOf(
  bytes: Uint8Array,
  where: string,
): { readonly text: string; readonly start: number } {
  const isNpy = bytes.length >= 12 &&
    [...MAGIC].every((letter, i) => bytes[i] === letter.charCodeAt(0));
  const version = bytes[6];
  if (!isNpy || version !== 1 && version !== 2 || bytes[7] !== 0) {
    throw faulty("This is no array of NumPy's versions 1 and 2", where);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const from = version === 1 ? 10 : 12;
  const length = version === 1
    ? view.getUint16(8, true)
    : view.getUint32(8, true);
  if (length > HEADER_BYTES_MAX || from + length > bytes.length) {
    throw faulty("The array's header is longer than it can be", where);
  }
  const start = from + length;
  const text = String.fromCharCode(...bytes.subarray(from, start));
  return { text, start };
}

/** Reads the header: a Python dictionary of three members, in any order. */
function readHeader(
  text: string,
  where: string,
): { readonly dtype: NpyDtype; readonly shape: readonly number[] } {
  const inner = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1] ?? "";
  const member =
    /\s*'(descr|fortran_order|shape)'\s*:\s*('[^'\\]*'|True|False|\([\d, ]*\)|\[.*\])\s*(?:,\s*|$)/sy;
  const found = new Map<string, string>();
  while (member.lastIndex < inner.length) {
    const match = member.exec(inner);
    if (match === null || found.has(match[1])) break;
    found.set(match[1], match[2]);
    if (member.lastIndex === inner.length) break;
  }
  const descr = found.get("descr");
  const order = found.get("fortran_order");
  const shape = shapeOf(found.get("shape") ?? "");
  if (
    member.lastIndex !== inner.length || descr === undefined ||
    order === undefined || shape === null
  ) throw faulty("The array's header makes no sense", where);
  if (order !== "False") {
    throw faulty(
      "The array is in Fortran's order",
      where,
      "Write numpy.ascontiguousarray(a)",
    );
  }
  return { dtype: dtypeOf(descr.slice(1, -1), where), shape };
}

/** The lengths of a tuple such as `(3, 4)`, `(3,)` or `()`; null for none. */
function shapeOf(tuple: string): readonly number[] | null {
  if (!/^\((?:\d+(?:, ?\d+)*,? ?)?\)$/.test(tuple)) return null;
  const shape = (tuple.match(/\d+/g) ?? []).map(Number);
  const isSane = shape.length <= AXES_MAX && shape.every(Number.isSafeInteger);
  return isSane ? shape : null;
}

/** Our name of an element type. */
function dtypeOf(descr: string, where: string): NpyDtype {
  for (const dtype of Object.keys(DTYPES) as NpyDtype[]) {
    if (DTYPES[dtype].descr === descr) return dtype;
  }
  if (/O/.test(descr)) {
    throw faulty(
      "The array holds Python objects, which could run code (rule F6)",
      where,
      "Write numbers, and texts as JSON beside them",
    );
  }
  throw faulty(
    descr.startsWith(">")
      ? "The array is big-endian"
      : `The array is of a type that is not read: ${recordText(descr, 100)}`,
    where,
    `Types are ${Object.keys(DTYPES).join(", ")}, little-endian`,
  );
}

function faulty(what: string, where: string, hint?: string): TownletError {
  return new TownletError(what, { code: "npy.unreadable", where, hint });
}
