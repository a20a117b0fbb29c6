/**
 * Manifests: what a dataset is, and the digests of its files.
 *
 * A dataset is a folder: shards of steps, two tables of episodes, and the
 * manifest, which is written last. NumPy alone can read the shards.
 *
 * @module
 */
import { z } from "zod";
import { sha256Hex } from "../../base/hash.ts";
import type { ObservationVariant } from "../../config/features.ts";
import { configSha256 } from "../../config/identity.ts";
import { FILE_NAME, int, oneOf } from "../../config/schema.ts";
import { type MapFormat, observationSpec } from "../../observations/spec.ts";
import { actionSpecHash, policySpec } from "../../policy/spec.ts";
import { TALLIES, type TallyName } from "../../vector/tallies.ts";
import type { Town } from "../../world/town.ts";
import type { StepShape } from "../experience.ts";
import { refused, unusable } from "./refusal.ts";

/** First member of every manifest. */
export const DATASET_FORMAT = "townlet-dataset";
/** Version of the format. */
const VERSION = 1;
/** Name of the manifest in its folder. */
export const MANIFEST_FILE = "manifest.json";
/** Most bytes of a manifest. */
export const MANIFEST_BYTES_MAX = 1 << 20;
/** Features that every dataset must have: metrics are made of them. */
const REQUIRED_FEATURES = ["rivalry_max", "rivalry_avoid_count"];

/** What is known of a dataset before its first step. */
export interface DatasetHeader {
  /** How numbers are scaled. */
  readonly layout: "v1" | "v2";
  /** Kind of observation. */
  readonly variant: ObservationVariant;
  /** Names of the features. */
  readonly feature_names: readonly string[];
  /** Channels, rows and columns of a map. */
  readonly map_shape: readonly [number, number, number];
  /** Names of the channels. */
  readonly map_channels: readonly string[];
  /** Number format of the maps. */
  readonly map_dtype: MapFormat;
  /** The catalogue of actions. */
  readonly actions: readonly string[];
  /** Hash of the observations. */
  readonly obs_spec_hash: string;
  /** Hash of the catalogue of actions. */
  readonly action_spec_hash: string;
  /** Name of the town. */
  readonly config_id: string;
  /** SHA-256 of the configuration that decided the town. */
  readonly config_sha256: string;
  /** Seed of world 0; world i has this plus i. */
  readonly seed: number;
  /** Name of the policy that acted. */
  readonly policy: string;
  /** SHA-256 of its weights; null where it has none. */
  readonly policy_hash: string | null;
  /** Ticks of each world. */
  readonly ticks: number;
  /** When it was begun, such as `2026-01-31T12:00:00Z`. */
  readonly created_utc: string;
  /** Words of whoever recorded it. */
  readonly tags: readonly string[];
}

/** A file and its digest. */
export interface ListedFile {
  /** Its name in the folder. */
  readonly file: string;
  /** SHA-256 of its bytes, 64 hex digits. */
  readonly sha256: string;
  /** Its bytes. */
  readonly bytes: number;
}

/** A shard of a dataset, as its manifest lists it. */
export interface ListedShard extends ListedFile {
  /** Steps in it. */
  readonly steps: number;
  /** Episodes in it. */
  readonly episodes: number;
  /** Whether one should learn from it. */
  readonly accepted: boolean;
}

/** What all shards come to. */
export interface DatasetTotals extends Readonly<Record<TallyName, number>> {
  /** Shards. */
  readonly shards: number;
  /** Episodes. */
  readonly episodes: number;
  /** Steps. */
  readonly steps: number;
  /** Bytes of the shards. */
  readonly bytes: number;
  /** Episodes one should learn from. */
  readonly accepted_episodes: number;
  /** Mean quality of the chats that went well; 0 without any. */
  readonly chat_quality_mean: number;
}

/** What `manifest.json` holds. */
export interface DatasetManifest extends DatasetHeader {
  /** Always `townlet-dataset`. */
  readonly format: "townlet-dataset";
  /** Version of the format. */
  readonly version: 1;
  /** The shards, in order. */
  readonly shards: readonly ListedShard[];
  /** The tables of episodes: `episodes.jsonl` and `metrics.jsonl`. */
  readonly tables: readonly ListedFile[];
  /** What all shards come to, and what happened while they were recorded. */
  readonly totals: DatasetTotals;
}

/** Who recorded a dataset, and how. */
export interface RecordingFacts {
  /** Number format of the maps. */
  readonly mapFormat: MapFormat;
  /** Seed of world 0. */
  readonly seed: number;
  /** Name of the policy. */
  readonly policy: string;
  /** SHA-256 of its weights, or null. */
  readonly policyHash: string | null;
  /** Ticks of each world. */
  readonly ticks: number;
  /** When it was begun, UTC. */
  readonly createdUtc: string;
  /** Words of whoever records. */
  readonly tags: readonly string[];
}

/** What is known of a dataset of a town before its first step. */
export function datasetHeader(
  town: Town,
  facts: RecordingFacts,
): DatasetHeader {
  const spec = observationSpec(town);
  const hashes = policySpec(town);
  return {
    layout: spec.layout,
    variant: spec.variant,
    feature_names: spec.featureNames,
    map_shape: spec.mapShape,
    map_channels: spec.mapChannels,
    map_dtype: facts.mapFormat,
    actions: town.actions,
    obs_spec_hash: hashes.obs,
    action_spec_hash: hashes.actions,
    config_id: town.config.config_id,
    config_sha256: configSha256(town.config),
    seed: facts.seed,
    policy: facts.policy,
    policy_hash: facts.policyHash,
    ticks: facts.ticks,
    created_utc: facts.createdUtc,
    tags: facts.tags,
  };
}

/** What the steps of a dataset look like. */
export function stepShape(header: DatasetHeader): StepShape {
  return {
    features: header.feature_names.length,
    map: header.map_shape,
    mapFormat: header.map_dtype,
    actions: header.actions.length,
  };
}

const digest = () => z.string().regex(/^[0-9a-f]{64}$/);
const name = () => z.string().min(1).max(200);
const listed = {
  file: z.string().min(1).max(200),
  sha256: digest(),
  bytes: int(0),
};

const MANIFEST: z.ZodType<DatasetManifest> = z.strictObject({
  format: z.literal(DATASET_FORMAT),
  version: z.literal(VERSION),
  layout: oneOf("v1", "v2"),
  variant: oneOf("full", "hybrid", "compact"),
  feature_names: z.array(name()).min(1).max(10_000),
  map_shape: z.tuple([int(0, 4096), int(0, 4096), int(0, 4096)]),
  map_channels: z.array(name()).max(4096),
  map_dtype: oneOf("f32", "u8"),
  actions: z.array(name()).min(1).max(1000),
  obs_spec_hash: digest(),
  action_spec_hash: digest(),
  config_id: name(),
  config_sha256: digest(),
  seed: int(0),
  policy: name(),
  policy_hash: digest().nullable(),
  ticks: int(0),
  created_utc: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/),
  tags: z.array(name()).max(100),
  shards: z.array(z.strictObject({
    ...listed,
    steps: int(1),
    episodes: int(1),
    accepted: z.boolean(),
  })),
  tables: z.array(z.strictObject(listed)),
  // Its tallies are those of the interface: both have the same list.
  totals: z.strictObject({
    shards: int(0),
    episodes: int(0),
    steps: int(0),
    bytes: int(0),
    accepted_episodes: int(0),
    chat_quality_mean: z.number().min(0),
    ...Object.fromEntries(TALLIES.map((tally) => [tally, z.number().min(0)])),
  }) as unknown as z.ZodType<DatasetTotals>,
});

/** The text of a manifest. */
export function encodeManifest(manifest: DatasetManifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/**
 * What a manifest says.
 *
 * @param where the file, for messages
 * @throws {TownletError} that names what is wrong with it: exit code 5 for
 * names of files that lead elsewhere, else 2
 */
export function decodeManifest(text: string, where: string): DatasetManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unusable("manifest", "The manifest is no JSON text", { where });
  }
  const read = MANIFEST.safeParse(value);
  if (!read.success) {
    const faults = read.error.issues.slice(0, 4).map(({ path, message }) =>
      `${path.join(".") || "all of it"}: ${message}`
    );
    throw unusable("manifest", `Of the manifest: ${faults.join("; ")}`, {
      where,
    });
  }
  const manifest = read.data;
  const files = [...manifest.shards, ...manifest.tables];
  for (const { file } of files) {
    if (FILE_NAME.test(file)) continue;
    throw refused("path", `${file} is no name of a file (rule F1)`, {
      where,
      hint: "The files of a dataset lie in its folder, beside the manifest",
    });
  }
  const [fault] = faultsOfManifest(manifest);
  if (fault !== undefined) throw unusable("manifest", fault, { where });
  return manifest;
}

/** What a schema cannot say of a manifest. */
function faultsOfManifest(manifest: DatasetManifest): string[] {
  const { shards, tables, totals, map_shape, map_channels } = manifest;
  const names = [...shards, ...tables].map(({ file }) => file);
  const twin = names.find((file, i) => names.indexOf(file) !== i);
  const sum = (of: (shard: ListedShard) => number) =>
    shards.reduce((total, shard) => total + of(shard), 0);
  const missing = REQUIRED_FEATURES
    .filter((feature) => !manifest.feature_names.includes(feature));
  return [
    ...missing.map((feature) => `The features lack ${feature}`),
    ...twin === undefined ? [] : [`${twin} is listed twice`],
    ...totals.shards === shards.length &&
        totals.steps === sum(({ steps }) => steps) &&
        totals.episodes === sum(({ episodes }) => episodes) &&
        totals.bytes === sum(({ bytes }) => bytes)
      ? []
      : ["The totals are not those of the shards"],
    ...map_shape[0] === map_channels.length
      ? []
      : ["The channels are not as many as map_shape says"],
    ...actionSpecHash(manifest.actions) === manifest.action_spec_hash
      ? []
      : ["action_spec_hash is not the hash of the actions"],
  ];
}

/** A file as a manifest lists it. */
export function listFile(file: string, bytes: Uint8Array): ListedFile {
  return { file, sha256: sha256Hex(bytes), bytes: bytes.length };
}

/**
 * Checks bytes against what the manifest says of them.
 *
 * @param where the file, for messages
 * @throws {TownletError} exit code 5
 */
export function checkDigest(
  bytes: Uint8Array,
  listed: ListedFile,
  where: string,
): void {
  const isWhole = bytes.length === listed.bytes;
  if (isWhole && sha256Hex(bytes) === listed.sha256) return;
  const what = isWhole ? "digest does" : "length does";
  throw refused("digest", `The file was changed: its ${what} not fit`, {
    where,
    hint: "Take it from where it was recorded, or leave the dataset alone",
  });
}
