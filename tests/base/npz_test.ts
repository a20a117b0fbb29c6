import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import { TownletError } from "../../src/base/error.ts";
import { decodeNpz, encodeNpz } from "../../src/base/npz.ts";
import type { NpyArray } from "../../src/base/npy.ts";
import { zip } from "../../src/base/zip.ts";

const arrays: Record<string, NpyArray> = {
  b: { dtype: "f32", shape: [2], data: new Float32Array([1, 2]) },
  a: { dtype: "i64", shape: [1], data: new BigInt64Array([3n]) },
};

Deno.test("arrays come back by name and in order, stored or deflated", () => {
  for (const compress of [false, true]) {
    const found = decodeNpz(encodeNpz(arrays, { compress }), { where: "a" });
    assertEquals(Object.fromEntries(found), arrays);
    assertEquals([...found.keys()], ["b", "a"]);
  }
});

Deno.test("equal arrays give equal bytes, stored unless asked", () => {
  const bytes = encodeNpz(arrays);
  assertEquals(encodeNpz(arrays), bytes);
  assertEquals(encodeNpz(arrays, { compress: true }).length < 400, true);
  assertEquals(bytes.length > 400, true);
});

Deno.test("decodeNpz() names the file and the array of a fault", () => {
  const error = assertThrows(
    () =>
      decodeNpz(zip(new Map([["x.npy", new Uint8Array(20)]])), { where: "f" }),
    TownletError,
  );
  assertEquals(error.where, "f: x.npy");
  const other = assertThrows(
    () =>
      decodeNpz(zip(new Map([["x.pkl", new Uint8Array(2)]])), { where: "f" }),
    TownletError,
  );
  assertEquals([other.code, other.where], ["npz.member", "f: x.pkl"]);
});

Deno.test("decodeNpz() unpacks no more than it was told", () => {
  const bytes = encodeNpz(arrays);
  const error = assertThrows(
    () => decodeNpz(bytes, { where: "f", limitBytes: 200 }),
    TownletError,
  );
  assertMatch(error.message, /would become 272 bytes \(rule F4\)/);
});

Deno.test("whatever bytes a file has, they are arrays or a TownletError", () => {
  const good = encodeNpz(arrays, { compress: true });
  const mangled = fc.array(
    fc.tuple(fc.nat(good.length - 1), fc.nat(255)),
    { minLength: 1, maxLength: 4 },
  );
  fc.assert(
    fc.property(mangled, fc.integer({ min: 1 }), (changes, cut) => {
      const bytes = cut % 5 === 0
        ? good.slice(0, cut % good.length)
        : good.slice();
      for (const [at, value] of changes) bytes[at] = value;
      try {
        return decodeNpz(bytes, { where: "f", limitBytes: 1 << 20 }).size <= 2;
      } catch (error) {
        return error instanceof TownletError;
      }
    }),
    { numRuns: 300 },
  );
});
