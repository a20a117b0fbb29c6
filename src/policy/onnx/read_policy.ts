/**
 * Networks out of models of ONNX, as far as they were written here.
 *
 * The graph itself is not looked at: a network is its weights, and what they
 * are for stands in the metadata.
 *
 * @module
 */
import { z } from "zod";
import { EXIT, TownletError } from "../../base/error.ts";
import { int, oneOf } from "../../config/schema.ts";
import {
  type Net,
  NETS,
  type Network,
  openNet,
  policyHash,
  tensorsOf,
} from "../network/net.ts";
import { ELEMENT } from "./graph.ts";
import { GRAPH, readOnnxMetadata } from "./metadata.ts";
import { notOnnx, readFields, textOf } from "./protobuf.ts";
import { POLICY_FORMAT, type PolicyFacts } from "./policy_graph.ts";

/** A network and what is known of it. */
export interface PolicyOnnx {
  /** The network. */
  readonly network: Network;
  /** What it was made for. */
  readonly facts: Omit<PolicyFacts, "app">;
}

const names = () => z.array(z.string().max(200)).max(10_000);
const side = () => int(0, 4096);

/** What the metadata say, lists read. */
const METADATA = z.object({
  "townlet.format": z.literal(POLICY_FORMAT),
  net: oneOf(...NETS),
  map_shape: z.tuple([side(), side(), side()]),
  obs_spec_hash: z.string(),
  action_spec_hash: z.string(),
  actions: names(),
  feature_names: names(),
  policy_hash: z.string(),
});

/**
 * The network of a model that {@link encodePolicyOnnx} wrote.
 *
 * @throws {TownletError} `onnx.format` for bytes that are no model,
 * `onnx.policy` for models made elsewhere, and `onnx.digest`, exit code 5,
 * where the weights are not those the metadata tell of
 */
export function readPolicyOnnx(bytes: Uint8Array): PolicyOnnx {
  const metadata = readMetadata(bytes);
  const net = openNet({
    net: metadata.net,
    features: metadata.feature_names.length,
    map: metadata.map_shape,
    actions: metadata.actions.length,
  });
  const network = { net, weights: readWeights(net, bytes) };
  if (policyHash(network) !== metadata.policy_hash) {
    throw new TownletError("The weights are others than told of (rule F6)", {
      code: "onnx.digest",
      hint: "Take a copy that is as it was written",
      exit: EXIT.refused,
    });
  }
  return {
    network,
    facts: {
      obsSpecHash: metadata.obs_spec_hash,
      actionSpecHash: metadata.action_spec_hash,
      actions: metadata.actions,
      featureNames: metadata.feature_names,
    },
  };
}

/** The metadata, lists read and all checked. */
function readMetadata(bytes: Uint8Array): z.infer<typeof METADATA> {
  const metadata: Record<string, unknown> = Object.fromEntries(
    readOnnxMetadata(bytes),
  );
  for (const name of ["map_shape", "actions", "feature_names"]) {
    try {
      metadata[name] = JSON.parse(String(metadata[name]));
    } catch {
      throw notOurs(`${name} of its metadata is no list`);
    }
  }
  const read = METADATA.safeParse(metadata);
  if (read.success) return read.data;
  const [{ path }] = read.error.issues;
  throw notOurs(`${path.join(".")} of its metadata is not as expected`);
}

/** The weights of a net, in one array. */
function readWeights(net: Net, bytes: Uint8Array): Float32Array {
  const tensors = new Map<string, StoredTensor>();
  for (const model of readFields(bytes)) {
    if (model.number !== GRAPH || typeof model.value === "number") continue;
    for (const { number, value } of readFields(model.value)) {
      if (number !== INITIALIZER || typeof value === "number") continue;
      const tensor = readTensor(value);
      tensors.set(tensor.name, tensor);
    }
  }
  // Before room is made for what it claims to be: what it has must fit.
  const found = tensorsOf(net).map(({ name, shape, start }) => {
    const tensor = tensors.get(name);
    const size = shape.reduce((product, length) => product * length, 1);
    if (
      tensor?.element !== ELEMENT.f32 || tensor.raw.length !== 4 * size ||
      tensor.shape.join() !== shape.join()
    ) throw notOurs(`tensor ${name} is not as expected`);
    return { raw: tensor.raw, start };
  });
  const weights = new Float32Array(net.size);
  const into = new Uint8Array(weights.buffer);
  for (const { raw, start } of found) into.set(raw, 4 * start);
  return weights;
}

/** Fields of messages: a graph's numbers; shape, kind, name, bytes of them. */
const INITIALIZER = 5;
const DIMS = 1;
const DATA_TYPE = 2;
const NAME = 8;
const RAW_DATA = 9;

/** Numbers of a graph. */
interface StoredTensor {
  name: string;
  element: number;
  shape: number[];
  raw: Uint8Array;
}

/** Reads numbers of a graph, which are not copied. */
function readTensor(bytes: Uint8Array): StoredTensor {
  const tensor: StoredTensor = {
    name: "",
    element: 0,
    shape: [],
    raw: new Uint8Array(0),
  };
  for (const field of readFields(bytes)) {
    const { number, value } = field;
    if (number === NAME) tensor.name = textOf(field);
    else if (typeof value === "number") {
      if (number === DATA_TYPE) tensor.element = value;
      if (number === DIMS && tensor.shape.push(value) > 8) {
        throw notOnnx("a tensor has more than 8 axes");
      }
    } else if (number === RAW_DATA) tensor.raw = value;
  }
  return tensor;
}

/** What is said of a model that is none of ours. */
function notOurs(why: string): TownletError {
  return new TownletError(`This model is no policy of a town: ${why}`, {
    code: "onnx.policy",
    hint: "Take a policy.onnx that train or a checkpoint has written",
  });
}
