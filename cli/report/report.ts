/** What a run was like: one plain object, for programs and for people. @module */
import type { Policy } from "../../src/policy/policy.ts";
import type { HookTally } from "../../src/security/hooks.ts";
import type { TelemetryEnd } from "../../src/telemetry/telemetry.ts";
import type { Town } from "../../src/world/town.ts";
import {
  COUNTER,
  COUNTERS,
  NEED_COUNT,
  NEEDS,
  SHIFT_STATES,
  type World,
} from "../../src/world/world.ts";
import { PROFILES } from "../../src/world/profiles.ts";
import type { Chronicle, Moment } from "./chronicle.ts";

/** A resident at the end of a run. */
export interface ResidentReport {
  /** Lives lived, this one counted. */
  readonly lives: number;
  /** Personality profile. */
  readonly profile: string;
  /** Tile. */
  readonly position: readonly [x: number, y: number];
  /** Satisfaction by need: 0 empty, 1 full. */
  readonly needs: Readonly<Record<string, number>>;
  /** Money. */
  readonly wallet: number;
  /** Job, or null. */
  readonly job: string | null;
  /** Where the resident stands in the working day. */
  readonly shift: string;
  /** Meals eaten since the town began, over all lives, like the counts below. */
  readonly meals: number;
  /** Meals cooked. */
  readonly meals_cooked: number;
  /** Showers taken. */
  readonly showers: number;
  /** Times slept. */
  readonly sleeps: number;
  /** Shifts worked. */
  readonly shifts: number;
  /** Chats that went well. */
  readonly chats: number;
  /** Id of the best friend, or null. */
  readonly best_friend: string | null;
  /** Id of the worst rival, or null. */
  readonly worst_rival: string | null;
}

/** How often residents did something. */
export interface Deeds {
  /** Meals eaten. */
  readonly meals: number;
  /** Meals cooked. */
  readonly meals_cooked: number;
  /** Showers taken. */
  readonly showers: number;
  /** Times slept. */
  readonly sleeps: number;
  /** Shifts worked. */
  readonly shifts: number;
}

/** What everybody did since the town began, those counted who are gone. */
export function deedsOf(world: World): Deeds {
  const { lineages } = world.records;
  const sum = (counter: keyof typeof COUNTER) => {
    const at = COUNTER[counter];
    let total = 0;
    for (const { past } of lineages) total += past[at];
    for (let i = 0; i < world.population[0]; i++) {
      total += world.inventory[world.roster[i] * COUNTERS.length + at];
    }
    return total;
  };
  return {
    meals: sum("meals_consumed"),
    meals_cooked: sum("meals_cooked"),
    showers: sum("showers_taken"),
    sleeps: sum("sleep_sessions"),
    shifts: sum("shifts_worked"),
  };
}

/** A hash of the world, and the tick it is of. */
export interface HashAt {
  /** Ticks done. */
  readonly tick: number;
  /** 64 hex digits. */
  readonly hash: string;
}

/** What a report says it is. */
export const REPORT_FORMAT = "townlet.report";

/** The report of a run. */
export interface Report {
  /** What kind of file this is. */
  readonly format: typeof REPORT_FORMAT;
  /** Version of the format. */
  readonly version: 1;
  /** Name of the town. */
  readonly config_id: string;
  /** Seed of the run, or null: drawn from the name. */
  readonly seed: number | null;
  /** Who decided. */
  readonly policy: string;
  /** Digest of its weights: 64 hex digits; null: it has none. */
  readonly policy_hash: string | null;
  /** Ticks executed by this run. */
  readonly ticks: number;
  /** Ticks done since the town began. */
  readonly tick: number;
  /** Ticks of a day. */
  readonly ticks_per_day: number;
  /** Signal that ended the run early, or null. */
  readonly interrupted: string | null;
  /** Living residents. */
  readonly agents: number;
  /** Lives that ended in this run. */
  readonly deaths: number;
  /** Lives that began again in this run. */
  readonly respawns: number;
  /** What all residents did in this run. */
  readonly counts: Deeds;
  /** Money of all living residents. */
  readonly money: number;
  /** Time the ticks took, in seconds. */
  readonly seconds: number;
  /** Ticks a second. */
  readonly ticks_per_second: number;
  /** Digest of the world's state: 64 hex digits. */
  readonly state_hash: string;
  /** Digests on the way, where they were asked for. */
  readonly hashes?: readonly HashAt[];
  /** Events of this run, by name. */
  readonly events: Readonly<Record<string, number>>;
  /** The most notable moments of this run. */
  readonly moments: readonly Moment[];
  /** Share of the time by system, 0 to 1. */
  readonly systems: Readonly<Record<string, number>>;
  /** Hooks in the order they run. */
  readonly hooks: readonly HookReport[];
  /** How its telemetry did, or null: it told nobody. */
  readonly telemetry: Omit<TelemetryEnd, "fault"> | null;
  /** Whether the run can be repeated: not so where a hook was left out. */
  readonly reproducible: boolean;
  /** Living residents by id, in order of their coming. */
  readonly residents: Readonly<Record<string, ResidentReport>>;
}

/** A hook of a run. */
export interface HookReport {
  /** Its specifier. */
  readonly specifier: string;
  /** SHA-256 of its file, or null: it is compiled in. */
  readonly sha256: string | null;
  /** Whether it is called, or was left out because it failed. */
  readonly state: "runs" | "disabled";
  /** Calls in this run; null for those compiled in. */
  readonly calls: number | null;
  /** Calls that failed; null like the calls. */
  readonly faults: number | null;
  /** Time of a call on average, in microseconds; null without calls. */
  readonly mean_us: number | null;
  /** Time of the longest call, in microseconds; null without calls. */
  readonly longest_us: number | null;
}

/** What the run itself knows of its course. */
export interface Course {
  /** Who decided. */
  readonly policy: Pick<Policy, "name" | "policyHash">;
  /** Ticks executed. */
  readonly ticks: number;
  /** Time they took, in seconds. */
  readonly seconds: number;
  /** What everybody had done when the run began. */
  readonly before: Deeds;
  /** Signal that ended the run early, or null. */
  readonly interrupted: string | null;
  /** Digest of the world at the end. */
  readonly stateHash: string;
  /** Digests on the way, or null. */
  readonly hashes: readonly HashAt[] | null;
  /** Share of the time by system, 0 to 1. */
  readonly systems: Readonly<Record<string, number>>;
  /** How the hooks that are files did. */
  readonly hooks: readonly HookTally[];
  /** How its telemetry did, or null: it told nobody. */
  readonly telemetry: Omit<TelemetryEnd, "fault"> | null;
}

/** Moments a report has at most. */
const MOMENTS_MAX = 12;

/** Makes the report of a run. */
export function reportOf(
  town: Town,
  world: World,
  chronicle: Chronicle,
  course: Course,
): Report {
  const residents = residentsOf(town, world);
  const { events } = chronicle;
  const { before } = course;
  const deeds = deedsOf(world);
  return {
    format: REPORT_FORMAT,
    version: 1,
    config_id: town.config.config_id,
    seed: world.records.seed,
    policy: course.policy.name,
    policy_hash: course.policy.policyHash?.() ?? null,
    ticks: course.ticks,
    tick: world.tick[0],
    ticks_per_day: town.ticksPerDay,
    interrupted: course.interrupted,
    agents: world.population[0],
    deaths: events.get("agent.removed") ?? 0,
    respawns: events.get("agent.respawned") ?? 0,
    counts: {
      meals: deeds.meals - before.meals,
      meals_cooked: deeds.meals_cooked - before.meals_cooked,
      showers: deeds.showers - before.showers,
      sleeps: deeds.sleeps - before.sleeps,
      shifts: deeds.shifts - before.shifts,
    },
    money: Object.values(residents).reduce(
      (sum, { wallet }) => sum + wallet,
      0,
    ),
    seconds: course.seconds,
    ticks_per_second: course.seconds > 0 ? course.ticks / course.seconds : 0,
    state_hash: course.stateHash,
    ...(course.hashes === null ? {} : { hashes: course.hashes }),
    events: Object.fromEntries(
      [...events].sort(([a], [b]) => a < b ? -1 : 1),
    ),
    moments: chronicle.moments(MOMENTS_MAX),
    systems: course.systems,
    hooks: hooksOf(town, world, course.hooks),
    telemetry: course.telemetry,
    reproducible: world.records.disabledHooks.length === 0,
    residents,
  };
}

function hooksOf(
  town: Town,
  world: World,
  tallies: readonly HookTally[],
): readonly HookReport[] {
  return town.hooks.map(({ specifier, sha256 }) => {
    const tally = tallies.find((one) => one.specifier === specifier);
    const calls = tally?.calls ?? null;
    const us = (ms: number | undefined) =>
      ms === undefined || !calls ? null : Math.round(1000 * ms);
    return {
      specifier,
      sha256,
      state: world.records.disabledHooks.includes(specifier)
        ? "disabled"
        : "runs",
      calls,
      faults: tally?.faults ?? null,
      mean_us: us(tally && tally.totalMs / tally.calls),
      longest_us: us(tally?.longestMs),
    };
  });
}

function residentsOf(
  town: Town,
  world: World,
): Record<string, ResidentReport> {
  const { agentIds, lineages } = world.records;
  const residents: [string, ResidentReport][] = [];
  for (let i = 0; i < world.population[0]; i++) {
    const row = world.roster[i];
    const { lives, past } = lineages[world.lineage[row]];
    const count = (counter: keyof typeof COUNTER) =>
      world.inventory[row * COUNTERS.length + COUNTER[counter]] +
      past[COUNTER[counter]];
    residents.push([agentIds[row], {
      lives,
      profile: PROFILES[world.profile[row]].id,
      position: [world.x[row], world.y[row]],
      needs: Object.fromEntries(
        NEEDS.map((need, k) => [need, world.need[row * NEED_COUNT + k]]),
      ),
      wallet: world.wallet[row],
      job: world.job[row] < 0 ? null : town.jobs[world.job[row]].id,
      shift: SHIFT_STATES[world.shiftState[row]],
      meals: count("meals_consumed"),
      meals_cooked: count("meals_cooked"),
      showers: count("showers_taken"),
      sleeps: count("sleep_sessions"),
      shifts: count("shifts_worked"),
      chats: count("chats"),
      best_friend: bestFriend(town, world, row),
      worst_rival: worstRival(town, world, row),
    }]);
  }
  return Object.fromEntries(residents);
}

function bestFriend(town: Town, world: World, row: number): string | null {
  const { ties, tieOther, tieTrust, tieFamiliarity } = world;
  const { other } = strongest(
    tieOther,
    row * town.tieSlots,
    ties[row],
    (slot) => tieTrust[slot] + tieFamiliarity[slot],
  );
  return other < 0 ? null : world.records.agentIds[other];
}

/** By the tie or by the ledger of clashes, which remembers for longer. */
function worstRival(town: Town, world: World, row: number): string | null {
  const { ties, tieOther, tieRivalry, rivals, rivalOther, rivalScore } = world;
  const first = row * town.tieSlots;
  const tie = strongest(tieOther, first, ties[row], (at) => tieRivalry[at]);
  const rival = strongest(
    rivalOther,
    first,
    rivals[row],
    (at) => rivalScore[at],
  );
  const { other } = tie.score > rival.score ? tie : rival;
  return other < 0 ? null : world.records.agentIds[other];
}

/** Who is behind the slot of the highest score above 0, the first of equals. */
function strongest(
  others: Int16Array,
  first: number,
  slots: number,
  scoreAt: (slot: number) => number,
): { readonly other: number; readonly score: number } {
  let score = 0;
  let other = -1;
  for (let slot = first; slot < first + slots; slot++) {
    if (scoreAt(slot) > score) {
      score = scoreAt(slot);
      other = others[slot];
    }
  }
  return { other, score };
}
