/**
 * Queues: who holds an object, who waits for it, who goes next.
 *
 * An agent holds, uses or waits for at most one object, so a waiting list is
 * a chain through a column of the agents.
 *
 * @module
 */
import {
  findTie,
  recordConflict,
  relate,
  rivalryOf,
  TIE_DELTAS,
} from "./ties.ts";
import type { Town } from "./town.ts";
import type { Turn } from "./turn.ts";
import {
  COOLDOWNS,
  ENGAGED,
  forgetUsable,
  TOTAL,
  type World,
} from "./world.ts";

/** Frees a held object without success: no cooldown, the next one follows. */
export function releaseFailed(town: Town, world: World, object: number): void {
  const agent = world.holder[object];
  dropCooldown(world, agent, object);
  setHolder(town, world, object, -1);
  world.stall[object] = 0;
  assignNext(town, world, object);
}

/**
 * Frees a held object with success: a cooldown for the leaver, the next one
 * follows, and a handover if anyone waited.
 *
 * @param promote true to move the one the leaver likes best to the head
 */
export function releaseDone(
  town: Town,
  world: World,
  turn: Turn,
  object: number,
  promote: boolean,
): void {
  const agent = world.holder[object];
  const waiting = world.queueLength[object];
  let rival = world.queueHead[object];
  if (promote && waiting > 0) rival = promoteFriend(town, world, object, agent);
  setCooldown(world, agent, object, world.tick[0] + town.cooldownTicks);
  setHolder(town, world, object, -1);
  world.stall[object] = 0;
  assignNext(town, world, object);
  if (waiting === 0) return;
  const { agentIds } = world.records;
  turn.events.push({
    event: "queue.handover",
    tick: world.tick[0],
    object: town.objectIds[object],
    actor: agentIds[agent],
    rival: agentIds[rival],
    queue_length: waiting,
  });
  const { queue_polite } = TIE_DELTAS;
  relate(town, world, turn, agent, rival, "queue_polite", queue_polite);
}

/** Two agents clash over an object. */
export function clash(
  town: Town,
  world: World,
  turn: Turn,
  object: number,
  actor: number,
  rival: number,
  reason: "ghost_step" | "long_wait",
  queueLength: number,
): void {
  const { rivalry } = town;
  const boost = reason === "ghost_step"
    ? rivalry.ghost_step_boost
    : rivalry.long_wait_boost;
  const raw = boost + rivalry.queue_length_boost * Math.max(queueLength - 1, 0);
  const intensity = Math.min(5, Math.max(0.1, raw));
  const { agentIds } = world.records;
  turn.events.push({
    event: "queue.conflict",
    tick: world.tick[0],
    object: town.objectIds[object],
    actor: agentIds[actor],
    rival: agentIds[rival],
    reason,
    queue_length: queueLength,
    intensity,
  });
  recordConflict(town, world, turn, actor, rival, reason, intensity);
}

/** Whether somebody the agent avoids holds the object or waits for it. */
export function hasRival(
  town: Town,
  world: World,
  object: number,
  agent: number,
): boolean {
  const threshold = town.avoidThreshold[world.profile[agent]];
  if (world.rivalryMax[agent] < threshold) return false;
  const holder = world.holder[object];
  if (
    holder >= 0 && holder !== agent &&
    rivalryOf(town, world, agent, holder) >= threshold
  ) return true;
  let other = world.queueHead[object];
  while (other >= 0) {
    if (
      other !== agent && rivalryOf(town, world, agent, other) >= threshold
    ) return true;
    other = world.waitNext[other];
  }
  return false;
}

/** Tick at which an agent may return to an object; 0 when it may now. */
export function cooldownEnd(
  world: World,
  agent: number,
  object: number,
): number {
  const count = world.cooldowns[agent];
  const start = agent * COOLDOWNS;
  for (let slot = start; slot < start + count; slot++) {
    if (world.cooldownObject[slot] === object) return world.cooldownUntil[slot];
  }
  return 0;
}

/** Drops the cooldowns of an agent that have passed. */
export function dropPassedCooldowns(world: World, agent: number): void {
  const tick = world.tick[0];
  const start = agent * COOLDOWNS;
  for (let i = world.cooldowns[agent] - 1; i >= 0; i--) {
    if (world.cooldownUntil[start + i] <= tick) {
      removeCooldown(world, agent, start + i);
    }
  }
}

/** Sets or clears who holds an object. */
export function setHolder(
  town: Town,
  world: World,
  object: number,
  agent: number,
): void {
  const previous = world.holder[object];
  const tile = town.objectTile[object];
  if (previous >= 0) {
    world.engaged[previous] = -1;
    world.engagement[previous] = ENGAGED.not;
    if (tile >= 0) world.tileReserved[tile]--;
  }
  world.holder[object] = agent;
  forgetUsable(world, object);
  if (agent >= 0) {
    world.engaged[agent] = object;
    world.engagement[agent] = ENGAGED.holds;
    world.joined[agent] = 0;
    if (tile >= 0) world.tileReserved[tile]++;
  }
}

/** Takes a waiting agent out of its queue. */
export function leaveQueue(world: World, agent: number): void {
  const { queueHead, waitNext, engaged } = world;
  const object = engaged[agent];
  let previous = -1;
  let other = queueHead[object];
  while (other !== agent) {
    previous = other;
    other = waitNext[other];
  }
  if (previous < 0) queueHead[object] = waitNext[agent];
  else waitNext[previous] = waitNext[agent];
  waitNext[agent] = -1;
  world.queueLength[object]--;
  world.joined[agent] = 0;
  engaged[agent] = -1;
  world.engagement[agent] = ENGAGED.not;
}

/** Puts an agent at the end of a queue. */
export function joinQueue(world: World, object: number, agent: number): void {
  const { queueHead, waitNext } = world;
  if (queueHead[object] < 0) {
    queueHead[object] = agent;
  } else {
    let last = queueHead[object];
    while (waitNext[last] >= 0) last = waitNext[last];
    waitNext[last] = agent;
  }
  waitNext[agent] = -1;
  world.queueLength[object]++;
  world.joined[agent] = world.tick[0];
  world.engaged[agent] = object;
  world.engagement[agent] = ENGAGED.waits;
}

/** Gives a free object to whoever's turn it is: place less patience. */
export function assignNext(town: Town, world: World, object: number): void {
  const tick = world.tick[0];
  let best = -1;
  let least = Infinity;
  let place = 0;
  let agent = world.queueHead[object];
  while (agent >= 0) {
    const score = place - town.agePriorityWeight * (tick - world.joined[agent]);
    if (score < least) {
      least = score;
      best = agent;
    }
    place++;
    agent = world.waitNext[agent];
  }
  if (best < 0) return;
  leaveQueue(world, best);
  setHolder(town, world, object, best);
  world.stall[object] = 0;
}

/** Moves the waiting agent the leaver likes best to the head; gives it. */
function promoteFriend(
  town: Town,
  world: World,
  object: number,
  leaver: number,
): number {
  const first = world.queueHead[object];
  let best = first;
  let highest = 0;
  let place = 0;
  let agent = first;
  while (agent >= 0) {
    const tie = findTie(town, world, leaver, agent);
    const liking = tie < 0 ? 0 : world.tieTrust[tie] +
      world.tieFamiliarity[tie];
    const score = liking - rivalryOf(town, world, leaver, agent) - 0.05 * place;
    if (score > highest) {
      highest = score;
      best = agent;
    }
    place++;
    agent = world.waitNext[agent];
  }
  if (best === first) return first;
  const joined = world.joined[best];
  leaveQueue(world, best);
  world.waitNext[best] = world.queueHead[object];
  world.queueHead[object] = best;
  world.queueLength[object]++;
  world.joined[best] = joined;
  world.engaged[best] = object;
  world.engagement[best] = ENGAGED.waits;
  world.queueTotals[TOTAL.rotations]++;
  return best;
}

function setCooldown(
  world: World,
  agent: number,
  object: number,
  until: number,
): void {
  dropCooldown(world, agent, object);
  if (until <= world.tick[0]) return;
  const { cooldownObject, cooldownUntil } = world;
  const start = agent * COOLDOWNS;
  if (world.cooldowns[agent] === COOLDOWNS) {
    let soonest = start;
    for (let slot = start + 1; slot < start + COOLDOWNS; slot++) {
      if (cooldownUntil[slot] < cooldownUntil[soonest]) soonest = slot;
    }
    removeCooldown(world, agent, soonest);
  }
  const slot = start + world.cooldowns[agent]++;
  cooldownObject[slot] = object;
  cooldownUntil[slot] = until;
}

function dropCooldown(world: World, agent: number, object: number): void {
  const count = world.cooldowns[agent];
  const start = agent * COOLDOWNS;
  for (let slot = start; slot < start + count; slot++) {
    if (world.cooldownObject[slot] === object) {
      removeCooldown(world, agent, slot);
      return;
    }
  }
}

function removeCooldown(world: World, agent: number, slot: number): void {
  const { cooldownObject, cooldownUntil } = world;
  const last = agent * COOLDOWNS + --world.cooldowns[agent];
  for (let i = slot; i < last; i++) {
    cooldownObject[i] = cooldownObject[i + 1];
    cooldownUntil[i] = cooldownUntil[i + 1];
  }
  cooldownObject[last] = -1;
  cooldownUntil[last] = 0;
}
