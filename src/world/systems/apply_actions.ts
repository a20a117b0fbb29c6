/** Everybody acts, once a tick. @module */
import { startUse } from "../affordances.ts";
import { leaveObject, recordBlocked, relocate, request } from "../holding.ts";
import { releaseDone } from "../queues.ts";
import { REASON, reasonText } from "../reasons.ts";
import { areTogether, insideGrid } from "../spatial.ts";
import { failChat, succeedChat } from "../chats.ts";
import { avoids } from "../ties.ts";
import type { Town } from "../town.ts";
import { type ActionKind, GUARD, KIND, KINDS, type Turn } from "../turn.ts";
import type { ActionPayload } from "../events.ts";
import { ENGAGED, type World } from "../world.ts";

/** Marks an action that made no sense and was not done. */
const NOT_DONE = -1;

/**
 * Does every agent's action, in insertion order, and logs how it went.
 *
 * Writes positions, queues, uses, ties, and the columns of the last action
 * and of the outcome log.
 */
export function applyActions(town: Town, world: World, turn: Turn): void {
  const { roster, population } = world;
  const { kind, yields, faults, outcome } = turn;
  tellStrangers(world, turn);
  const anyFaults = faults.size > 0;
  for (let i = 0; i < population[0]; i++) {
    const agent = roster[i];
    if (anyFaults && faults.has(agent)) {
      tellFault(world, turn, agent);
      outcome[agent] = NOT_DONE;
      continue;
    }
    if (yields[agent] === 1) {
      leaveObject(town, world, turn, agent, "released");
    }
    outcome[agent] = kind[agent] <= KIND.wait
      ? waitOrGuard(town, world, turn, agent)
      : act(town, world, turn, agent);
    if (turn.trace) tellAction(town, world, turn, agent);
  }
  logOutcomes(town, world, turn);
  if (anyFaults) faults.clear();
  turn.given.fill(0);
}

/** Does an action that is not waiting; gives 0, or why it did not succeed. */
function act(town: Town, world: World, turn: Turn, agent: number): number {
  const object = turn.object[agent];
  switch (turn.kind[agent]) {
    case KIND.move:
      return move(town, world, turn, agent, turn.toX[agent], turn.toY[agent]);
    case KIND.request: {
      const reason = request(town, world, turn, object, agent);
      if (reason !== 0 && object >= 0 && turn.blocked[agent] === 1) {
        recordBlocked(town, world, turn, object);
      }
      return reason;
    }
    case KIND.start: {
      const affordance = turn.affordance[agent];
      return startUse(town, world, turn, object, agent, affordance);
    }
    case KIND.release:
      return release(town, world, turn, agent, object);
    case KIND.chat:
      return chat(town, world, turn, agent, turn.target[agent]);
    default:
      if (object >= 0) recordBlocked(town, world, turn, object);
      return object >= 0 ? REASON.busy : REASON.unknown_object;
  }
}

/** Waiting succeeds, unless a guardrail made it. */
function waitOrGuard(
  town: Town,
  world: World,
  turn: Turn,
  agent: number,
): number {
  const guard = turn.guard[agent];
  if (guard === GUARD.none) return 0;
  turn.avoided[agent] = 1;
  const { agentIds } = world.records;
  const tick = world.tick[0];
  const id = agentIds[agent];
  if (guard === GUARD.chatRival) {
    const target = turn.target[agent];
    const reason = "chat_rival";
    turn.events.push(
      {
        event: "policy.guardrail_blocked",
        tick,
        agent: id,
        reason,
        target: agentIds[target],
      },
      { event: "rivalry.avoided", tick, agent: id, reason },
    );
    failChat(town, world, turn, agent, target);
    return REASON.chat_rival;
  }
  const object = town.objectIds[turn.object[agent]];
  const reason = "queue_rival";
  turn.events.push(
    { event: "policy.guardrail_blocked", tick, agent: id, reason, object },
    { event: "rivalry.avoided", tick, agent: id, object, reason },
  );
  return REASON.queue_rival;
}

function move(
  town: Town,
  world: World,
  turn: Turn,
  agent: number,
  x: number,
  y: number,
): number {
  if (!insideGrid(town, x, y)) return REASON.out_of_bounds;
  if (town.walk) {
    const dx = x - world.x[agent];
    const dy = y - world.y[agent];
    if (dx * dx + dy * dy > 1) return REASON.too_far;
    if (town.blocked[y * town.width + x] === 1) return REASON.blocked_tile;
  }
  relocate(town, world, turn, agent, x, y);
  return 0;
}

function release(
  town: Town,
  world: World,
  turn: Turn,
  agent: number,
  object: number,
): number {
  if (object < 0) return REASON.unknown_object;
  if (world.engaged[agent] !== object) return REASON.not_holder;
  const idle = world.engagement[agent] === ENGAGED.holds &&
    world.running[object] < 0;
  if (idle && turn.success[agent] === 1) {
    releaseDone(town, world, turn, object, false);
  } else {
    const given = turn.reason[agent];
    const reason = given === 0 ? "released" : reasonText(world, given);
    leaveObject(town, world, turn, agent, reason);
  }
  return 0;
}

function chat(
  town: Town,
  world: World,
  turn: Turn,
  speaker: number,
  listener: number,
): number {
  if (listener < 0 || listener === speaker || world.alive[listener] === 0) {
    return REASON.unknown_target;
  }
  if (avoids(town, world, speaker, listener)) {
    failChat(town, world, turn, speaker, listener);
    return REASON.avoided;
  }
  if (!areTogether(town, world, speaker, listener)) {
    failChat(town, world, turn, speaker, listener);
    return REASON.not_together;
  }
  succeedChat(town, world, turn, speaker, listener, turn.quality[speaker]);
  return 0;
}

/** Remembers how everybody's action went. */
function logOutcomes(town: Town, world: World, turn: Turn): void {
  const { roster, population, lastKind, lastSuccess, lastDuration } = world;
  const { outcomeNext, outcomeKind, outcomeSuccess, outcomeDuration } = world;
  const { outcomeTick, outcomeObject, outcomeAffordance, outcomeReason } =
    world;
  const { outcome, kind, duration, object, affordance } = turn;
  const { outcomeHistory: history, capacity } = town;
  const tick = world.tick[0];
  for (let i = 0; i < population[0]; i++) {
    const agent = roster[i];
    const reason = outcome[agent];
    if (reason === NOT_DONE) continue;
    const ok = succeeded(kind[agent], reason);
    const did = kind[agent] === KIND.none ? KIND.wait : kind[agent];
    lastKind[agent] = did;
    lastSuccess[agent] = ok;
    lastDuration[agent] = duration[agent];
    if (history === 0) continue;
    const next = outcomeNext[agent];
    const at = next * capacity + agent;
    outcomeNext[agent] = next + 1 === history ? 0 : next + 1;
    outcomeKind[at] = did;
    outcomeSuccess[at] = ok;
    outcomeDuration[at] = duration[agent];
    outcomeTick[at] = tick;
    // An object or affordance nobody knows is none.
    outcomeObject[at] = object[agent] < 0 ? -1 : object[agent];
    outcomeAffordance[at] = affordance[agent] < 0 ? -1 : affordance[agent];
    outcomeReason[at] = reason;
  }
}

function succeeded(kind: number, reason: number): 0 | 1 {
  return reason === 0 && kind !== KIND.blocked ? 1 : 0;
}

function tellAction(
  town: Town,
  world: World,
  turn: Turn,
  agent: number,
): void {
  const { agentIds } = world.records;
  const reason = turn.outcome[agent];
  const kind = turn.kind[agent] === KIND.none
    ? "wait"
    : KINDS[turn.kind[agent]] as ActionKind;
  const object = turn.object[agent];
  const affordance = turn.affordance[agent];
  const target = turn.target[agent];
  const payload: ActionPayload = {
    agent: agentIds[agent],
    kind,
    ok: succeeded(turn.kind[agent], reason) === 1,
    duration: turn.duration[agent],
    ...(reason === 0 ? {} : { reason: reasonText(world, reason) }),
    ...(object < 0 ? {} : { object: town.objectIds[object] }),
    ...(affordance < 0 ? {} : { affordance: town.affordances[affordance].id }),
    ...(target < 0 ? {} : { target: agentIds[target] }),
    ...(kind === "move"
      ? { position: [turn.toX[agent], turn.toY[agent]] as const }
      : {}),
    ...(kind === "chat" ? { quality: turn.quality[agent] } : {}),
    ...(kind === "release" ? { success: turn.success[agent] === 1 } : {}),
    ...(turn.blocked[agent] === 1 ? { blocked: true } : {}),
  };
  turn.events.push({
    event: `action.${kind}`,
    tick: world.tick[0],
    ...payload,
  });
}

function tellStrangers(world: World, turn: Turn): void {
  if (turn.strangers.length === 0) return;
  for (const { agent, kind } of turn.strangers) {
    const tick = world.tick[0];
    turn.events.push({ event: "action.unknown_agent", tick, agent, kind });
  }
  turn.strangers = [];
}

function tellFault(world: World, turn: Turn, agent: number): void {
  turn.events.push({
    event: "action.invalid",
    tick: world.tick[0],
    agent: world.records.agentIds[agent],
    error: turn.faults.get(agent) ?? "",
  });
}
