/**
 * Batches: the observations of many residents, as a struct of arrays.
 *
 * @module
 */
import { type Catalogue, columnsOver } from "../base/columns.ts";
import type { Town } from "../world/town.ts";
import { type MapFormat, type ObservationSpec, SUMMARY } from "./spec.ts";

/** Observations of one tick, a row for each resident. */
export interface ObservationBatch {
  /** Ticks done when it was built. */
  readonly tick: number;
  /** Rows that count. */
  readonly count: number;
  /** Ids by agent index. [agents] */
  readonly agentIds: readonly string[];
  /** Agent index of each row; -1 for a row nobody has. [rows] */
  readonly agents: Int32Array;
  /** Row of each agent, -1 for one that is not observed. [agents] */
  readonly rowOf: Int32Array;
  /** Number format of the maps. */
  readonly mapFormat: MapFormat;
  /** Maps: channels of rows of columns. [rows × C × w × w] */
  readonly map: Float32Array | Uint8Array;
  /** Features. [rows × F] */
  readonly features: Float32Array;
  /** 1 where an action of the catalogue makes sense. [rows × K] */
  readonly actionMask: Uint8Array;
  /** What is around, summed up, see `SUMMARY`. [rows × 9] */
  readonly summary: Float32Array;
  /** Embedding slot of each row. [rows] */
  readonly slots: Uint16Array;
  /** Friends and rivals that a row tells of. [rows] */
  readonly filledSlots: Uint8Array;
  /**
   * One row, as views that are good until the batch is built anew.
   *
   * @throws {RangeError} when there is no such row
   */
  row(i: number): ObservationRow;
}

/** The observation of one resident: views of a batch. */
export interface ObservationRow {
  /** Who observed; "" in a row nobody has. */
  readonly agentId: string;
  /** Map: channels of rows of columns. [C × w × w] */
  readonly map: Float32Array | Uint8Array;
  /** Features. [F] */
  readonly features: Float32Array;
  /** 1 where an action of the catalogue makes sense. [K] */
  readonly actionMask: Uint8Array;
}

/** A batch that can be written. */
export type DraftBatch = {
  -readonly [K in keyof ObservationBatch]: ObservationBatch[K];
};

/** The arrays of a batch. */
export type BatchArrays = Pick<
  ObservationBatch,
  | "agents"
  | "map"
  | "features"
  | "actionMask"
  | "summary"
  | "slots"
  | "filledSlots"
>;

/** The catalogue of a batch's arrays: types and shapes. */
export function batchCatalogue(
  spec: ObservationSpec,
  actions: number,
  rows: number,
  mapFormat: MapFormat,
): Catalogue {
  const [channels, height, width] = spec.mapShape;
  return {
    features: { dtype: "f32", shape: [rows, spec.featureNames.length] },
    summary: { dtype: "f32", shape: [rows, SUMMARY.length] },
    agents: { dtype: "i32", shape: [rows] },
    slots: { dtype: "u16", shape: [rows] },
    filledSlots: { dtype: "u8", shape: [rows] },
    map: { dtype: mapFormat, shape: [rows, channels, height, width] },
    actionMask: { dtype: "u8", shape: [rows, actions] },
  };
}

/** The arrays of a batch, over a buffer. */
export function batchArrays(
  catalogue: Catalogue,
  buffer: ArrayBufferLike,
): BatchArrays {
  // The catalogue has exactly the arrays of the interface, by its types.
  return columnsOver(catalogue, buffer) as unknown as BatchArrays;
}

/**
 * A batch over arrays, with nothing in it yet.
 *
 * @throws {RangeError} for a map format that the variant does not have
 */
export function openBatch(
  town: Town,
  spec: ObservationSpec,
  mapFormat: MapFormat,
  arrays: BatchArrays,
): DraftBatch {
  if (!spec.mapFormats.includes(mapFormat)) {
    throw new RangeError(
      `maps of the variant ${spec.variant} come as ${
        spec.mapFormats.join(" or ")
      }, not ${mapFormat}`,
    );
  }
  const mapSize = spec.mapShape[0] * spec.mapShape[1] * spec.mapShape[2];
  const featureCount = spec.featureNames.length;
  const actionCount = town.actions.length;
  const batch: DraftBatch = {
    tick: 0,
    count: 0,
    mapFormat,
    ...arrays,
    rowOf: new Int32Array(town.capacity).fill(-1),
    agentIds: [],
    row(i) {
      if (!Number.isInteger(i) || i < 0 || i >= batch.count) {
        throw new RangeError(`there is no row ${i}, only ${batch.count}`);
      }
      const { agents, map, features, actionMask } = batch;
      const part = <T extends Float32Array | Uint8Array>(a: T, size: number) =>
        a.subarray(i * size, (i + 1) * size) as T;
      return {
        agentId: agents[i] < 0 ? "" : batch.agentIds[agents[i]],
        map: part(map, mapSize),
        features: part(features, featureCount),
        actionMask: part(actionMask, actionCount),
      };
    },
  };
  return batch;
}
