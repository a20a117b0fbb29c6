/**
 * Adam, and the clip of gradients before it.
 *
 * @module
 */

/** Decay of the mean of gradients. */
const BETA1 = 0.9;
/** Decay of the mean of their squares. */
const BETA2 = 0.999;
/** Keeps the division away from 0. */
const EPSILON = 1e-8;

/** What Adam remembers. */
export interface Adam {
  /** Running mean of gradients. [size] */
  readonly m: Float32Array;
  /** Running mean of their squares. [size] */
  readonly v: Float32Array;
  /** Steps done. */
  t: number;
}

/** Adam before its first step. */
export function createAdam(size: number): Adam {
  return { m: new Float32Array(size), v: new Float32Array(size), t: 0 };
}

/**
 * Moves weights against their gradient, by about the learning rate (Kingma and
 * Ba, 2015, algorithm 1).
 */
export function stepAdam(
  adam: Adam,
  weights: Float32Array,
  gradient: Float32Array,
  learningRate: number,
): void {
  const { m, v } = adam;
  if (weights.length !== m.length || gradient.length !== m.length) {
    throw new RangeError("Adam, weights and gradient differ in size");
  }
  adam.t++;
  const scaleM = 1 / (1 - power(BETA1, adam.t));
  const scaleV = 1 / (1 - power(BETA2, adam.t));
  for (let i = 0; i < m.length; i++) {
    const g = gradient[i];
    m[i] = BETA1 * m[i] + (1 - BETA1) * g;
    v[i] = BETA2 * v[i] + (1 - BETA2) * (g * g);
    weights[i] -= learningRate * (m[i] * scaleM) /
      (Math.sqrt(v[i] * scaleV) + EPSILON);
  }
}

/**
 * Shortens a gradient to `maxNorm` where it is longer; 0 leaves it alone.
 * Gives its Euclidean norm before.
 */
export function clipGradient(gradient: Float32Array, maxNorm: number): number {
  let square = 0;
  for (let i = 0; i < gradient.length; i++) {
    square += gradient[i] * gradient[i];
  }
  const norm = Math.sqrt(square);
  if (maxNorm > 0 && norm > maxNorm) {
    const scale = maxNorm / norm;
    for (let i = 0; i < gradient.length; i++) gradient[i] *= scale;
  }
  return norm;
}

/** A whole power by multiplication, the same on every machine. */
function power(base: number, exponent: number): number {
  let result = 1;
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= base;
    base *= base;
  }
  return result;
}
