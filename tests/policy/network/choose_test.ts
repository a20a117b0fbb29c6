import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import {
  drawAction,
  likeliestAction,
  logProbOf,
  topActions,
} from "../../../src/policy/network/choose.ts";
import { Random } from "../../../src/base/random.ts";

/** Stands before the logits that are looked at: nobody may look there. */
const BEFORE = [50, 60];

/** Logits with something before and behind them. */
function among(...logits: number[]): Float32Array {
  return Float32Array.of(...BEFORE, ...logits, 70);
}

Deno.test("drawAction() is the inverse of the distribution, with one real for each draw", () => {
  const random = Random.seeded("7", "draws");
  const same = Random.seeded("7", "draws");
  const logits = among(1.5, -1e9, 1.5, 1.5, -1e9);
  for (let i = 0; i < 500; i++) {
    const third = Math.floor(same.float() * 3);
    assertEquals(drawAction(logits, 2, 5, random), [0, 2, 3][third]);
  }
});

Deno.test("drawAction() follows the softmax", () => {
  const counts = new Int32Array(3);
  const random = Random.seeded("8", "draws");
  const logits = among(Math.log(6), Math.log(3), 0);
  for (let i = 0; i < 10_000; i++) counts[drawAction(logits, 2, 3, random)]++;
  for (const [k, share] of [0.6, 0.3, 0.1].entries()) {
    assertAlmostEquals(counts[k] / 10_000, share, 0.02);
  }
});

/** Logits of which at least one may be chosen, and a seed. */
const cases = fc.record({
  logits: fc.array(
    fc.oneof(fc.constant(-1e9), fc.double({ min: -30, max: 30, noNaN: true })),
    { minLength: 0, maxLength: 14 },
  ),
  open: fc.double({ min: -30, max: 30, noNaN: true }),
  seed: fc.nat(),
});

Deno.test("masked actions are never chosen, and shares add up to 1", () => {
  fc.assert(fc.property(cases, ({ logits: others, open, seed }) => {
    const logits = among(...others, open);
    const count = others.length + 1;
    const isOpen = (action: number) =>
      action >= 0 && action < count && logits[2 + action] > -1e9;
    const random = Random.seeded(String(seed), "draws");
    for (let i = 0; i < 20; i++) {
      assert(isOpen(drawAction(logits, 2, count, random)));
    }
    assert(isOpen(likeliestAction(logits, 2, count)));
    let sum = 0;
    for (let k = 0; k < count; k++) {
      sum += Math.exp(logProbOf(logits, 2, count, k));
    }
    assertAlmostEquals(sum, 1, 1e-9);
    for (const { action } of topActions(logits, 2, count, 20)) {
      assert(isOpen(action));
    }
  }));
});

Deno.test("an action without a choice is certain", () => {
  const logits = among(-1e9, 3.25, -1e9);
  assertEquals(logProbOf(logits, 2, 3, 1), 0);
  assertEquals(topActions(logits, 2, 3, 5), [{ action: 1, probability: 1 }]);
});

Deno.test("likeliestAction() takes the first of equals", () => {
  assertEquals(likeliestAction(among(1, 2, 2, -1e9), 2, 4), 1);
});

Deno.test("topActions() gives the likeliest first, ties in order, as many as asked for", () => {
  const top = topActions(among(0, 1, 0, 2), 2, 4, 3);
  assertEquals(top.map(({ action }) => action), [3, 1, 0]);
  const total = Math.exp(2) + Math.exp(1) + 2;
  assertAlmostEquals(top[0].probability, Math.exp(2) / total, 1e-12);
  assertAlmostEquals(top[2].probability, 1 / total, 1e-12);
});

Deno.test("what is no number is not drawn from", () => {
  const random = Random.seeded("9", "draws");
  for (const bad of [NaN, Infinity]) {
    for (const logits of [[bad, 1], [1, bad], [bad, -1e9]]) {
      assertThrows(
        () => drawAction(among(...logits), 2, 2, random),
        RangeError,
        "finite",
      );
      assertThrows(
        () => likeliestAction(among(...logits), 2, 2),
        RangeError,
        "finite",
      );
    }
  }
});
