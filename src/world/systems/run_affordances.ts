/** Uses of objects go on and are completed. @module */
import { completeUse } from "../affordances.ts";
import type { Town } from "../town.ts";
import type { Turn } from "../turn.ts";
import type { World } from "../world.ts";

/**
 * Counts every running use down and completes those that are over.
 *
 * Writes `runningLeft`, and on completion needs, wallet, stock, queues, ties.
 */
export function runAffordances(town: Town, world: World, turn: Turn): void {
  const { running, runningLeft } = world;
  for (let object = 0; object < running.length; object++) {
    if (running[object] < 0) continue;
    if (--runningLeft[object] <= 0) completeUse(town, world, turn, object);
  }
}
