/**
 * Options: an agent's plan to use an object, and how it ends.
 *
 * @module
 */
import type { Town } from "./town.ts";
import type { World } from "./world.ts";

/** Begins an option; the same one again keeps what was reached so far. */
export function beginOption(
  town: Town,
  world: World,
  agent: number,
  affordance: number,
  object: number,
  now: number,
): void {
  const broken = world.brokenAffordance[agent];
  if (
    broken >= 0 && broken !== affordance &&
    now - world.brokenTick[agent] <= town.optionCommitTicks
  ) world.optionSwitches[agent]++;
  world.brokenAffordance[agent] = -1;
  world.optionAffordance[agent] = affordance;
  world.optionObject[agent] = object;
  world.optionSince[agent] = now;
}

/** Ends an agent's option, if it has one, because it was completed. */
export function completeOption(world: World, agent: number): void {
  clearOption(world, agent);
  world.brokenAffordance[agent] = -1;
}

/** Ends an agent's option, if it has one, for something else. */
export function breakOption(world: World, agent: number, now: number): void {
  if (world.optionAffordance[agent] < 0) return;
  world.brokenAffordance[agent] = world.optionAffordance[agent];
  world.brokenTick[agent] = now;
  clearOption(world, agent);
}

/**
 * Ends an agent's option, if it has one, because it cannot be completed; the
 * pair is not chosen again for a while, so that nobody retries for ever.
 */
export function failOption(
  town: Town,
  world: World,
  agent: number,
  now: number,
): void {
  if (world.optionAffordance[agent] < 0) return;
  world.failedAffordance[agent] = world.optionAffordance[agent];
  world.failedObject[agent] = world.optionObject[agent];
  world.failedUntil[agent] = now + town.optionCommitTicks;
  breakOption(world, agent, now);
}

function clearOption(world: World, agent: number): void {
  world.optionAffordance[agent] = -1;
  world.optionObject[agent] = -1;
  world.optionSince[agent] = 0;
}
