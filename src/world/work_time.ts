/** When residents leave for work by script. @module */
import type { Town } from "./town.ts";
import type { World } from "./world.ts";

/**
 * Whether it is time to leave for work, or to be there: from the start of the
 * shift, less the time to get there and a buffer, to its last tick.
 *
 * @param t tick of the day
 * @param farthest most steps anybody can have to each job, -1 where nobody has
 * asked yet; filled here [jobs]
 */
export function leftForWork(
  town: Town,
  world: World,
  agent: number,
  t: number,
  farthest: Int32Array,
): boolean {
  const job = world.job[agent];
  if (job < 0) return false;
  const { start, end, x, y } = town.jobs[job];
  if (t > end) return false;
  const early = start - town.arrivalBuffer[world.profile[agent]] - t;
  if (early <= 0) return true;
  if (!town.walk || x < 0) return false;
  // Most of the day it is too early even for those who live farthest away.
  if (farthest[job] < 0) farthest[job] = town.paths.longest(x, y);
  return early <= farthest[job] &&
    town.paths.steps(world.x[agent], world.y[agent], x, y) >= early;
}

/**
 * Whether work comes before small needs: as {@link leftForWork}, but where
 * residents teleport only until the shift begins.
 */
export function isWorkTime(
  town: Town,
  world: World,
  agent: number,
  t: number,
  farthest: Int32Array,
): boolean {
  return leftForWork(town, world, agent, t, farthest) &&
    (town.walk || t < town.jobs[world.job[agent]].start);
}
