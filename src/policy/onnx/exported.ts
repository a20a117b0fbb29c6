/**
 * Networks out of the models that this program has written, so that no runtime
 * is needed to have them decide.
 *
 * @module
 */
import {
  NETS,
  type Network,
  openNet,
  policyHash,
  tensorsOf,
} from "../network/net.ts";
import { readOnnxMetadata } from "./metadata.ts";
import { POLICY_FORMAT } from "./policy_graph.ts";
import { readFields, textOf } from "./protobuf.ts";

/** Fields of messages: the graph of a model, a tensor of a graph. */
const GRAPH = 7;
const INITIALIZER = 5;
/** Fields of the message of a tensor. */
const TENSOR = { name: 8, raw: 9 } as const;

/**
 * The network of a model that `encodePolicyOnnx()` has written; null for any
 * other, and for one that was changed since.
 *
 * @throws {TownletError} `onnx.format` where the bytes are no model
 */
export function readExported(bytes: Uint8Array): Network | null {
  const metadata = readOnnxMetadata(bytes);
  if (metadata.get("townlet.format") !== POLICY_FORMAT) return null;
  const name = NETS.find((one) => one === metadata.get("net"));
  const features = listOf(metadata.get("feature_names"));
  const actions = listOf(metadata.get("actions"));
  const map = listOf(metadata.get("map_shape"));
  if (name === undefined || features === null || actions === null) return null;
  if (map?.length !== 3 || !map.every(isSize)) return null;
  const net = openNet({
    net: name,
    features: features.length,
    map: [map[0], map[1], map[2]],
    actions: actions.length,
  });
  if (net.size * 4 > bytes.length) return null;
  const tensors = readTensors(bytes);
  const weights = new Float32Array(net.size);
  const raw = new Uint8Array(weights.buffer);
  for (const { name, shape, start } of tensorsOf(net)) {
    const data = tensors.get(name);
    const size = shape.reduce((product, length) => product * length, 4);
    if (data?.length !== size) return null;
    raw.set(data, 4 * start);
  }
  const network = { net, weights };
  return policyHash(network) === metadata.get("policy_hash") ? network : null;
}

/** The numbers of a graph's own tensors, by name. */
function readTensors(bytes: Uint8Array): Map<string, Uint8Array> {
  const tensors = new Map<string, Uint8Array>();
  for (const graph of messages(bytes, GRAPH)) {
    for (const tensor of messages(graph, INITIALIZER)) {
      let name = "";
      for (const field of readFields(tensor)) {
        if (field.number === TENSOR.name) name = textOf(field);
      }
      for (const raw of messages(tensor, TENSOR.raw)) tensors.set(name, raw);
    }
  }
  return tensors;
}

/** The fields of a number that hold bytes. */
function messages(bytes: Uint8Array, number: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const field of readFields(bytes)) {
    if (field.number === number && typeof field.value !== "number") {
      found.push(field.value);
    }
  }
  return found;
}

/** A list that is written as JSON, or null. */
function listOf(text: string | undefined): readonly unknown[] | null {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function isSize(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) &&
    value >= 0 && value <= 4096;
}
