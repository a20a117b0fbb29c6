/** What conditions, hooks and readers are told of agents and objects. @module */
import { COUNTERS, NEED_COUNT, NEEDS, type World } from "./world.ts";

/** Satisfaction of an agent by need. */
export function needsOf(world: World, agent: number): Record<string, number> {
  return Object.fromEntries(
    NEEDS.map((name, k) => [name, world.need[agent * NEED_COUNT + k]]),
  );
}

/** Counters of an agent that are not 0, by name. */
export function inventoryOf(
  world: World,
  agent: number,
): Record<string, number> {
  return Object.fromEntries(
    COUNTERS.map((name, k) =>
      [name, world.inventory[agent * COUNTERS.length + k]] as const
    ).filter(([, count]) => count !== 0),
  );
}

/** Ids of the agents that wait for an object, in order. */
export function queueIds(world: World, object: number): string[] {
  const ids: string[] = [];
  let agent = world.queueHead[object];
  while (agent >= 0) {
    ids.push(world.records.agentIds[agent]);
    agent = world.waitNext[agent];
  }
  return ids;
}
