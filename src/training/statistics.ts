/**
 * What a handful of numbers says of the many they were drawn from.
 *
 * @module
 */

/** A mean, and where the true one is with 95 % confidence. */
export interface Interval {
  /** Mean of the values. */
  readonly mean: number;
  /** Lower end; null where one value says nothing of the others. */
  readonly low: number | null;
  /** Upper end; null where one value says nothing of the others. */
  readonly high: number | null;
}

/** Probability below the upper end of a two-sided interval of 95 %. */
const UPPER = 0.975;

/** Digits after the point that t keeps, the same on every machine. */
const T_DIGITS = 1e9;

/** Mean of some values; NaN of none. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard deviation of a sample, with N − 1; NaN below two values. */
export function deviationOf(values: readonly number[]): number {
  if (values.length < 2) return NaN;
  const mean = meanOf(values);
  const squares = values.reduce((sum, x) => sum + (x - mean) * (x - mean), 0);
  return Math.sqrt(squares / (values.length - 1));
}

/**
 * Mean ± t(0.975, N − 1) × s / √N.
 *
 * @throws {RangeError} without values
 */
export function confidenceInterval(values: readonly number[]): Interval {
  if (values.length === 0) throw new RangeError("no values to sum up");
  const mean = meanOf(values);
  if (values.length === 1) return { mean, low: null, high: null };
  const half = studentT(values.length - 1) * deviationOf(values) /
    Math.sqrt(values.length);
  return { mean, low: mean - half, high: mean + half };
}

/**
 * Quantile 0.975 of Student's t, to nine digits after the point.
 *
 * @param freedom degrees of freedom, a whole number from 1
 * @throws {RangeError} for anything else
 */
export function studentT(freedom: number): number {
  if (!Number.isSafeInteger(freedom) || freedom < 1) {
    throw new RangeError(`degrees of freedom must be 1 or more: ${freedom}`);
  }
  let low = 0;
  let high = 16; // t(0.975, 1) is 12.7, and no other is as large
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (studentBelow(middle, freedom) < UPPER) low = middle;
    else high = middle;
  }
  return Math.round(low * T_DIGITS) / T_DIGITS;
}

/**
 * Probability below t ≥ 0: the finite series in the angle atan(t / √ν) of
 * Abramowitz & Stegun, 1964, 26.7.3 and 26.7.4.
 */
function studentBelow(t: number, freedom: number): number {
  const ratio = t / Math.sqrt(freedom);
  const cos2 = 1 / (1 + ratio * ratio);
  const sin = ratio * Math.sqrt(cos2);
  const odd = freedom % 2 === 1;
  let term = odd ? Math.sqrt(cos2) : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k < freedom; k += 2) {
    term *= cos2 * (k - 1) / k;
    sum += term;
  }
  const inside = odd ? 2 / Math.PI * (Math.atan(ratio) + sin * sum) : sin * sum;
  return (1 + inside) / 2;
}
