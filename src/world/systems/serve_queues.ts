/** Queues move on: cooldowns pass, idle holders step back. @module */
import { ghostStep } from "../holding.ts";
import { clash, dropPassedCooldowns } from "../queues.ts";
import type { Town } from "../town.ts";
import type { Turn } from "../turn.ts";
import type { World } from "../world.ts";

/**
 * Drops cooldowns that have passed; a holder who keeps others waiting without
 * using the object steps back; long waits end in a clash.
 *
 * Writes the queue columns, ties and rivalry ledgers.
 */
export function serveQueues(town: Town, world: World, turn: Turn): void {
  const { roster, population, cooldowns } = world;
  for (let i = 0; i < population[0]; i++) {
    const agent = roster[i];
    if (cooldowns[agent] > 0) dropPassedCooldowns(world, agent);
  }
  const { queueHead, holder, running, stall } = world;
  const { ghostStepAfter, preemptRunning, longWaitTicks } = town;
  for (let object = 0; object < queueHead.length; object++) {
    if (queueHead[object] < 0 || holder[object] < 0) continue;
    const counts = ghostStepAfter > 0 &&
      (preemptRunning || running[object] < 0);
    if (counts && ++stall[object] >= ghostStepAfter) {
      ghostStep(town, world, turn, object);
    }
    if (longWaitTicks > 0) clashAfterLongWait(town, world, turn, object);
  }
}

function clashAfterLongWait(
  town: Town,
  world: World,
  turn: Turn,
  object: number,
): void {
  const tick = world.tick[0];
  const longWaitTicks = town.longWaitTicks | 0;
  let agent = world.queueHead[object];
  while (agent >= 0) {
    // Nobody waits for 2^31 ticks, and whole numbers divide much faster.
    const waited = (tick - world.joined[agent]) | 0;
    if (waited > 0 && waited % longWaitTicks === 0) {
      const length = world.queueLength[object];
      const actor = world.holder[object];
      clash(town, world, turn, object, actor, agent, "long_wait", length);
      return;
    }
    agent = world.waitNext[agent];
  }
}
