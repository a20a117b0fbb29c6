import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { exp, log, tanh } from "../../src/base/exact_math.ts";

/** Bits of a double, as 16 hex digits. */
function bitsOf(x: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
}

/** Whether two results differ by that many units in the last place at most. */
function near(found: number, expected: number, units: number): boolean {
  if (Object.is(found, expected)) return true;
  // Steps between neighbours: 2^-52 of a number, 2^-1074 close to 0.
  const step = Math.max(Math.abs(expected) * 2 ** -52, 2 ** -1074);
  return Math.abs(found - expected) <= units * step;
}

const real = fc.double({ noNaN: true });
const within = (most: number) =>
  fc.double({ min: -most, max: most, noNaN: true });

Deno.test("exp(), log() and tanh() agree with Math's to a few last bits", () => {
  fc.assert(fc.property(fc.oneof(within(750), within(1), real), (x) => {
    assert(near(exp(x), Math.exp(x), 3), `exp ${x}`);
  }));
  fc.assert(fc.property(fc.oneof(within(2), real), (x) => {
    assert(near(log(x), Math.log(x), 3), `log ${x}`);
  }));
  fc.assert(fc.property(fc.oneof(within(25), within(0.1), real), (x) => {
    assert(near(tanh(x), Math.tanh(x), 6), `tanh ${x}`);
  }));
});

Deno.test("exp(), log() and tanh() keep their promises at the ends", () => {
  assertEquals(
    [0, -0, -Infinity, Infinity, 709.78, 709.7828, 710, -745.13, -745.14]
      .map(exp),
    [1, 1, 0, Infinity, Math.exp(709.78), Infinity, Infinity, 2 ** -1074, 0],
  );
  assertEquals(
    [1, 0, -0, Infinity, -1, -Infinity, 2 ** -1074].map(log),
    [0, -Infinity, -Infinity, Infinity, NaN, NaN, -744.4400719213812],
  );
  assertEquals(
    [0, -0, 22, -22, Infinity, -Infinity, 2 ** -1074].map(tanh),
    [0, -0, 1, -1, 1, -1, 2 ** -1074],
  );
  assertEquals([exp, log, tanh].map((f) => f(NaN)), [NaN, NaN, NaN]);
});

Deno.test("exp(), log() and tanh() never fall where they rise", () => {
  for (
    const [f, low, high] of [
      [exp, -746, 711],
      [log, 1e-9, 40],
      [tanh, -23, 23],
    ] as const
  ) {
    const steps = 20_000;
    let before = -Infinity;
    for (let i = 0; i <= steps; i++) {
      const x = low + (high - low) * (i / steps);
      const y = f(x);
      assert(y >= before, `${f.name} falls at ${x}`);
      before = y;
    }
  }
});

Deno.test("tanh() is odd, and log() undoes exp()", () => {
  fc.assert(fc.property(within(30), (x) => {
    assertEquals(tanh(-x), -tanh(x));
    assert(Math.abs(log(exp(x)) - x) <= 1e-14 * (1 + Math.abs(x)), `${x}`);
  }));
});

Deno.test("exp(), log() and tanh() give these very bits on every machine", () => {
  // All results between two ends, folded into one number.
  const fold = (f: (x: number) => number, low: number, high: number) => {
    let sum = 0n;
    for (let i = 0; i <= 5000; i++) {
      const bits = BigInt(`0x${bitsOf(f(low + (high - low) * (i / 5000)))}`);
      sum = BigInt.asUintN(64, sum * 6364136223846793005n + bits);
    }
    return sum.toString(16);
  };
  assertEquals(
    [
      [3, -0.5, 1e-5, -700].map((x) => bitsOf(exp(x))),
      [3, 0.5, 1.00001, 1e300].map((x) => bitsOf(log(x))),
      [3, -0.5, 1e-5, 0.25].map((x) => bitsOf(tanh(x))),
      [fold(exp, -745, 709), fold(log, 1e-6, 9), fold(tanh, -20, 20)],
    ],
    [
      [
        "403415e5bf6fb106",
        "3fe368b2fc6f960a",
        "3ff0000a7c5e340e",
        "00d14f2b0fb9307f",
      ],
      [
        "3ff193ea7aad030a",
        "bfe62e42fefa39ef",
        "3ee4f8aea9af0a25",
        "4085963447f87fb5",
      ],
      [
        "3fefd77d111a0b00",
        "bfdd9353d7568af3",
        "3ee4f8b588e06853",
        "3fcf597ea69a1c86",
      ],
      [
        "fc5ab62db087577",
        "490034538ae2687a",
        "8b1399ae8801ca4",
      ],
    ],
  );
});
