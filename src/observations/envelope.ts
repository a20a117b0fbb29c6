/**
 * Envelope: what comes with an observation beside it, made on request.
 *
 * @module
 */
import { compareCodePoints } from "../base/order.ts";
import type { Tile } from "../config/schema.ts";
import { type RewardBreakdown, rewardBreakdown } from "../rewards/rewards.ts";
import { inventoryOf } from "../world/views.ts";
import { positionOf } from "../world/spatial.ts";
import type { Town } from "../world/town.ts";
import { ENDS, type Turn } from "../world/turn.ts";
import {
  COOLDOWNS,
  ENGAGED,
  NEED_COUNT,
  NEEDS,
  type World,
} from "../world/world.ts";
import {
  type ObservationPlace,
  type PersonalityContext,
  personalityOf,
  whoHas,
} from "./metadata.ts";

/** A place in the queue of an object. */
export interface QueueMembership {
  /** The object. */
  readonly object_id: string;
  /** How many wait before. */
  readonly position: number;
  /** Tick at which the waiting began. */
  readonly joined_tick: number;
}

/** An object one may not return to yet. */
export interface QueueCooldown {
  /** The object. */
  readonly object_id: string;
  /** Tick from which one may. */
  readonly expiry: number;
}

/** What somebody has to do with objects and their queues. */
export interface QueueState {
  /** Objects held: one at most. */
  readonly active_objects: readonly string[];
  /** Queues waited in: one at most. */
  readonly queue_memberships: readonly QueueMembership[];
  /** Objects not to return to yet, by their ids. */
  readonly cooldowns: readonly QueueCooldown[];
}

/**
 * What comes with an observation beside it. Of somebody who has left since, all
 * but the first three is null.
 */
export interface AgentEnvelope {
  /** Who observed. */
  readonly agent_id: string;
  /** Reward of the tick, with its parts. */
  readonly reward: RewardBreakdown;
  /** True when the life ended in this tick. */
  readonly terminated: boolean;
  /** Tile. */
  readonly position: Tile | null;
  /** Satisfaction by need, 0 to 1. */
  readonly needs: Readonly<Record<string, number>> | null;
  /** Money. */
  readonly wallet: number | null;
  /** Counters that are not 0, by name. */
  readonly inventory: Readonly<Record<string, number>> | null;
  /** Job, or null for none. */
  readonly job: string | null;
  /** What the resident is like. */
  readonly personality: PersonalityContext | null;
  /** Objects and queues, or null for nothing to do with any. */
  readonly queue_state: QueueState | null;
}

/**
 * What comes with an observation beside it.
 *
 * @param place the observation, and the turn that was done when it was built
 * @throws {RangeError} for a row nobody has, or a batch of another tick than
 * the world's
 */
export function agentEnvelope(
  town: Town,
  world: World,
  { batch, row, turn }: Omit<ObservationPlace, "spec"> & {
    readonly turn: Turn;
  },
): AgentEnvelope {
  const { agent, agentId, isHere } = whoHas(world, batch, row);
  const job = world.job[agent];
  return {
    agent_id: agentId,
    reward: rewardBreakdown(turn, agent),
    terminated: turn.ends[agent] !== ENDS.not,
    position: isHere ? positionOf(world, agent) : null,
    needs: isHere ? needsOf(world, agent) : null,
    wallet: isHere ? world.wallet[agent] : null,
    inventory: isHere ? inventoryOf(world, agent) : null,
    job: isHere && job >= 0 ? town.jobs[job].id : null,
    personality: isHere ? personalityOf(world, agent) : null,
    queue_state: isHere ? queueState(town, world, agent) : null,
  };
}

function needsOf(world: World, agent: number): Record<string, number> {
  return Object.fromEntries(
    NEEDS.map((need, k) => [need, world.need[agent * NEED_COUNT + k]]),
  );
}

function queueState(
  town: Town,
  world: World,
  agent: number,
): QueueState | null {
  const object = world.engaged[agent];
  const engagement = object < 0 ? ENGAGED.not : world.engagement[agent];
  const cooldowns = cooldownsOf(town, world, agent);
  if (engagement === ENGAGED.not && cooldowns.length === 0) return null;
  return {
    active_objects: engagement === ENGAGED.holds
      ? [town.objectIds[object]]
      : [],
    queue_memberships: engagement === ENGAGED.waits
      ? [{
        object_id: town.objectIds[object],
        position: placeInQueue(world, object, agent),
        joined_tick: world.joined[agent],
      }]
      : [],
    cooldowns,
  };
}

function placeInQueue(world: World, object: number, agent: number): number {
  let place = 0;
  let other = world.queueHead[object];
  while (other !== agent) {
    place++;
    other = world.waitNext[other];
  }
  return place;
}

function cooldownsOf(
  town: Town,
  world: World,
  agent: number,
): QueueCooldown[] {
  const found: QueueCooldown[] = [];
  const start = agent * COOLDOWNS;
  for (let slot = start; slot < start + world.cooldowns[agent]; slot++) {
    const expiry = world.cooldownUntil[slot];
    // Those that have passed are dropped when somebody next looks.
    if (expiry <= world.tick[0]) continue;
    const object_id = town.objectIds[world.cooldownObject[slot]];
    found.push({ object_id, expiry });
  }
  return found.sort((a, b) => compareCodePoints(a.object_id, b.object_id));
}
