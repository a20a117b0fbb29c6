/**
 * Actions: what an agent does in a tick, as callers write it.
 *
 * Inside, an action is one row of the Turn's columns.
 *
 * @module
 */
import { placeOf } from "../base/lookup.ts";
import { IDENTIFIER } from "../config/schema.ts";
import { internReason } from "./reasons.ts";
import type { Town } from "./town.ts";
import {
  type ActionKind,
  clearAction,
  GUARD,
  KIND,
  MOST,
  type Turn,
  UNKNOWN,
} from "./turn.ts";
import type { World } from "./world.ts";

/** One action of one agent in one tick. */
export interface Action {
  /** What to do; `noop` is another word for `wait`. */
  readonly kind: ActionKind | "noop";
  /** Object of request, start, release, blocked. */
  readonly object?: string;
  /** Affordance of start. */
  readonly affordance?: string;
  /** Tile of move. */
  readonly position?: readonly [number, number];
  /** Listener of chat. */
  readonly target?: string;
  /** The listener of chat, by another name. */
  readonly listener?: string;
  /** Quality of chat, 0 to 1 (0.5). */
  readonly quality?: number;
  /** How release ends the holding (true). */
  readonly success?: boolean;
  /** Reason of release. */
  readonly reason?: string;
  /** Whether a refused request counts as blocked (false). */
  readonly blocked?: boolean;
  /** Ticks the action means to take, only recorded (1). */
  readonly duration?: number;
  /** What made the agent wait in place of meeting a rival (nothing). */
  readonly guard?:
    | { readonly reason: "chat_rival"; readonly target: string }
    | { readonly reason: "queue_rival"; readonly object: string };
}

/**
 * Writes an action for the next tick.
 *
 * An agent nobody knows and an action that makes no sense are told as events
 * `action.unknown_agent` and `action.invalid` in that tick; nothing else
 * happens then.
 */
export function setAction(
  town: Town,
  world: World,
  turn: Turn,
  agentId: string,
  action: Action,
): void {
  const { agentIds } = world.records;
  const agent = placeOf(agentIds, agentId);
  if (agent < 0) {
    turn.strangers.push({ agent: agentId, kind: String(action?.kind) });
    return;
  }
  clearAction(turn, agent);
  turn.given[agent] = 1;
  turn.faults.delete(agent);
  const fault = faultOf(action) || guard(town, world, turn, agent, action);
  if (fault !== "") {
    turn.faults.set(agent, fault);
    return;
  }
  turn.kind[agent] = action.kind === "noop" ? KIND.wait : KIND[action.kind];
  turn.duration[agent] = inColumn(action.duration ?? 1);
  turn.blocked[agent] = action.blocked === true ? 1 : 0;
  turn.success[agent] = action.success === false ? 0 : 1;
  turn.quality[agent] = Math.min(1, Math.max(0, action.quality ?? 0.5));
  if (action.reason !== undefined) {
    turn.reason[agent] = internReason(world, action.reason);
  }
  if (action.object !== undefined) {
    turn.object[agent] = known(placeOf(town.objectIds, action.object));
  }
  if (action.affordance !== undefined) {
    const { affordance } = action;
    turn.affordance[agent] = known(
      town.affordances.findIndex(({ id }) => id === affordance),
    );
  }
  const target = action.target ?? action.listener;
  if (target !== undefined) {
    turn.target[agent] = known(placeOf(agentIds, target));
  }
  if (action.position !== undefined) {
    turn.toX[agent] = inColumn(action.position[0]);
    turn.toY[agent] = inColumn(action.position[1]);
  }
}

/** What is wrong with an action, "" when nothing is. */
function faultOf(action: Action): string {
  // Callers without types can hand over anything.
  if (typeof action !== "object" || action === null) {
    return "an action is an object with a kind";
  }
  const { kind, duration, position, reason } = action;
  if (
    kind !== "noop" && !Object.hasOwn(KIND, kind) || kind as string === "none"
  ) {
    return `unknown kind ${JSON.stringify(kind)}`;
  }
  if (
    duration !== undefined && !(Number.isInteger(duration) && duration >= 1)
  ) {
    return "duration must be a whole number of at least 1";
  }
  if (kind === "move") {
    const [x, y] = Array.isArray(position) ? position : [];
    if (!Number.isSafeInteger(x) || !Number.isSafeInteger(y)) {
      return "move needs a position of two whole numbers";
    }
  }
  const needsObject = kind === "request" || kind === "start" ||
    kind === "release" || kind === "blocked";
  if (needsObject && typeof action.object !== "string") {
    return `${kind} needs an object`;
  }
  if (kind === "start" && typeof action.affordance !== "string") {
    return "start needs an affordance";
  }
  if (
    kind === "chat" &&
    typeof (action.target ?? action.listener) !== "string"
  ) return "chat needs a target";
  if (action.quality !== undefined && !Number.isFinite(action.quality)) {
    return "quality must be a number";
  }
  if (
    reason !== undefined &&
    !(typeof reason === "string" && IDENTIFIER.test(reason))
  ) return "a reason is a name of at most 64 letters, digits and _ . # -";
  return "";
}

/** Notes the guard of an action, if any; gives what is wrong with it. */
function guard(
  town: Town,
  world: World,
  turn: Turn,
  agent: number,
  { kind, guard }: Action,
): string {
  if (guard === undefined) return "";
  if (kind !== "wait" && kind !== "noop") return "a guard makes an agent wait";
  switch (guard?.reason) {
    case "queue_rival": {
      const object = placeOf(town.objectIds, guard.object);
      if (object < 0) return "the guard names no object of the town";
      turn.object[agent] = object;
      turn.guard[agent] = GUARD.queueRival;
      return "";
    }
    case "chat_rival": {
      const target = placeOf(world.records.agentIds, guard.target);
      if (target < 0 || target === agent) {
        return "the guard names nobody else in town";
      }
      turn.target[agent] = target;
      turn.guard[agent] = GUARD.chatRival;
      return "";
    }
    default:
      return "a guard needs a reason: chat_rival or queue_rival";
  }
}

function known(index: number): number {
  return index < 0 ? UNKNOWN : index;
}

/** A column would wrap a larger number around, into the grid perhaps. */
function inColumn(value: number): number {
  return Math.max(-MOST, Math.min(MOST, value));
}
