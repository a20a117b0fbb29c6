/** What the channel `social` tells: ties, and who is closest to whom. @module */
import { compareCodePoints } from "../../base/order.ts";
import type { Town } from "../../world/town.ts";
import type { World } from "../../world/world.ts";
import type { DraftMembers } from "../state_channel.ts";
import type { View } from "../view.ts";

/** Friends and rivals that are told at most, each. */
const TOP = 3;

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

/**
 * The best friends of a resident, by trust and familiarity, and the worst
 * rivals, by rivalry, those above 0 only; undefined without any.
 */
export function topOf(
  town: Town,
  world: World,
  owner: number,
): DraftMembers | undefined {
  const { tieTrust, tieFamiliarity, tieRivalry } = world;
  const friends = highest(
    town,
    world,
    owner,
    (slot) => tieTrust[slot] + tieFamiliarity[slot],
  );
  const rivals = highest(town, world, owner, (slot) => tieRivalry[slot]);
  if (friends.length === 0 && rivals.length === 0) return undefined;
  return { friends, rivals };
}

/** Ids behind the highest scores above 0, equal ones by id. */
function highest(
  town: Town,
  world: World,
  owner: number,
  scoreAt: (slot: number) => number,
): readonly string[] {
  const { ties, tieOther, records } = world;
  const found: { readonly id: string; readonly score: number }[] = [];
  const start = owner * town.tieSlots;
  for (let slot = start; slot < start + ties[owner]; slot++) {
    const score = scoreAt(slot);
    if (score > 0) found.push({ id: records.agentIds[tieOther[slot]], score });
  }
  return found
    .sort((a, b) => b.score - a.score || compareCodePoints(a.id, b.id))
    .slice(0, TOP)
    .map(({ id }) => id);
}
