/**
 * The backend in plain TypeScript: needs nothing, and gives the same bits on
 * every machine.
 *
 * @module
 */
import {
  type Columns,
  createSparse,
  listNonzero,
  type Sparse,
} from "../policy/network/dense.ts";
import {
  type Activations,
  type NetInput,
  openActivations,
  openForward,
} from "../policy/network/forward.ts";
import type { Layer, Net } from "../policy/network/net.ts";
import type { Backend } from "./backend.ts";
import { cloneLoss, type HeadSlopes, ppoLosses } from "./losses.ts";

/** Opens the backend for a net. */
export function openTsBackend(net: Net): Backend {
  const forward = openForward(net);
  const activate = openActivations(net);
  const propagate = openBackward(net);
  const actions = net.policy.outputs;
  let slopes: HeadSlopes = createSlopes(0);
  let logProb = new Float32Array(0);
  let logits = new Float32Array(0);

  function createSlopes(rows: number): HeadSlopes {
    return {
      logits: new Float64Array(rows * actions),
      value: new Float64Array(rows),
    };
  }

  function makeRoom(rows: number): void {
    if (rows <= slopes.value.length) return;
    slopes = createSlopes(rows);
    logProb = new Float32Array(rows);
    logits = new Float32Array(rows * actions);
  }

  return {
    name: "ts",
    net,
    forward: (weights, batch) => Promise.resolve(forward(weights, batch)),
    ppo(weights, batch, coefficients, gradient) {
      makeRoom(batch.rows);
      const results = activate(weights, batch);
      const losses = ppoLosses(
        results,
        batch,
        coefficients,
        slopes,
        logProb.subarray(0, batch.rows),
      );
      propagate(weights, batch, results, slopes, gradient);
      return Promise.resolve(losses);
    },
    clone(weights, batch, gradient) {
      makeRoom(batch.rows);
      const results = activate(weights, batch);
      const loss = cloneLoss(results, batch, slopes);
      propagate(weights, batch, results, slopes, gradient);
      const count = batch.rows * actions;
      for (let i = 0; i < count; i++) logits[i] = results.logits[i];
      return Promise.resolve({ loss, logits: logits.subarray(0, count) });
    },
    close: () => Promise.resolve(),
  };
}

/** Writes the gradient of all weights, from the slopes of the heads. */
type Backward = (
  weights: Float32Array,
  batch: NetInput,
  results: Activations,
  slopes: HeadSlopes,
  gradient: Float32Array,
) => void;

/** Opens the backward pass of a net (Rumelhart et al., 1986). */
function openBackward(net: Net): Backward {
  const { encoders, trunk, policy, value } = net;
  const width = encoders.reduce((sum, { outputs }) => sum + outputs, 0);
  const sums = new Float64Array(net.size);
  const sparse = createSparse(
    Math.max(...net.layers.map(({ inputs }) => inputs)),
  );
  let room = 0;
  let slopesOf: readonly Float64Array[] = [];

  return (weights, batch, results, slopes, gradient) => {
    const { rows } = batch;
    if (rows > room) {
      room = rows;
      // Of what the encoders give, and of what each layer of the trunk gives.
      slopesOf = [width, ...trunk.map(({ outputs }) => outputs)]
        .map((outputs) => new Float64Array(rows * outputs));
    }
    sums.fill(0);
    const hidden = [results.joined, ...results.trunk];
    const table = (data: Float64Array, width: number) => ({
      data,
      width,
      from: 0,
    });

    let top = trunk.length;
    let dy = table(slopesOf[top], policy.inputs);
    const x = table(hidden[top], policy.inputs);
    dy.data.fill(0, 0, rows * policy.inputs);
    for (
      const [layer, dHead] of [
        [policy, table(slopes.logits, policy.outputs)],
        [value, table(slopes.value, 1)],
      ] as const
    ) {
      addWeightSlopes(layer, rows, x, dHead, sums, sparse);
      addInputSlopes(layer, weights, rows, dHead, dy);
    }
    for (; top > 0; top--) {
      const layer = trunk[top - 1];
      const below = table(hidden[top - 1], layer.inputs);
      const dBelow = table(slopesOf[top - 1], layer.inputs);
      passActivation(layer, rows, table(hidden[top], layer.outputs), dy);
      addWeightSlopes(layer, rows, below, dy, sums, sparse);
      dBelow.data.fill(0, 0, rows * layer.inputs);
      addInputSlopes(layer, weights, rows, dy, dBelow);
      dy = dBelow;
    }
    let from = 0;
    for (const encoder of encoders) {
      const read = { data: batch.input, width: net.inputs, from: encoder.from };
      const dPart = { data: dy.data, width, from };
      passActivation(
        encoder,
        rows,
        { data: results.joined, width, from },
        dPart,
      );
      addWeightSlopes(encoder, rows, read, dPart, sums, sparse);
      from += encoder.outputs;
    }
    for (let i = 0; i < sums.length; i++) gradient[i] = sums[i];
  };
}

/** From slopes of what a layer gives to slopes before its activation. */
function passActivation(
  { outputs, activation }: Layer,
  rows: number,
  y: Columns<Float64Array>,
  dy: Columns<Float64Array>,
): void {
  for (let row = 0; row < rows; row++) {
    const at = row * y.width + y.from;
    const to = row * dy.width + dy.from;
    for (let j = 0; j < outputs; j++) {
      const result = y.data[at + j];
      if (activation === "tanh") dy.data[to + j] *= 1 - result * result;
      else if (activation === "relu" && result === 0) dy.data[to + j] = 0;
    }
  }
}

/** Adds xᵀ dy to the slopes of weights, and dy to those of biases. */
function addWeightSlopes(
  { inputs, outputs, weight, bias }: Layer,
  rows: number,
  x: Columns<Float32Array | Float64Array>,
  dy: Columns<Float64Array>,
  sums: Float64Array,
  sparse: Sparse,
): void {
  const { index, value } = sparse;
  const d = dy.data;
  for (let row = 0; row < rows; row++) {
    const at = row * dy.width + dy.from;
    for (let j = 0; j < outputs; j++) sums[bias + j] += d[at + j];
    const found = listNonzero(
      x.data,
      row * x.width + x.from,
      inputs,
      sparse,
    );
    for (let i = 0; i < found; i++) {
      const to = weight + index[i] * outputs;
      const v = value[i];
      for (let j = 0; j < outputs; j++) sums[to + j] += v * d[at + j];
    }
  }
}

/** Adds dy Wᵀ to the slopes of what a layer reads. */
function addInputSlopes(
  { inputs, outputs, weight }: Layer,
  weights: Float32Array,
  rows: number,
  dy: Columns<Float64Array>,
  dx: Columns<Float64Array>,
): void {
  const d = dy.data;
  for (let row = 0; row < rows; row++) {
    const at = row * dy.width + dy.from;
    const to = row * dx.width + dx.from;
    for (let i = 0; i < inputs; i++) {
      const from = weight + i * outputs;
      let sum = 0;
      for (let j = 0; j < outputs; j++) sum += weights[from + j] * d[at + j];
      dx.data[to + i] += sum;
    }
  }
}
