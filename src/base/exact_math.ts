/**
 * `exp`, `log` and `tanh` that are the same on every machine.
 *
 * The functions of `Math` may differ in the last bit from one version of the
 * runtime to the next, and so would everything that is learned with them. These
 * use `+ - * /` on doubles only, and are wrong by less than one unit in the last
 * place, `tanh` by less than four.
 *
 * @module
 */

/** Parts into which a doubling is cut: steps of 2^(1/32). */
const STEPS = 32;
/** Steps for each unit of the exponent: 32 / ln 2. */
const STEPS_PER_UNIT = 46.16624130844683;
/** ln 2 / 32 in two parts; times a number of steps, the first stays exact. */
const STEP_HIGH = 0.02166084938653512;
const STEP_LOW = 5.9631716539705866e-12;

/** ln 2 in two parts; times an exponent, the first stays exact. */
const LN2_HIGH = 0.6931471805598903;
const LN2_LOW = 5.497923018708371e-14;

/** 2^(j/32) for j from 0 to 31, and what rounding took off. */
const ROOT = new Float64Array(STEPS);
const ROOT_REST = new Float64Array(STEPS);
fillRoots();

/** 2^k for k from −540 to 540. */
const POWER_AT = 540;
const POWER = new Float64Array(2 * POWER_AT + 1);
POWER[POWER_AT] = 1;
for (let k = 1; k <= POWER_AT; k++) {
  POWER[POWER_AT + k] = POWER[POWER_AT + k - 1] * 2;
  POWER[POWER_AT - k] = POWER[POWER_AT - k + 1] / 2;
}

/** A double, and its bits as two words, the low one first. */
const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** e to the power of `x`: 0 to Infinity, NaN for NaN. */
export function exp(x: number): number {
  // Past these, the result is past what doubles hold.
  if (!(x < 709.79)) return x > 0 ? Infinity : NaN;
  if (x < -745.2) return 0;
  const n = Math.floor(x * STEPS_PER_UNIT + 0.5);
  const j = n & (STEPS - 1);
  const k = (n - j) / STEPS;
  const high = x - n * STEP_HIGH;
  const root = ROOT[j];
  const y = root + (ROOT_REST[j] + root * expm1Small(high - n * STEP_LOW));
  // In two halves: 2^k alone may be too large or too small for a double.
  const half = k >> 1;
  return y * POWER[POWER_AT + half] * POWER[POWER_AT + k - half];
}

/** Natural logarithm of `x`: −Infinity for 0, NaN below 0. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  let k = 0;
  if (x < 2.2250738585072014e-308) {
    // Subnormal.
    x *= 18014398509481984;
    k = -54;
  }
  double[0] = x;
  k += (words[1] >>> 20) - 1023;
  words[1] = (words[1] & 0xfffff) | (1023 << 20);
  let m = double[0];
  if (m > Math.SQRT2) {
    m /= 2;
    k++;
  }
  // m is 2^-1/2 to 2^1/2. ln m = 2 artanh s, s = f / (2 + f), f = m - 1,
  // with the large part f - f²/2 taken out of the sum.
  const f = m - 1;
  const s = f / (2 + f);
  const q = s * s;
  const series = q * (2 / 3 + q * (2 / 5 + q * (2 / 7 + q * (2 / 9 +
                q * (2 / 11 + q * (2 / 13 + q * (2 / 15 + q * (2 / 17 +
                                q *
                                  (2 / 19 +
                                    q * (2 / 21 + q * (2 / 23)))))))))));
  const half = 0.5 * f * f;
  return k * LN2_HIGH -
    ((half - (s * (half + series) + k * LN2_LOW)) - f);
}

/** Hyperbolic tangent of `x`: −1 to 1. */
export function tanh(x: number): number {
  const a = x < 0 ? -x : x;
  // 2 / (e^44 + 1) is too small to show beside 1.
  if (!(a < 22)) return a === a ? (x < 0 ? -1 : 1) : NaN;
  // tanh a = t / (t + 2), t = e^2a - 1.
  const n = Math.floor(a * (2 * STEPS_PER_UNIT) + 0.5);
  const j = n & (STEPS - 1);
  const p = expm1Small(2 * a - n * STEP_HIGH - n * STEP_LOW);
  // Below the first step the root is 1 and nothing is lost.
  const power = POWER[POWER_AT + (n >> 5)];
  const root = ROOT[j] * power;
  const t = (root - 1) + (ROOT_REST[j] * power + root * p);
  // Towards 1 the second form is closer, and never falls.
  const y = a < 0.55 ? t / (t + 2) : 1 - 2 / (t + 2);
  return x < 0 ? -y : x === 0 ? x : y;
}

/** e^r − 1 for |r| of at most ln 2 / 64: its series. */
function expm1Small(r: number): number {
  const q = r * r;
  return r + q * (0.5 + r * (1 / 6) +
        q * (1 / 24 + r * (1 / 120) + q * (1 / 720)));
}

/** Fills the roots, by roots and products of whole numbers of 160 bits. */
function fillRoots(): void {
  const bits = 160n;
  let root = 2n << bits;
  for (let i = STEPS; i > 1; i /= 2) root = squareRoot(root << bits);
  let power = 1n << bits;
  for (let j = 0; j < STEPS; j++) {
    // 53 bits, rounded, and what is left.
    const high = (power + (1n << (bits - 53n))) >> (bits - 52n);
    ROOT[j] = Number(high) / 2 ** 52;
    const rest = power - (high << (bits - 52n));
    ROOT_REST[j] = Number(rest >> (bits - 120n)) / 2 ** 120;
    power = (power * root) >> bits;
  }
}

/** The whole part of a square root, by Newton's method. */
function squareRoot(square: bigint): bigint {
  let guess = 1n << BigInt((square.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (guess + square / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}
