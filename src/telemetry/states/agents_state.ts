/** What the channel `agents` tells: body, needs, work and belongings. @module */
import { PROFILES } from "../../world/profiles.ts";
import { reasonText } from "../../world/reasons.ts";
import type { Town } from "../../world/town.ts";
import { KIND, KINDS } from "../../world/turn.ts";
import { inventoryOf, needsOf } from "../../world/views.ts";
import {
  BASKET,
  ENGAGED,
  PRICE,
  SHIFT_STATES,
  type World,
} from "../../world/world.ts";
import type { DraftMembers } from "../state_channel.ts";
import type { View } from "../view.ts";

/** Everybody who lives in town, in order of their coming. */
export function agentsState({ town, world }: View): DraftMembers {
  const basket = basketPrice(world);
  const rows = world.roster.subarray(0, world.population[0]);
  return Object.fromEntries(
    Array.from(rows, (row) => [
      world.records.agentIds[row],
      agentState(town, world, row, basket),
    ]),
  );
}

/** Price of a full basket. */
export function basketPrice(world: World): number {
  let sum = 0;
  for (const key of BASKET) sum += world.price[PRICE[key]];
  return sum;
}

/** The object somebody uses, -1 none. */
export function usedBy(world: World, row: number): number {
  const object = world.engaged[row];
  return world.engagement[row] === ENGAGED.holds && world.running[object] >= 0
    ? object
    : -1;
}

/** Where the log of outcomes has somebody's last one, -1 nowhere. */
export function lastOutcome(town: Town, world: World, row: number): number {
  const { outcomeHistory: history, capacity } = town;
  if (history === 0 || world.lastKind[row] === KIND.none) return -1;
  const next = world.outcomeNext[row];
  return (next === 0 ? history - 1 : next - 1) * capacity + row;
}

function agentState(
  town: Town,
  world: World,
  row: number,
  basket: number,
): DraftMembers {
  const job = world.job[row];
  const shown = town.config.features.observations.personality_channels;
  return {
    pos: [world.x[row], world.y[row]],
    needs: needsOf(world, row),
    wallet: world.wallet[row],
    job: job < 0 ? undefined : town.jobs[job].id,
    shift: SHIFT_STATES[world.shiftState[row]],
    on_shift: world.onShift[row] === 1 || undefined,
    exit_pending: world.exitPending[row] === 1 || undefined,
    late_today: unlessZero(world.lateTicksToday[row]),
    late_total: unlessZero(world.lateness[row]),
    absent_7d: unlessZero(world.absences[row]),
    attendance: world.attendance[row],
    withheld: unlessZero(world.wagesWithheld[row]),
    basket,
    inv: inventoryOf(world, row),
    profile: shown ? PROFILES[world.profile[row]].id : undefined,
    traits: shown
      ? {
        extroversion: world.extroversion[row],
        forgiveness: world.forgiveness[row],
        ambition: world.ambition[row],
      }
      : undefined,
    doing: doing(town, world, row),
    last: last(town, world, row),
  };
}

function doing(
  town: Town,
  world: World,
  row: number,
): DraftMembers | undefined {
  const object = usedBy(world, row);
  return object < 0 ? undefined : {
    obj: town.objectIds[object],
    aff: town.affordances[world.running[object]].id,
    left: world.runningLeft[object],
  };
}

function last(town: Town, world: World, row: number): DraftMembers | undefined {
  const kind = world.lastKind[row];
  if (kind === KIND.none) return undefined;
  const at = lastOutcome(town, world, row);
  const object = at < 0 ? -1 : world.outcomeObject[at];
  const affordance = at < 0 ? -1 : world.outcomeAffordance[at];
  const reason = at < 0 ? 0 : world.outcomeReason[at];
  return {
    kind: KINDS[kind],
    ok: world.lastSuccess[row] === 1,
    obj: object < 0 ? undefined : town.objectIds[object],
    aff: affordance < 0 ? undefined : town.affordances[affordance].id,
    reason: reason === 0 ? undefined : reasonText(world, reason),
  };
}

function unlessZero(value: number): number | undefined {
  return value === 0 ? undefined : value;
}
