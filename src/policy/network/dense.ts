/**
 * A dense layer for many rows, quick where most inputs are 0.
 *
 * Maps are nearly empty, and so is half of what a rectifier gives: for each
 * row, the inputs that are not 0 are listed first, and only their rows of
 * weights are read, eight at a time.
 *
 * @module
 */
import { tanh } from "../../base/exact_math.ts";
import type { Layer } from "./net.ts";

/** Columns of a table of rows: `width` numbers a row, from number `from` on. */
export interface Columns<T extends Float32Array | Float64Array> {
  /** The table, row by row. */
  readonly data: T;
  /** Numbers of a row. */
  readonly width: number;
  /** The first of them that is meant. */
  readonly from: number;
}

/** The inputs of a row that are not 0. */
export interface Sparse {
  /** Which inputs. */
  readonly index: Int32Array;
  /** What they are. */
  readonly value: Float64Array;
}

/** Inputs that are taken at a time. */
const LANES = 8;

/** Room for as many inputs as a row may have. */
export function createSparse(inputs: number): Sparse {
  return {
    index: new Int32Array(inputs + LANES),
    value: new Float64Array(inputs + LANES),
  };
}

/**
 * Lists what is not 0 among `count` numbers from `at`; gives how many. Zeros
 * fill up the last eight.
 */
export function listNonzero(
  data: Float32Array | Float64Array,
  at: number,
  count: number,
  { index, value }: Sparse,
): number {
  let found = 0;
  for (let i = 0; i < count; i++) {
    const x = data[at + i];
    if (x !== 0) {
      index[found] = i;
      value[found] = x;
      found++;
    }
  }
  for (let i = found; i % LANES !== 0; i++) {
    index[i] = 0;
    value[i] = 0;
  }
  return found;
}

/** `out = f(x W + b)` for each row. */
export function forwardDense(
  layer: Layer,
  weights: Float32Array,
  rows: number,
  x: Columns<Float32Array | Float64Array>,
  out: Columns<Float64Array>,
  sparse: Sparse,
): void {
  const { inputs, outputs, weight, bias } = layer;
  const y = out.data;
  for (let row = 0; row < rows; row++) {
    const found = listNonzero(
      x.data,
      row * x.width + x.from,
      inputs,
      sparse,
    );
    const at = row * out.width + out.from;
    for (let j = 0; j < outputs; j++) y[at + j] = weights[bias + j];
    addProducts(weights, weight, outputs, sparse, found, y, at);
    if (layer.activation === "tanh") {
      for (let j = at; j < at + outputs; j++) y[j] = tanh(y[j]);
    } else if (layer.activation === "relu") {
      for (let j = at; j < at + outputs; j++) if (!(y[j] > 0)) y[j] = 0;
    }
  }
}

/** Adds x W to a row of `y`. */
function addProducts(
  weights: Float32Array,
  weight: number,
  outputs: number,
  { index, value }: Sparse,
  found: number,
  y: Float64Array,
  at: number,
): void {
  for (let i = 0; i < found; i += LANES) {
    const a = weight + index[i] * outputs;
    const b = weight + index[i + 1] * outputs;
    const c = weight + index[i + 2] * outputs;
    const d = weight + index[i + 3] * outputs;
    const e = weight + index[i + 4] * outputs;
    const f = weight + index[i + 5] * outputs;
    const g = weight + index[i + 6] * outputs;
    const h = weight + index[i + 7] * outputs;
    const va = value[i];
    const vb = value[i + 1];
    const vc = value[i + 2];
    const vd = value[i + 3];
    const ve = value[i + 4];
    const vf = value[i + 5];
    const vg = value[i + 6];
    const vh = value[i + 7];
    for (let j = 0; j < outputs; j++) {
      y[at + j] += (va * weights[a + j] + vb * weights[b + j]) +
        (vc * weights[c + j] + vd * weights[d + j]) +
        ((ve * weights[e + j] + vf * weights[f + j]) +
          (vg * weights[g + j] + vh * weights[h + j]));
    }
  }
}
