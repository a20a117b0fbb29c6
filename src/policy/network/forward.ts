/**
 * What a network gives for rows of input, in plain TypeScript.
 *
 * Sums are doubles, and rows do not touch each other: a row gives the same
 * numbers on every machine, alone or among others.
 *
 * @module
 */
import { type Columns, createSparse, forwardDense } from "./dense.ts";
import type { Net } from "./net.ts";

/** Logit of an action that may not be chosen. */
export const MASKED_LOGIT = -1e9;

/** Rows of input for a network. */
export interface NetInput {
  /** How many rows. */
  readonly rows: number;
  /** Features first, then the flattened map. [rows × net.inputs] */
  readonly input: Float32Array;
  /** 1 where an action may be chosen. [rows × K] */
  readonly actionMask: Uint8Array;
}

/** What a network gives. */
export interface NetOutput {
  /** Logits; −1e9 where the mask is 0. [rows × K] */
  readonly logits: Float32Array;
  /** Values. [rows] */
  readonly value: Float32Array;
}

/** Every layer's results for the rows of a batch. */
export interface Activations {
  /** Of the encoders, side by side. [rows × the sum of their outputs] */
  readonly joined: Float64Array;
  /** Of the layers of the trunk. [rows × outputs] each */
  readonly trunk: readonly Float64Array[];
  /** Logits; −1e9 where the mask is 0. [rows × K] */
  readonly logits: Float64Array;
  /** Values. [rows] */
  readonly value: Float64Array;
}

/**
 * Opens the forward pass of a net that keeps every layer's results.
 *
 * They are good until the next call, and may have room behind the last row.
 */
export function openActivations(
  net: Net,
): (weights: Float32Array, batch: NetInput) => Activations {
  const { encoders, trunk, policy, value } = net;
  const width = encoders.reduce((sum, { outputs }) => sum + outputs, 0);
  const sparse = createSparse(
    Math.max(...net.layers.map(({ inputs }) => inputs)),
  );
  const whole = <T extends Float32Array | Float64Array>(
    data: T,
    width: number,
  ): Columns<T> => ({ data, width, from: 0 });
  let room = 0;
  let results = allocate(0);

  function allocate(rows: number): Activations {
    return {
      joined: new Float64Array(rows * width),
      trunk: trunk.map(({ outputs }) => new Float64Array(rows * outputs)),
      logits: new Float64Array(rows * policy.outputs),
      value: new Float64Array(rows),
    };
  }

  return (weights, { rows, input, actionMask }) => {
    if (rows > room) {
      room = rows;
      results = allocate(rows);
    }
    const { joined, logits } = results;
    let to = 0;
    for (const encoder of encoders) {
      const read = { data: input, width: net.inputs, from: encoder.from };
      const write = { data: joined, width, from: to };
      forwardDense(encoder, weights, rows, read, write, sparse);
      to += encoder.outputs;
    }
    let last = whole(joined, width);
    for (const [i, layer] of trunk.entries()) {
      const next = whole(results.trunk[i], layer.outputs);
      forwardDense(layer, weights, rows, last, next, sparse);
      last = next;
    }
    const actions = policy.outputs;
    forwardDense(policy, weights, rows, last, whole(logits, actions), sparse);
    forwardDense(value, weights, rows, last, whole(results.value, 1), sparse);
    for (let i = 0; i < rows * actions; i++) {
      if (actionMask[i] === 0) logits[i] = MASKED_LOGIT;
    }
    return results;
  };
}

/**
 * Opens the forward pass of a net.
 *
 * What it gives is good until the next call.
 */
export function openForward(
  net: Net,
): (weights: Float32Array, batch: NetInput) => NetOutput {
  const run = openActivations(net);
  const actions = net.policy.outputs;
  let logits = new Float32Array(0);
  let value = new Float32Array(0);
  return (weights, batch) => {
    const results = run(weights, batch);
    const { rows } = batch;
    if (value.length < rows) {
      logits = new Float32Array(rows * actions);
      value = new Float32Array(rows);
    }
    for (let i = 0; i < rows * actions; i++) logits[i] = results.logits[i];
    for (let i = 0; i < rows; i++) value[i] = results.value[i];
    return {
      logits: logits.subarray(0, rows * actions),
      value: value.subarray(0, rows),
    };
  };
}
