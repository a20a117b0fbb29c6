/**
 * Ties and rivalry ledgers: who likes whom, who clashes with whom.
 *
 * Every agent has a few slots for each, kept in insertion order by shifting.
 *
 * @module
 */
import { clamp } from "../base/clamp.ts";
import type { Town } from "./town.ts";
import type { Turn } from "./turn.ts";
import type { World } from "./world.ts";

/** What moves a tie; it decides which trait bends the change. */
export type TieCause =
  | "chat_success"
  | "chat_failure"
  | "queue_polite"
  | "conflict"
  | "shared_meal"
  | "employment_help"
  | "employment_shift_taken"
  | "hook";

/** All that can move a tie. */
export const TIE_CAUSES: readonly TieCause[] = [
  "chat_success",
  "chat_failure",
  "queue_polite",
  "conflict",
  "shared_meal",
  "employment_help",
  "employment_shift_taken",
  "hook",
];

/** Changes of trust, familiarity and rivalry. */
export interface TieDelta {
  /** Change of trust. */
  readonly trust: number;
  /** Change of familiarity. */
  readonly familiarity: number;
  /** Change of rivalry. */
  readonly rivalry: number;
}

/** Changes that do not depend on a measure. */
export const TIE_DELTAS = {
  chat_failure: { trust: 0, familiarity: -0.05, rivalry: 0.05 },
  queue_polite: { trust: 0.05, familiarity: 0.05, rivalry: -0.05 },
  shared_meal: { trust: 0.1, familiarity: 0.25, rivalry: 0 },
  employment_help: { trust: 0.2, familiarity: 0.1, rivalry: -0.1 },
  employment_shift_taken: { trust: -0.1, familiarity: 0, rivalry: 0.3 },
} as const;

/** Rivalry a tie gains per unit of a conflict's intensity. */
const CONFLICT_RIVALRY = 0.15;

/** Slot of a tie, or -1. */
export function findTie(
  town: Town,
  world: World,
  owner: number,
  other: number,
): number {
  const start = owner * town.tieSlots;
  const end = start + world.ties[owner];
  for (let slot = start; slot < end; slot++) {
    if (world.tieOther[slot] === other) return slot;
  }
  return -1;
}

/** Score of the rivalry ledger, 0 when there is no entry. */
export function rivalryOf(
  town: Town,
  world: World,
  owner: number,
  other: number,
): number {
  const slot = findRival(town, world, owner, other);
  return slot < 0 ? 0 : world.rivalScore[slot];
}

/** Whether an agent keeps away from another. */
export function avoids(
  town: Town,
  world: World,
  owner: number,
  other: number,
): boolean {
  const threshold = town.avoidThreshold[world.profile[owner]];
  if (world.rivalryMax[owner] < threshold) return false;
  return rivalryOf(town, world, owner, other) >= threshold;
}

/** Changes both directions of a tie, each bent by its owner's traits. */
export function relate(
  town: Town,
  world: World,
  turn: Turn,
  a: number,
  b: number,
  cause: TieCause,
  delta: TieDelta,
): void {
  relateOneWay(town, world, turn, a, b, cause, delta);
  relateOneWay(town, world, turn, b, a, cause, delta);
}

/** Changes one direction of a tie, bent by the owner's traits. */
export function relateOneWay(
  town: Town,
  world: World,
  turn: Turn,
  owner: number,
  other: number,
  cause: TieCause,
  delta: TieDelta,
): void {
  let { trust, familiarity, rivalry } = delta;
  if (town.tieModifiers) {
    const patience = 1 - 0.5 * world.forgiveness[owner];
    if (trust < 0) trust *= patience;
    if (familiarity < 0) familiarity *= patience;
    if (rivalry < 0) rivalry *= patience;
    if (cause === "chat_success") {
      familiarity += 0.02 * world.extroversion[owner];
    } else if (cause === "conflict" && rivalry > 0) {
      rivalry *= Math.max(0, 1 + 0.3 * world.ambition[owner]);
    }
    trust = clamp(trust, -1, 1);
    familiarity = clamp(familiarity, -1, 1);
    rivalry = clamp(rivalry, -1, 1);
  }
  const slot = findTie(town, world, owner, other);
  if (slot < 0) {
    addTie(
      town,
      world,
      turn,
      owner,
      other,
      clamp(trust, -1, 1),
      clamp(familiarity, -1, 1),
      clamp(rivalry, 0, 1),
    );
    return;
  }
  const { tieTrust, tieFamiliarity, tieRivalry } = world;
  tieTrust[slot] = clamp(tieTrust[slot] + trust, -1, 1);
  tieFamiliarity[slot] = clamp(tieFamiliarity[slot] + familiarity, -1, 1);
  tieRivalry[slot] = clamp(tieRivalry[slot] + rivalry, 0, 1);
  touchTies(world, owner);
}

/** Sets one direction of a tie to given values; they are clamped. */
export function setTie(
  town: Town,
  world: World,
  turn: Turn,
  owner: number,
  other: number,
  value: TieDelta,
): void {
  const trust = clamp(value.trust, -1, 1);
  const familiarity = clamp(value.familiarity, -1, 1);
  const rivalry = clamp(value.rivalry, 0, 1);
  const slot = findTie(town, world, owner, other);
  if (slot < 0) {
    addTie(town, world, turn, owner, other, trust, familiarity, rivalry);
  } else {
    world.tieTrust[slot] = trust;
    world.tieFamiliarity[slot] = familiarity;
    world.tieRivalry[slot] = rivalry;
    touchTies(world, owner);
  }
}

/** Enters a clash into both ledgers and both ties, and tells of it. */
export function recordConflict(
  town: Town,
  world: World,
  turn: Turn,
  actor: number,
  rival: number,
  reason: string,
  intensity: number,
): void {
  raiseRivalry(town, world, turn, actor, rival, intensity);
  raiseRivalry(town, world, turn, rival, actor, intensity);
  relate(town, world, turn, actor, rival, "conflict", {
    trust: 0,
    familiarity: 0,
    rivalry: CONFLICT_RIVALRY * intensity,
  });
  const { agentIds } = world.records;
  turn.events.push({
    event: "rivalry.recorded",
    tick: world.tick[0],
    actor: agentIds[actor],
    rival: agentIds[rival],
    reason,
    intensity,
  });
}

/** Raises one direction of the rivalry ledger. */
export function raiseRivalry(
  town: Town,
  world: World,
  turn: Turn,
  owner: number,
  other: number,
  intensity: number,
): void {
  const { rivalOther, rivalScore, rivals } = world;
  const { rivalry } = town;
  const start = owner * town.tieSlots;
  const count = rivals[owner];
  const gain = rivalry.increment_per_conflict * intensity;
  const known = findRival(town, world, owner, other);
  if (known >= 0) {
    const score = rivalScore[known] + gain;
    rivalScore[known] = clamp(score, rivalry.min_value, rivalry.max_value);
    world.rivalryMax[owner] = Math.max(
      world.rivalryMax[owner],
      rivalScore[known],
    );
    return;
  }
  const score = clamp(gain, rivalry.min_value, rivalry.max_value);
  if (count < town.tieSlots) {
    rivalOther[start + count] = other;
    rivalScore[start + count] = score;
    rivals[owner]++;
  } else {
    // The newest of the weakest goes, and the newcomer is the newest.
    let weakest = -1;
    let least = score;
    for (let i = start; i < start + count; i++) {
      if (rivalScore[i] < least || (weakest >= 0 && rivalScore[i] === least)) {
        weakest = i;
        least = rivalScore[i];
      }
    }
    if (weakest < 0) {
      tellEvicted(world, turn, owner, other, "capacity");
      return;
    }
    tellEvicted(world, turn, owner, rivalOther[weakest], "capacity");
    removeRival(town, world, owner, weakest);
    const last = start + rivals[owner];
    rivalOther[last] = other;
    rivalScore[last] = score;
    rivals[owner]++;
  }
  refreshRivalryMax(town, world, owner);
}

/** Takes an entry out of a ledger. */
export function removeRival(
  town: Town,
  world: World,
  owner: number,
  slot: number,
): void {
  const { rivalOther, rivalScore } = world;
  const last = owner * town.tieSlots + --world.rivals[owner];
  for (let i = slot; i < last; i++) {
    rivalOther[i] = rivalOther[i + 1];
    rivalScore[i] = rivalScore[i + 1];
  }
  rivalOther[last] = -1;
  rivalScore[last] = 0;
}

/** The last of the numbers in `tieStamp`. */
let lastStamp = 0;

/** Notes that the ties of an agent have changed, and may go on changing. */
export function touchTies(world: World, owner: number): void {
  world.tieStamp[owner] = ++lastStamp;
  world.tieFading[owner] = 1;
}

/** Takes a tie out of its row. */
export function removeTie(
  town: Town,
  world: World,
  owner: number,
  slot: number,
): void {
  const { tieOther, tieTrust, tieFamiliarity, tieRivalry } = world;
  const last = owner * town.tieSlots + --world.ties[owner];
  for (let i = slot; i < last; i++) {
    tieOther[i] = tieOther[i + 1];
    tieTrust[i] = tieTrust[i + 1];
    tieFamiliarity[i] = tieFamiliarity[i + 1];
    tieRivalry[i] = tieRivalry[i + 1];
  }
  tieOther[last] = -1;
  tieTrust[last] = 0;
  tieFamiliarity[last] = 0;
  tieRivalry[last] = 0;
  touchTies(world, owner);
}

/** Finds the highest score of a ledger again. */
export function refreshRivalryMax(
  town: Town,
  world: World,
  owner: number,
): void {
  const start = owner * town.tieSlots;
  const end = start + world.rivals[owner];
  let highest = 0;
  for (let slot = start; slot < end; slot++) {
    if (world.rivalScore[slot] > highest) highest = world.rivalScore[slot];
  }
  world.rivalryMax[owner] = highest;
}

/** Tells that a tie or ledger entry ended. */
export function tellEvicted(
  world: World,
  turn: Turn,
  owner: number,
  other: number,
  reason: string,
): void {
  const { agentIds } = world.records;
  turn.events.push({
    event: "relationship.evicted",
    tick: world.tick[0],
    owner: agentIds[owner],
    other: agentIds[other],
    reason,
  });
}

function addTie(
  town: Town,
  world: World,
  turn: Turn,
  owner: number,
  other: number,
  trust: number,
  familiarity: number,
  rivalry: number,
): void {
  // A tie of nothing would only be there to decay.
  if (trust === 0 && familiarity === 0 && rivalry === 0) return;
  const { tieOther, tieTrust, tieFamiliarity, tieRivalry } = world;
  const start = owner * town.tieSlots;
  if (world.ties[owner] === town.tieSlots) {
    let lowest = -1;
    let least = trust + familiarity;
    for (let i = start; i < start + town.tieSlots; i++) {
      const score = tieTrust[i] + tieFamiliarity[i];
      if (score < least || (lowest >= 0 && score === least)) {
        lowest = i;
        least = score;
      }
    }
    if (lowest < 0) {
      tellEvicted(world, turn, owner, other, "capacity");
      return;
    }
    tellEvicted(world, turn, owner, tieOther[lowest], "capacity");
    removeTie(town, world, owner, lowest);
  }
  const slot = start + world.ties[owner]++;
  tieOther[slot] = other;
  tieTrust[slot] = trust;
  tieFamiliarity[slot] = familiarity;
  tieRivalry[slot] = rivalry;
  touchTies(world, owner);
}

/** Slot of a ledger entry, or -1. */
function findRival(
  town: Town,
  world: World,
  owner: number,
  other: number,
): number {
  const start = owner * town.tieSlots;
  const end = start + world.rivals[owner];
  for (let slot = start; slot < end; slot++) {
    if (world.rivalOther[slot] === other) return slot;
  }
  return -1;
}
