import { assert, assertEquals, assertThrows } from "@std/assert";
import { canonicalJson, compareCodePoints } from "../../src/base/order.ts";

Deno.test("compareCodePoints() puts an emoji after U+FB00, and a beginning first", () => {
  const words = ["\u{1f600}", "b", "\ufb00", "a", "", "ab", "\ud7ff"];
  assertEquals(
    words.sort(compareCodePoints),
    ["", "a", "ab", "b", "\ud7ff", "\ufb00", "\u{1f600}"],
  );
  assertEquals(compareCodePoints("ab", "ab"), 0);
});

Deno.test("canonicalJson() orders members at every depth, and no items", () => {
  assertEquals(
    canonicalJson({ b: [{ z: 1, y: null }, "x"], a: { d: true, c: -0.5 } }),
    '{"a":{"c":-0.5,"d":true},"b":[{"y":null,"z":1},"x"]}',
  );
  assertEquals(
    canonicalJson({ "\u{1f600}": 1, "\ufb00": 2 }),
    '{"\ufb00":2,"\u{1f600}":1}',
  );
});

Deno.test("canonicalJson() orders names that look like integers as any other", () => {
  const expected = '{"!":1,"10":3,"9":2,"a":4}';
  assertEquals(canonicalJson({ 9: 2, a: 4, "!": 1, 10: 3 }), expected);
  assertEquals(canonicalJson(JSON.parse(expected)), expected);
});

Deno.test("canonicalJson() writes what JSON.stringify() writes, where that has the order", () => {
  const values = [
    null,
    '\u2028\ud800"',
    [undefined, () => 1, NaN, -0, 1e21],
    // A hole counts as nothing.
    // deno-lint-ignore no-sparse-arrays
    [1, , 2],
    { a: undefined, b: Infinity, c: [], d: {} },
  ];
  for (const value of values) {
    assertEquals(canonicalJson(value), JSON.stringify(value));
  }
});

Deno.test("canonicalJson() throws for what is no JSON at all", () => {
  for (const value of [undefined, () => 1, Symbol("x")]) {
    const error = assertThrows(() => canonicalJson(value), TypeError);
    assert(error.message.startsWith("JSON has no "));
  }
});
