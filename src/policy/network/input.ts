/** Observations as input of a network. @module */
import type { ObservationBatch } from "../../observations/batch.ts";
import type { Net } from "./net.ts";

/**
 * Writes a row of a batch as a row of input, from `out[at]` on: the features,
 * then the flattened map as numbers. [net.inputs]
 *
 * Arrays turn bytes into numbers twice as fast as a loop would.
 */
export function fillInput(
  { map, features }: Pick<ObservationBatch, "map" | "features">,
  net: Net,
  row: number,
  out: Float32Array,
  at: number,
): void {
  const count = net.shape.features;
  const cells = net.inputs - count;
  const feature = row * count;
  out.set(features.subarray(feature, feature + count), at);
  const cell = row * cells;
  out.set(map.subarray(cell, cell + cells), at + count);
}
