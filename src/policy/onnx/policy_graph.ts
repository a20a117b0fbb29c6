/**
 * A network as a model of ONNX, which any of its runtimes can run.
 *
 * Inputs are `map` (float32, rows × C × w × w; absent where there is none),
 * `features` (float32, rows × F) and `action_mask` (uint8, rows × K, as in
 * datasets: 1 where an action may be chosen). Outputs are `logits` (float32,
 * rows × K, −1e9 where the mask is 0) and `value` (float32, rows). Rows may be
 * any number.
 *
 * @module
 */
import { type Network, policyHash, tensorsOf } from "../network/net.ts";
import { ELEMENT, openGraph } from "./graph.ts";
import { addNet } from "./net_graph.ts";

/** What the metadata of every exported policy call it. */
export const POLICY_FORMAT = "townlet-policy-1";

/** What is known of a policy beside its network. */
export interface PolicyFacts {
  /** Hash of the observations it was made for. */
  readonly obsSpecHash: string;
  /** Hash of the catalogue of actions. */
  readonly actionSpecHash: string;
  /** The catalogue of actions. */
  readonly actions: readonly string[];
  /** Names of the features. */
  readonly featureNames: readonly string[];
  /** Program that wrote it and its version, such as `townlet 0.1.0`. */
  readonly app: string;
}

/**
 * The bytes of `policy.onnx`. Weights go by the names of the net's tensors;
 * the metadata say what it is, where lists are JSON.
 */
export function encodePolicyOnnx(
  network: Network,
  facts: PolicyFacts,
): Uint8Array {
  const { net, weights } = network;
  const { features, map, actions } = net.shape;
  const graph = openGraph();
  for (const { name, shape, start } of tensorsOf(net)) {
    const size = shape.reduce((product, length) => product * length, 1);
    graph.constant(name, weights.subarray(start, start + size), shape);
  }
  const parts = [graph.input("features", "f32", ["rows", features])];
  if (map[0] * map[1] * map[2] > 0) {
    graph.input("map", "f32", ["rows", ...map]);
    parts.push(graph.node("Flatten", ["map"], { axis: 1 }));
  }
  graph.input("action_mask", "u8", ["rows", actions]);
  const allowed = graph.node("Cast", ["action_mask"], { to: ELEMENT.bool });
  const whole = parts.length === 1 || net.encoders.length > 1
    ? parts[0]
    : graph.node("Concat", parts, { axis: 1 });
  const { value } = addNet(
    graph,
    net,
    ({ from }) => from === 0 ? whole : parts[1],
    allowed,
    "logits",
  );
  const flat = graph.constant("flat", BigInt64Array.of(-1n), [1]);
  graph.node("Reshape", [value, flat], {}, "value");
  graph.output("logits", "f32", ["rows", actions]);
  graph.output("value", "f32", ["rows"]);
  return graph.encode({
    name: "policy",
    app: facts.app,
    metadata: policyMetadata(network, facts),
  });
}

/** What the metadata of a policy say, by name. */
function policyMetadata(
  network: Network,
  facts: PolicyFacts,
): ReadonlyMap<string, string> {
  const { net, map } = network.net.shape;
  return new Map([
    ["townlet.format", POLICY_FORMAT],
    ["net", net],
    ["map_shape", JSON.stringify(map)],
    ["obs_spec_hash", facts.obsSpecHash],
    ["action_spec_hash", facts.actionSpecHash],
    ["actions", JSON.stringify(facts.actions)],
    ["feature_names", JSON.stringify(facts.featureNames)],
    ["policy_hash", policyHash(network)],
  ]);
}
