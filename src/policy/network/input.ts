/** Observations as input of a network. @module */
import type { ObservationBatch } from "../../observations/batch.ts";
import type { Net } from "./net.ts";

/**
 * Writes a row of a batch as a row of input, from `out[at]` on: the features,
 * then the flattened map as numbers. [net.inputs]
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
  for (let i = 0; i < count; i++) out[at + i] = features[feature + i];
  const cell = row * cells;
  for (let i = 0; i < cells; i++) out[at + count + i] = map[cell + i];
}
