/**
 * The memory that the threads of a vector share.
 *
 * @module
 */
import { bytesFor, type Catalogue, columnsOver } from "../base/columns.ts";
import {
  type BatchArrays,
  batchArrays,
  batchCatalogue,
} from "../observations/batch.ts";
import { type MapFormat, observationSpec } from "../observations/spec.ts";
import type { Town } from "../world/town.ts";
import { TALLIES } from "./tallies.ts";

/** What the worlds of a vector are like, and who steps them. */
export interface VectorShape {
  /** Worlds. */
  readonly worlds: number;
  /** Threads that step them. */
  readonly workers: number;
  /** Number format of the maps. */
  readonly mapFormat: MapFormat;
  /** Ticks of an episode, 0 for one without end. */
  readonly episodeTicks: number;
}

/** Bytes of an id: 64 characters, a resident's number, that of a life. */
export const ID_BYTES = 96;
/** Bytes of a hash, as hexadecimal digits. */
export const HASH_BYTES = 64;
/** Bytes of the message of a thread that failed. */
export const FAULT_BYTES = 2048;

/** Columns beside the batches. */
export interface VectorColumns {
  /** Words by which threads wait for each other, see CONTROL. */
  readonly control: Int32Array;
  /** Action chosen for each row, below 0 for waiting. [rows] */
  readonly actions: Int32Array;
  /** Reward of the last step. [rows] */
  readonly reward: Float32Array;
  /** 1 where a life ended in the last step. [rows] */
  readonly terminated: Uint8Array;
  /** Code of what ended the life, see ENDS; 0 where it goes on. [rows] */
  readonly ends: Uint8Array;
  /** 1 where the episode's time was over after the last step. [rows] */
  readonly truncated: Uint8Array;
  /** 1 where the world began anew in the last step. [rows] */
  readonly autoreset: Uint8Array;
  /** 1 where neither policy nor actions decided the last step. [rows] */
  readonly external: Uint8Array;
  /** Index of the profile of each row's agent. [rows] */
  readonly profiles: Uint8Array;
  /** Ticks of the episode so far. [worlds] */
  readonly ticks: Float64Array;
  /** Episodes begun, less one. [worlds] */
  readonly episodes: Int32Array;
  /** Seed of the episode. [worlds] */
  readonly seeds: Float64Array;
  /** Choices of the last step that could not be done. [worlds] */
  readonly invalidChoices: Int32Array;
  /** What happened in the last step, see TALLIES. [worlds × tallies] */
  readonly tallies: Float64Array;
  /** 1 for worlds to reset. [worlds] */
  readonly resets: Uint8Array;
  /** Ids of the rows, in ASCII. [rows × 96] */
  readonly ids: Uint8Array;
  /** Hashes of the worlds, when asked for. [worlds × 64] */
  readonly hashes: Uint8Array;
  /** Why a thread failed, in UTF-8, ended by 0. [workers × 2048] */
  readonly faults: Uint8Array;
}

/** Columns of `control`. */
export const CONTROL = {
  /** Rises by one with every order. */
  order: 0,
  /** What to do, see ORDER. */
  what: 1,
  /** Rises by one with every thread that has done an order. */
  done: 2,
} as const;

/** What threads can be told to do. */
export const ORDER = {
  /** Step, each world by its own policy. */
  stepOwn: 1,
  /** Step by the actions given. */
  stepGiven: 2,
  /** Reset the worlds marked. */
  reset: 3,
  /** Write down hashes. */
  hash: 4,
  /** Tell all there is to remember. */
  save: 5,
  /** End. */
  close: 6,
} as const;

/**
 * Times a thread looks at a word before it goes to sleep. Steps are short, and
 * waking a thread takes as long as many of them; where the word stays as it is,
 * a fraction of a millisecond is lost.
 */
const LOOKS = 100_000;

/**
 * Waits while a word of `control` has a value; false when it still has it after
 * the time is over.
 */
export function waitWhile(
  control: Int32Array,
  word: number,
  value: number,
  timeoutMs: number = Infinity,
): boolean {
  for (let look = 0; look < LOOKS; look++) {
    if (Atomics.load(control, word) !== value) return true;
  }
  return Atomics.wait(control, word, value, timeoutMs) !== "timed-out";
}

/** All of it. */
export interface VectorMemory extends VectorColumns {
  /** The two batches that alternate. */
  readonly batches: readonly [BatchArrays, BatchArrays];
}

/** The buffers below it, which threads hand to each other. */
export type VectorBuffers = readonly [
  first: ArrayBufferLike,
  second: ArrayBufferLike,
  columns: ArrayBufferLike,
];

/** Buffers for a vector: shared ones where several threads use them. */
export function vectorBuffers(town: Town, shape: VectorShape): VectorBuffers {
  const make = (catalogue: Catalogue) =>
    shape.workers > 1
      ? new SharedArrayBuffer(bytesFor(catalogue))
      : new ArrayBuffer(bytesFor(catalogue));
  const batch = batchOf(town, shape);
  return [make(batch), make(batch), make(columnsOf(town, shape))];
}

/** The arrays of a vector, over its buffers. */
export function vectorMemory(
  town: Town,
  shape: VectorShape,
  [first, second, columns]: VectorBuffers,
): VectorMemory {
  const batch = batchOf(town, shape);
  // The catalogue has exactly the columns of the interface, by its types.
  const typed = columnsOver(
    columnsOf(town, shape),
    columns,
  ) as unknown as VectorColumns;
  return {
    ...typed,
    batches: [batchArrays(batch, first), batchArrays(batch, second)],
  };
}

function batchOf(town: Town, shape: VectorShape): Catalogue {
  return batchCatalogue(
    observationSpec(town),
    town.actions.length,
    shape.worlds * town.capacity,
    shape.mapFormat,
  );
}

function columnsOf(town: Town, { worlds, workers }: VectorShape): Catalogue {
  const rows = worlds * town.capacity;
  return {
    control: { dtype: "i32", shape: [Object.keys(CONTROL).length] },
    ticks: { dtype: "f64", shape: [worlds] },
    seeds: { dtype: "f64", shape: [worlds] },
    tallies: { dtype: "f64", shape: [worlds, TALLIES.length] },
    actions: { dtype: "i32", shape: [rows] },
    reward: { dtype: "f32", shape: [rows] },
    episodes: { dtype: "i32", shape: [worlds] },
    invalidChoices: { dtype: "i32", shape: [worlds] },
    terminated: { dtype: "u8", shape: [rows] },
    ends: { dtype: "u8", shape: [rows] },
    truncated: { dtype: "u8", shape: [rows] },
    autoreset: { dtype: "u8", shape: [rows] },
    external: { dtype: "u8", shape: [rows] },
    profiles: { dtype: "u8", shape: [rows] },
    resets: { dtype: "u8", shape: [worlds] },
    ids: { dtype: "u8", shape: [rows, ID_BYTES] },
    hashes: { dtype: "u8", shape: [worlds, HASH_BYTES] },
    faults: { dtype: "u8", shape: [workers, FAULT_BYTES] },
  };
}
