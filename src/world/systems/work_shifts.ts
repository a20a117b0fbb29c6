/** People work: jobs, shifts, pay and fines. @module */
import { compareCodePoints } from "../../base/order.ts";
import { isAt } from "../spatial.ts";
import { relate, TIE_DELTAS } from "../ties.ts";
import type { Town, TownJob } from "../town.ts";
import type { Turn } from "../turn.ts";
import {
  ABSENCES,
  COUNTER,
  COUNTERS,
  EMPLOY,
  FLAG,
  PRICE,
  SHIFT,
  type World,
} from "../world.ts";

/** Days an absence counts. */
const ABSENCE_DAYS = 7;

/**
 * Gives jobs to those without one and moves everyone's shift on.
 *
 * Writes the job and shift columns, wallets, and ties between coworkers.
 */
export function workShifts(town: Town, world: World, turn: Turn): void {
  const { jobs, ticksPerDay } = town;
  if (jobs.length === 0) return;
  const { roster, population, job, jobless } = world;
  const { shiftState, shiftFlags, absence, absences } = world;
  const oldest = world.tick[0] - ABSENCE_DAYS * ticksPerDay;
  const t = world.tick[0] % ticksPerDay;
  const buffer = town.config.behavior.job_arrival_buffer;
  const { settled } = turn;
  let busy = false;
  for (let j = 0; j < jobs.length; j++) {
    settled[j] = settledState(jobs[j], t, buffer);
    if (settled[j] < 0) busy = true;
  }
  if (busy) countOnDuty(world, turn);
  for (let i = 0; i < population[0]; i++) {
    const agent = roster[i];
    if (job[agent] < 0) {
      if (jobless[agent] === 1) continue;
      job[agent] = i % jobs.length;
    }
    if (absences[agent] > 0 && absence[agent * ABSENCES] < oldest) {
      forgetAbsences(world, agent, oldest);
    }
    // Most of the day nothing happens to most people's shifts.
    if (shiftState[agent] === settled[job[agent]] && shiftFlags[agent] === 0) {
      continue;
    }
    const mine = jobs[job[agent]];
    if (t === 0) beginDay(town, world, agent, mine);
    if (t > mine.end) {
      if (shiftFlags[agent] & FLAG.open) closeShift(town, world, agent, mine);
      shiftState[agent] = SHIFT.post_shift;
    } else if (t >= mine.start) {
      workOn(town, world, turn, agent, mine, t);
    } else {
      if (shiftFlags[agent] & FLAG.open) closeShift(town, world, agent, mine);
      shiftState[agent] = t < mine.start - buffer
        ? SHIFT.idle
        : SHIFT.await_start;
    }
  }
}

/** The state of everyone of a job outside its shift, -1 inside it. */
function settledState(job: TownJob, t: number, buffer: number): number {
  // A new day begins with its figures.
  if (t === 0) return -1;
  if (t > job.end) return SHIFT.post_shift;
  if (t >= job.start) return -1;
  return t < job.start - buffer ? SHIFT.idle : SHIFT.await_start;
}

/** Counts by job who is on time or late as the last tick has left them. */
function countOnDuty(world: World, turn: Turn): void {
  const { roster, population, job, shiftState } = world;
  const { onDuty } = turn;
  onDuty.fill(0);
  for (let i = 0; i < population[0]; i++) {
    const agent = roster[i];
    if (isOnDuty(shiftState[agent])) onDuty[job[agent]]++;
  }
}

function isOnDuty(state: number): boolean {
  return state === SHIFT.on_time || state === SHIFT.late;
}

/** One tick inside a shift. */
function workOn(
  town: Town,
  world: World,
  turn: Turn,
  agent: number,
  job: TownJob,
  t: number,
): void {
  const { shiftFlags, shiftState, employment, wallet } = world;
  const before = shiftState[agent];
  if ((shiftFlags[agent] & FLAG.open) === 0) {
    shiftFlags[agent] = FLAG.open;
    world.onTimeTicks[agent] = 0;
    world.lateTicks[agent] = 0;
    world.lastSeen[agent] = 0;
  }
  const here = job.x < 0 || isAt(town, world, agent, job.x, job.y);
  const into = t - job.start;
  const state = here
    ? stateHere(world, agent, into)
    : stateAway(world, agent, into);
  shiftState[agent] = state;
  const { onDuty } = turn;
  const place = world.job[agent];
  if (isOnDuty(before)) onDuty[place]--;
  const coworkers = onDuty[place];
  if (isOnDuty(state)) onDuty[place]++;
  world.onShift[agent] = here ? 1 : 0;
  const pay = job.wage > 0 ? job.wage : world.price[PRICE.wage_income];
  if (here) {
    shiftFlags[agent] |= FLAG.present | FLAG.paid;
    world.lastSeen[agent] = world.tick[0];
    wallet[agent] += pay;
    world.wagesPaid[agent] += pay;
    turn.paid[agent] += pay;
    world.inventory[agent * COUNTERS.length + COUNTER.wages_earned]++;
  }
  if (state === SHIFT.on_time) {
    shiftFlags[agent] = (shiftFlags[agent] | FLAG.onTime) & ~FLAG.absenceFined;
    world.onTimeTicks[agent]++;
  } else if (state === SHIFT.late) {
    shiftFlags[agent] &= ~FLAG.absenceFined;
    beLate(world, turn, agent, job, before);
    if (!here) {
      const fine = employment[EMPLOY.late_tick_penalty];
      wallet[agent] = Math.max(0, wallet[agent] - fine);
      withhold(world, turn, agent, pay);
    }
    if (coworkers > 0 && (shiftFlags[agent] & FLAG.helped) === 0) {
      shiftFlags[agent] |= FLAG.helped;
      relateCoworkers(town, world, turn, agent, "employment_help");
    }
  } else if (state === SHIFT.absent) {
    beAbsent(world, turn, agent, job, before);
    if (coworkers > 0 && (shiftFlags[agent] & FLAG.taken) === 0) {
      shiftFlags[agent] |= FLAG.taken;
      relateCoworkers(town, world, turn, agent, "employment_shift_taken");
    }
    withhold(world, turn, agent, pay);
  }
}

function stateHere(world: World, agent: number, into: number): number {
  const onTime = (world.shiftFlags[agent] & FLAG.onTime) !== 0 ||
    into <= world.employment[EMPLOY.grace_ticks];
  return onTime ? SHIFT.on_time : SHIFT.late;
}

function stateAway(world: World, agent: number, into: number): number {
  const { employment } = world;
  const present = (world.shiftFlags[agent] & FLAG.present) !== 0;
  if (!present && into < employment[EMPLOY.grace_ticks]) {
    return SHIFT.await_start;
  }
  const gone = present &&
    world.tick[0] - world.lastSeen[agent] > employment[EMPLOY.absence_slack];
  return gone || into > employment[EMPLOY.absent_cutoff]
    ? SHIFT.absent
    : SHIFT.late;
}

function beLate(
  world: World,
  turn: Turn,
  agent: number,
  job: TownJob,
  before: number,
): void {
  const { shiftFlags, wallet } = world;
  world.lateTicks[agent]++;
  world.lateTicksToday[agent]++;
  const wasIn = before === SHIFT.on_time || before === SHIFT.late;
  if ((shiftFlags[agent] & FLAG.fined) === 0 && !wasIn) {
    shiftFlags[agent] |= FLAG.fined;
    wallet[agent] = Math.max(0, wallet[agent] - job.lateness);
    world.lateness[agent]++;
  }
  if ((shiftFlags[agent] & FLAG.lateTold) === 0) {
    shiftFlags[agent] |= FLAG.lateTold;
    turn.events.push({
      event: "shift.late",
      tick: world.tick[0],
      agent: world.records.agentIds[agent],
      job: job.id,
      ticks_late: world.lateTicks[agent],
    });
  }
}

function beAbsent(
  world: World,
  turn: Turn,
  agent: number,
  job: TownJob,
  before: number,
): void {
  const { shiftFlags, wallet, employment } = world;
  const id = world.records.agentIds[agent];
  const tick = world.tick[0];
  const flags = shiftFlags[agent];
  const wasIn = before === SHIFT.on_time || before === SHIFT.late;
  if (wasIn && (flags & FLAG.present) && (flags & FLAG.leftTold) === 0) {
    shiftFlags[agent] |= FLAG.leftTold;
    turn.events.push({
      event: "shift.left_early",
      tick,
      agent: id,
      job: job.id,
    });
  }
  if ((flags & FLAG.absenceFined) === 0) {
    shiftFlags[agent] |= FLAG.absenceFined;
    const fine = employment[EMPLOY.absence_penalty];
    wallet[agent] = Math.max(0, wallet[agent] - fine);
  }
  if ((flags & FLAG.absentTold) === 0) {
    shiftFlags[agent] |= FLAG.absentTold;
    rememberAbsence(world, agent);
    turn.events.push({ event: "shift.absent", tick, agent: id, job: job.id });
  }
}

function withhold(
  world: World,
  turn: Turn,
  agent: number,
  pay: number,
): void {
  world.wagesWithheld[agent] += pay;
  turn.paid[agent] -= pay;
}

/**
 * Changes the ties with those of the same job who are on time or late as of
 * now. There must be somebody.
 */
function relateCoworkers(
  town: Town,
  world: World,
  turn: Turn,
  agent: number,
  cause: "employment_help" | "employment_shift_taken",
): void {
  const { roster, population, job, shiftState } = world;
  const { agentIds } = world.records;
  const coworkers: string[] = [];
  // More than there are slots for ties would only push each other out again.
  const most = town.tieSlots;
  for (let i = 0; i < population[0] && coworkers.length < most; i++) {
    const other = roster[i];
    if (job[other] !== job[agent] || other === agent) continue;
    if (!isOnDuty(shiftState[other])) continue;
    relate(town, world, turn, agent, other, cause, TIE_DELTAS[cause]);
    coworkers.push(agentIds[other]);
  }
  turn.events.push({
    event: cause === "employment_help"
      ? "employment.helped_when_late"
      : "employment.shift_taken",
    tick: world.tick[0],
    agent: agentIds[agent],
    coworkers: coworkers.sort(compareCodePoints),
  });
}

/** A new day: an open shift ends, the day's figures start over. */
function beginDay(
  town: Town,
  world: World,
  agent: number,
  job: TownJob,
): void {
  if (world.shiftFlags[agent] & FLAG.open) closeShift(town, world, agent, job);
  world.lateTicks[agent] = 0;
  world.lateTicksToday[agent] = 0;
  world.wagesPaid[agent] = 0;
  world.wagesWithheld[agent] = 0;
}

/** Ends a shift: its attendance becomes a sample. */
function closeShift(
  town: Town,
  world: World,
  agent: number,
  job: TownJob,
): void {
  const { samples, sampleCount, shiftFlags } = world;
  const window = town.attendanceWindow;
  const start = agent * window;
  if (sampleCount[agent] === window) {
    samples.copyWithin(start, start + 1, start + window);
    sampleCount[agent]--;
  }
  samples[start + sampleCount[agent]++] = world.onTimeTicks[agent] /
    (job.end - job.start + 1);
  let sum = 0;
  for (let i = 0; i < sampleCount[agent]; i++) sum += samples[start + i];
  world.attendance[agent] = sum / sampleCount[agent];
  if (shiftFlags[agent] & FLAG.paid) {
    world.inventory[agent * COUNTERS.length + COUNTER.shifts_worked]++;
  }
  shiftFlags[agent] = 0;
  world.onShift[agent] = 0;
}

function rememberAbsence(world: World, agent: number): void {
  const { absence, absences } = world;
  const start = agent * ABSENCES;
  if (absences[agent] === ABSENCES) {
    absence.copyWithin(start, start + 1, start + ABSENCES);
    absences[agent]--;
  }
  absence[start + absences[agent]++] = world.tick[0];
}

function forgetAbsences(world: World, agent: number, oldest: number): void {
  const { absence, absences } = world;
  const start = agent * ABSENCES;
  while (absences[agent] > 0 && absence[start] < oldest) {
    absence.copyWithin(start, start + 1, start + ABSENCES);
    absence[start + --absences[agent]] = 0;
  }
}
