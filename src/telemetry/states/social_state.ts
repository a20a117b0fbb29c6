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

/** Ids of the best friends and worst rivals; undefined without any. */
function topOf(
  town: Town,
  world: World,
  owner: number,
): DraftMembers | undefined {
  const rows = new Int32Array(TOP);
  const idsOf = (kind: Closeness) => {
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

/** Who is close to somebody: by trust and familiarity, or by rivalry. */
export type Closeness = "friends" | "rivals";

/**
 * Finds those closest to a resident whose score is above 0, equal ones by id.
 *
 * @param rows where their rows go, the closest first: {@link TOP} at most
 * @returns how many they are
 */
export function closest(
  town: Town,
  world: World,
  owner: number,
  kind: Closeness,
  rows: Int32Array,
): number {
  const { ties, tieOther } = world;
  const start = owner * town.tieSlots;
  let count = 0;
  for (let slot = start; slot < start + ties[owner]; slot++) {
    if (scoreOf(world, slot, kind) <= 0) continue;
    let place = count;
    while (place > 0 && comesBefore(world, slot, rows[place - 1], kind)) {
      if (place < TOP) rows[place] = rows[place - 1];
      place--;
    }
    if (place < TOP) rows[place] = slot;
    if (count < TOP) count++;
  }
  for (let i = 0; i < count; i++) rows[i] = tieOther[rows[i]];
  return count;
}

function scoreOf(world: World, slot: number, kind: Closeness): number {
  return kind === "friends"
    ? world.tieTrust[slot] + world.tieFamiliarity[slot]
    : world.tieRivalry[slot];
}

/** Whether one tie is closer than another, or as close with a lower id. */
function comesBefore(
  world: World,
  a: number,
  b: number,
  kind: Closeness,
): boolean {
  const difference = scoreOf(world, a, kind) - scoreOf(world, b, kind);
  if (difference !== 0) return difference > 0;
  const { tieOther, records: { agentIds } } = world;
  return compareCodePoints(agentIds[tieOther[a]], agentIds[tieOther[b]]) < 0;
}
