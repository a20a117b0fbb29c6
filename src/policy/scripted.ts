/**
 * Scripted residents: a few rules that keep a town alive.
 *
 * @module
 */
import {
  bestListener,
  pickObject,
  stepAway,
  stepToWork,
} from "../world/choices.ts";
import { ACTION, type Town } from "../world/town.ts";
import type { Turn } from "../world/turn.ts";
import { isWorkTime } from "../world/work_time.ts";
import { NEED_COUNT, PRICE, type World } from "../world/world.ts";
import type { Policy } from "./policy.ts";

/** The affordances the rules know, by index, -1 where a town has none. */
interface Known {
  readonly eat: number;
  readonly cook: number;
  readonly wash: number;
  readonly sleep: number;
  /** What `isWorkTime` has found out of each job, -1 where nobody asked. */
  readonly farthest: Int32Array;
}

/** Residents who eat, wash, sleep, work and chat by rule. */
export function scriptedPolicy(town: Town): Policy {
  const find = (id: string) =>
    town.affordances.findIndex((affordance) => affordance.id === id);
  const known: Known = {
    eat: find("eat_meal"),
    cook: find("cook_meal"),
    wash: find("use_shower"),
    sleep: find("rest_sleep"),
    farthest: new Int32Array(town.jobs.length).fill(-1),
  };
  return {
    name: "scripted",
    sees: "world",
    releases: false,
    act({ world, turn, rows, count }, { action }) {
      const t = (world.tick[0] + 1) % town.ticksPerDay;
      for (let i = 0; i < count; i++) {
        action[rows[i]] = choose(town, world, turn, rows[i], known, t);
      }
    },
  };
}

/** The first rule that applies. */
function choose(
  town: Town,
  world: World,
  turn: Turn,
  agent: number,
  known: Known,
  t: number,
): number {
  const { need, profile } = world;
  const { thresholds } = town;
  const at = agent * NEED_COUNT;
  const row = profile[agent] * NEED_COUNT;
  const working = isWorkTime(town, world, agent, t, known.farthest);
  const share = working ? 0.5 : 1;
  if (need[at] < thresholds[row] * share) {
    const choice = eatOrCook(town, world, turn, agent, known);
    if (choice !== ACTION.wait) return choice;
  }
  if (
    need[at + 1] < thresholds[row + 1] * share &&
    canUse(town, world, turn, agent, known.wash)
  ) return town.affordances[known.wash].action;
  if (
    need[at + 2] < thresholds[row + 2] * share &&
    canUse(town, world, turn, agent, known.sleep)
  ) return town.affordances[known.sleep].action;
  if (working && stepToWork(town, world, agent) >= 0) return ACTION.goWork;
  if (wantsToChat(town, world, agent)) return ACTION.chat;
  if (stepAway(town, world, agent) >= 0) return ACTION.stepAway;
  return ACTION.wait;
}

function eatOrCook(
  town: Town,
  world: World,
  turn: Turn,
  agent: number,
  { eat, cook }: Known,
): number {
  const money = world.wallet[agent];
  if (
    money >= world.price[PRICE.meal_cost] &&
    canUse(town, world, turn, agent, eat)
  ) return town.affordances[eat].action;
  if (
    money >= world.price[PRICE.ingredients_cost] &&
    canUse(town, world, turn, agent, cook)
  ) return town.affordances[cook].action;
  return ACTION.wait;
}

function canUse(
  town: Town,
  world: World,
  turn: Turn,
  agent: number,
  affordance: number,
): boolean {
  return affordance >= 0 &&
    pickObject(town, world, turn, agent, affordance) >= 0;
}

/** Outgoing, content, and somebody to talk to. */
function wantsToChat(town: Town, world: World, agent: number): boolean {
  const now = world.tick[0] + 1;
  if (!town.relationshipsOn || now < world.chatCooldown[agent]) return false;
  const profile = world.profile[agent];
  if (world.extroversion[agent] < town.chatExtroversion[profile]) return false;
  for (let k = 0; k < NEED_COUNT; k++) {
    const threshold = town.thresholds[profile * NEED_COUNT + k];
    if (world.need[agent * NEED_COUNT + k] < threshold) return false;
  }
  return bestListener(town, world, agent, now) >= 0;
}
