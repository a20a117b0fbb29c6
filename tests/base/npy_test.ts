import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { TownletError } from "../../src/base/error.ts";
import { decodeNpy, encodeNpy, type NpyArray } from "../../src/base/npy.ts";

const latin1 = (text: string) =>
  Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** A file of version 1 or 2 with a header and elements of one's own. */
function file(header: string, elements: number[], version = 1): Uint8Array {
  const length = version === 1
    ? [header.length & 255, header.length >> 8]
    : [0, 8, 16, 24].map((bits) => (header.length >> bits) & 255);
  return Uint8Array.from([
    ...latin1("\x93NUMPY"),
    version,
    0,
    ...length,
    ...latin1(header),
    ...elements,
  ]);
}

const refusal = (bytes: Uint8Array) =>
  assertThrows(() => decodeNpy(bytes, "a.npz: x"), TownletError);

Deno.test("encodeNpy() writes version 1.0, its elements at a multiple of 64 bytes", () => {
  const bytes = encodeNpy({
    dtype: "f32",
    shape: [2, 1],
    data: new Float32Array([1, -2]),
  });
  const text = String.fromCharCode(...bytes);
  assertEquals(text.slice(0, 8), "\x93NUMPY\x01\x00");
  assertEquals(bytes.length, 128 + 8);
  assertEquals(
    text.slice(10, 128).trimEnd(),
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }",
  );
  assertEquals(text[127], "\n");
  assertEquals([...bytes.subarray(128)], [0, 0, 128, 63, 0, 0, 0, 192]);
});

Deno.test("arrays of every type and number of axes come back as they were", () => {
  const arrays: NpyArray[] = [
    { dtype: "f64", shape: [1], data: new Float64Array([0.1]) },
    { dtype: "f32", shape: [], data: new Float32Array([NaN]) },
    { dtype: "i64", shape: [2], data: new BigInt64Array([-1n, 2n ** 62n]) },
    { dtype: "i32", shape: [1, 2], data: new Int32Array([-1, 1]) },
    { dtype: "u32", shape: [1], data: new Uint32Array([2 ** 32 - 1]) },
    { dtype: "u16", shape: [3], data: new Uint16Array([1, 2, 65535]) },
    { dtype: "u8", shape: [1, 0, 2], data: new Uint8Array(0) },
    { dtype: "bool", shape: [2], data: new Uint8Array([0, 1]) },
  ];
  for (const array of arrays) {
    assertEquals(decodeNpy(encodeNpy(array), "a"), array);
  }
});

Deno.test("decodeNpy() reads version 2.0, and members in any order", () => {
  assertEquals(
    decodeNpy(
      file("{'shape': (1,), 'fortran_order': False, 'descr': '<i4'}", [
        7,
        0,
        0,
        0,
      ], 2),
      "a",
    ),
    { dtype: "i32", shape: [1], data: new Int32Array([7]) },
  );
});

Deno.test("decodeNpy() refuses what it does not read, and says why and where", () => {
  const header = (descr: string, shape = "(1,)", order = "False") =>
    `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`;
  const refused: [Uint8Array, RegExp][] = [
    [latin1("\x93NUMPY\x03\x00\x00\x00{}      "), /versions 1 and 2/],
    [latin1("PK"), /versions 1 and 2/],
    [file(header("|O"), [0, 0, 0, 0, 0, 0, 0, 0]), /Python objects.*F6/],
    [
      file(
        "{'descr': [('a', '|O')], 'fortran_order': False, 'shape': (1,), }",
        [],
      ),
      /Python objects.*F6/,
    ],
    [file(header(">f4"), [0, 0, 0, 0]), /big-endian/],
    [file(header("<U3"), new Array(12).fill(0)), /not read: <U3/],
    [file(header("<f4", "(1, 1)", "True"), [0, 0, 0, 0]), /Fortran/],
    [file(header("<f4", "(2,)"), [0, 0, 0, 0]), /has 8 bytes, and has 4/],
    [file(header("<f4"), [0, 0, 0, 0, 0]), /has 4 bytes, and has 5/],
    [file(header("<f4", "(99999999999999999999,)"), []), /makes no sense/],
    [
      file(header("<f4", "(3000000000, 3000000000)"), []),
      /has 36000000000000000000 bytes/,
    ],
    [file(header("<f4", "(-1,)"), []), /makes no sense/],
    [file(header("<f4", "(0, 'x')"), []), /makes no sense/],
    [file("{'descr': '<f4', 'shape': (0,)}", []), /makes no sense/],
    [file("__import__('os').system('true')", []), /makes no sense/],
    [file(header("|b1"), [2]), /neither 0 nor 1/],
    [
      Uint8Array.from([...latin1("\x93NUMPY\x01\x00"), 255, 255, 0, 0]),
      /longer/,
    ],
    [
      file(header("<f4", `(${"1,".repeat(65)})`), [0, 0, 0, 0]),
      /makes no sense/,
    ],
    // As many arguments as no function takes.
    [file(header("<f4").padEnd(1 << 20), [0, 0, 0, 0], 2), /longer/],
  ];
  for (const [bytes, why] of refused) {
    const error = refusal(bytes);
    assertEquals(why.test(error.message), true, `${error.message}: ${why}`);
    assertEquals([error.where, error.exit], ["a.npz: x", 2]);
  }
});

Deno.test("encodeNpy() takes no elements that do not fit", () => {
  assertThrows(
    () => encodeNpy({ dtype: "f32", shape: [2], data: new Float32Array(1) }),
    RangeError,
  );
  assertThrows(
    () => encodeNpy({ dtype: "f32", shape: [1], data: new Float64Array(1) }),
    RangeError,
  );
});

Deno.test("whatever bytes a file has, it is an array or a TownletError", () => {
  const good = encodeNpy({
    dtype: "u16",
    shape: [2, 2],
    data: new Uint16Array([1, 2, 3, 4]),
  });
  const mangled = fc.array(
    fc.tuple(fc.nat(good.length - 1), fc.nat(255)),
    { minLength: 1, maxLength: 6 },
  );
  fc.assert(fc.property(mangled, fc.nat(good.length), (changes, length) => {
    const bytes = good.slice(0, length);
    for (const [at, value] of changes) bytes[at] = value;
    try {
      const { shape, data } = decodeNpy(bytes, "a");
      return shape.reduce((a, b) => a * b, 1) === data.length;
    } catch (error) {
      return error instanceof TownletError;
    }
  }));
});
