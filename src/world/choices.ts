/**
 * Choices: from what a resident wants to what it does in the next tick.
 *
 * A policy chooses from a fixed catalogue of actions (`town.actions`). Here
 * stand the mask that says which of them make sense, the options that some of
 * them begin, and the guardrails that come last. All of it happens before the
 * tick, from the World that the tick before has left.
 *
 * @module
 */
import { compareCodePoints } from "../base/order.ts";
import { refreshUsable } from "./affordances.ts";
import { beginOption, breakOption, failOption } from "./options.ts";
import { DIRECTIONS } from "./paths.ts";
import { cooldownEnd, hasRival } from "./queues.ts";
import { internReason } from "./reasons.ts";
import { inReach, insideGrid, isAt } from "./spatial.ts";
import { avoids, findTie } from "./ties.ts";
import { ACTION, PLAIN_ACTIONS, type Schedule, type Town } from "./town.ts";
import { clearAction, GUARD, KIND, type Turn } from "./turn.ts";
import { ENGAGED, findAgent, NEED_COUNT, type World } from "./world.ts";

/** Below it a need breaks any plan that does not serve it. */
const URGENT = 0.1;

/** The four plain moves, in catalogue order: north, south, east, west. */
const MOVES = [[0, -1], [0, 1], [1, 0], [-1, 0]] as const;

/**
 * Decides for everyone whose next tick is bound, and collects the rows of the
 * others, who are at a decision point.
 *
 * @param releases true when the policy may cut a use short
 */
export function gatherDecisions(
  town: Town,
  world: World,
  turn: Turn,
  releases: boolean,
): void {
  const now = world.tick[0] + 1;
  if (world.stale[0] === 1) refreshStale(town, world);
  const { roster, population, schedule, possessed } = world;
  const { optionAffordance, destinationUntil } = world;
  const { rows, given, pickFor } = turn;
  let count = 0;
  for (let i = 0; i < population[0]; i++) {
    const agent = roster[i];
    if (given[agent] === 1) continue;
    clearAction(turn, agent);
    pickFor[agent] = -1;
    if (schedule[agent] >= 0) {
      playSchedule(town, world, turn, agent, now);
      continue;
    }
    if (possessed[agent] === 1) continue;
    if (isUsing(world, agent)) {
      if (releases) rows[count++] = agent;
      continue;
    }
    if (
      destinationUntil[agent] > now &&
      headForMeeting(town, world, turn, agent)
    ) continue;
    if (
      optionAffordance[agent] >= 0 &&
      followOption(town, world, turn, agent, now)
    ) continue;
    rows[count++] = agent;
  }
  turn.rowCount = count;
}

/** Turns the choices of the rows into actions. */
export function applyChoices(town: Town, world: World, turn: Turn): void {
  const { rows, rowCount, choice } = turn;
  const now = world.tick[0] + 1;
  for (let i = 0; i < rowCount; i++) {
    const agent = rows[i];
    const action = choice[agent];
    const affordance = town.actionAffordance[action] ?? -1;
    if (affordance >= 0) {
      useNext(town, world, turn, agent, affordance, now);
      continue;
    }
    const using = isUsing(world, agent);
    if (!using) {
      if (world.optionAffordance[agent] >= 0) breakOption(world, agent, now);
      // Anything but going on with the option gives the place up.
      if (world.engaged[agent] >= 0) turn.yields[agent] = 1;
    }
    if (action === ACTION.wait) continue;
    const done = using
      ? action === ACTION.release && releaseNext(world, turn, agent)
      : doNext(town, world, turn, agent, action, now);
    if (!done) refuse(turn, agent);
  }
}

/**
 * Writes which actions make sense for an agent in the next tick: 1 where they
 * do.
 *
 * @param out K bytes from `offset`, K the length of `town.actions`
 */
export function actionMask(
  town: Town,
  world: World,
  agent: number,
  out: Uint8Array,
  offset: number = 0,
): void {
  const now = world.tick[0] + 1;
  if (world.stale[0] === 1) refreshStale(town, world);
  const { actions, actionAffordance } = town;
  const running = world.optionAffordance[agent];
  const bound = boundTo(town, world, agent, now);
  if (bound !== BOUND.free) {
    for (let i = offset; i < offset + actions.length; i++) out[i] = 0;
    if (bound !== BOUND.option) out[offset + ACTION.wait] = 1;
    if (bound === BOUND.use) out[offset + ACTION.release] = 1;
    if (bound === BOUND.option) {
      out[offset + town.affordances[running].action] = 1;
    }
    return;
  }
  const open = town.openSteps[world.y[agent] * town.width + world.x[agent]];
  out[offset + ACTION.wait] = 1;
  out[offset + ACTION.moveNorth] = open & 1;
  out[offset + ACTION.moveSouth] = open >> 1 & 1;
  out[offset + ACTION.moveEast] = open >> 2 & 1;
  out[offset + ACTION.moveWest] = open >> 3;
  out[offset + ACTION.goWork] = stepToWork(town, world, agent) >= 0 ? 1 : 0;
  out[offset + ACTION.stepAway] = stepAway(town, world, agent) >= 0 ? 1 : 0;
  out[offset + ACTION.chat] = bestListener(town, world, agent, now) >= 0
    ? 1
    : 0;
  out[offset + ACTION.release] = world.engaged[agent] >= 0 ? 1 : 0;
  for (let i = PLAIN_ACTIONS.length; i < actions.length; i++) {
    const affordance = actionAffordance[i];
    out[offset + i] =
      affordance === running || world.usableCount[affordance] > 0 ? 1 : 0;
  }
}

/** What binds an agent in the next tick. */
const BOUND = {
  /** Nothing: it is at a decision point. */
  free: 0,
  /** Somebody or something else decides. */
  others: 1,
  /** The use of an object. */
  use: 2,
  /** An option that it is committed to. */
  option: 3,
} as const;

function boundTo(town: Town, world: World, agent: number, now: number): number {
  if (
    world.alive[agent] === 0 || world.possessed[agent] === 1 ||
    world.schedule[agent] >= 0
  ) return BOUND.others;
  if (isUsing(world, agent)) return BOUND.use;
  if (world.destinationUntil[agent] > now && isCalledAway(town, world, agent)) {
    return BOUND.others;
  }
  return world.optionAffordance[agent] >= 0 &&
      isCommitted(town, world, agent, now)
    ? BOUND.option
    : BOUND.free;
}

/** Looks again at the objects about which something has changed. */
function refreshStale(town: Town, world: World): void {
  const { usableStale } = world;
  for (let object = 0; object < usableStale.length; object++) {
    if (usableStale[object] === 1) refreshUsable(town, world, object);
  }
  world.stale[0] = 0;
}

/** Whether an agent uses an object. */
export function isUsing(world: World, agent: number): boolean {
  const object = world.engaged[agent];
  return object >= 0 && world.engagement[agent] === ENGAGED.holds &&
    world.running[object] >= 0;
}

/**
 * The object an agent would use: the one it waits for, else the nearest that
 * is usable, reachable, free of rivals, not in cooldown and not the last one
 * that failed; -1 when there is none.
 */
export function pickObject(
  town: Town,
  world: World,
  turn: Turn,
  agent: number,
  affordance: number,
): number {
  if (turn.pickFor[agent] === affordance) return turn.picked[agent];
  const now = world.tick[0] + 1;
  const object = findObject(town, world, agent, affordance, now);
  turn.pickFor[agent] = affordance;
  turn.picked[agent] = object;
  return object;
}

/**
 * The best listener together with an agent, or -1: the highest positive score
 * of trust + familiarity − rivalry + 0.1 × the speaker's extroversion, nobody
 * avoided, ties by id.
 */
export function bestListener(
  town: Town,
  world: World,
  speaker: number,
  now: number,
): number {
  if (!town.relationshipsOn || now < world.chatCooldown[speaker]) return -1;
  const { tieOther, tieTrust, tieFamiliarity, tieRivalry, x, y } = world;
  const { agentIds } = world.records;
  const openness = 0.1 * world.extroversion[speaker];
  const reach = town.reachAny ? 0 : 1;
  const fromX = x[speaker];
  const fromY = y[speaker];
  let best = -1;
  let highest = 0;
  const first = speaker * town.tieSlots;
  for (let tie = first; tie < first + world.ties[speaker]; tie++) {
    const other = tieOther[tie];
    if (Math.abs(x[other] - fromX) > reach) continue;
    if (Math.abs(y[other] - fromY) > reach) continue;
    const score = tieTrust[tie] + tieFamiliarity[tie] - tieRivalry[tie] +
      openness;
    if (score <= 0 || score < highest) continue;
    if (
      score === highest &&
      compareCodePoints(agentIds[other], agentIds[best]) > 0
    ) continue;
    if (avoids(town, world, speaker, other)) continue;
    highest = score;
    best = other;
  }
  // A stranger is as good as the speaker is outgoing.
  if (openness <= 0 || openness < highest) return best;
  const stranger = firstStranger(town, world, speaker);
  if (stranger < 0) return best;
  return openness > highest ||
      compareCodePoints(agentIds[stranger], agentIds[best]) < 0
    ? stranger
    : best;
}

/** The first by id of those together with an agent, untied and not avoided. */
function firstStranger(town: Town, world: World, speaker: number): number {
  const { width, height, reachAny } = town;
  const reach = reachAny ? 0 : 1;
  const left = Math.max(0, world.x[speaker] - reach);
  const right = Math.min(width - 1, world.x[speaker] + reach);
  const top = Math.max(0, world.y[speaker] - reach);
  const bottom = Math.min(height - 1, world.y[speaker] + reach);
  const { agentIds } = world.records;
  let first = -1;
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      let other = world.tileHead[y * width + x];
      for (; other >= 0; other = world.tileNext[other]) {
        if (other === speaker) continue;
        if (
          first >= 0 && compareCodePoints(agentIds[other], agentIds[first]) > 0
        ) continue;
        if (findTie(town, world, speaker, other) >= 0) continue;
        if (!avoids(town, world, speaker, other)) first = other;
      }
    }
  }
  return first;
}

/** How well a chat goes, 0.1 to 1. */
function chatQuality(
  town: Town,
  world: World,
  speaker: number,
  listener: number,
): number {
  const tie = findTie(town, world, speaker, listener);
  const trust = tie < 0 ? 0 : world.tieTrust[tie];
  const familiarity = tie < 0 ? 0 : world.tieFamiliarity[tie];
  const rivalry = tie < 0 ? 0 : world.tieRivalry[tie];
  const raw = town.chatBias[world.profile[speaker]] *
    (0.5 + 0.3 * world.extroversion[speaker] + 0.2 * trust +
      0.1 * familiarity - 0.2 * rivalry);
  return Math.min(1, Math.max(0.1, raw));
}

/**
 * Direction of the next step to work: index into DIRECTIONS, 4 for a jump
 * (teleport), -1 when there is no way or no need to go.
 */
export function stepToWork(town: Town, world: World, agent: number): number {
  const job = world.job[agent];
  if (job < 0 || town.jobs[job].x < 0) return -1;
  const { x, y } = town.jobs[job];
  if (isAt(town, world, agent, x, y)) return -1;
  if (!town.walk) return 4;
  const step = town.paths.next(world.x[agent], world.y[agent], x, y);
  return step < 0 ? -1 : step;
}

/**
 * Direction to step out of an avoided agent's way: index into DIRECTIONS, -1
 * when nobody avoided shares the tile or no free tile is beside it.
 */
export function stepAway(town: Town, world: World, agent: number): number {
  const threshold = town.avoidThreshold[world.profile[agent]];
  if (world.rivalryMax[agent] < threshold) return -1;
  const { x, y } = world;
  let other = world.tileHead[y[agent] * town.width + x[agent]];
  while (
    other >= 0 && (other === agent || !avoids(town, world, agent, other))
  ) other = world.tileNext[other];
  if (other < 0) return -1;
  for (let i = 0; i < DIRECTIONS.length; i++) {
    const tx = x[agent] + DIRECTIONS[i][0];
    const ty = y[agent] + DIRECTIONS[i][1];
    if (!isOpen(town, tx, ty)) continue;
    if (world.tileAgents[ty * town.width + tx] === 0) return i;
  }
  return -1;
}

/** On the way to a meeting: a step, unless it is reached or a need is urgent. */
function headForMeeting(
  town: Town,
  world: World,
  turn: Turn,
  agent: number,
): boolean {
  if (!isCalledAway(town, world, agent)) return false;
  const now = world.tick[0] + 1;
  breakOption(world, agent, now);
  if (world.engaged[agent] >= 0) turn.yields[agent] = 1;
  const x = world.destinationX[agent];
  const y = world.destinationY[agent];
  const step = town.paths.next(world.x[agent], world.y[agent], x, y);
  moveBy(world, turn, agent, DIRECTIONS[step]);
  return true;
}

/** Whether an agent can walk nearer to a meeting and has no urgent need. */
function isCalledAway(town: Town, world: World, agent: number): boolean {
  if (hasUrgentNeed(world, agent, null)) return false;
  const x = world.destinationX[agent];
  const y = world.destinationY[agent];
  return town.paths.next(world.x[agent], world.y[agent], x, y) >= 0;
}

/** Whether an option binds the agent in the next tick. */
function isCommitted(
  town: Town,
  world: World,
  agent: number,
  now: number,
): boolean {
  const affordance = world.optionAffordance[agent];
  const object = world.optionObject[agent];
  const spec = town.affordances[affordance];
  const holds = world.engaged[agent] === object &&
    world.engagement[agent] === ENGAGED.holds;
  if (!holds) {
    if (now - world.optionSince[agent] >= town.optionCommitTicks) return false;
    if (hasUrgentNeed(world, agent, spec.needs)) return false;
  }
  return world.usable[object * town.usesPerType + spec.use] === 1 &&
    isReachable(town, world, agent, object);
}

/** The next primitive of a committed option; false at a decision point. */
function followOption(
  town: Town,
  world: World,
  turn: Turn,
  agent: number,
  now: number,
): boolean {
  if (isCommitted(town, world, agent, now)) {
    playOption(town, world, turn, agent, now);
    return true;
  }
  const object = world.optionObject[agent];
  const spec = town.affordances[world.optionAffordance[agent]];
  if (
    world.usable[object * town.usesPerType + spec.use] === 0 ||
    !isReachable(town, world, agent, object)
  ) {
    failOption(town, world, agent, now);
  } else if (hasUrgentNeed(world, agent, spec.needs)) {
    breakOption(world, agent, now);
  }
  return false;
}

/** Walks, asks, waits or starts, whichever the option comes to next. */
function playOption(
  town: Town,
  world: World,
  turn: Turn,
  agent: number,
  now: number,
): void {
  const object = world.optionObject[agent];
  if (!inReach(town, world, agent, object)) {
    walkTo(town, world, turn, agent, object, now);
    return;
  }
  if (world.engaged[agent] === object) {
    if (world.engagement[agent] === ENGAGED.waits) return;
    turn.kind[agent] = KIND.start;
    turn.affordance[agent] = world.optionAffordance[agent];
  } else {
    turn.kind[agent] = KIND.request;
  }
  turn.object[agent] = object;
  if (!hasRival(town, world, object, agent)) return;
  turn.kind[agent] = KIND.wait;
  turn.affordance[agent] = -1;
  turn.guard[agent] = GUARD.queueRival;
  failOption(town, world, agent, now);
}

function walkTo(
  town: Town,
  world: World,
  turn: Turn,
  agent: number,
  object: number,
  now: number,
): void {
  const x = town.objectX[object];
  const y = town.objectY[object];
  if (!town.walk) {
    turn.kind[agent] = KIND.move;
    turn.toX[agent] = x;
    turn.toY[agent] = y;
    return;
  }
  const step = town.paths.next(world.x[agent], world.y[agent], x, y);
  if (step >= 0) {
    moveOnLeash(town, world, turn, agent, DIRECTIONS[step], now);
  }
}

/** Begins or goes on with an option. */
function useNext(
  town: Town,
  world: World,
  turn: Turn,
  agent: number,
  affordance: number,
  now: number,
): void {
  if (isUsing(world, agent)) {
    refuse(turn, agent);
    return;
  }
  const object = pickObject(town, world, turn, agent, affordance);
  const same = world.optionAffordance[agent] === affordance &&
    world.optionObject[agent] === object;
  if (world.engaged[agent] >= 0 && world.engaged[agent] !== object) {
    turn.yields[agent] = 1;
  }
  if (!same && world.optionAffordance[agent] >= 0) {
    breakOption(world, agent, now);
  }
  if (object < 0) {
    refuse(turn, agent);
    return;
  }
  beginOption(town, world, agent, affordance, object, now);
  playOption(town, world, turn, agent, now);
}

/** Does a primitive of the catalogue; false when it makes no sense. */
function doNext(
  town: Town,
  world: World,
  turn: Turn,
  agent: number,
  action: number,
  now: number,
): boolean {
  if (action >= ACTION.moveNorth && action <= ACTION.moveWest) {
    const move = MOVES[action - ACTION.moveNorth];
    if (!isOpen(town, world.x[agent] + move[0], world.y[agent] + move[1])) {
      return false;
    }
    moveOnLeash(town, world, turn, agent, move, now);
    return true;
  }
  switch (action) {
    case ACTION.goWork: {
      const step = stepToWork(town, world, agent);
      if (step < 0) return false;
      if (step < DIRECTIONS.length) {
        moveOnLeash(town, world, turn, agent, DIRECTIONS[step], now);
      } else {
        turn.kind[agent] = KIND.move;
        turn.toX[agent] = town.jobs[world.job[agent]].x;
        turn.toY[agent] = town.jobs[world.job[agent]].y;
      }
      return true;
    }
    case ACTION.stepAway: {
      const step = stepAway(town, world, agent);
      if (step < 0) return false;
      moveOnLeash(town, world, turn, agent, DIRECTIONS[step], now);
      return true;
    }
    case ACTION.chat: {
      const listener = bestListener(town, world, agent, now);
      if (listener < 0) return false;
      turn.kind[agent] = KIND.chat;
      turn.target[agent] = listener;
      turn.quality[agent] = chatQuality(town, world, agent, listener);
      world.chatCooldown[agent] = now + town.chatPause[world.profile[agent]];
      return true;
    }
    case ACTION.release:
      return releaseNext(world, turn, agent);
    default:
      return false;
  }
}

function releaseNext(world: World, turn: Turn, agent: number): boolean {
  if (world.engaged[agent] < 0) return false;
  turn.kind[agent] = KIND.release;
  turn.object[agent] = world.engaged[agent];
  turn.yields[agent] = 0;
  return true;
}

/** A choice that cannot be done is waiting, and counted. */
function refuse(turn: Turn, agent: number): void {
  turn.blocked[agent] = 1;
  turn.invalidChoices++;
}

function moveBy(
  world: World,
  turn: Turn,
  agent: number,
  step: readonly [number, number],
): void {
  turn.kind[agent] = KIND.move;
  turn.toX[agent] = world.x[agent] + step[0];
  turn.toY[agent] = world.y[agent] + step[1];
}

/** A step, unless it would lead out of a meeting: then waiting. */
function moveOnLeash(
  town: Town,
  world: World,
  turn: Turn,
  agent: number,
  step: readonly [number, number],
  now: number,
): void {
  const x = world.destinationX[agent];
  const y = world.destinationY[agent];
  if (
    world.destinationUntil[agent] > now && isAt(town, world, agent, x, y) &&
    !hasUrgentNeed(world, agent, null)
  ) {
    const dx = world.x[agent] + step[0] - x;
    const dy = world.y[agent] + step[1] - y;
    const reach = town.reachAny ? 0 : 1;
    if (Math.max(Math.abs(dx), Math.abs(dy)) > reach) return;
  }
  moveBy(world, turn, agent, step);
}

function findObject(
  town: Town,
  world: World,
  agent: number,
  affordance: number,
  now: number,
): number {
  // In a blackout nobody looks through all the showers of the town.
  if (world.usableCount[affordance] === 0) return -1;
  const { type } = town.affordances[affordance];
  const waited = world.engaged[agent];
  if (
    waited >= 0 && world.optionAffordance[agent] === affordance &&
    world.optionObject[agent] === waited &&
    qualifies(town, world, agent, affordance, waited, now)
  ) return waited;
  const { nearest } = town;
  const x = world.x[agent];
  const y = world.y[agent];
  const at = nearest.at(type, x, y);
  const list = nearest.list(type);
  const all = town.objectsOfType[type];
  const near = Math.min(4, all.length);
  for (let i = at; i < at + near; i++) {
    if (qualifies(town, world, agent, affordance, list[i], now)) return list[i];
  }
  if (all.length === near) return -1;
  // Everything near is out of the question: look at the others, too.
  let best = -1;
  let least = Infinity;
  for (const object of all) {
    const distance = nearest.distance2(object, x, y);
    if (distance >= least) continue;
    if (!qualifies(town, world, agent, affordance, object, now)) continue;
    best = object;
    least = distance;
  }
  return best;
}

function qualifies(
  town: Town,
  world: World,
  agent: number,
  affordance: number,
  object: number,
  now: number,
): boolean {
  const { use } = town.affordances[affordance];
  if (world.usable[object * town.usesPerType + use] === 0) return false;
  if (
    world.failedObject[agent] === object &&
    world.failedAffordance[agent] === affordance &&
    world.failedUntil[agent] > now
  ) return false;
  return cooldownEnd(world, agent, object) <= now &&
    !hasRival(town, world, object, agent) &&
    isReachable(town, world, agent, object);
}

function isReachable(
  town: Town,
  world: World,
  agent: number,
  object: number,
): boolean {
  if (!town.walk || inReach(town, world, agent, object)) return true;
  return town.paths.steps(
    world.x[agent],
    world.y[agent],
    town.objectX[object],
    town.objectY[object],
  ) >= 0;
}

/** Whether a need is urgent, other than those that something serves. */
function hasUrgentNeed(
  world: World,
  agent: number,
  served: readonly number[] | null,
): boolean {
  const { need } = world;
  const at = agent * NEED_COUNT;
  for (let k = 0; k < NEED_COUNT; k++) {
    if (need[at + k] >= URGENT) continue;
    if (served === null || served[k] <= 0) return true;
  }
  return false;
}

/** Whether a tile is on the grid and under no object. */
function isOpen(town: Town, x: number, y: number): boolean {
  return insideGrid(town, x, y) && town.blocked[y * town.width + x] === 0;
}

function playSchedule(
  town: Town,
  world: World,
  turn: Turn,
  agent: number,
  now: number,
): void {
  const schedule = town.schedules[world.schedule[agent]];
  const entry = entryAt(schedule, now);
  if (entry === null) return;
  turn.kind[agent] = entry.kind;
  turn.object[agent] = entry.object;
  turn.affordance[agent] = entry.affordance;
  turn.toX[agent] = entry.x;
  turn.toY[agent] = entry.y;
  turn.target[agent] = entry.target === "" ? -1 : findAgent(
    world,
    entry.target,
  );
  turn.quality[agent] = entry.quality;
  turn.success[agent] = entry.success ? 1 : 0;
  turn.reason[agent] = entry.reason === ""
    ? 0
    : internReason(world, entry.reason);
  turn.blocked[agent] = entry.blocked ? 1 : 0;
  turn.duration[agent] = entry.duration;
}

/** The entry of a tick, counted from 1; null when the schedule is over. */
function entryAt(schedule: Schedule, now: number) {
  const { ends, entries, loop } = schedule;
  const total = ends.at(-1) ?? 0;
  if (total === 0 || (!loop && now > total)) return null;
  const place = (now - 1) % total;
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle] > place) high = middle;
    else low = middle + 1;
  }
  return entries[low];
}
