/** Lives end: out of hunger, or by leaving town. @module */
import type { Town } from "../town.ts";
import { ENDS, type Turn } from "../turn.ts";
import { EMPLOY, NEED_COUNT, type World } from "../world.ts";

/** Hunger at which one faints. */
const FAINT_HUNGER = 0.03;

/**
 * Marks whose life ends in this tick; they are removed after it.
 *
 * Writes `ends` of the turn and the columns and records of leaving town.
 */
export function endLives(town: Town, world: World, turn: Turn): void {
  if (town.config.features.systems.lifecycle === "off") return;
  if (world.mortality[0] === 1) {
    const { roster, population, need } = world;
    for (let i = 0; i < population[0]; i++) {
      const agent = roster[i];
      if (need[agent * NEED_COUNT] > FAINT_HUNGER) continue;
      if (turn.ends[agent] === ENDS.not) turn.ends[agent] = ENDS.faint;
      turn.anyEnds = true;
    }
  }
  if (town.config.employment.enforce_job_loop) leaveTown(town, world, turn);
}

/** The queue of those who miss too many shifts, and who of them must go. */
function leaveTown(town: Town, world: World, turn: Turn): void {
  const { exit_review_window, exit_queue_limit } = town.config.employment;
  const tick = world.tick[0];
  const day = Math.floor(tick / exit_review_window);
  if (day !== world.exitDay[0]) {
    world.exitDay[0] = day;
    world.exitsToday[0] = 0;
  }
  const { exitRequests } = world.records;
  for (const agent of exitRequests) {
    exit(town, world, turn, agent, "manual_approve");
  }
  if (exitRequests.length > 0) {
    world.records = { ...world.records, exitRequests: [] };
  }
  queueAbsentees(world, turn, exit_queue_limit);
  const { exitQueue } = world.records;
  if (exitQueue.length === 0) return;
  const staying = exitQueue.filter(({ agent, sinceTick }) => {
    if (isLeaving(turn, agent)) return false;
    if (tick - sinceTick < exit_review_window) return true;
    exit(town, world, turn, agent, "auto_review");
    return false;
  });
  const cap = world.exitCap[0];
  let next = 0;
  while (next < staying.length && (cap === 0 || world.exitsToday[0] < cap)) {
    exit(town, world, turn, staying[next++].agent, "daily_cap");
  }
  if (staying.length - next !== exitQueue.length) {
    world.records = { ...world.records, exitQueue: staying.slice(next) };
  }
}

function queueAbsentees(
  world: World,
  turn: Turn,
  limit: number,
): void {
  const most = world.employment[EMPLOY.max_absent_shifts];
  if (most === 0) return;
  const { roster, population, absences, records } = world;
  const { exitQueue, agentIds } = records;
  const tick = world.tick[0];
  const queued = new Set(exitQueue.map(({ agent }) => agent));
  const queue = exitQueue.slice();
  for (let i = 0; i < population[0]; i++) {
    const agent = roster[i];
    if (absences[agent] < most || queued.has(agent)) continue;
    if (isLeaving(turn, agent)) continue;
    queue.push({ agent, sinceTick: tick });
    world.exitPending[agent] = 1;
    if (limit > 0 && queue.length > limit) {
      turn.events.push({
        event: "employment.exit_overflow",
        tick,
        pending_count: queue.length,
        limit,
      });
    } else {
      turn.events.push({
        event: "employment.exit_pending",
        tick,
        agent: agentIds[agent],
        pending_count: queue.length,
      });
    }
  }
  if (queue.length === exitQueue.length) return;
  world.records = { ...records, exitQueue: queue };
}

/** Whether a life ends in this tick already in a way that no exit changes. */
function isLeaving(turn: Turn, agent: number): boolean {
  const end = turn.ends[agent];
  return end === ENDS.eviction || end === ENDS.killed;
}

function exit(
  town: Town,
  world: World,
  turn: Turn,
  agent: number,
  reason: string,
): void {
  world.exitsToday[0]++;
  const job = world.job[agent];
  turn.events.push({
    event: "employment.exit_processed",
    tick: world.tick[0],
    agent: world.records.agentIds[agent],
    job: job < 0 ? "" : town.jobs[job].id,
    reason,
  });
  if (turn.ends[agent] !== ENDS.killed) turn.ends[agent] = ENDS.eviction;
  turn.anyEnds = true;
}
