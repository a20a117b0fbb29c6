/**
 * Experience: what residents saw, did and got, step by step.
 *
 * A struct of arrays with a row for each step. The steps of one resident stand
 * together in the order of ticks, as sequences. Rollouts are kept like this,
 * and shards of datasets are this on disk.
 *
 * @module
 */
import { bytesFor, type Catalogue, columnsOver } from "../base/columns.ts";
import type { MapFormat } from "../observations/spec.ts";

/** Steps, as columns. */
export interface Steps {
  /** Maps. [steps × C × w × w] */
  readonly obs_map: Uint8Array | Float32Array;
  /** Features. [steps × F] */
  readonly obs_features: Float32Array;
  /** 1 where an action of the catalogue made sense. [steps × K] */
  readonly action_mask: Uint8Array;
  /** Action of the catalogue. [steps] */
  readonly action: Int32Array;
  /** Its log-probability; 0 where there was no choice. [steps] */
  readonly log_prob: Float32Array;
  /** Value expected by whoever acted. [steps] */
  readonly value: Float32Array;
  /** Reward of the tick. [steps] */
  readonly reward: Float32Array;
  /** 1 where the life ended. [steps] */
  readonly terminated: Uint8Array;
  /** 1 where time or the recording was over. [steps] */
  readonly truncated: Uint8Array;
  /** 1 where somebody else chose the action. [steps] */
  readonly external: Uint8Array;
  /** Ticks of the world that had been done. [steps] */
  readonly tick: Int32Array;
  /** Index of the agent in its world. [steps] */
  readonly agent_slot: Uint16Array;
}

/** Steps of one resident in a row: [start, end) of the columns. */
export interface Sequence {
  /** First step. */
  readonly start: number;
  /** Behind the last step. */
  readonly end: number;
  /** Value expected after the last step; 0 where the life ended. */
  readonly bootstrap: number;
}

/** What steps look like. */
export interface StepShape {
  /** Features, F. */
  readonly features: number;
  /** Channels, rows and columns of the map. */
  readonly map: readonly [channels: number, rows: number, columns: number];
  /** Number format of the maps. */
  readonly mapFormat: MapFormat;
  /** Actions of the catalogue, K. */
  readonly actions: number;
}

/** The catalogue of steps: types and shapes. */
export function stepCatalogue(shape: StepShape, steps: number): Catalogue {
  return {
    obs_features: { dtype: "f32", shape: [steps, shape.features] },
    log_prob: { dtype: "f32", shape: [steps] },
    value: { dtype: "f32", shape: [steps] },
    reward: { dtype: "f32", shape: [steps] },
    action: { dtype: "i32", shape: [steps] },
    tick: { dtype: "i32", shape: [steps] },
    agent_slot: { dtype: "u16", shape: [steps] },
    obs_map: { dtype: shape.mapFormat, shape: [steps, ...shape.map] },
    action_mask: { dtype: "u8", shape: [steps, shape.actions] },
    terminated: { dtype: "u8", shape: [steps] },
    truncated: { dtype: "u8", shape: [steps] },
    external: { dtype: "u8", shape: [steps] },
  };
}

/** Room for steps, all 0. */
export function createSteps(shape: StepShape, steps: number): Steps {
  const catalogue = stepCatalogue(shape, steps);
  // The catalogue has exactly the columns of the interface, by its types.
  return columnsOver(
    catalogue,
    new ArrayBuffer(bytesFor(catalogue)),
  ) as unknown as Steps;
}
