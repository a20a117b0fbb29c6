import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { bodyOf, bytesOf, lineOf } from "../../src/telemetry/frame.ts";

Deno.test("bytesOf() counts what UTF-8 takes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
      assertEquals(bytesOf(text), new TextEncoder().encode(text).length);
    }),
  );
  // Halves of pairs by themselves become a mark of three bytes each.
  assertEquals(bytesOf("😀é€a"), 4 + 2 + 3 + 1);
});

Deno.test("a line has its members in the order of the format", () => {
  const body = bodyOf({
    channel: "health",
    kind: "patch",
    n: 7,
    tick: 350,
    base: 6,
    ts: 1_700_000_000_000,
    payload: '{"loop":{"tick":350}}',
  });
  const line = lineOf(12, body);
  assertEquals(Object.keys(JSON.parse(line)), [
    "v",
    "seq",
    "ch",
    "n",
    "k",
    "t",
    "base",
    "ts",
    "d",
  ]);
  assertEquals(body.bytes, new TextEncoder().encode(body.text).length);
  assertEquals(
    line,
    '{"v":1,"seq":12,"ch":"health","n":7,"k":"patch","t":350,"base":6,"ts":1700000000000,"d":{"loop":{"tick":350}}}',
  );
});
