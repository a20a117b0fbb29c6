/**
 * A net as operators of a graph.
 *
 * @module
 */
import type { Encoder, Layer, Net } from "../network/net.ts";
import type { Graph } from "./graph.ts";

/** Names of what the layers of a net give. */
export interface NetNodes {
  /** Of each encoder. [rows × outputs] */
  readonly encoded: readonly string[];
  /** Of all encoders side by side. [rows × the sum of their outputs] */
  readonly joined: string;
  /** Of the layers of the trunk. [rows × outputs] each */
  readonly trunk: readonly string[];
  /** Logits; −1e9 where the mask is 0. [rows × K] */
  readonly logits: string;
  /** Values. [rows × 1] */
  readonly value: string;
}

/**
 * Adds a net to a graph. Its weights go by the names of the net's tensors;
 * `mask` is true where an action may be chosen.
 */
export function addNet(
  graph: Graph,
  net: Net,
  inputOf: (encoder: Encoder) => string,
  mask: string,
  logits?: string,
): NetNodes {
  const dense = (layer: Layer, input: string) => {
    const sum = graph.node("Gemm", [
      input,
      `${layer.name}.weight`,
      `${layer.name}.bias`,
    ]);
    if (layer.activation === "none") return sum;
    return graph.node(layer.activation === "tanh" ? "Tanh" : "Relu", [sum]);
  };
  const encoded = net.encoders.map((one) => dense(one, inputOf(one)));
  const joined = encoded.length === 1
    ? encoded[0]
    : graph.node("Concat", encoded, { axis: 1 });
  const trunk: string[] = [];
  let last = joined;
  for (const layer of net.trunk) {
    last = dense(layer, last);
    trunk.push(last);
  }
  const masked = graph.constant("masked_logit", Float32Array.of(-1e9), []);
  return {
    encoded,
    joined,
    trunk,
    logits: graph.node(
      "Where",
      [mask, dense(net.policy, last), masked],
      {},
      logits,
    ),
    value: dense(net.value, last),
  };
}
