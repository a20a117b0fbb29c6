import { assertEquals } from "@std/assert";
import { codesOf, placeOf } from "../../src/base/lookup.ts";

Deno.test("placeOf() finds every id at its place and nobody at free ones", () => {
  const ids = ["a", "", "c", "", "constructor"];
  const found = ["a", "c", "constructor", "", "b", "toString"]
    .map((id) => placeOf(ids, id));
  assertEquals(found, [0, 2, 4, -1, -1, -1]);
});

Deno.test("placeOf() keeps lists apart", () => {
  const before = ["a", "b"];
  const after = ["b", ""];
  assertEquals([placeOf(before, "b"), placeOf(after, "b")], [1, 0]);
  assertEquals([placeOf(before, "a"), placeOf(after, "a")], [0, -1]);
});

Deno.test("codesOf() numbers names in their order", () => {
  assertEquals(codesOf(["wait", "move", "chat"]), {
    wait: 0,
    move: 1,
    chat: 2,
  });
});
