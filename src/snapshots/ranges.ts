/** What the numbers of each column can be. @module */
import { PROFILES } from "../world/profiles.ts";
import { REASONS } from "../world/reasons.ts";
import type { Town } from "../world/town.ts";
import { KINDS } from "../world/turn.ts";
import {
  ABSENCES,
  type Columns,
  COOLDOWNS,
  FLAG,
  SHIFT_STATES,
  type World,
} from "../world/world.ts";
import { savedColumns } from "./columns.ts";
import { unusable } from "./refusal.ts";

type Span = readonly [least: number, most: number];

/** Columns that files hold as columns. */
type SavedName = Exclude<
  keyof Columns,
  | "randomWords"
  | "randomDraws"
  | "decay"
  | "tieFading"
  | "tieStamp"
  | "rivalryMax"
  | "usable"
  | "usableCount"
  | "usableStale"
  | "stale"
  | "slotGiven"
  | "slotsTouched"
  | "agentBits"
  | "tileHead"
  | "tileAgents"
  | "tileReserved"
  | "tileNext"
  | "tilePrevious"
>;

const FLAG_SPAN: Span = [0, 1];
const SHARE: Span = [0, 1];
const TRAIT: Span = [-1, 1];
const COUNT: Span = [0, Number.MAX_SAFE_INTEGER];
const MONEY: Span = [0, Number.MAX_VALUE];
/** A tick, or a value below the first one for never. */
const MOMENT: Span = [-1, Number.MAX_SAFE_INTEGER];

/** Least and most of every column, for a town and the words it brought. */
function spansOf(
  town: Town,
  world: World,
): { readonly [name in SavedName]: Span } {
  const index = (length: number): Span => [-1, length - 1];
  const agent = index(town.capacity);
  const object = index(town.objectIds.length);
  const affordance = index(town.affordances.length);
  const column: Span = [0, town.width - 1];
  const row: Span = [0, town.height - 1];
  const words = REASONS.length + world.records.reasons.length;
  const flags = Object.values(FLAG).reduce((sum, flag) => sum + flag, 0);
  return {
    tick: COUNT,
    population: [0, town.capacity],
    roster: agent,
    alive: FLAG_SPAN,
    lineage: COUNT,
    x: column,
    y: row,
    homeX: column,
    homeY: row,
    need: SHARE,
    wallet: MONEY,
    inventory: COUNT,
    profile: [0, PROFILES.length - 1],
    extroversion: TRAIT,
    forgiveness: TRAIT,
    ambition: TRAIT,
    episodeTick: [0, town.ticksPerDay - 1],
    job: index(town.jobs.length),
    jobless: FLAG_SPAN,
    shiftState: [0, SHIFT_STATES.length - 1],
    shiftFlags: [0, flags],
    onShift: FLAG_SPAN,
    lateness: COUNT,
    lateTicksToday: COUNT,
    onTimeTicks: COUNT,
    lateTicks: COUNT,
    lastSeen: MOMENT,
    wagesPaid: MONEY,
    wagesWithheld: MONEY,
    attendance: SHARE,
    samples: SHARE,
    sampleCount: [0, town.attendanceWindow],
    absence: MOMENT,
    absences: [0, ABSENCES],
    exitPending: FLAG_SPAN,
    lastKind: [0, KINDS.length - 1],
    lastSuccess: FLAG_SPAN,
    lastDuration: COUNT,
    outcomeNext: [0, Math.max(0, town.outcomeHistory - 1)],
    outcomeKind: [0, KINDS.length - 1],
    outcomeSuccess: FLAG_SPAN,
    outcomeDuration: COUNT,
    outcomeTick: MOMENT,
    outcomeObject: object,
    outcomeAffordance: affordance,
    outcomeReason: [0, words - 1],
    destinationX: index(town.width),
    destinationY: index(town.height),
    destinationUntil: MOMENT,
    meetCooldown: MOMENT,
    optionAffordance: affordance,
    optionObject: object,
    optionSince: MOMENT,
    brokenAffordance: affordance,
    brokenTick: MOMENT,
    optionSwitches: COUNT,
    failedAffordance: affordance,
    failedObject: object,
    failedUntil: MOMENT,
    chatCooldown: MOMENT,
    possessed: FLAG_SPAN,
    schedule: index(town.schedules.length),
    episodeReturn: [-Number.MAX_VALUE, Number.MAX_VALUE],
    gloomUntil: MOMENT,
    lastMeal: MOMENT,
    engaged: object,
    engagement: [0, 2],
    waitNext: agent,
    joined: MOMENT,
    cooldowns: [0, COOLDOWNS],
    cooldownObject: object,
    cooldownUntil: MOMENT,
    ties: [0, town.tieSlots],
    tieOther: agent,
    tieTrust: TRAIT,
    tieFamiliarity: TRAIT,
    tieRivalry: SHARE,
    rivals: [0, town.tieSlots],
    rivalOther: agent,
    rivalScore: SHARE,
    embeddingSlot: index(town.embeddingSlots),
    slotShared: FLAG_SPAN,
    contextReset: FLAG_SPAN,
    slotReleased: MOMENT,
    slotTotals: COUNT,
    holder: agent,
    queueHead: agent,
    queueLength: [0, town.capacity],
    stall: COUNT,
    running: affordance,
    runningLeft: COUNT,
    slotTaken: FLAG_SPAN,
    stock: [-1, Number.MAX_SAFE_INTEGER],
    utilityBaseline: [-1, Number.MAX_SAFE_INTEGER],
    queueTotals: COUNT,
    price: MONEY,
    basePrice: MONEY,
    employment: MONEY,
    exitsToday: COUNT,
    exitDay: MOMENT,
    exitCap: COUNT,
    mortality: FLAG_SPAN,
    respawnDelay: COUNT,
    eventCount: COUNT,
    specCooldown: MOMENT,
  };
}

/**
 * Throws a TownletError (exit code 2) for the first number that is not finite
 * or outside what its column can hold.
 */
export function checkRanges(town: Town, world: World, where: string): void {
  const spans: { readonly [name: string]: Span } = spansOf(town, world);
  for (const [name] of savedColumns(town)) {
    const [least, most] = spans[name];
    const column = world[name];
    for (let i = 0; i < column.length; i++) {
      // Also true for NaN, which is not between anything.
      if (column[i] >= least && column[i] <= most) continue;
      throw unusable(
        "range",
        `Column ${name} holds ${
          column[i]
        } at ${i}, outside ${least} to ${most}`,
        { where },
      );
    }
  }
}
