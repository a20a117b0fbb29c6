/**
 * Embedding slots: small numbers by which networks know residents.
 *
 * A resident gets a slot when it is first observed and keeps it for life. A
 * slot given back rests for a while; where there are more residents than
 * slots, they share.
 *
 * @module
 */
import { blake2sWord } from "../base/hash.ts";
import { compareCodePoints } from "../base/order.ts";
import type { Town } from "./town.ts";
import { findAgent, SLOT_TOTAL, type World } from "./world.ts";

/** How well the slots of a town suffice. */
export interface SlotMetrics {
  /** Slots given so far. */
  readonly allocations_total: number;
  /** Those of them that had not rested long enough. */
  readonly forced_reuse_count: number;
  /** Their share of all, 0 to 1. */
  readonly forced_reuse_rate: number;
  /** Those given to several residents at once. */
  readonly overflow_count: number;
  /** True when the share is above `reuse_warning_threshold`. */
  readonly reuse_warning: boolean;
}

/** All about the slots of a town, for tools. */
export interface SlotTable {
  /**
   * Slot of every resident that has one: ids by code point, but ids of digits
   * only, which JavaScript puts first.
   */
  readonly assignments: Readonly<Record<string, number>>;
  /** Slots that nobody has, ascending. */
  readonly available: readonly number[];
  /** Tick at which a slot was last given back, by slot. */
  readonly slot_state: Readonly<Record<string, number>>;
  /** How well they suffice. */
  readonly metrics: SlotMetrics;
}

/**
 * The slot of an agent, given to it now if it has none: the lowest that nobody
 * ever had; else the one given back longest ago; else, where none is free, one
 * that follows from the id, together with others.
 */
export function allocateSlot(town: Town, world: World, agent: number): number {
  const { embeddingSlot, slotTotals } = world;
  if (embeddingSlot[agent] >= 0) return embeddingSlot[agent];
  const tick = world.tick[0];
  const slot = freeSlot(town, world);
  slotTotals[SLOT_TOTAL.given]++;
  if (slot < 0) {
    slotTotals[SLOT_TOTAL.shared]++;
    world.slotShared[agent] = 1;
    embeddingSlot[agent] = blake2sWord(world.records.agentIds[agent]) %
      town.embeddingSlots;
    return embeddingSlot[agent];
  }
  const released = world.slotReleased[slot];
  if (released >= 0 && tick - released < town.slotCooldownTicks) {
    slotTotals[SLOT_TOTAL.forced]++;
  }
  world.slotGiven[slot] = 1;
  if (slot === world.slotsTouched[0]) skipTouched(world);
  embeddingSlot[agent] = slot;
  return slot;
}

/** Takes an agent's slot back, if it has one. */
export function releaseSlot(world: World, agent: number): void {
  const slot = world.embeddingSlot[agent];
  if (slot < 0) return;
  world.embeddingSlot[agent] = -1;
  if (world.slotShared[agent] === 1) {
    world.slotShared[agent] = 0;
    return;
  }
  world.slotGiven[slot] = 0;
  world.slotReleased[slot] = world.tick[0];
}

/** Builds the derived columns of the slots anew. */
export function rebuildSlots(world: World): void {
  const { embeddingSlot, slotShared, slotGiven } = world;
  slotGiven.fill(0);
  for (let agent = 0; agent < embeddingSlot.length; agent++) {
    const slot = embeddingSlot[agent];
    if (slot >= 0 && slotShared[agent] === 0) slotGiven[slot] = 1;
  }
  world.slotsTouched[0] = 0;
  skipTouched(world);
}

/** Goes on to the lowest slot that nobody ever had. */
function skipTouched({ slotsTouched, slotGiven, slotReleased }: World): void {
  while (
    slotsTouched[0] < slotGiven.length &&
    (slotGiven[slotsTouched[0]] === 1 || slotReleased[slotsTouched[0]] >= 0)
  ) slotsTouched[0]++;
}

/** Tells the next observation of an agent of a new context; nobody: nothing. */
export function requestReset(world: World, agentId: string): void {
  const agent = findAgent(world, agentId);
  if (agent >= 0) world.contextReset[agent] = 1;
}

/** How well the slots suffice. */
export function slotMetrics(town: Town, world: World): SlotMetrics {
  const { slotTotals } = world;
  const total = slotTotals[SLOT_TOTAL.given];
  const forced = slotTotals[SLOT_TOTAL.forced];
  const rate = forced / Math.max(1, total);
  const threshold = town.config.embedding_allocator.reuse_warning_threshold;
  return {
    allocations_total: total,
    forced_reuse_count: forced,
    forced_reuse_rate: rate,
    overflow_count: slotTotals[SLOT_TOTAL.shared],
    reuse_warning: threshold > 0 && rate > threshold,
  };
}

/** Who has which slot. */
export function slotTable(town: Town, world: World): SlotTable {
  const { embeddingSlot, slotGiven, slotReleased } = world;
  const given: [string, number][] = [];
  for (const [agent, id] of world.records.agentIds.entries()) {
    if (embeddingSlot[agent] >= 0) given.push([id, embeddingSlot[agent]]);
  }
  const slots = Array.from(slotGiven.keys());
  return {
    assignments: Object.fromEntries(
      given.sort(([a], [b]) => compareCodePoints(a, b)),
    ),
    available: slots.filter((slot) => slotGiven[slot] === 0),
    slot_state: Object.fromEntries(
      slots.filter((slot) => slotReleased[slot] >= 0)
        .map((slot) => [slot, slotReleased[slot]] as const),
    ),
    metrics: slotMetrics(town, world),
  };
}

/** The free slot to give next, or -1. */
function freeSlot(town: Town, world: World): number {
  const { slotGiven, slotReleased } = world;
  const touched = world.slotsTouched[0];
  if (touched < town.embeddingSlots) return touched;
  let best = -1;
  let earliest = Infinity;
  for (let slot = 0; slot < touched; slot++) {
    if (slotGiven[slot] === 1 || slotReleased[slot] >= earliest) continue;
    best = slot;
    earliest = slotReleased[slot];
  }
  return best;
}
