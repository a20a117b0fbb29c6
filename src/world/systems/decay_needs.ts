/** Needs wear off a little every tick. @module */
import type { Town } from "../town.ts";
import type { Turn } from "../turn.ts";
import { NEED_COUNT, type World } from "../world.ts";

/**
 * Lowers every agent's needs by its own decay (rate × personality).
 *
 * Writes `need`, never below 0.
 */
export function decayNeeds(_town: Town, world: World, _turn: Turn): void {
  const { roster, population, need, decay } = world;
  for (let i = 0; i < population[0]; i++) {
    const row = roster[i] * NEED_COUNT;
    for (let k = row; k < row + NEED_COUNT; k++) {
      need[k] = Math.max(0, need[k] - decay[k]);
    }
  }
}
