/**
 * The weights a network starts with.
 *
 * @module
 */
import { log } from "../../base/exact_math.ts";
import type { Random } from "../../base/random.ts";
import type { Layer, Net, Network } from "./net.ts";

/**
 * A network before it has learned: orthogonal weights times the gain of their
 * layer, biases 0 (Saxe et al., 2014, section 3). Layers draw in the order of
 * {@link Net.layers}.
 */
export function initNetwork(net: Net, random: Random): Network {
  const weights = new Float32Array(net.size);
  for (const layer of net.layers) fillOrthogonal(layer, weights, random);
  return { net, weights };
}

/** Writes the weights of a layer: of its longer side, vectors at right angles. */
function fillOrthogonal(
  { inputs, outputs, weight, gain }: Layer,
  weights: Float32Array,
  random: Random,
): void {
  const count = Math.min(inputs, outputs);
  const length = Math.max(inputs, outputs);
  const vectors = new Float64Array(count * length);
  fillNormal(vectors, random);
  orthonormalise(vectors, count, length);
  const [alongCount, alongLength] = inputs < outputs
    ? [outputs, 1]
    : [1, outputs];
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < length; k++) {
      weights[weight + i * alongCount + k * alongLength] = gain *
        vectors[i * length + k];
    }
  }
}

/** Draws from the normal distribution (Marsaglia and Bray, 1964), in pairs. */
function fillNormal(out: Float64Array, random: Random): void {
  for (let i = 0; i < out.length; i += 2) {
    let u: number, v: number, square: number;
    do {
      u = 2 * random.float() - 1;
      v = 2 * random.float() - 1;
      square = u * u + v * v;
    } while (square >= 1 || square === 0);
    const scale = Math.sqrt(-2 * log(square) / square);
    out[i] = u * scale;
    // Of an odd number, the last one's partner falls off the end.
    out[i + 1] = v * scale;
  }
}

/** Makes rows orthonormal, one after the other (modified Gram–Schmidt). */
function orthonormalise(
  rows: Float64Array,
  count: number,
  length: number,
): void {
  for (let i = 0; i < count; i++) {
    const row = rows.subarray(i * length, (i + 1) * length);
    let square = 0;
    for (let k = 0; k < length; k++) square += row[k] * row[k];
    const norm = Math.sqrt(square);
    for (let k = 0; k < length; k++) row[k] /= norm;
    for (let j = i + 1; j < count; j++) {
      const at = j * length;
      let dot = 0;
      for (let k = 0; k < length; k++) dot += row[k] * rows[at + k];
      for (let k = 0; k < length; k++) rows[at + k] -= dot * row[k];
    }
  }
}
