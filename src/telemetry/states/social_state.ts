/** What the channel `social` tells: ties, and who is closest to whom. @module */
import { compareCodePoints } from "../../base/order.ts";
import type { Town } from "../../world/town.ts";
import type { World } from "../../world/world.ts";
import type { DraftMembers } from "../state_channel.ts";
import type { View } from "../view.ts";

/** Friends and rivals that are told at most, each. */
export const TOP = 3;

/** Everybody's ties; who has none is left out. */
export function socialState({ town, world, churn }: View): DraftMembers {
  const { roster, population, records } = world;
  const ties: Record<string, DraftMembers> = {};
  const top: Record<string, DraftMembers> = {};
  for (let i = 0; i < population[0]; i++) {
    const owner = roster[i];
    if (world.ties[owner] === 0) continue;
    ties[records.agentIds[owner]] = tiesOf(town, world, owner);
    const closest = topOf(town, world, owner);
    if (closest !== undefined) top[records.agentIds[owner]] = closest;
  }
  return { ties, churn: churn.state(), top };
}

/** The ties of a resident: trust, familiarity and rivalry by id. */
export function tiesOf(town: Town, world: World, owner: number): DraftMembers {
  const ties: Record<string, DraftMembers> = {};
  const start = owner * town.tieSlots;
  for (let slot = start; slot < start + world.ties[owner]; slot++) {
    ties[world.records.agentIds[world.tieOther[slot]]] = {
      t: world.tieTrust[slot],
      f: world.tieFamiliarity[slot],
      r: world.tieRivalry[slot],
    };
  }
  return ties;
}

/** Those closest to a resident, or who clash most with it: by id. */
function topOf(
  town: Town,
  world: World,
  owner: number,
): DraftMembers | undefined {
  const rows = new Int32Array(TOP);
  const idsOf = (kind: "friends" | "rivals") => {
    const count = closest(town, world, owner, kind, rows);
    return Array.from(
      rows.subarray(0, count),
      (row) => world.records.agentIds[row],
    );
  };
  const friends = idsOf("friends");
  const rivals = idsOf("rivals");
  if (friends.length === 0 && rivals.length === 0) return undefined;
  return { friends, rivals };
}

/**
 * Finds the best friends of a resident, by trust and familiarity, or the worst
 * rivals, by rivalry: those above 0 only, equal ones by id.
 *
 * @param rows where their rows go; there are as many at most
 * @returns how many they are
 */
export function closest(
  town: Town,
  world: World,
  owner: number,
  kind: "friends" | "rivals",
  rows: Int32Array,
): number {
  const { ties, tieOther, tieTrust, tieFamiliarity, tieRivalry } = world;
  const scoreOf = (slot: number) =>
    kind === "friends"
      ? tieTrust[slot] + tieFamiliarity[slot]
      : tieRivalry[slot];
  const start = owner * town.tieSlots;
  const end = start + ties[owner];
  let count = 0;
  let last = -1;
  while (count < rows.length) {
    // The best of those that come after the last one found.
    let best = -1;
    for (let slot = start; slot < end; slot++) {
      if (scoreOf(slot) <= 0) continue;
      if (last >= 0 && !comesBefore(world, scoreOf, last, slot)) continue;
      if (best < 0 || comesBefore(world, scoreOf, slot, best)) best = slot;
    }
    if (best < 0) break;
    rows[count++] = tieOther[best];
    last = best;
  }
  return count;
}

/** Whether one tie is stronger than another, or as strong with a lower id. */
function comesBefore(
  { tieOther, records }: World,
  scoreOf: (slot: number) => number,
  a: number,
  b: number,
): boolean {
  const difference = scoreOf(a) - scoreOf(b);
  if (difference !== 0) return difference > 0;
  const { agentIds } = records;
  return compareCodePoints(agentIds[tieOther[a]], agentIds[tieOther[b]]) < 0;
}
