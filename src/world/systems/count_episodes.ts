/** Another tick of everyone's day is over. @module */
import type { Town } from "../town.ts";
import type { Turn } from "../turn.ts";
import type { World } from "../world.ts";

/**
 * Counts the ticks of every agent's episode, which lasts a day.
 *
 * Writes `episodeTick`.
 */
export function countEpisodes(town: Town, world: World, _turn: Turn): void {
  const { roster, population, episodeTick } = world;
  const { ticksPerDay } = town;
  for (let i = 0; i < population[0]; i++) {
    const next = episodeTick[roster[i]] + 1;
    episodeTick[roster[i]] = next === ticksPerDay ? 0 : next;
  }
}
