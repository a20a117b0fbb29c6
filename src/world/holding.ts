/**
 * Asking for an object and giving it up: where queues and uses meet.
 *
 * @module
 */
import { cancelUse } from "./affordances.ts";
import {
  assignNext,
  clash,
  cooldownEnd,
  joinQueue,
  leaveQueue,
  releaseFailed,
} from "./queues.ts";
import { REASON } from "./reasons.ts";
import { inReach, moveAgent } from "./spatial.ts";
import type { Town } from "./town.ts";
import type { Turn } from "./turn.ts";
import { ENGAGED, TOTAL, type World } from "./world.ts";

/**
 * Asks for an object; gives 0 when the agent holds it now, else the reason.
 *
 * An agent that is refused only because somebody else holds the object waits.
 */
export function request(
  town: Town,
  world: World,
  turn: Turn,
  object: number,
  agent: number,
): number {
  if (object < 0) return REASON.unknown_object;
  if (!inReach(town, world, agent, object)) return REASON.out_of_reach;
  if (cooldownEnd(world, agent, object) > world.tick[0]) {
    world.queueTotals[TOTAL.cooldowns]++;
    return REASON.cooldown;
  }
  const { engaged, engagement, running } = world;
  const current = engaged[agent];
  if (current === object) {
    return engagement[agent] === ENGAGED.holds ? 0 : REASON.queued;
  }
  if (current >= 0) {
    if (engagement[agent] === ENGAGED.holds && running[current] >= 0) {
      return REASON.busy;
    }
    leaveObject(town, world, turn, agent, "released");
  }
  joinQueue(world, object, agent);
  if (world.holder[object] < 0) assignNext(town, world, object);
  return world.holder[object] === agent ? 0 : REASON.queued;
}

/**
 * Ends whatever an agent has to do with an object: a place in a queue, an
 * idle hold (a failed release), or a use (cancelled, with the reason).
 */
export function leaveObject(
  town: Town,
  world: World,
  turn: Turn,
  agent: number,
  reason: string,
): void {
  const object = world.engaged[agent];
  if (object < 0) return;
  if (world.engagement[agent] === ENGAGED.waits) {
    leaveQueue(world, agent);
  } else if (world.running[object] >= 0) {
    cancelUse(town, world, turn, object, reason);
  } else {
    releaseFailed(town, world, object);
  }
}

/**
 * Puts an agent on another tile; what it holds, uses or waits for is given up
 * when that is out of reach from there.
 */
export function relocate(
  town: Town,
  world: World,
  turn: Turn,
  agent: number,
  x: number,
  y: number,
): void {
  moveAgent(town, world, agent, x, y);
  const object = world.engaged[agent];
  if (object >= 0 && !inReach(town, world, agent, object)) {
    leaveObject(town, world, turn, agent, "left");
  }
}

/**
 * Counts a blocked attempt; at the limit the holder loses the object without
 * a place in the queue. True when that happened.
 */
export function recordBlocked(
  town: Town,
  world: World,
  turn: Turn,
  object: number,
): boolean {
  const limit = town.ghostStepAfter;
  if (limit === 0) return false;
  const inUse = world.running[object] >= 0;
  if (inUse && !town.preemptRunning) return false;
  if (++world.stall[object] < limit) return false;
  world.stall[object] = 0;
  world.queueTotals[TOTAL.ghostSteps]++;
  if (inUse) cancelUse(town, world, turn, object, "ghost_step");
  else if (world.holder[object] >= 0) releaseFailed(town, world, object);
  return true;
}

/** The holder steps back behind those who wait, and clashes with the first. */
export function ghostStep(
  town: Town,
  world: World,
  turn: Turn,
  object: number,
): void {
  const actor = world.holder[object];
  const rival = world.queueHead[object];
  const waiting = world.queueLength[object];
  world.stall[object] = 0;
  world.queueTotals[TOTAL.ghostSteps]++;
  if (world.running[object] >= 0) {
    cancelUse(town, world, turn, object, "ghost_step");
  } else {
    releaseFailed(town, world, object);
  }
  // Either has freed the object, and the next in line may hold it now; the one
  // who held it before still lives and goes to the end of the queue.
  joinQueue(world, object, actor);
  world.queueTotals[TOTAL.rotations]++;
  clash(town, world, turn, object, actor, rival, "ghost_step", waiting);
}
