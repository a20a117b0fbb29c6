import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { TownletError } from "../../../src/base/error.ts";
import {
  type Field,
  field,
  message,
  readFields,
  textOf,
} from "../../../src/policy/onnx/protobuf.ts";

/** All fields of a message. */
function fieldsOf(...bytes: number[]): Field[] {
  return [...readFields(Uint8Array.from(bytes))];
}

Deno.test("field() writes the bytes the encoding gives as examples", () => {
  assertEquals([...field(1, 150)], [0x08, 0x96, 0x01]);
  assertEquals([...field(2, "testing")], [
    ...[0x12, 0x07],
    ...new TextEncoder().encode("testing"),
  ]);
  assertEquals([...field(3, field(1, 150))], [0x1a, 3, 0x08, 0x96, 0x01]);
  assertEquals([...field(20, 2)], [0xa0, 0x01, 2]);
});

Deno.test("readFields() reads back what field() wrote", () => {
  const value = fc.oneof(
    fc.maxSafeNat(),
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ maxLength: 40 }),
  );
  const fields = fc.array(fc.tuple(fc.integer({ min: 1, max: 9999 }), value));
  fc.assert(
    fc.property(fields, (written) => {
      const bytes = message(...written.map(([n, value]) => field(n, value)));
      const read = [...readFields(bytes)].map((field, i) => [
        field.number,
        typeof written[i][1] === "string" ? textOf(field) : field.value,
      ]);
      assertEquals(read, written);
    }),
    { numRuns: 20 },
  );
});

Deno.test("readFields() steps over fields of 4 and 8 bytes", () => {
  assertEquals(
    fieldsOf(0x0d, 1, 2, 3, 4, 0x11, 1, 2, 3, 4, 5, 6, 7, 8, 0x18, 5)
      .map(({ number }) => number),
    [1, 2, 3],
  );
});

Deno.test("readFields() refuses what is cut off, and what no writer writes", () => {
  for (
    const bytes of [
      [0x08],
      [0x08, 0x96],
      [0x12, 5, 1, 2],
      [0x0d, 1, 2, 3],
      [0x11, 1],
      [0x00, 1],
      [0x0b],
      [0x0f, 1],
      [0x08, ...new Array(10).fill(0xff), 1],
      // A length past the end of everything.
      [0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
    ]
  ) {
    const error = assertThrows(() => fieldsOf(...bytes), TownletError);
    assertEquals(error.code, "onnx.format", String(bytes));
  }
});

Deno.test("textOf() refuses numbers, and bytes that are not UTF-8", () => {
  assertEquals(textOf({ number: 1, value: Uint8Array.of(0xc3, 0xa9) }), "é");
  for (const value of [7, Uint8Array.of(0xc3)]) {
    assertThrows(
      () => textOf({ number: 1, value }),
      TownletError,
      "no ONNX model",
    );
  }
});
