import { assertEquals } from "@std/assert";
import { clamp } from "../../src/base/clamp.ts";

Deno.test("clamp() keeps a number within its bounds, and NaN as it is", () => {
  assertEquals(
    [-2, -1, 0.5, 1, 2, NaN].map((value) => clamp(value, -1, 1)),
    [-1, -1, 0.5, 1, 1, NaN],
  );
});
