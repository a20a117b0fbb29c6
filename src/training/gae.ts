/**
 * Generalised advantage estimation.
 *
 * @module
 */

/** Numbers in single or double precision. */
type Reals = Float32Array | Float64Array;

/** Keeps the division by a standard deviation away from 0. */
const EPSILON = 1e-8;

/**
 * Estimates the advantage of each step of one sequence, backwards (Schulman et
 * al., 2016, equation 16). Returns are advantage + value.
 *
 * @param reward reward of each step [T]
 * @param value value expected before each step, and after the last [T + 1]
 * @param terminated 1 where the life ended: nothing is expected after it [T]
 * @param out gets the advantages [T]
 * @throws {RangeError} when the numbers of them do not fit
 */
export function advantages(
  reward: Reals,
  value: Reals,
  terminated: Uint8Array,
  gamma: number,
  lambda: number,
  out: Reals,
): void {
  const steps = reward.length;
  if (
    value.length !== steps + 1 || terminated.length !== steps ||
    out.length !== steps
  ) {
    throw new RangeError(
      `${steps} steps have ${steps + 1} values, and not ${value.length}`,
    );
  }
  let next = 0;
  for (let t = steps - 1; t >= 0; t--) {
    const goesOn = terminated[t] === 1 ? 0 : gamma;
    const delta = reward[t] + goesOn * value[t + 1] - value[t];
    next = delta + goesOn * lambda * next;
    out[t] = next;
  }
}

/** Mean and population standard deviation of numbers; 0 of none. */
export function spreadOf(
  values: Reals | readonly number[],
): { readonly mean: number; readonly std: number } {
  const count = values.length;
  if (count === 0) return { mean: 0, std: 0 };
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i];
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    squares += (values[i] - mean) * (values[i] - mean);
  }
  return { mean, std: Math.sqrt(squares / count) };
}

/** Shifts and scales numbers to mean 0 and standard deviation 1. */
export function normalise(
  values: Reals,
  { mean, std }: { readonly mean: number; readonly std: number },
): void {
  for (let i = 0; i < values.length; i++) {
    values[i] = (values[i] - mean) / (std + EPSILON);
  }
}
