import { assertEquals } from "@std/assert";
import { allocate, bytesOf } from "../../src/base/columns.ts";

const CATALOGUE = {
  flag: { dtype: "u8", shape: [3] },
  cache: { dtype: "f64", shape: [2], derived: true },
  need: { dtype: "f64", shape: [2, 3] },
  holder: { dtype: "i16", shape: [5], empty: -1 },
} as const;

Deno.test("allocate() makes every column with its type, length and empty value", () => {
  const { columns } = allocate(CATALOGUE);
  assertEquals(Object.keys(columns), Object.keys(CATALOGUE));
  assertEquals(columns.flag, new Uint8Array(3));
  assertEquals(columns.cache, new Float64Array(2));
  assertEquals(columns.need, new Float64Array(6));
  assertEquals(columns.holder, new Int16Array(5).fill(-1));
});

Deno.test("allocate() lays columns on one buffer, derived ones last", () => {
  const { buffer, primaryBytes, columns } = allocate(CATALOGUE);
  // 3 bytes and 10 bytes are rounded up to whole eights.
  assertEquals([primaryBytes, buffer.byteLength], [8 + 48 + 16, 72 + 16]);
  let end = 0;
  for (const name of ["flag", "need", "holder", "cache"]) {
    const column = columns[name];
    assertEquals(column.buffer, buffer);
    assertEquals(column.byteOffset % 8, 0);
    assertEquals(column.byteOffset >= end, true, name);
    end = column.byteOffset + column.byteLength;
  }
});

Deno.test("bytesOf() are the column's own bytes, little-endian", () => {
  const { columns } = allocate(CATALOGUE);
  columns.holder.set([1, -2], 0);
  const bytes = bytesOf(columns.holder);
  assertEquals([...bytes.subarray(0, 6)], [1, 0, 254, 255, 255, 255]);
  bytes[1] = 1;
  assertEquals(columns.holder[0], 257);
});
