/**
 * Checkpoints: a network, where it comes from, and what going on needs.
 *
 * A checkpoint is a few files: `policy.onnx` for everybody's tools,
 * `weights.npz` with the tensors by name, `optimizer.npz` where training goes
 * on from it, and `meta.json`, which says what they are and has their digests.
 * None of them holds code.
 *
 * @module
 */
import { z } from "zod";
import { EXIT, TownletError } from "../base/error.ts";
import { sha256Hex } from "../base/hash.ts";
import type { NpyArray } from "../base/npy.ts";
import { decodeNpz, encodeNpz } from "../base/npz.ts";
import { recordText } from "../base/text.ts";
import { int, oneOf } from "../config/schema.ts";
import {
  type Net,
  type NetName,
  NETS,
  type Network,
  openNet,
  policyHash,
  tensorsOf,
} from "./network/net.ts";
import { readExported } from "./onnx/exported.ts";
import { encodePolicyOnnx } from "./onnx/policy_graph.ts";
import type { PolicySpec } from "./spec.ts";

/** First member of every `meta.json`. */
const FORMAT = "townlet-checkpoint";

/** Version of the format. */
const VERSION = 1;

/** Most bytes of a `meta.json`. */
const META_BYTES_MAX = 1 << 20;

/** Name of the file that tells of the others. */
export const META_FILE = "meta.json";
const ONNX_FILE = "policy.onnx";
const WEIGHTS_FILE = "weights.npz";
const OPTIMIZER_FILE = "optimizer.npz";

/** Files of every checkpoint, as far as it lists them. */
export const OWN_FILES: readonly string[] = [
  ONNX_FILE,
  WEIGHTS_FILE,
  OPTIMIZER_FILE,
];

/** State of a stream of random numbers. */
export interface RandomState {
  /** Its four words of 32 bits. */
  readonly words: readonly number[];
  /** Numbers of 32 bits drawn so far. */
  readonly draws: number;
}

/** What is known of a checkpoint beside what follows from its network. */
export interface CheckpointFacts {
  /** Hash of the observations it was made for. */
  readonly obs_spec_hash: string;
  /** Hash of the catalogue of actions. */
  readonly action_spec_hash: string;
  /** The catalogue of actions. */
  readonly actions: readonly string[];
  /** Names of the features. */
  readonly feature_names: readonly string[];
  /** Name of the town it learned in. */
  readonly config_id: string;
  /** SHA-256 of the configuration that decided that town. */
  readonly config_sha256: string;
  /** Seed of the training. */
  readonly seed: number;
  /** Agent-steps of experience so far. */
  readonly steps: number;
  /** Updates so far. */
  readonly updates: number;
  /** Cycle of the schedules, −1 before the first. */
  readonly cycle: number;
  /** What computed the updates. */
  readonly backend: "wasm" | "ts";
  /** Version of the runtime: equal weights are promised on equal ones. */
  readonly runtime: string;
  /** Program that wrote it, such as `townlet 0.1.0`. */
  readonly app: string;
  /** Streams of random numbers by name. */
  readonly rng: Readonly<Record<string, RandomState>>;
  /** What was measured last, by name; null where there was nothing. */
  readonly metrics: Readonly<Record<string, number | null>>;
}

/** What `meta.json` holds. */
export interface CheckpointMeta extends CheckpointFacts {
  /** Always `townlet-checkpoint`. */
  readonly format: "townlet-checkpoint";
  /** Version of the format. */
  readonly version: 1;
  /** Which net. */
  readonly net: NetName;
  /** Channels, rows and columns of the map; all 0 where there is none. */
  readonly map_shape: readonly [number, number, number];
  /** SHA-256 of the weights, see `policyHash()`. */
  readonly policy_hash: string;
  /** SHA-256 of each other file, by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** A checkpoint that was read. */
export interface Checkpoint {
  /** The network. */
  readonly network: Network;
  /** Where it comes from. */
  readonly meta: CheckpointMeta;
  /** What the optimizer remembers, by name; null where it was not kept. */
  readonly optimizer: ReadonlyMap<string, NpyArray> | null;
}

/** What a checkpoint is made of. */
export interface CheckpointParts {
  /** The network. */
  readonly network: Network;
  /** Where it comes from. */
  readonly facts: CheckpointFacts;
  /** What the optimizer remembers, by name; null to leave it out. */
  readonly optimizer: ReadonlyMap<string, NpyArray> | null;
  /** Other files that belong to it, by name; `worlds/NAME` is one, too. */
  readonly others?: ReadonlyMap<string, Uint8Array>;
}

/** Names of files: a checkpoint has one folder in it at most. */
const FILE_NAME = /^(?:worlds\/)?[a-z0-9][a-z0-9._-]{0,63}$/;

const digest = () => z.string().regex(/^[0-9a-f]{64}$/);
const name = () => z.string().min(1).max(200);
const size = () => int(0, 4096);

const META: z.ZodType<CheckpointMeta> = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  net: oneOf(...NETS),
  obs_spec_hash: digest(),
  action_spec_hash: digest(),
  actions: z.array(name()).min(1).max(1000),
  feature_names: z.array(name()).max(10_000),
  map_shape: z.tuple([size(), size(), size()]),
  config_id: name(),
  config_sha256: digest(),
  seed: int(0),
  steps: int(0),
  updates: int(0),
  cycle: int(-1),
  policy_hash: digest(),
  backend: oneOf("wasm", "ts"),
  runtime: name(),
  app: name(),
  rng: z.record(
    name(),
    z.strictObject({
      words: z.array(int(0, 2 ** 32 - 1)).length(4),
      draws: int(0),
    }),
  ),
  metrics: z.record(name(), z.number().nullable()),
  files: z.record(z.string().regex(FILE_NAME), digest()),
});

/**
 * The files of a checkpoint by name.
 *
 * @throws {RangeError} for weights or metrics that are not finite
 */
export function encodeCheckpoint(
  { network, facts, optimizer, others = new Map() }: CheckpointParts,
): Map<string, Uint8Array> {
  const { net } = network;
  const unfit = notFinite(network);
  if (unfit !== null) throw new RangeError(`${unfit} is not finite`);
  const files = new Map<string, Uint8Array>([
    [
      ONNX_FILE,
      encodePolicyOnnx(network, {
        obsSpecHash: facts.obs_spec_hash,
        actionSpecHash: facts.action_spec_hash,
        actions: facts.actions,
        featureNames: facts.feature_names,
        app: facts.app,
      }),
    ],
    [
      WEIGHTS_FILE,
      encodeNpz(Object.fromEntries(tensorArrays(net, network.weights))),
    ],
  ]);
  if (optimizer !== null) {
    files.set(OPTIMIZER_FILE, encodeNpz(Object.fromEntries(optimizer)));
  }
  for (const [name, bytes] of others) files.set(name, bytes);
  const meta: CheckpointMeta = META.parse({
    format: FORMAT,
    version: VERSION,
    net: net.shape.net,
    map_shape: net.shape.map,
    ...facts,
    policy_hash: policyHash(network),
    files: Object.fromEntries(
      [...files].map(([name, bytes]) => [name, sha256Hex(bytes)]),
    ),
  });
  const text = `${JSON.stringify(meta, null, 2)}\n`;
  return files.set(META_FILE, new TextEncoder().encode(text));
}

/**
 * What a `meta.json` says.
 *
 * @param where the file, for messages
 * @throws {TownletError} that names what is wrong with it
 */
export function decodeMeta(bytes: Uint8Array, where: string): CheckpointMeta {
  if (bytes.length > META_BYTES_MAX) {
    throw unusable("meta", "The file is larger than 1 MiB", where);
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw unusable("meta", "The file is no JSON text", where);
  }
  if (formatOf(value) !== FORMAT) {
    throw unusable("format", "The file tells of no checkpoint", where);
  }
  const read = META.safeParse(value);
  if (read.success) return checkNames(read.data, where);
  const faults = read.error.issues.slice(0, 4).map(({ path, message }) =>
    `${path.join(".") || "all of it"}: ${message}`
  );
  throw unusable("meta", `Of the checkpoint: ${faults.join("; ")}`, where);
}

/**
 * Makes a checkpoint of its files. Of others that belong to it only the digests
 * are looked at, and they may be left out.
 *
 * @param where its folder, for messages
 * @throws {TownletError} exit code 5 for digests that are not as listed, else 2
 */
export function decodeCheckpoint(
  files: ReadonlyMap<string, Uint8Array>,
  where: string,
): Checkpoint {
  const file = (name: string) => `${where}/${name}`;
  const bytesOf = (name: string) => {
    const bytes = files.get(name);
    if (bytes !== undefined) return bytes;
    throw unusable(
      "missing",
      "A file of the checkpoint is missing",
      file(name),
    );
  };
  const meta = decodeMeta(bytesOf(META_FILE), file(META_FILE));
  for (const [name, expected] of Object.entries(meta.files)) {
    if (!OWN_FILES.includes(name) && !files.has(name)) continue;
    if (sha256Hex(bytesOf(name)) === expected) continue;
    throw refused("A file of the checkpoint was changed", file(name));
  }
  const unlisted = [...files.keys()]
    .find((name) => name !== META_FILE && !Object.hasOwn(meta.files, name));
  if (unlisted !== undefined) {
    throw refused("No digest is listed for a file", file(unlisted));
  }
  const net = openNet({
    net: meta.net,
    features: meta.feature_names.length,
    map: meta.map_shape,
    actions: meta.actions.length,
  });
  const arrays = decodeNpz(bytesOf(WEIGHTS_FILE), {
    where: file(WEIGHTS_FILE),
  });
  const weights = flatTensors(net, arrays, { where: file(WEIGHTS_FILE) });
  const network = { net, weights };
  const unfit = notFinite(network);
  if (unfit !== null) {
    throw unusable(
      "weights",
      `Tensor ${unfit} has numbers that are not finite`,
      file(WEIGHTS_FILE),
    );
  }
  if (policyHash(network) !== meta.policy_hash) {
    throw refused("The weights are others than listed", file(WEIGHTS_FILE));
  }
  // Others run the model: it must be what the weights are.
  const exported = readExported(bytesOf(ONNX_FILE));
  if (exported === null || policyHash(exported) !== meta.policy_hash) {
    throw refused("The model is of another network", file(ONNX_FILE));
  }
  const optimizer = Object.hasOwn(meta.files, OPTIMIZER_FILE)
    ? decodeNpz(bytesOf(OPTIMIZER_FILE), { where: file(OPTIMIZER_FILE) })
    : null;
  return { network, meta, optimizer };
}

/** What the network of a checkpoint was made for. */
export function madeFor(meta: CheckpointMeta): PolicySpec {
  return { obs: meta.obs_spec_hash, actions: meta.action_spec_hash };
}

/** A flat array as tensors of a net by name, each behind a prefix. */
export function tensorArrays(
  net: Net,
  flat: Float32Array,
  prefix = "",
): Map<string, NpyArray> {
  return new Map(
    tensorsOf(net).map(({ name, shape, start }) => {
      const data = flat.subarray(start, start + elementsOf(shape));
      return [prefix + name, { dtype: "f32", shape, data }];
    }),
  );
}

/**
 * A flat array of the tensors of a net, each behind a prefix, where no other
 * name may begin so.
 *
 * @throws {TownletError} that names a tensor that is missing, unknown or of
 * another shape
 */
export function flatTensors(
  net: Net,
  arrays: ReadonlyMap<string, NpyArray>,
  { where, prefix = "" }: { readonly where: string; readonly prefix?: string },
): Float32Array {
  const tensors = tensorsOf(net);
  const known = new Set(tensors.map(({ name }) => prefix + name));
  for (const name of arrays.keys()) {
    if (known.has(name) || !name.startsWith(prefix)) continue;
    throw unusable("weights", `Nobody knows a tensor ${name}`, where);
  }
  const found = tensors.map(({ name, shape }) => {
    const array = arrays.get(prefix + name);
    if (array === undefined) {
      throw unusable("weights", `Tensor ${prefix}${name} is missing`, where);
    }
    const form = `${array.dtype} [${array.shape}]`;
    const expected = `f32 [${shape}]`;
    if (form !== expected || !(array.data instanceof Float32Array)) {
      throw unusable(
        "weights",
        `Tensor ${prefix}${name} is ${form}, not ${expected}`,
        where,
      );
    }
    return array.data;
  });
  // Only now is it known that there is as much as the net says.
  const flat = new Float32Array(net.size);
  for (const [i, { start }] of tensors.entries()) flat.set(found[i], start);
  return flat;
}

/** The first tensor that is not finite all through, or null. */
function notFinite({ net, weights }: Network): string | null {
  const at = weights.findIndex((weight) => !Number.isFinite(weight));
  if (at < 0) return null;
  return tensorsOf(net).findLast(({ start }) => start <= at)?.name ?? null;
}

/** What the schema cannot say of names and sizes. */
function checkNames(meta: CheckpointMeta, where: string): CheckpointMeta {
  const faults = [
    ...[ONNX_FILE, WEIGHTS_FILE].filter((name) =>
      !Object.hasOwn(meta.files, name)
    ).map((name) => `files has no ${name}`),
    ...meta.map_shape.includes(0) && meta.map_shape.some((side) => side > 0)
      ? ["map_shape has sides of 0 beside others"]
      : [],
  ];
  if (faults.length === 0) return meta;
  throw unusable("meta", `Of the checkpoint: ${faults.join("; ")}`, where);
}

function formatOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "format" in value
    ? value.format
    : undefined;
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** A checkpoint that makes no sense: exit code 2. */
function unusable(code: string, message: string, where: string): TownletError {
  return new TownletError(recordText(message), {
    code: `checkpoint.${code}`,
    where,
  });
}

/** A checkpoint that is not what was written: exit code 5. */
function refused(message: string, where: string): TownletError {
  return new TownletError(`${message} (rule F6)`, {
    code: "checkpoint.digest",
    where,
    hint: "Take a copy that is as it was written",
    exit: EXIT.refused,
  });
}
