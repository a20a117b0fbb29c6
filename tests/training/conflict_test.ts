import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { conflictOf } from "../../src/training/conflict.ts";
import { createSteps } from "../../src/training/experience.ts";

const features = ["rivalry_avoid_count", "wallet", "rivalry_max"];
const steps = createSteps(
  { features: 3, map: [0, 0, 0], mapFormat: "u8", actions: 2 },
  5,
);
// Rivalry of 0.5, nothing, 1 and 0.25; the second is in no sequence.
steps.obs_features.set([2, 9, 0.5, 8, 9, 7, 0, 9, 0, 1, 9, 1, 5, 9, 0.25]);
const sequences = [
  { start: 0, end: 1, bootstrap: 0 },
  { start: 2, end: 5, bootstrap: 1 },
];

Deno.test("conflictOf() averages means and maxima over sequences, long or short", () => {
  const found = conflictOf(steps, sequences, features);
  assertAlmostEquals(
    found["conflict.rivalry_max_mean_avg"],
    (0.5 + 1.25 / 3) / 2,
  );
  assertEquals(found["conflict.rivalry_max_max_avg"], 0.75);
  assertEquals(found["conflict.rivalry_avoid_count_mean_avg"], 2);
  assertEquals(found["conflict.rivalry_avoid_count_max_avg"], 3.5);
});

Deno.test("conflictOf() is 0 without sequences, and refuses features without conflict", () => {
  const none = conflictOf(steps, [], features);
  assertEquals(new Set(Object.values(none)), new Set([0]));
  assertThrows(
    () => conflictOf(steps, sequences, ["a", "b", "rivalry_max"]),
    RangeError,
    "rivalry_avoid_count",
  );
});
