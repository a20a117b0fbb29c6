/**
 * A gather in WebAssembly: 500 to 1,500 bytes, put together by hand.
 *
 * ```wat
 * (func (export "gather") (param $at i32) (param $to i32) (param $count i32)
 *   (local $from i32)
 *   (loop $next
 *     (local.set $from (i32.load (local.get $at)))
 *     ;; for each copy:
 *     (v128.store offset=… (local.get $to) (v128.load offset=… (local.get $from)))
 *     ;; when there is a mark:
 *     (i32.store8 offset=… (local.get $to) (i32.const 1))
 *     (local.set $at (i32.add (local.get $at) (i32.const 4)))
 *     (local.set $to (i32.add (local.get $to) (i32.const …)))
 *     (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
 * ```
 *
 * @module
 */

/** A few bytes to copy for each resident. */
export interface Copy {
  /** Where they stand, from the corner of the window on, in bytes. */
  readonly from: number;
  /** Where they go, from the beginning of the map on, in bytes. */
  readonly to: number;
  /** How many: a vector, or a word of 64 bits. */
  readonly bytes: 16 | 8;
}

/** What to copy for each resident. */
export interface GatherPlan {
  /** The copies, in order. */
  readonly copies: readonly Copy[];
  /** Byte of a map that is set to 1 in the end, or null. */
  readonly mark: number | null;
  /** Bytes of a map. */
  readonly mapBytes: number;
}

/**
 * Draws so many maps, one after the other.
 *
 * @param at address of a list of 32-bit addresses: the corner of each window
 * @param to address of the first map
 * @param count how many, at least 1
 */
export type GatherCode = (at: number, to: number, count: number) => void;

/** Locals of the function. */
const AT = 0, TO = 1, COUNT = 2, FROM = 3;

/** Types. */
const I32 = 0x7f, FUNCTION = 0x60, NO_RESULT = 0x40;

/** Instructions. */
const OP = {
  loop: [0x03, NO_RESULT],
  end: [0x0b],
  brIf: [0x0d],
  get: [0x20],
  set: [0x21],
  tee: [0x22],
  load32: [0x28],
  load64: [0x29],
  store64: [0x37],
  store8: [0x3a],
  const32: [0x41],
  add: [0x6a],
  sub: [0x6b],
  load128: [0xfd, 0x00],
  store128: [0xfd, 0x0b],
};

/** Makes the function that follows a plan in a memory. */
export function compileGather(
  plan: GatherPlan,
  memory: WebAssembly.Memory,
): GatherCode {
  const module = new WebAssembly.Module(assemble(plan));
  const { exports } = new WebAssembly.Instance(module, { "": { memory } });
  return exports.gather as GatherCode;
}

/** The bytes of a module with that function in it. */
export function assemble(plan: GatherPlan): Uint8Array<ArrayBuffer> {
  const type = [FUNCTION, ...list([[I32], [I32], [I32]]), ...list([])];
  const memory = [...text(""), ...text("memory"), 0x02, 0x00, ...unsigned(1)];
  const gather = [...text("gather"), 0x00, ...unsigned(0)];
  const locals = list([[...unsigned(1), I32]]);
  const code = sized([...locals, ...body(plan), ...OP.end]);
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d], // "\0asm"
    ...[0x01, 0x00, 0x00, 0x00], // version 1
    ...section(1, [type]),
    ...section(2, [memory]),
    ...section(3, [unsigned(0)]), // the one function has the one type
    ...section(7, [gather]),
    ...section(10, [code]),
  ]);
}

/** The loop over all residents. */
function body({ copies, mark, mapBytes }: GatherPlan): number[] {
  const copy = ({ from, to, bytes }: Copy) => [
    ...[...OP.get, TO, ...OP.get, FROM],
    ...bytes === 16 ? OP.load128 : OP.load64,
    ...place(from),
    ...bytes === 16 ? OP.store128 : OP.store64,
    ...place(to),
  ];
  const one = [...OP.const32, ...signed(1)];
  const add = (local: number, bytes: number) => [
    ...[...OP.get, local, ...OP.const32, ...signed(bytes)],
    ...[...OP.add, ...OP.set, local],
  ];
  return [
    ...OP.loop,
    ...[...OP.get, AT, ...OP.load32, ...place(0), ...OP.set, FROM],
    ...copies.flatMap(copy),
    ...mark === null
      ? []
      : [...OP.get, TO, ...one, ...OP.store8, ...place(mark)],
    ...add(AT, Int32Array.BYTES_PER_ELEMENT),
    ...add(TO, mapBytes),
    ...[...OP.get, COUNT, ...one, ...OP.sub, ...OP.tee, COUNT],
    ...[...OP.brIf, ...unsigned(0)],
    ...OP.end,
  ];
}

/** Where a load or store goes: no promise of alignment, and an offset. */
function place(offset: number): number[] {
  return [0x00, ...unsigned(offset)];
}

function section(id: number, items: readonly number[][]): number[] {
  return [id, ...sized(list(items))];
}

function list(items: readonly number[][]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function sized(bytes: readonly number[]): number[] {
  return [...unsigned(bytes.length), ...bytes];
}

function text(name: string): number[] {
  return sized([...new TextEncoder().encode(name)]);
}

/** A number from 0 as LEB128: seven bits a byte, lowest first. */
function unsigned(value: number): number[] {
  return value < 0x80
    ? [value]
    : [value & 0x7f | 0x80, ...unsigned(value >>> 7)];
}

/** A number from 0 as signed LEB128: bit 6 of the last byte is the sign. */
function signed(value: number): number[] {
  return value < 0x40 ? [value] : [value & 0x7f | 0x80, ...signed(value >>> 7)];
}
