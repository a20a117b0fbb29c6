/**
 * World: all that changes during a run and must be remembered.
 *
 * Hot numbers are typed-array columns over one buffer; rare, irregular things
 * are records, plain JSON that is replaced and never changed in place. So a
 * copy is one `set` and one assignment.
 *
 * @module
 */
import {
  allocate,
  bytesOf,
  type Catalogue,
  type ColumnSpec,
  type Dtype,
} from "../base/columns.ts";
import { openSha256 } from "../base/hash.ts";
import { codesOf, placeOf } from "../base/lookup.ts";
import { canonicalJson } from "../base/order.ts";
import { Random, RANDOM_WORDS } from "../base/random.ts";
import { ECONOMY_KEYS, type EconomyKey } from "../config/economy.ts";
import {
  EMPLOYMENT_PARAMETERS,
  type EmploymentParameter,
} from "../config/employment.ts";
import type { Town } from "./town.ts";

/** The three needs, in column order. */
export const NEEDS = ["hunger", "hygiene", "energy"] as const;
/** Number of needs. */
export const NEED_COUNT = 3;

/** Inventory counters, in column order. */
export const COUNTERS = [
  "meals_cooked",
  "meals_consumed",
  "wages_earned",
  "showers_started",
  "showers_taken",
  "sleep_attempts",
  "sleep_sessions",
  "shifts_worked",
  "chats",
] as const;
/** Name of an inventory counter. */
export type Counter = typeof COUNTERS[number];
/** Column of each inventory counter. */
export const COUNTER: Readonly<Record<Counter, number>> = codesOf(COUNTERS);

/** Column of each economy key. */
export const PRICE: Readonly<Record<EconomyKey, number>> = codesOf(
  ECONOMY_KEYS,
);
/** The keys whose sum is the price of a basket: what `market` stands for. */
export const BASKET: readonly EconomyKey[] = [
  "meal_cost",
  "cook_energy_cost",
  "cook_hygiene_cost",
  "ingredients_cost",
];

/** Employment parameters that can change while a town runs. */
export const EMPLOYMENT: readonly EmploymentParameter[] = Object.keys(
  EMPLOYMENT_PARAMETERS,
) as EmploymentParameter[];
/** Column of each employment parameter. */
export const EMPLOY: Readonly<Record<EmploymentParameter, number>> = codesOf(
  EMPLOYMENT,
);

/** Where a resident stands in the working day, in column order. */
export const SHIFT_STATES = [
  "pre_shift",
  "idle",
  "await_start",
  "on_time",
  "late",
  "absent",
  "post_shift",
] as const;
/** Code of each shift state. */
export const SHIFT: Readonly<Record<typeof SHIFT_STATES[number], number>> =
  codesOf(SHIFT_STATES);

/** Streams of random numbers a World owns, in column order. */
export const STREAMS = ["perturbations", "policy", "anneal"] as const;
/** Name of a stream. */
export type StreamName = typeof STREAMS[number];

/** Columns of `slotTotals`. */
export const SLOT_TOTAL = { given: 0, forced: 1, shared: 2 } as const;

/** Columns of `queueTotals`. */
export const TOTAL = { cooldowns: 0, ghostSteps: 1, rotations: 2 } as const;

/** What an agent has to do with the object in `engaged`. */
export const ENGAGED = { not: 0, waits: 1, holds: 2 } as const;

/** Bits of `shiftFlags`. */
export const FLAG = {
  /** A shift is open: it began and was not closed yet. */
  open: 1,
  /** Was at work at some tick of this shift. */
  present: 2,
  /** Was on time at some tick of this shift. */
  onTime: 4,
  /** Paid the fine for coming late. */
  fined: 8,
  /** `shift.late` was told. */
  lateTold: 16,
  /** Coworkers helped. */
  helped: 32,
  /** This spell of absence was fined. */
  absenceFined: 64,
  /** `shift.absent` was told. */
  absentTold: 128,
  /** Coworkers took the shift over. */
  taken: 256,
  /** `shift.left_early` was told. */
  leftTold: 512,
  /** Got paid for at least one tick of this shift. */
  paid: 1024,
} as const;

/** Cooldowns an agent can have at the same time. */
export const COOLDOWNS = 16;
/** Absences that fit in seven days. */
export const ABSENCES = 8;

/** The columns of a World. */
export interface Columns {
  /** Ticks done. [1] */
  readonly tick: Float64Array;
  /** Living agents. [1] */
  readonly population: Int32Array;
  /** Rows of living agents in insertion order. [agents] */
  readonly roster: Int16Array;
  /** 1 where the row is a living agent. [agents] */
  readonly alive: Uint8Array;
  /** Index of the lineage of lives, in the records. [agents] */
  readonly lineage: Int32Array;
  /** Tile, west to east. Written by the spatial index only. [agents] */
  readonly x: Int16Array;
  /** Tile, north to south. Written by the spatial index only. [agents] */
  readonly y: Int16Array;
  /** Home tile. [agents] */
  readonly homeX: Int16Array;
  /** Home tile. [agents] */
  readonly homeY: Int16Array;
  /** Satisfaction: 0 empty, 1 full. [agents × needs] */
  readonly need: Float64Array;
  /** Money, never below 0. [agents] */
  readonly wallet: Float64Array;
  /** Inventory counters. [agents × counters] */
  readonly inventory: Int32Array;
  /** Index of the personality profile. [agents] */
  readonly profile: Uint8Array;
  /** Trait, −1 to 1. [agents] */
  readonly extroversion: Float64Array;
  /** Trait, −1 to 1. [agents] */
  readonly forgiveness: Float64Array;
  /** Trait, −1 to 1. [agents] */
  readonly ambition: Float64Array;
  /** Ticks of the current day's episode. [agents] */
  readonly episodeTick: Int32Array;

  /** Job, or -1. [agents] */
  readonly job: Int16Array;
  /** 1 for agents that never take a job. [agents] */
  readonly jobless: Uint8Array;
  /** Code of the shift state. [agents] */
  readonly shiftState: Uint8Array;
  /** Bits of this shift, see FLAG. [agents] */
  readonly shiftFlags: Uint16Array;
  /** 1 while paid for being at work. [agents] */
  readonly onShift: Uint8Array;
  /** Shifts begun late, ever. [agents] */
  readonly lateness: Int32Array;
  /** Late ticks today. [agents] */
  readonly lateTicksToday: Int32Array;
  /** On-time ticks of the current or last shift. [agents] */
  readonly onTimeTicks: Int32Array;
  /** Late ticks of the current or last shift. [agents] */
  readonly lateTicks: Int32Array;
  /** Tick at which the agent was last at work in this shift. [agents] */
  readonly lastSeen: Float64Array;
  /** Wages paid today. [agents] */
  readonly wagesPaid: Float64Array;
  /** Wages withheld today. [agents] */
  readonly wagesWithheld: Float64Array;
  /** Mean of the last attendance samples. [agents] */
  readonly attendance: Float64Array;
  /** Attendance of past shifts, oldest first. [agents × samples] */
  readonly samples: Float64Array;
  /** How many samples there are. [agents] */
  readonly sampleCount: Uint8Array;
  /** Ticks of absences of the last seven days, oldest first. [agents × 8] */
  readonly absence: Float64Array;
  /** How many absences there are. [agents] */
  readonly absences: Uint8Array;
  /**
   * 1 from the tick at which the agent is queued for leaving town until the
   * night, which clears it while the queue keeps the agent. [agents]
   */
  readonly exitPending: Uint8Array;

  /** Code of the last action's kind, 0 none. [agents] */
  readonly lastKind: Uint8Array;
  /** 1 if the last action succeeded. [agents] */
  readonly lastSuccess: Uint8Array;
  /** Duration the last action named, ticks. [agents] */
  readonly lastDuration: Int32Array;
  /** Place of the next entry in the outcome log's rings. [agents] */
  readonly outcomeNext: Uint16Array;
  /** Ring of kinds, 0 where nothing was logged. [history × agents] */
  readonly outcomeKind: Uint8Array;
  /** Ring of successes. [history × agents] */
  readonly outcomeSuccess: Uint8Array;
  /** Ring of durations. [history × agents] */
  readonly outcomeDuration: Int32Array;
  /** Ring of ticks. [history × agents] */
  readonly outcomeTick: Float64Array;
  /** Ring of objects, -1 none. [history × agents] */
  readonly outcomeObject: Int32Array;
  /** Ring of affordances, -1 none. [history × agents] */
  readonly outcomeAffordance: Int16Array;
  /** Ring of reasons, 0 none. [history × agents] */
  readonly outcomeReason: Int16Array;

  /** Tile of a meeting, -1 none. [agents] */
  readonly destinationX: Int16Array;
  /** Tile of a meeting, -1 none. [agents] */
  readonly destinationY: Int16Array;
  /** Tick at which the meeting ends. [agents] */
  readonly destinationUntil: Float64Array;
  /** No meeting may pick the agent before this tick. [agents] */
  readonly meetCooldown: Float64Array;
  /** Affordance of the running option, -1 none. [agents] */
  readonly optionAffordance: Int16Array;
  /** Object of the running option, -1 none. [agents] */
  readonly optionObject: Int32Array;
  /** Tick at which the option started. [agents] */
  readonly optionSince: Float64Array;
  /** Affordance of the last option that ended short of done, -1. [agents] */
  readonly brokenAffordance: Int16Array;
  /** Tick at which that option ended. [agents] */
  readonly brokenTick: Float64Array;
  /** Option switches since they were last drained. [agents] */
  readonly optionSwitches: Int32Array;
  /** Pair not to be chosen again: affordance, -1 none. [agents] */
  readonly failedAffordance: Int16Array;
  /** Pair not to be chosen again: object. [agents] */
  readonly failedObject: Int32Array;
  /** Tick from which that pair may be chosen again. [agents] */
  readonly failedUntil: Float64Array;
  /** Tick from which the agent may chat again. [agents] */
  readonly chatCooldown: Float64Array;
  /** 1 while somebody else decides for the agent. [agents] */
  readonly possessed: Uint8Array;
  /** Schedule the agent plays, -1 none. [agents] */
  readonly schedule: Int16Array;
  /** Total of this episode's rewards, where a clip limits it. [agents] */
  readonly episodeReturn: Float64Array;
  /** No positive reward up to and including this tick, -1 none. [agents] */
  readonly gloomUntil: Float64Array;
  /** Tick at which the last meal ended, -1 none. [agents] */
  readonly lastMeal: Float64Array;

  /** Object waited for, held or used, -1 none. [agents] */
  readonly engaged: Int32Array;
  /** What the agent has to do with it, see ENGAGED. [agents] */
  readonly engagement: Uint8Array;
  /** Who waits behind, -1 none. [agents] */
  readonly waitNext: Int16Array;
  /** Tick at which the waiting began. [agents] */
  readonly joined: Float64Array;
  /** How many cooldowns the agent has. [agents] */
  readonly cooldowns: Uint8Array;
  /** Objects of the cooldowns. [agents × 16] */
  readonly cooldownObject: Int32Array;
  /** Ticks at which the cooldowns end. [agents × 16] */
  readonly cooldownUntil: Float64Array;

  /** How many ties the agent has. [agents] */
  readonly ties: Uint8Array;
  /** The others, in insertion order. [agents × ties] */
  readonly tieOther: Int16Array;
  /** Trust, −1 to 1. [agents × ties] */
  readonly tieTrust: Float64Array;
  /** Familiarity, −1 to 1. [agents × ties] */
  readonly tieFamiliarity: Float64Array;
  /** Rivalry, 0 to 1. [agents × ties] */
  readonly tieRivalry: Float64Array;
  /** How many entries the rivalry ledger has. [agents] */
  readonly rivals: Uint8Array;
  /** The others, in insertion order. [agents × ties] */
  readonly rivalOther: Int16Array;
  /** Rivalry score. [agents × ties] */
  readonly rivalScore: Float64Array;

  /** Embedding slot, -1 before the first observation. [agents] */
  readonly embeddingSlot: Int32Array;
  /** 1 where that slot is another agent's as well. [agents] */
  readonly slotShared: Uint8Array;
  /** 1 where the next observation tells of a new context. [agents] */
  readonly contextReset: Uint8Array;
  /** Tick at which a slot was last given back, -1 never. [slots] */
  readonly slotReleased: Float64Array;
  /** Slots given, given too early, shared. [3] */
  readonly slotTotals: Float64Array;

  /** Agent holding the object, or -1. [objects] */
  readonly holder: Int16Array;
  /** First agent waiting, or -1. [objects] */
  readonly queueHead: Int16Array;
  /** Agents waiting. [objects] */
  readonly queueLength: Int16Array;
  /** Ticks the queue has stalled. [objects] */
  readonly stall: Int32Array;
  /** Affordance running there, or -1. [objects] */
  readonly running: Int16Array;
  /** Ticks left of it. [objects] */
  readonly runningLeft: Int32Array;
  /** 1 while the running use has taken a sleeping place. [objects] */
  readonly slotTaken: Uint8Array;
  /** Stock, -1 where the object has no such key. [objects × stock] */
  readonly stock: Int32Array;
  /** What power_on and water_on go back to, -1 none. [objects × 2] */
  readonly utilityBaseline: Int32Array;

  /** Cooldowns refused, ghost steps, rotations. [3] */
  readonly queueTotals: Float64Array;
  /** Prices in force. [economy] */
  readonly price: Float64Array;
  /** Prices without spikes. [economy] */
  readonly basePrice: Float64Array;
  /** Employment parameters in force. [6] */
  readonly employment: Float64Array;
  /** Exits in the current review window. [1] */
  readonly exitsToday: Int32Array;
  /** Number of the review window: ticks by `exit_review_window`. [1] */
  readonly exitDay: Float64Array;
  /** Exits in a review window at most, 0 no limit. [1] */
  readonly exitCap: Int32Array;
  /** 1 while hunger kills. [1] */
  readonly mortality: Uint8Array;
  /** Ticks from a removal to the respawn. [1] */
  readonly respawnDelay: Int32Array;
  /** Perturbations begun or queued so far. [1] */
  readonly eventCount: Float64Array;
  /** Tick before which a spec does not fire again. [specs] */
  readonly specCooldown: Float64Array;
  /** States of the random streams. [streams × 4] */
  readonly randomWords: Uint32Array;
  /** Draws of the random streams. [streams] */
  readonly randomDraws: Float64Array;

  /** Loss of each need per tick. Derived. [agents × needs] */
  readonly decay: Float64Array;
  /** 1 while some tie may change by itself. Derived. [agents] */
  readonly tieFading: Uint8Array;
  /**
   * A number that is new whenever a tie of the agent has changed: equal numbers
   * mean equal ties, in all Worlds of a process. Derived. [agents]
   */
  readonly tieStamp: Float64Array;
  /** Highest score of the rivalry ledger. Derived. [agents] */
  readonly rivalryMax: Float64Array;
  /** 1 where an affordance of the object's type is usable. Derived. [objects × uses] */
  readonly usable: Uint8Array;
  /** Objects on which an affordance is usable. Derived. [affordances] */
  readonly usableCount: Int32Array;
  /** 1 where `usable` must be looked at again. Derived. [objects] */
  readonly usableStale: Uint8Array;
  /** 1 where any of `usableStale` may be 1. Derived. [1] */
  readonly stale: Uint8Array;
  /** 1 while somebody has the embedding slot. Derived. [slots] */
  readonly slotGiven: Uint8Array;
  /** The lowest embedding slot that nobody ever had. Derived. [1] */
  readonly slotsTouched: Int32Array;
  /**
   * A bit for every tile with agents, `sight` tiles of margin around the grid:
   * tile (x, y) is bit x + sight of row y + sight. Derived. [rows × words]
   */
  readonly agentBits: Int32Array;
  /** First agent on the tile, or -1. Derived. [tiles] */
  readonly tileHead: Int16Array;
  /** Agents on the tile. Derived. [tiles] */
  readonly tileAgents: Uint16Array;
  /** Held objects on the tile. Derived. [tiles] */
  readonly tileReserved: Uint16Array;
  /** Next agent on the same tile, or -1. Derived. [agents] */
  readonly tileNext: Int16Array;
  /** Previous agent on the same tile, or -1. Derived. [agents] */
  readonly tilePrevious: Int16Array;
}

/**
 * Lives that follow one another, one at a time: the first one and those that
 * took its place. Two lineages may have the same origin.
 */
export interface Lineage {
  /** Id of the first life. */
  readonly origin: string;
  /** Lives begun. */
  readonly lives: number;
  /** Number in the id of the last respawn, 0 before the first. */
  readonly respawns: number;
  /** Inventory counters of the lives that ended, summed. */
  readonly past: readonly number[];
}

/** A respawn to come. */
export interface Ticket {
  /** Index of the lineage. */
  readonly lineage: number;
  /** Tick from which the newcomer may appear. */
  readonly dueTick: number;
  /** Tile of the departed. */
  readonly x: number;
  /** Tile of the departed. */
  readonly y: number;
  /** Home tile. */
  readonly homeX: number;
  /** Home tile. */
  readonly homeY: number;
  /** Job, or -1. */
  readonly job: number;
  /** True for residents who never take a job. */
  readonly jobless: boolean;
  /** Index of the profile. */
  readonly profile: number;
  /** Extroversion, forgiveness, ambition. */
  readonly traits: readonly [number, number, number];
}

/** A perturbation that is going on. */
export interface ActiveEvent {
  /** `evt_1`, `evt_2`, … */
  readonly id: string;
  /** Index of its spec. */
  readonly spec: number;
  /** First tick of it. */
  readonly startedTick: number;
  /** First tick after it. */
  readonly endsTick: number;
  /** Agents (by id), economy keys, or empty. */
  readonly targets: readonly string[];
  /** Factor of a price spike, else 1. */
  readonly magnitude: number;
  /** Id of the place of a meeting, else "". */
  readonly location: string;
}

/** A perturbation that was asked for and has not begun. */
export interface PendingEvent {
  /** `evt_1`, `evt_2`, … */
  readonly id: string;
  /** Index of its spec. */
  readonly spec: number;
  /** First tick of it. */
  readonly startsTick: number;
  /** How long it will last, ticks, or null: drawn at its start. */
  readonly duration: number | null;
  /** Targets asked for, or null: chosen at its start. */
  readonly targets: readonly string[] | null;
  /** Magnitude asked for, or null: drawn at its start. */
  readonly magnitude: number | null;
  /** Place asked for, or null: that of the spec. */
  readonly location: string | null;
}

/** Someone queued for leaving town. */
export interface PendingExit {
  /** Row of the agent. */
  readonly agent: number;
  /** Tick at which they were queued. */
  readonly sinceTick: number;
}

/** An agent id that ended, remembered while it clouds rewards. */
export interface Termination {
  /** The id. */
  readonly id: string;
  /** Tick at which it ended. */
  readonly tick: number;
}

/** The rare and irregular part of a World: plain JSON, replaced, not changed. */
export interface Records {
  /** Seed the run was started with, or null. */
  readonly seed: number | null;
  /** Ids by row, "" where the row is free. */
  readonly agentIds: readonly string[];
  /** All lineages that ever lived here, in order of their first coming. */
  readonly lineages: readonly Lineage[];
  /** Lives that ended lately. */
  readonly terminations: readonly Termination[];
  /** Respawns to come. */
  readonly tickets: readonly Ticket[];
  /** Perturbations going on, in order of their start. */
  readonly activeEvents: readonly ActiveEvent[];
  /** Perturbations asked for. */
  readonly pendingEvents: readonly PendingEvent[];
  /** By spec: ticks of the starts inside the window. */
  readonly eventStarts: readonly (readonly number[])[];
  /** Who is queued for leaving town, first come first. */
  readonly exitQueue: readonly PendingExit[];
  /** Rows of agents whose exit was asked for, in order. */
  readonly exitRequests: readonly number[];
  /** Reasons that hooks and callers brought, beyond the closed table. */
  readonly reasons: readonly string[];
  /** Specifiers of hooks that failed and are left out, in that order. */
  readonly disabledHooks: readonly string[];
}

/** All that changes during a run. */
export interface World extends Columns {
  /** The buffer below the columns. */
  readonly buffer: ArrayBuffer;
  /** Bytes of it that are not derived. */
  readonly primaryBytes: number;
  /** The irregular part. Replaced as a whole, never changed in place. */
  records: Records;
  /** The random streams, over `randomWords`. */
  readonly random: Readonly<Record<StreamName, Random>>;
}

type Axis =
  | "one"
  | "agents"
  | "needs"
  | "counters"
  | "samples"
  | "absences"
  | "history"
  | "cooldowns"
  | "ties"
  | "objects"
  | "stock"
  | "two"
  | "three"
  | "six"
  | "economy"
  | "specs"
  | "streams"
  | "words"
  | "uses"
  | "affordances"
  | "tiles"
  | "slots"
  | "bits";

interface Shape {
  readonly dtype: Dtype;
  readonly axes: readonly Axis[];
  readonly empty?: number;
  readonly derived?: boolean;
}

const f64 = (...axes: Axis[]): Shape => ({ dtype: "f64", axes });
const i32 = (...axes: Axis[]): Shape => ({ dtype: "i32", axes });
const i16 = (...axes: Axis[]): Shape => ({ dtype: "i16", axes });
const u8 = (...axes: Axis[]): Shape => ({ dtype: "u8", axes });
const none = (shape: Shape): Shape => ({ ...shape, empty: -1 });
const derived = (shape: Shape): Shape => ({ ...shape, derived: true });

const SHAPES: { readonly [K in keyof Columns]: Shape } = {
  tick: f64("one"),
  population: i32("one"),
  roster: none(i16("agents")),
  alive: u8("agents"),
  lineage: i32("agents"),
  x: i16("agents"),
  y: i16("agents"),
  homeX: i16("agents"),
  homeY: i16("agents"),
  need: f64("agents", "needs"),
  wallet: f64("agents"),
  inventory: i32("agents", "counters"),
  profile: u8("agents"),
  extroversion: f64("agents"),
  forgiveness: f64("agents"),
  ambition: f64("agents"),
  episodeTick: i32("agents"),
  job: none(i16("agents")),
  jobless: u8("agents"),
  shiftState: u8("agents"),
  shiftFlags: { dtype: "u16", axes: ["agents"] },
  onShift: u8("agents"),
  lateness: i32("agents"),
  lateTicksToday: i32("agents"),
  onTimeTicks: i32("agents"),
  lateTicks: i32("agents"),
  lastSeen: f64("agents"),
  wagesPaid: f64("agents"),
  wagesWithheld: f64("agents"),
  attendance: f64("agents"),
  samples: f64("agents", "samples"),
  sampleCount: u8("agents"),
  absence: f64("agents", "absences"),
  absences: u8("agents"),
  exitPending: u8("agents"),
  lastKind: u8("agents"),
  lastSuccess: u8("agents"),
  lastDuration: i32("agents"),
  outcomeNext: { dtype: "u16", axes: ["agents"] },
  outcomeKind: u8("history", "agents"),
  outcomeSuccess: u8("history", "agents"),
  outcomeDuration: i32("history", "agents"),
  outcomeTick: f64("history", "agents"),
  outcomeObject: none(i32("history", "agents")),
  outcomeAffordance: none(i16("history", "agents")),
  outcomeReason: i16("history", "agents"),
  destinationX: none(i16("agents")),
  destinationY: none(i16("agents")),
  destinationUntil: f64("agents"),
  meetCooldown: f64("agents"),
  optionAffordance: none(i16("agents")),
  optionObject: none(i32("agents")),
  optionSince: f64("agents"),
  brokenAffordance: none(i16("agents")),
  brokenTick: f64("agents"),
  optionSwitches: i32("agents"),
  failedAffordance: none(i16("agents")),
  failedObject: none(i32("agents")),
  failedUntil: f64("agents"),
  chatCooldown: f64("agents"),
  possessed: u8("agents"),
  schedule: none(i16("agents")),
  episodeReturn: f64("agents"),
  gloomUntil: none(f64("agents")),
  lastMeal: none(f64("agents")),
  engaged: none(i32("agents")),
  engagement: u8("agents"),
  waitNext: none(i16("agents")),
  joined: f64("agents"),
  cooldowns: u8("agents"),
  cooldownObject: none(i32("agents", "cooldowns")),
  cooldownUntil: f64("agents", "cooldowns"),
  ties: u8("agents"),
  tieOther: none(i16("agents", "ties")),
  tieTrust: f64("agents", "ties"),
  tieFamiliarity: f64("agents", "ties"),
  tieRivalry: f64("agents", "ties"),
  rivals: u8("agents"),
  rivalOther: none(i16("agents", "ties")),
  rivalScore: f64("agents", "ties"),
  embeddingSlot: none(i32("agents")),
  slotShared: u8("agents"),
  contextReset: u8("agents"),
  slotReleased: none(f64("slots")),
  slotTotals: f64("three"),
  holder: none(i16("objects")),
  queueHead: none(i16("objects")),
  queueLength: i16("objects"),
  stall: i32("objects"),
  running: none(i16("objects")),
  runningLeft: i32("objects"),
  slotTaken: u8("objects"),
  stock: none(i32("objects", "stock")),
  utilityBaseline: none(i32("objects", "two")),
  queueTotals: f64("three"),
  price: f64("economy"),
  basePrice: f64("economy"),
  employment: f64("six"),
  exitsToday: i32("one"),
  exitDay: f64("one"),
  exitCap: i32("one"),
  mortality: u8("one"),
  respawnDelay: i32("one"),
  eventCount: f64("one"),
  specCooldown: f64("specs"),
  randomWords: { dtype: "u32", axes: ["streams", "words"] },
  randomDraws: f64("streams"),
  decay: derived(f64("agents", "needs")),
  tieFading: derived(u8("agents")),
  tieStamp: derived(f64("agents")),
  rivalryMax: derived(f64("agents")),
  usable: derived(u8("objects", "uses")),
  usableCount: derived(i32("affordances")),
  usableStale: derived(u8("objects")),
  stale: derived(u8("one")),
  slotGiven: derived(u8("slots")),
  slotsTouched: derived(i32("one")),
  agentBits: derived(i32("bits")),
  tileHead: derived(none(i16("tiles"))),
  tileAgents: derived({ dtype: "u16", axes: ["tiles"] }),
  tileReserved: derived({ dtype: "u16", axes: ["tiles"] }),
  tileNext: derived(none(i16("agents"))),
  tilePrevious: derived(none(i16("agents"))),
};

/** The catalogue of a town's columns: types, shapes, empty values. */
export function catalogueOf(
  town: Town,
): { readonly [K in keyof Columns]: ColumnSpec } & Catalogue {
  const lengths: Readonly<Record<Axis, number>> = {
    one: 1,
    agents: town.capacity,
    needs: NEED_COUNT,
    counters: COUNTERS.length,
    samples: town.attendanceWindow,
    absences: ABSENCES,
    history: town.outcomeHistory,
    cooldowns: COOLDOWNS,
    ties: town.tieSlots,
    objects: town.objectIds.length,
    stock: town.stockKeys.length,
    two: 2,
    three: 3,
    six: EMPLOYMENT.length,
    economy: ECONOMY_KEYS.length,
    specs: town.specs.length,
    streams: STREAMS.length,
    words: RANDOM_WORDS,
    uses: town.usesPerType,
    affordances: town.affordances.length,
    tiles: town.width * town.height,
    slots: town.embeddingSlots,
    bits: (town.height + 2 * town.sight) * town.bitWords,
  };
  const specs: Record<string, ColumnSpec> = {};
  for (const [name, { axes, ...rest }] of Object.entries(SHAPES)) {
    specs[name] = { ...rest, shape: axes.map((axis) => lengths[axis]) };
  }
  return specs as { [K in keyof Columns]: ColumnSpec };
}

/** Columns that hold something for every agent. */
export const AGENT_COLUMNS: readonly (keyof Columns)[] =
  (Object.keys(SHAPES) as (keyof Columns)[])
    .filter((name) =>
      SHAPES[name].axes.includes("agents") && name !== "roster"
    );

/** Row of the agent that an element of an agent column belongs to. */
export function agentOfElement(
  world: World,
  name: keyof Columns,
  element: number,
): number {
  const rows = world.alive.length;
  // Most columns hold row after row; logs hold entry after entry, so that what
  // everybody writes in one tick lies together.
  return SHAPES[name].axes[0] === "agents"
    ? Math.floor(element / (world[name].length / rows))
    : element % rows;
}

/** A World with room for the town, and nobody in it. */
export function emptyWorld(town: Town): World {
  const { buffer, primaryBytes, columns } = allocate(catalogueOf(town));
  // The catalogue has exactly the columns of the interface, by its type.
  const typed = columns as unknown as Columns;
  const stream = (name: StreamName) => {
    const i = STREAMS.indexOf(name);
    return new Random(
      typed.randomWords.subarray(RANDOM_WORDS * i, RANDOM_WORDS * (i + 1)),
      typed.randomDraws.subarray(i, i + 1),
    );
  };
  return {
    ...typed,
    buffer,
    primaryBytes,
    records: {
      seed: null,
      agentIds: new Array<string>(town.capacity).fill(""),
      lineages: [],
      terminations: [],
      tickets: [],
      activeEvents: [],
      pendingEvents: [],
      eventStarts: town.specs.map(() => []),
      exitQueue: [],
      exitRequests: [],
      reasons: [],
      disabledHooks: [],
    },
    random: {
      perturbations: stream("perturbations"),
      policy: stream("policy"),
      anneal: stream("anneal"),
    },
  };
}

/** Makes an agent's row in every column as if nobody had ever used it. */
export function clearRow(world: World, agent: number): void {
  const rows = world.alive.length;
  for (const name of AGENT_COLUMNS) {
    const column = world[name];
    const { axes, empty = 0 } = SHAPES[name];
    const width = column.length / rows;
    if (axes[0] === "agents") {
      column.fill(empty, agent * width, (agent + 1) * width);
    } else {
      for (let i = agent; i < column.length; i += rows) column[i] = empty;
    }
  }
}

/** Has what can be done with an object looked at again before it counts. */
export function forgetUsable(world: World, object: number): void {
  world.usableStale[object] = 1;
  world.stale[0] = 1;
}

/** Makes `to` equal to `from`; both must be of one town. */
export function copyWorld(from: World, to: World): void {
  new Uint8Array(to.buffer).set(new Uint8Array(from.buffer));
  to.records = from.records;
}

/**
 * Digest of all that is remembered: 64 hex digits of SHA-256 over every column
 * that is not derived, by name, and the records.
 */
export function hashWorld(world: World): string {
  const hash = openSha256();
  for (const [name, shape] of Object.entries(SHAPES)) {
    if (shape.derived) continue;
    const column = world[name as keyof Columns];
    hash.update(`${name}:${shape.dtype}:${column.length}\n`);
    hash.update(bytesOf(column));
  }
  hash.update(canonicalJson(world.records));
  return hash.hex();
}

/** Row of a living agent by id, or -1. */
export function findAgent(world: World, id: string): number {
  return placeOf(world.records.agentIds, id);
}
