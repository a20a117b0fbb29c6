/**
 * Turn: one tick's working space: actions in, events and rewards out.
 *
 * Made once, reused every tick, never saved.
 *
 * @module
 */
import { codesOf } from "../base/lookup.ts";
import type { Command } from "../config/commands.ts";
import type { TownEvent } from "./events.ts";
import type { Town } from "./town.ts";

/** Kinds of action, in column order; 0 is none. */
export const KINDS = [
  "none",
  "wait",
  "move",
  "request",
  "start",
  "release",
  "chat",
  "blocked",
] as const;
/** Kind of an action. */
export type ActionKind = Exclude<typeof KINDS[number], "none">;
/** Code of each kind. */
export const KIND = {
  none: 0,
  wait: 1,
  move: 2,
  request: 3,
  start: 4,
  release: 5,
  chat: 6,
  blocked: 7,
} as const;

/** An index that a caller named and the town does not know. */
export const UNKNOWN = -2;

/** The largest number a column of whole numbers holds. */
export const MOST = 2 ** 31 - 1;

/** Guards that turn a choice into waiting; 0 is none. */
export const GUARD = { none: 0, chatRival: 1, queueRival: 2 } as const;

/** Why an agent's life ends in this tick; 0 is not at all. */
export const ENDS = { not: 0, faint: 1, eviction: 2, killed: 3 } as const;
/** The causes as events and rewards name them. */
export const END_CAUSES = ["", "faint", "eviction", "killed"] as const;

/** Parts of a reward, in column order. */
export const REWARD_PARTS = [
  "survival",
  "needs_penalty",
  "social_bonus",
  "social_penalty",
  "social_avoidance",
  "wage",
  "punctuality",
  "terminal_penalty",
  "clip_adjustment",
] as const;
/** Name of a part of a reward. */
export type RewardPart = typeof REWARD_PARTS[number];
/** Column of each part. */
export const PART: Readonly<Record<RewardPart, number>> = codesOf(REWARD_PARTS);

/** A command and what became of it. */
export interface CommandResult {
  /** The command. */
  readonly command: Command;
  /** What it gave, or undefined when it failed. */
  readonly result?: Readonly<Record<string, unknown>>;
  /** Why it failed: a code (`not_found`, `conflict`, …) and a sentence. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** One tick's working space. */
export interface Turn {
  /** Events in the order they happened; new ones begin with each tick. */
  events: TownEvent[];
  /** True to tell of every action as an event. */
  trace: boolean;
  /** Commands for the start of the next tick. */
  readonly inbox: Command[];
  /** Results of this tick's commands, in order. */
  results: CommandResult[];

  /** Code of the action's kind. [agents] */
  readonly kind: Uint8Array;
  /** Object, -1 none, UNKNOWN. [agents] */
  readonly object: Int32Array;
  /** Affordance, -1 none, UNKNOWN. [agents] */
  readonly affordance: Int16Array;
  /** Tile to move to. [agents] */
  readonly toX: Int32Array;
  /** Tile to move to. [agents] */
  readonly toY: Int32Array;
  /** Agent to chat with, -1 none, UNKNOWN. [agents] */
  readonly target: Int16Array;
  /** Quality of a chat, 0 to 1. [agents] */
  readonly quality: Float64Array;
  /** How a release ends the holding. [agents] */
  readonly success: Uint8Array;
  /** Reason of a release, 0 none. [agents] */
  readonly reason: Int16Array;
  /** 1 when a refused request counts as blocked. [agents] */
  readonly blocked: Uint8Array;
  /** Guard that struck. [agents] */
  readonly guard: Uint8Array;
  /** 1 to give up the place held or waited for first. [agents] */
  readonly yields: Uint8Array;
  /** Duration named by the action, ticks. [agents] */
  readonly duration: Int32Array;
  /** 1 where a caller gave the action of the next tick. [agents] */
  readonly given: Uint8Array;
  /** What is wrong with actions that make no sense, by row. */
  readonly faults: Map<number, string>;
  /** Actions for agents nobody knows. */
  strangers: { readonly agent: string; readonly kind: string }[];

  /** How the action went: 0 well, else the reason; -1 not done. [agents] */
  readonly outcome: Int16Array;
  /** 1 when the agent avoided somebody in this tick. [agents] */
  readonly avoided: Uint8Array;
  /** Shift state nobody of a job can leave in this tick, -1 none. [jobs] */
  readonly settled: Int8Array;
  /** Agents of a job who are on time or late as of now. [jobs] */
  readonly onDuty: Int32Array;
  /** Wages paid less wages withheld in this tick. [agents] */
  readonly paid: Float64Array;
  /** Cause of the life's end in this tick. [agents] */
  readonly ends: Uint8Array;
  /** True when some life ends in this tick. */
  anyEnds: boolean;
  /** Calls of hooks of files in this tick. */
  outsideCalls: number;
  /** Speakers and listeners of good chats, in pairs. */
  readonly chats: number[];
  /** Qualities of those chats. */
  readonly chatQualities: number[];
  /** Speakers and listeners of failed chats, in pairs. */
  readonly failedChats: number[];
  /** Ties set by command in this tick: owner and other, in pairs. */
  readonly heldTies: number[];

  /** Reward of the tick. [agents] */
  readonly reward: Float64Array;
  /** Its parts. [agents × parts] */
  readonly rewardParts: Float64Array;
  /** 1 when the reward has a social part. [agents] */
  readonly rewardSocial: Uint8Array;
  /** 1 when a positive reward was taken back. [agents] */
  readonly rewardGuarded: Uint8Array;

  /** Action chosen from the catalogue. [agents] */
  readonly choice: Int32Array;
  /** Affordance an object was last picked for in this tick, -1. [agents] */
  readonly pickFor: Int16Array;
  /** The object picked, -1 none. [agents] */
  readonly picked: Int32Array;
  /** Choices so far that the mask did not allow. */
  invalidChoices: number;
  /** Rows of agents at a decision point. [agents] */
  readonly rows: Int32Array;
  /** How many rows there are. */
  rowCount: number;
  /** Log-probability of the choice. [agents] */
  readonly logProb: Float32Array;
  /** Value the policy expects. [agents] */
  readonly value: Float32Array;
}

/** A Turn with room for the town's agents. */
export function createTurn(town: Town): Turn {
  const n = town.capacity;
  return {
    events: [],
    trace: false,
    inbox: [],
    results: [],
    kind: new Uint8Array(n),
    object: new Int32Array(n).fill(-1),
    affordance: new Int16Array(n).fill(-1),
    toX: new Int32Array(n),
    toY: new Int32Array(n),
    target: new Int16Array(n).fill(-1),
    quality: new Float64Array(n),
    success: new Uint8Array(n),
    reason: new Int16Array(n),
    blocked: new Uint8Array(n),
    guard: new Uint8Array(n),
    yields: new Uint8Array(n),
    duration: new Int32Array(n).fill(1),
    given: new Uint8Array(n),
    faults: new Map(),
    strangers: [],
    outcome: new Int16Array(n),
    avoided: new Uint8Array(n),
    settled: new Int8Array(town.jobs.length),
    onDuty: new Int32Array(town.jobs.length),
    paid: new Float64Array(n),
    ends: new Uint8Array(n),
    anyEnds: false,
    outsideCalls: 0,
    chats: [],
    chatQualities: [],
    failedChats: [],
    heldTies: [],
    reward: new Float64Array(n),
    rewardParts: new Float64Array(n * REWARD_PARTS.length),
    rewardSocial: new Uint8Array(n),
    rewardGuarded: new Uint8Array(n),
    choice: new Int32Array(n),
    pickFor: new Int16Array(n).fill(-1),
    picked: new Int32Array(n).fill(-1),
    invalidChoices: 0,
    rows: new Int32Array(n),
    rowCount: 0,
    logProb: new Float32Array(n),
    value: new Float32Array(n),
  };
}

/** Forgets the last tick's results; actions stay until the tick is done. */
export function beginTurn(turn: Turn): void {
  if (turn.events.length > 0) turn.events = [];
  if (turn.results.length > 0) turn.results = [];
  if (turn.heldTies.length > 0) turn.heldTies.length = 0;
  if (turn.chats.length > 0) {
    turn.chats.length = 0;
    turn.chatQualities.length = 0;
  }
  if (turn.failedChats.length > 0) turn.failedChats.length = 0;
  turn.avoided.fill(0);
  turn.paid.fill(0);
  if (turn.anyEnds) turn.ends.fill(0);
  turn.anyEnds = false;
  turn.outsideCalls = 0;
}

/** Makes an agent's action plain waiting, with nothing left of an older one. */
export function clearAction(turn: Turn, agent: number): void {
  turn.kind[agent] = KIND.wait;
  turn.object[agent] = -1;
  turn.affordance[agent] = -1;
  turn.target[agent] = -1;
  turn.success[agent] = 1;
  turn.reason[agent] = 0;
  turn.blocked[agent] = 0;
  turn.guard[agent] = 0;
  turn.yields[agent] = 0;
  turn.duration[agent] = 1;
}
