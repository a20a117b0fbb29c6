import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { advantages, normalise, spreadOf } from "../../src/training/gae.ts";

/** Advantages of a sequence, in double precision. */
function estimate(
  reward: readonly number[],
  value: readonly number[],
  done: readonly number[],
  gamma = 0.99,
  lambda = 0.95,
): Float64Array {
  const out = new Float64Array(reward.length);
  advantages(
    Float64Array.from(reward),
    Float64Array.from(value),
    Uint8Array.from(done),
    gamma,
    lambda,
    out,
  );
  return out;
}

/** Compares all digits that the worked case gives. */
function assertDigits(actual: Float64Array, expected: readonly number[]): void {
  assertEquals(actual.length, expected.length);
  for (const [i, value] of expected.entries()) {
    assertAlmostEquals(actual[i], value, 5e-8);
  }
}

Deno.test("advantages() of the worked case, alive and with an end within", () => {
  const reward = [1, 0, 2];
  const value = [0.5, 0.4, 0.3, 0.2];
  const alive = estimate(reward, value, [0, 0, 0]);
  assertDigits(alive, [2.4779859, 1.682069, 1.898]);
  const ended = estimate(reward, value, [0, 1, 0]);
  assertDigits(ended, [0.5198, -0.4, 1.898]);
  normalise(alive, spreadOf(alive));
  assertDigits(alive, [1.3646945, -1.0036052, -0.3610892]);
});

Deno.test("advantages() is the discounted sum of rewards less the value, where lambda is 1", () => {
  const real = fc.double({ min: -5, max: 5, noNaN: true });
  fc.assert(fc.property(
    fc.array(fc.tuple(real, real, fc.boolean()), { maxLength: 20 }),
    real,
    fc.double({ min: 0, max: 1, noNaN: true }),
    (steps, last, gamma) => {
      const actual = estimate(
        steps.map(([reward]) => reward),
        [...steps.map(([, value]) => value), last],
        steps.map(([, , done]) => done ? 1 : 0),
        gamma,
        1,
      );
      let after = last;
      for (let t = steps.length - 1; t >= 0; t--) {
        const [reward, value, done] = steps[t];
        after = reward + (done ? 0 : gamma * after);
        assertAlmostEquals(actual[t], after - value, 1e-9);
      }
    },
  ));
});

Deno.test("advantages() wants one value more than steps", () => {
  for (const values of [[0, 0], [0, 0, 0, 0]]) {
    assertThrows(
      () => estimate([1, 1], values, [0, 0]),
      RangeError,
      "2 steps have 3 values",
    );
  }
  assertThrows(() => estimate([1], [0, 0], [0, 0]), RangeError);
});

Deno.test("normalise() gives 0 for numbers that are all alike", () => {
  const values = new Float64Array(5).fill(0.7);
  normalise(values, spreadOf(values));
  assertEquals(values.every((value) => Math.abs(value) < 1e-6), true);
  assertEquals(spreadOf([]), { mean: 0, std: 0 });
});
