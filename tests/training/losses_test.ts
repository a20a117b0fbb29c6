import { assertAlmostEquals, assertEquals } from "@std/assert";
import { MASKED_LOGIT } from "../../src/policy/network/forward.ts";
import type { PpoBatch, PpoLosses } from "../../src/training/backend.ts";
import { cloneLoss, ppoLosses } from "../../src/training/losses.ts";

/** What a minibatch of two actions is, but for what a case says. */
interface Rows {
  /** Log-probability of action 0 now, and when it was taken. */
  readonly logProb: readonly number[];
  readonly before: readonly number[];
  readonly advantage: readonly number[];
  readonly value: readonly number[];
  readonly valueBefore: readonly number[];
  readonly returns: readonly number[];
  readonly valueClip: number;
}

/** Losses and slopes of such a minibatch, with a clip of 0.2. */
function lossesOf(
  given: Partial<Rows>,
): PpoLosses & { readonly slopes: number[]; readonly valueSlopes: number[] } {
  const rows = (given.logProb ?? given.value ?? []).length;
  const column = (values: readonly number[] | undefined) =>
    values ?? new Array<number>(rows).fill(0);
  const batch: PpoBatch = {
    rows,
    input: new Float32Array(0),
    actionMask: new Uint8Array(2 * rows).fill(1),
    action: new Int32Array(rows),
    logProb: Float32Array.from(column(given.before)),
    advantage: Float32Array.from(column(given.advantage)),
    value: Float32Array.from(column(given.valueBefore)),
    returns: Float32Array.from(column(given.returns)),
  };
  // Two logits whose softmax has this log-probability first.
  const logits = (given.logProb ?? column(undefined).map(() => -1))
    .flatMap((lp) => [lp, Math.log(1 - Math.exp(lp))]);
  const slopes = {
    logits: new Float64Array(2 * rows),
    value: new Float64Array(rows),
  };
  const losses = ppoLosses(
    {
      logits: Float64Array.from(logits),
      value: Float64Array.from(column(given.value)),
    },
    batch,
    {
      clip: 0.2,
      valueClip: given.valueClip ?? 0.2,
      valueCoef: 0.5,
      entropyCoef: 0,
    },
    slopes,
    new Float32Array(rows),
  );
  return {
    ...losses,
    slopes: [...slopes.logits],
    valueSlopes: [...slopes.value],
  };
}

Deno.test("ppoLosses() clips ratios as in the worked case", () => {
  const { policy, logProb } = lossesOf({
    logProb: [-1, -0.5, -2],
    before: [-1.2, -1, -1.5],
    advantage: [1, -1, 0.5],
  });
  assertAlmostEquals(policy, 0.0484853, 5e-8);
  assertEquals([...logProb], [-1, -0.5, -2]);
});

Deno.test("ppoLosses() takes the larger square of values as in the worked case", () => {
  const { value, valueSlopes, total } = lossesOf({
    value: [1, 0],
    returns: [0.5, 1],
    valueBefore: [0.6, 0.5],
  });
  assertAlmostEquals(value, 0.3125, 1e-7);
  assertAlmostEquals(total, 0.5 * 0.3125, 1e-7);
  // Both unclipped squares are the larger ones.
  assertEquals(valueSlopes, [0.5 * 0.5 / 2, 0.5 * -1 / 2]);
});

Deno.test("ppoLosses() pulls no more where the clipped product is the smaller", () => {
  const pull = (ratio: number, advantage: number) =>
    lossesOf({
      logProb: [-1],
      before: [-1 - Math.log(ratio)],
      advantage: [advantage],
    }).slopes[0];
  const free = (ratio: number, advantage: number) =>
    ratio * advantage * (Math.exp(-1) - 1);
  for (
    const [ratio, advantage, held] of [
      [1.5, 1, true],
      [0.5, -1, true],
      [1.5, -1, false],
      [0.5, 1, false],
      [1.1, 1, false],
      [0.9, -1, false],
    ] as const
  ) {
    assertAlmostEquals(
      pull(ratio, advantage),
      held ? 0 : free(ratio, advantage),
      1e-6,
      `${ratio} ${advantage}`,
    );
  }
});

Deno.test("ppoLosses() clips values only where it is asked to, and lets go of what went too far", () => {
  const row = { value: [1], valueBefore: [0], returns: [1] };
  // The clipped value, 0.2, is farther from the return: no slope.
  const clipped = lossesOf({ ...row, valueClip: 0.2 });
  assertAlmostEquals(clipped.value, 0.5 * 0.8 ** 2, 1e-7);
  assertEquals(clipped.valueSlopes, [0]);
  const free = lossesOf({ ...row, returns: [0], valueClip: 0 });
  assertEquals([free.value, free.valueSlopes], [0.5, [0.5]]);
});

Deno.test("ppoLosses() has no slopes where one action is allowed, and no entropy", () => {
  const slopes = {
    logits: new Float64Array(2),
    value: new Float64Array(1),
  };
  const { entropy, policy, logProb } = ppoLosses(
    {
      logits: Float64Array.of(0.3, MASKED_LOGIT),
      value: Float64Array.of(0),
    },
    {
      rows: 1,
      input: new Float32Array(0),
      actionMask: Uint8Array.of(1, 0),
      action: Int32Array.of(0),
      logProb: Float32Array.of(0),
      value: Float32Array.of(0),
      advantage: Float32Array.of(2),
      returns: Float32Array.of(0),
    },
    { clip: 0.2, valueClip: 0, valueCoef: 0.5, entropyCoef: 0.1 },
    slopes,
    new Float32Array(1),
  );
  assertEquals(slopes.logits.every((slope) => slope === 0), true);
  assertEquals([Math.abs(entropy), policy, logProb[0]], [0, -2, 0]);
});

Deno.test("ppoLosses() measures entropy in nats", () => {
  const { entropy } = lossesOf({ logProb: [Math.log(0.5), Math.log(0.25)] });
  const expected = (Math.log(2) +
    0.25 * Math.log(4) + 0.75 * Math.log(4 / 3)) / 2;
  assertAlmostEquals(entropy, expected, 1e-12);
});

Deno.test("cloneLoss() is the mean cross-entropy, and pulls towards what was shown", () => {
  const slopes = { logits: new Float64Array(6), value: Float64Array.of(9, 9) };
  const loss = cloneLoss(
    {
      logits: Float64Array.of(0, 0, MASKED_LOGIT, 0, 0, 0),
      value: new Float64Array(2),
    },
    {
      rows: 2,
      input: new Float32Array(0),
      actionMask: Uint8Array.of(1, 1, 0, 1, 1, 1),
      action: Int32Array.of(1, 2),
    },
    slopes,
  );
  assertAlmostEquals(loss, (Math.log(2) + Math.log(3)) / 2, 1e-12);
  const expected = [1 / 4, -1 / 4, 0, 1 / 6, 1 / 6, -1 / 3];
  expected.forEach((slope, k) => assertAlmostEquals(slopes.logits[k], slope));
  assertEquals([...slopes.value], [0, 0]);
});

Deno.test("cloneLoss() cannot pull towards what the mask leaves out", () => {
  const slopes = { logits: new Float64Array(3), value: new Float64Array(1) };
  cloneLoss(
    { logits: Float64Array.of(0, 0, MASKED_LOGIT), value: Float64Array.of(0) },
    {
      rows: 1,
      input: new Float32Array(0),
      actionMask: Uint8Array.of(1, 1, 0),
      action: Int32Array.of(2),
    },
    slopes,
  );
  assertEquals([...slopes.logits], [0.5, 0.5, 0]);
});
