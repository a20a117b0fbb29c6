/**
 * Shards: steps of whole episodes as a file of arrays.
 *
 * @module
 */
import type { NpyArray, NpyDtype } from "../../base/npy.ts";
import { decodeNpz, encodeNpz } from "../../base/npz.ts";
import {
  createSteps,
  type Sequence,
  stepCatalogue,
  type Steps,
  type StepShape,
} from "../experience.ts";
import { unusable } from "./refusal.ts";
import { copySteps, type StepColumn, stepSizes } from "./steps.ts";

/** Most bytes of the arrays of a shard; larger ones are not read. */
export const SHARD_BYTES_MAX = 512 << 20;

/** Names of the arrays, in the order in which they are written. */
const COLUMNS: readonly StepColumn[] = [
  "obs_map",
  "obs_features",
  "action_mask",
  "action",
  "log_prob",
  "value",
  "reward",
  "terminated",
  "truncated",
  "external",
  "tick",
  "agent_slot",
];
/** Arrays with a number for each episode. */
const OFFSETS = "episode_offset";
const BOOTSTRAPS = "bootstrap_value";
/** Columns that are 0 or 1. */
const FLAGS: readonly StepColumn[] = [
  "action_mask",
  "terminated",
  "truncated",
  "external",
];

/** A shard that was read. */
export interface Shard {
  /** Its steps, episode by episode, in tick order. */
  readonly steps: Steps;
  /** Its episodes. */
  readonly sequences: readonly Sequence[];
}

/** An episode that goes into a shard. */
export interface EpisodeSteps {
  /** Where its steps are. */
  readonly steps: Steps;
  /** Which of them they are. */
  readonly sequence: Sequence;
}

/** The bytes of a shard; equal episodes give equal bytes. */
export function encodeShard(
  shape: StepShape,
  episodes: readonly EpisodeSteps[],
): Uint8Array {
  const offsets = [0];
  for (const { sequence: { start, end } } of episodes) {
    offsets.push(offsets[offsets.length - 1] + end - start);
  }
  const count = offsets[offsets.length - 1];
  const all = createSteps(shape, count);
  const sizes = stepSizes(shape);
  for (const [i, { steps, sequence: { start, end } }] of episodes.entries()) {
    copySteps(sizes, steps, [start, end], all, offsets[i]);
  }
  const catalogue = stepCatalogue(shape, count);
  const columns = COLUMNS.map((name): [string, NpyArray] => [
    name,
    // Columns have types that files have, too.
    {
      dtype: catalogue[name].dtype as NpyDtype,
      shape: catalogue[name].shape,
      data: all[name],
    },
  ]);
  return encodeNpz({
    ...Object.fromEntries(columns),
    [OFFSETS]: {
      dtype: "i64",
      shape: [offsets.length],
      data: BigInt64Array.from(offsets, BigInt),
    },
    [BOOTSTRAPS]: {
      dtype: "f32",
      shape: [episodes.length],
      data: Float32Array.from(episodes, ({ sequence }) => sequence.bootstrap),
    },
  });
}

/**
 * Reads a shard.
 *
 * @param where the file, for messages
 * @throws {TownletError} that names the array that is missing, unknown, of
 * another type or shape, or holds what makes no sense
 */
export function decodeShard(
  bytes: Uint8Array,
  shape: StepShape,
  where: string,
): Shard {
  const arrays = decodeNpz(bytes, { where, limitBytes: SHARD_BYTES_MAX });
  const [fault] = shardFaults(arrays, shape);
  if (fault !== undefined) {
    throw unusable("shard", fault, {
      where,
      hint: "Record it anew, or leave the dataset alone",
    });
  }
  return shardOf(arrays);
}

/** A shard over arrays in which {@link shardFaults} finds nothing. */
export function shardOf(arrays: ReadonlyMap<string, NpyArray>): Shard {
  const data = (name: string) => arrays.get(name)?.data;
  const offsets = Array.from(data(OFFSETS) as BigInt64Array, Number);
  const bootstraps = data(BOOTSTRAPS) as Float32Array;
  return {
    // Types and lengths are those of the columns: that was looked at.
    steps: Object.fromEntries(
      COLUMNS.map((name) => [name, data(name)]),
    ) as unknown as Steps,
    sequences: offsets.slice(1).map((end, i) => ({
      start: offsets[i],
      end,
      bootstrap: bootstraps[i],
    })),
  };
}

/** Everything that is wrong with the arrays of a shard, by name. */
export function shardFaults(
  arrays: ReadonlyMap<string, NpyArray>,
  shape: StepShape,
): string[] {
  const faults: string[] = [];
  const count = arrays.get("action")?.shape[0] ?? 0;
  const episodes = arrays.get(BOOTSTRAPS)?.shape[0] ?? 0;
  const expected = new Map<string, string>();
  for (const [name, column] of Object.entries(stepCatalogue(shape, count))) {
    expected.set(name, `${column.dtype} [${column.shape.join(" × ")}]`);
  }
  expected.set(OFFSETS, `i64 [${episodes + 1}]`);
  expected.set(BOOTSTRAPS, `f32 [${episodes}]`);
  for (const [name, form] of expected) {
    const array = arrays.get(name);
    if (array === undefined) {
      faults.push(`Array ${name} is missing`);
      continue;
    }
    const found = `${array.dtype} [${array.shape.join(" × ")}]`;
    if (found !== form) faults.push(`Array ${name} is ${found}, not ${form}`);
  }
  for (const name of arrays.keys()) {
    if (!expected.has(name)) faults.push(`Nobody knows an array ${name}`);
  }
  if (faults.length > 0) return faults;
  for (const [name, { data }] of arrays) {
    if (!(data instanceof Float32Array)) continue;
    const at = data.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) faults.push(`Array ${name} has ${data[at]} at ${at}`);
  }
  return [...faults, ...sequenceFaults(arrays, shape, count)];
}

/** What is wrong with offsets, flags and actions. */
function sequenceFaults(
  arrays: ReadonlyMap<string, NpyArray>,
  shape: StepShape,
  count: number,
): string[] {
  const faults: string[] = [];
  const data = (name: string) => arrays.get(name)?.data ?? new Uint8Array();
  for (const name of FLAGS) {
    const at = data(name).findIndex((value) => value > 1);
    if (at >= 0) faults.push(`Array ${name} is neither 0 nor 1 at ${at}`);
  }
  const actions = data("action");
  const odd = actions.findIndex((action) =>
    action < 0 || action >= shape.actions
  );
  if (odd >= 0) faults.push(`Array action has ${actions[odd]} at ${odd}`);
  const offsets = Array.from(data(OFFSETS), Number);
  const isRising = offsets.every((offset, i) =>
    i === 0 || offset > offsets[i - 1]
  );
  if (offsets[0] !== 0 || offsets[offsets.length - 1] !== count || !isRising) {
    faults.push(`Array ${OFFSETS} does not rise from 0 to ${count}`);
    return faults;
  }
  const ticks = data("tick");
  const ends = [data("terminated"), data("truncated")];
  for (let i = 0; i + 1 < offsets.length; i++) {
    for (let step = offsets[i]; step < offsets[i + 1]; step++) {
      const isLast = step + 1 === offsets[i + 1];
      const isEnd = ends[0][step] === 1 || ends[1][step] === 1;
      if (isEnd !== isLast || ends[0][step] === ends[1][step] && isEnd) {
        faults.push(`Episode ${i} does not end once, at its end`);
        break;
      }
      if (!isLast && ticks[step + 1] <= ticks[step]) {
        faults.push(`Array tick does not rise within episode ${i}`);
        break;
      }
    }
  }
  return faults;
}
