/**
 * Places: features that lead a resident to an object.
 *
 * @module
 */
import { LANDMARKS } from "./spec.ts";
import type { ObservationTables } from "./tables.ts";

/**
 * Writes the hints of layout v1: the shares of north, south, east and west in
 * the way to the nearest stove; zeros where there is none, or on its tile.
 *
 * @param row index of the first feature of the resident
 */
export function writeHints(
  { town, nearest, stove, at }: ObservationTables,
  features: Float32Array,
  row: number,
  x: number,
  y: number,
): void {
  const hints = row + at.hints;
  const object = stove < 0 ? -1 : nearest.first(stove, x, y);
  const dx = object < 0 ? 0 : town.objectX[object] - x;
  const dy = object < 0 ? 0 : town.objectY[object] - y;
  const steps = Math.abs(dx) + Math.abs(dy) || 1;
  features[hints] = Math.max(0, -dy) / steps;
  features[hints + 1] = Math.max(0, dy) / steps;
  features[hints + 2] = Math.max(0, dx) / steps;
  features[hints + 3] = Math.max(0, -dx) / steps;
}

/**
 * Writes the way to the nearest object of each type of landmark: a unit vector
 * and the distance, in tiles (v1) or as a share of the grid's diagonal (v2).
 *
 * @param row index of the first feature of the resident
 */
export function writeLandmarks(
  { town, spec, nearest, landmarks, at }: ObservationTables,
  features: Float32Array,
  row: number,
  x: number,
  y: number,
): void {
  if (at.landmarks < 0) return;
  const bounded = spec.layout === "v2";
  const { width, height } = town;
  const diagonal = bounded ? Math.sqrt(width * width + height * height) : 1;
  for (let i = 0; i < LANDMARKS.length; i++) {
    const to = row + at.landmarks + 3 * i;
    const type = landmarks[i];
    const object = type < 0 ? -1 : nearest.first(type, x, y);
    const dx = object < 0 ? 0 : town.objectX[object] - x;
    const dy = object < 0 ? 0 : town.objectY[object] - y;
    const distance = Math.sqrt(dx * dx + dy * dy);
    features[to] = distance === 0 ? 0 : dx / distance;
    features[to + 1] = distance === 0 ? 0 : dy / distance;
    features[to + 2] = object < 0 && bounded ? 1 : distance / diagonal;
  }
}
