/**
 * Typed-array columns over one buffer.
 *
 * A catalogue names the columns, their element types and shapes. From it come
 * the arrays, a copy that is one `set`, a hash, and saving by name. Derived
 * columns stand last, so that what must be remembered is one run of bytes.
 *
 * @module
 */

/** Element types a column may have. */
export type Dtype = "f64" | "f32" | "i32" | "u32" | "i16" | "u16" | "u8";

/** The array of a column. */
export type ColumnArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Uint8Array;

/** One column of a catalogue. */
export interface ColumnSpec {
  /** Element type. */
  readonly dtype: Dtype;
  /** Length of each axis; the last varies fastest. */
  readonly shape: readonly number[];
  /** Value of an unused element (0 unless given). */
  readonly empty?: number;
  /** True when the column can be rebuilt from the others. */
  readonly derived?: boolean;
}

/** A set of columns, named. */
export type Catalogue = Readonly<Record<string, ColumnSpec>>;

const ARRAYS = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  u32: Uint32Array,
  i16: Int16Array,
  u16: Uint16Array,
  u8: Uint8Array,
} as const;

/** Columns and the buffer below them. */
export interface Allocation {
  /** The one buffer, 8-byte aligned columns, derived ones last. */
  readonly buffer: ArrayBuffer;
  /** How many bytes from the start hold columns that are not derived. */
  readonly primaryBytes: number;
  /** The arrays by name. */
  readonly columns: Readonly<Record<string, ColumnArray>>;
}

/** Number of elements of a column. */
function lengthOf(spec: ColumnSpec): number {
  return spec.shape.reduce((product, length) => product * length, 1);
}

/** Where each column of a catalogue begins, and where they end, in bytes. */
function layOut(catalogue: Catalogue): {
  readonly offsets: ReadonlyMap<string, number>;
  readonly primaryBytes: number;
  readonly bytes: number;
} {
  const entries = Object.entries(catalogue);
  const ordered = [
    ...entries.filter(([, spec]) => !spec.derived),
    ...entries.filter(([, spec]) => spec.derived),
  ];
  const offsets = new Map<string, number>();
  let bytes = 0;
  let primaryBytes = 0;
  for (const [name, spec] of ordered) {
    offsets.set(name, bytes);
    const size = lengthOf(spec) * ARRAYS[spec.dtype].BYTES_PER_ELEMENT;
    bytes += Math.ceil(size / 8) * 8;
    if (!spec.derived) primaryBytes = bytes;
  }
  return { offsets, primaryBytes, bytes };
}

/** Allocates all columns of a catalogue, filled with their empty values. */
export function allocate(catalogue: Catalogue): Allocation {
  const { bytes, primaryBytes } = layOut(catalogue);
  const buffer = new ArrayBuffer(bytes);
  const columns = columnsOver(catalogue, buffer);
  for (const [name, { empty }] of Object.entries(catalogue)) {
    if (empty !== undefined) columns[name].fill(empty);
  }
  return { buffer, primaryBytes, columns };
}

/** Bytes that the columns of a catalogue take. */
export function bytesFor(catalogue: Catalogue): number {
  return layOut(catalogue).bytes;
}

/** The columns of a catalogue, over a buffer that holds them already. */
export function columnsOver(
  catalogue: Catalogue,
  buffer: ArrayBufferLike,
): Readonly<Record<string, ColumnArray>> {
  const { offsets } = layOut(catalogue);
  return Object.fromEntries(
    Object.entries(catalogue).map(([name, spec]) => [
      name,
      // The constructors take shared buffers as well.
      new ARRAYS[spec.dtype](
        buffer as ArrayBuffer,
        offsets.get(name),
        lengthOf(spec),
      ),
    ]),
  );
}

/** The bytes of a column, in memory order (little-endian). */
export function bytesOf(column: ColumnArray): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}

// Files and hashes hold a column's bytes as they lie in memory.
if (new Uint8Array(new Uint16Array([1]).buffer)[0] !== 1) {
  throw new TypeError("Townlet needs a little-endian machine");
}
