/**
 * The backend on ONNX Runtime: several times quicker than plain loops.
 *
 * Equal inputs give equal bits on one version of the runtime.
 *
 * @module
 */
import { type Net, type Tensor, tensorsOf } from "../policy/network/net.ts";
import type { NetInput } from "../policy/network/forward.ts";
import {
  type OrtModule,
  type OrtTensor,
  SESSION_OPTIONS,
} from "../policy/onnx/runtime.ts";
import type { Backend } from "./backend.ts";
import {
  encodeTrainingGraph,
  GRADIENT,
  type GraphName,
} from "./training_graph.ts";

/** Opens the backend for a net. */
export async function openOrtBackend(
  ort: OrtModule,
  net: Net,
): Promise<Backend> {
  const tensors = tensorsOf(net);
  const open = (name: GraphName) =>
    ort.InferenceSession.create(
      encodeTrainingGraph(net, name),
      SESSION_OPTIONS,
    );
  const sessions = {
    forward: await open("forward"),
    ppo: await open("ppo"),
    clone: await open("clone"),
  };

  /** What every graph reads. */
  function feedsOf(
    weights: Float32Array,
    { rows, input, actionMask }: NetInput,
  ): Record<string, OrtTensor> {
    const feeds: Record<string, OrtTensor> = {
      input: new ort.Tensor(
        "float32",
        input.subarray(0, rows * net.inputs),
        [rows, net.inputs],
      ),
      action_mask: new ort.Tensor(
        "uint8",
        actionMask.subarray(0, rows * net.shape.actions),
        [rows, net.shape.actions],
      ),
    };
    for (const { name, shape, start } of tensors) {
      feeds[name] = new ort.Tensor(
        "float32",
        weights.subarray(start, start + sizeOf(shape)),
        shape,
      );
    }
    return feeds;
  }

  const column = (data: Float32Array, rows: number) =>
    new ort.Tensor("float32", data.subarray(0, rows), [rows, 1]);
  const number = (value: number) =>
    new ort.Tensor("float32", Float32Array.of(value), []);
  const actionOf = (action: Int32Array, rows: number) =>
    new ort.Tensor("int32", action.subarray(0, rows), [rows, 1]);

  return {
    name: "wasm",
    net,
    async forward(weights, batch) {
      const results = await sessions.forward.run(feedsOf(weights, batch));
      return {
        logits: numbersOf(results, "logits"),
        value: numbersOf(results, "value"),
      };
    },
    async ppo(weights, batch, coefficients, gradient) {
      const { rows } = batch;
      const { clip, valueClip, valueCoef, entropyCoef } = coefficients;
      const results = await sessions.ppo.run({
        ...feedsOf(weights, batch),
        action: actionOf(batch.action, rows),
        log_prob: column(batch.logProb, rows),
        advantage: column(batch.advantage, rows),
        value_before: column(batch.value, rows),
        returns: column(batch.returns, rows),
        ratio_low: number(1 - clip),
        ratio_high: number(1 + clip),
        value_limit: number(valueClip === 0 ? Infinity : valueClip),
        share: number(1 / rows),
        entropy_share: number(entropyCoef / rows),
        value_share: number(valueCoef / rows),
      });
      gatherGradient(results, tensors, gradient);
      const policy = -meanOf(numbersOf(results, "gain"));
      const value = 0.5 * meanOf(numbersOf(results, "value_square"));
      const entropy = meanOf(numbersOf(results, "entropy"));
      return {
        policy,
        value,
        entropy,
        total: policy + valueCoef * value - entropyCoef * entropy,
        logProb: numbersOf(results, "log_prob_now"),
      };
    },
    async clone(weights, batch, gradient) {
      const { rows } = batch;
      const results = await sessions.clone.run({
        ...feedsOf(weights, batch),
        action: actionOf(batch.action, rows),
        share: number(1 / rows),
      });
      gatherGradient(results, tensors, gradient);
      return {
        loss: -meanOf(numbersOf(results, "log_prob_now")),
        logits: numbersOf(results, "logits"),
      };
    },
    async close() {
      for (const session of Object.values(sessions)) await session.release();
    },
  };
}

/** Writes the gradients of all tensors into one array; 0 where a loss has none. */
function gatherGradient(
  results: Readonly<Record<string, OrtTensor>>,
  tensors: readonly Tensor[],
  gradient: Float32Array,
): void {
  for (const { name, shape, start } of tensors) {
    if (Object.hasOwn(results, GRADIENT + name)) {
      gradient.set(numbersOf(results, GRADIENT + name), start);
    } else {
      gradient.fill(0, start, start + sizeOf(shape));
    }
  }
}

/** The numbers of an output. */
function numbersOf(
  results: Readonly<Record<string, OrtTensor>>,
  name: string,
): Float32Array {
  const { data } = results[name];
  if (data instanceof Float32Array) return data;
  throw new TypeError(`${name} is not float32`);
}

function meanOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
