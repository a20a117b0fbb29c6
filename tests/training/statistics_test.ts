import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  confidenceInterval,
  deviationOf,
  meanOf,
  studentT,
} from "../../src/training/statistics.ts";

Deno.test("studentT() gives the values of the tables", () => {
  for (
    const [freedom, t] of [
      [1, 12.7062],
      [2, 4.30265],
      [3, 3.18245],
      [4, 2.77645],
      [9, 2.26216],
      [10, 2.22814],
      [29, 2.04523],
      [30, 2.04227],
      [99, 1.98422],
      [1000, 1.96234],
    ]
  ) assertAlmostEquals(studentT(freedom), t, 6e-5, `${freedom}`);
});

Deno.test("studentT() falls towards the normal distribution's quantile", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 2000 }), (freedom) => {
    const t = studentT(freedom);
    return t > 1.959963984 && studentT(freedom + 1) < t;
  }));
});

Deno.test("studentT() refuses degrees of freedom that are none", () => {
  for (const freedom of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => studentT(freedom), RangeError);
  }
});

Deno.test("confidenceInterval() is mean ± t s / √N", () => {
  const values = [2, 4, 4, 5, 10];
  assertEquals(meanOf(values), 5);
  assertAlmostEquals(deviationOf(values), 3, 1e-12);
  const { mean, low, high } = confidenceInterval(values);
  assertEquals(mean, 5);
  assertAlmostEquals(low ?? NaN, 5 - 2.776445105 * 3 / Math.sqrt(5), 1e-8);
  assertAlmostEquals(high ?? NaN, 5 + 2.776445105 * 3 / Math.sqrt(5), 1e-8);
});

Deno.test("confidenceInterval() knows no interval of one value, and none of none", () => {
  assertEquals(confidenceInterval([7]), { mean: 7, low: null, high: null });
  assertEquals(confidenceInterval([3, 3]), { mean: 3, low: 3, high: 3 });
  assertThrows(() => confidenceInterval([]), RangeError);
  assertEquals(deviationOf([1]), NaN);
});

Deno.test("confidenceInterval() moves and grows with its values", () => {
  const values = fc.array(fc.integer({ min: -1000, max: 1000 }), {
    minLength: 2,
    maxLength: 30,
  });
  fc.assert(fc.property(values, fc.integer({ min: 1, max: 9 }), (xs, by) => {
    const { mean, low, high } = confidenceInterval(xs);
    const grown = confidenceInterval(xs.map((x) => by * x + 1));
    assertAlmostEquals(grown.mean, by * mean + 1, 1e-6);
    assertAlmostEquals(grown.low ?? NaN, by * (low ?? NaN) + 1, 1e-6);
    assertAlmostEquals(grown.high ?? NaN, by * (high ?? NaN) + 1, 1e-6);
  }));
});
