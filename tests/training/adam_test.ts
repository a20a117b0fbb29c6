import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import { clipGradient, createAdam, stepAdam } from "../../src/training/adam.ts";

Deno.test("stepAdam() first moves by the learning rate, whatever the gradient's length", () => {
  for (const g of [1e-3, 1, 250]) {
    const adam = createAdam(2);
    const weights = Float32Array.of(1, 1);
    stepAdam(adam, weights, Float32Array.of(g, -g), 0.125);
    assertAlmostEquals(weights[0], 0.875, 2e-6);
    assertAlmostEquals(weights[1], 1.125, 2e-6);
    assertEquals(adam.t, 1);
  }
});

Deno.test("stepAdam() does what the algorithm says, step by step", () => {
  const adam = createAdam(1);
  const weights = Float32Array.of(0.5);
  const expected = { w: 0.5, m: 0, v: 0 };
  for (let t = 1; t <= 300; t++) {
    const g = Math.fround(Math.cos(t) + 0.2);
    stepAdam(adam, weights, Float32Array.of(g), 0.01);
    expected.m = 0.9 * expected.m + 0.1 * g;
    expected.v = 0.999 * expected.v + 0.001 * g * g;
    expected.w -= 0.01 * (expected.m / (1 - 0.9 ** t)) /
      (Math.sqrt(expected.v / (1 - 0.999 ** t)) + 1e-8);
    assertAlmostEquals(weights[0], expected.w, 1e-5);
  }
});

Deno.test("stepAdam() goes down to the lowest point of a bowl", () => {
  const adam = createAdam(2);
  const weights = Float32Array.of(3, -2);
  for (let step = 0; step < 2000; step++) {
    const gradient = Float32Array.of(2 * (weights[0] - 1), 8 * weights[1]);
    stepAdam(adam, weights, gradient, 0.02);
  }
  assert(Math.abs(weights[0] - 1) < 1e-3 && Math.abs(weights[1]) < 1e-3);
});

Deno.test("stepAdam() refuses weights of another size", () => {
  assertThrows(
    () => stepAdam(createAdam(2), new Float32Array(3), new Float32Array(2), 1),
    RangeError,
    "differ in size",
  );
});

Deno.test("clipGradient() shortens what is too long, keeps its direction, and tells what it was", () => {
  const gradient = Float32Array.of(3, -4);
  assertEquals(clipGradient(gradient, 10), 5);
  assertEquals(clipGradient(gradient, 0), 5);
  assertEquals([...gradient], [3, -4]);
  assertEquals(clipGradient(gradient, 0.5), 5);
  assertAlmostEquals(gradient[0], 0.3, 1e-7);
  assertAlmostEquals(gradient[1], -0.4, 1e-7);
  assertEquals(clipGradient(new Float32Array(2), 0.5), 0);
});
