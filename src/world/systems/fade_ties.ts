/** Rivalries fade. @module */
import { removeRival, removeTie, tellEvicted, touchTies } from "../ties.ts";
import type { Town } from "../town.ts";
import type { Turn } from "../turn.ts";
import type { World } from "../world.ts";

/** What the rivalry of a tie loses per tick. */
const TIE_RIVALRY_DECAY = 0.01;

/**
 * One step of forgetting: first the rivalry ledgers, then the ties.
 *
 * Writes ledgers and ties; an entry that reaches its threshold, or a tie with
 * nothing left in it, is taken out.
 */
export function fadeTies(town: Town, world: World, turn: Turn): void {
  const { roster, population, rivals, tieFading } = world;
  for (let i = 0; i < population[0]; i++) {
    if (rivals[roster[i]] > 0) fadeRivals(town, world, turn, roster[i]);
  }
  for (let i = 0; i < population[0]; i++) {
    if (tieFading[roster[i]] === 1) fadeOwn(town, world, turn, roster[i]);
  }
}

function fadeRivals(
  town: Town,
  world: World,
  turn: Turn,
  owner: number,
): void {
  const { rivalScore, rivalOther, rivals } = world;
  const { decay_per_tick, eviction_threshold, min_value } = town.rivalry;
  const start = owner * town.tieSlots;
  let highest = 0;
  let slot = start;
  while (slot < start + rivals[owner]) {
    const score = Math.max(min_value, rivalScore[slot] - decay_per_tick);
    rivalScore[slot] = score;
    if (score <= eviction_threshold) {
      tellEvicted(world, turn, owner, rivalOther[slot], "decay");
      removeRival(town, world, owner, slot);
    } else {
      if (score > highest) highest = score;
      slot++;
    }
  }
  world.rivalryMax[owner] = highest;
}

function fadeOwn(town: Town, world: World, turn: Turn, owner: number): void {
  const { tieOther, tieTrust, tieFamiliarity, tieRivalry, ties } = world;
  const held = turn.heldTies.length > 0;
  const start = owner * town.tieSlots;
  let fading = 0;
  let slot = start;
  while (slot < start + ties[owner]) {
    if (held && isHeld(turn, owner, tieOther[slot])) {
      fading = 1;
      slot++;
      continue;
    }
    if (tieRivalry[slot] > 0) {
      tieRivalry[slot] = Math.max(0, tieRivalry[slot] - TIE_RIVALRY_DECAY);
    }
    if (tieRivalry[slot] > 0) {
      fading = 1;
    } else if (tieTrust[slot] === 0 && tieFamiliarity[slot] === 0) {
      tellEvicted(world, turn, owner, tieOther[slot], "decay");
      removeTie(town, world, owner, slot);
      continue;
    }
    slot++;
  }
  touchTies(world, owner);
  world.tieFading[owner] = fading;
}

/** Whether a command set the tie in this tick. */
function isHeld(turn: Turn, owner: number, other: number): boolean {
  const { heldTies } = turn;
  for (let i = 0; i < heldTies.length; i += 2) {
    if (heldTies[i] === owner && heldTies[i + 1] === other) return true;
  }
  return false;
}
