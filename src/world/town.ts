/**
 * Town: all that never changes during a run.
 *
 * Compiled once from the configuration (`compile/`): names become small
 * integers, tables typed arrays. Many Worlds can share one Town.
 *
 * @module
 */
import type { Command } from "../config/commands.ts";
import type { Config } from "../config/config.ts";
import type { Rivalry } from "../config/conflict.ts";
import type { PerturbationSpec } from "../config/perturbations.ts";
import type { Resident } from "../config/population.ts";
import type { HookHandler, HookStage, OutsideHook } from "./hooks.ts";
import type { Nearest } from "./nearest.ts";
import type { Paths } from "./paths.ts";
import type { Scope } from "./preconditions.ts";
import { BASKET } from "./world.ts";

/** A precondition of an affordance, compiled. */
export interface Precondition {
  /** The text it was written as. */
  readonly source: string;
  /** Context names it uses. */
  readonly names: readonly string[];
  /** True when it asks about object, stock and world only. */
  readonly objectOnly: boolean;
  /** Whether it holds; throws ConditionFault when kinds do not fit. */
  readonly holds: (scope: Scope) => boolean;
}

/** A hook bound to an affordance: compiled in, or of a file. */
export type BoundHook =
  & {
    /** Name under which it is called. */
    readonly name: string;
    /** Where it comes from. */
    readonly specifier: string;
  }
  & (
    | {
      /** The function. */
      readonly handler: HookHandler;
    }
    | {
      /** Who is asked. */
      readonly outside: OutsideHook;
    }
  );

/** Something one can do with objects of a type. */
export interface Affordance {
  /** Outside id. */
  readonly id: string;
  /** Index of the object type. */
  readonly type: number;
  /** Place among the affordances of that type. */
  readonly use: number;
  /** Ticks it takes. */
  readonly duration: number;
  /** Effects as written. */
  readonly effects: Readonly<Record<string, number>>;
  /** What a completed use adds to hunger, hygiene and energy. */
  readonly needs: readonly number[];
  /** What a completed use adds to the wallet. */
  readonly money: number;
  /** Preconditions, in order. */
  readonly conditions: readonly Precondition[];
  /** Hooks by stage. */
  readonly hooks: Readonly<Record<HookStage, readonly BoundHook[]>>;
  /** Stock that every use takes one of, for good. */
  readonly takes: readonly string[];
  /** True for meals, which can be shared. */
  readonly isMeal: boolean;
  /** The action of the catalogue that chooses it. */
  readonly action: number;
}

/** A job. */
export interface TownJob {
  /** Outside id. */
  readonly id: string;
  /** First tick of the shift, of the day. */
  readonly start: number;
  /** Last tick of the shift, of the day. */
  readonly end: number;
  /** Pay per tick; 0 means what the economy pays. */
  readonly wage: number;
  /** Fine for coming late. */
  readonly lateness: number;
  /** Tile of the job, -1 when any place will do. */
  readonly x: number;
  /** Tile of the job, -1 when any place will do. */
  readonly y: number;
}

/** A perturbation that can happen. */
export interface TownSpec {
  /** Outside id. */
  readonly id: string;
  /** As configured. */
  readonly config: PerturbationSpec;
  /** Probability per tick. */
  readonly probability: number;
  /** Where it takes place: an object, or -1. */
  readonly place: number;
}

/** One entry of a schedule, with indices. */
export interface Scheduled {
  /** Code of the action's kind. */
  readonly kind: number;
  /** Object, -1 none. */
  readonly object: number;
  /** Affordance, -1 none. */
  readonly affordance: number;
  /** Tile of a move. */
  readonly x: number;
  /** Tile of a move. */
  readonly y: number;
  /** Id of the agent to chat with, "" none. */
  readonly target: string;
  /** Quality of a chat. */
  readonly quality: number;
  /** How a release ends the holding. */
  readonly success: boolean;
  /** Reason of a release, "" none. */
  readonly reason: string;
  /** Whether a refused request counts as blocked. */
  readonly blocked: boolean;
  /** Duration it names, ticks. */
  readonly duration: number;
}

/** What a scenario's agent does, tick by tick. */
export interface Schedule {
  /** The entries, in order. */
  readonly entries: readonly Scheduled[];
  /** Ticks played when each entry is over. */
  readonly ends: readonly number[];
  /** True to start over at the end. */
  readonly loop: boolean;
}

/** A resident of the first day. */
export interface TownResident extends Resident {
  /** Index of the schedule, or -1. */
  readonly schedule: number;
}

/** All that never changes during a run. */
export interface Town {
  /** The configuration it was compiled from. */
  readonly config: Config;
  /** SHA-256 of the manifest. */
  readonly manifestSha256: string;
  /** Sources of hooks, in the order they run; those compiled in have no digest. */
  readonly hooks: readonly {
    /** Its specifier. */
    readonly specifier: string;
    /** SHA-256 of its file, or null. */
    readonly sha256: string | null;
  }[];
  /** Rows for agents. */
  readonly capacity: number;
  /** Tiles from west to east. */
  readonly width: number;
  /** Tiles from north to south. */
  readonly height: number;
  /** Ticks of a day. */
  readonly ticksPerDay: number;
  /** True when residents walk, false when they teleport. */
  readonly walk: boolean;
  /** True when everything is in reach. */
  readonly reachAny: boolean;
  /** Slots for ties, and as many for rivals, per agent. */
  readonly tieSlots: number;
  /** Actions remembered per agent. */
  readonly outcomeHistory: number;
  /** Attendance samples that count. */
  readonly attendanceWindow: number;

  /** Object types by index. */
  readonly typeIds: readonly string[];
  /** Objects by index. */
  readonly objectIds: readonly string[];
  /** Type of each object. */
  readonly objectType: Int32Array;
  /** Tile of each object, -1 none. */
  readonly objectX: Int16Array;
  /** Tile of each object, -1 none. */
  readonly objectY: Int16Array;
  /** y × width + x of each object, -1 none. */
  readonly objectTile: Int32Array;
  /** Objects of each type, in order. */
  readonly objectsOfType: readonly Int32Array[];
  /** 1 where an object stands. [tiles] */
  readonly blocked: Uint8Array;
  /** First object on a tile, by code point of their ids, or -1. [tiles] */
  readonly objectHead: Int32Array;
  /** Next object on the same tile, or -1. [objects] */
  readonly objectNext: Int32Array;
  /**
   * Ways out of a tile: 1 for north, 2 south, 4 east, 8 west, where the next
   * tile is on the grid and under no object. [tiles]
   */
  readonly openSteps: Uint8Array;
  /** Stock keys, of all objects together. */
  readonly stockKeys: readonly string[];
  /** Stock at the start, -1 where there is no such key. [objects × stock] */
  readonly stock: Int32Array;
  /** 1 for objects with any stock. [objects] */
  readonly hasStock: Uint8Array;

  /** Affordances by index. */
  readonly affordances: readonly Affordance[];
  /** Affordances of each type. */
  readonly typeAffordances: readonly (readonly number[])[];
  /** Most affordances of one type, at least 1. */
  readonly usesPerType: number;
  /** 1 for types whose conditions read the clock. */
  readonly readsClock: Uint8Array;
  /** True where there are such types. */
  readonly clockRead: boolean;
  /** Names of the actions a policy chooses from. */
  readonly actions: readonly string[];
  /** Affordance of each action, -1 for the others. */
  readonly actionAffordance: Int32Array;

  /** Jobs by index. */
  readonly jobs: readonly TownJob[];
  /** Perturbations by index. */
  readonly specs: readonly TownSpec[];
  /** Residents of the first day. */
  readonly residents: readonly TownResident[];
  /** Schedules of the scenario's agents. */
  readonly schedules: readonly Schedule[];

  /** Commands of the scenario, by tick. */
  readonly timeline: ReadonlyMap<number, readonly Command[]>;

  /** Loss of each need per tick. [profiles × needs] */
  readonly decayRates: Float64Array;
  /** Below it a need is pressing. [profiles × needs] */
  readonly thresholds: Float64Array;
  /** Rivalry from which somebody is avoided. [profiles] */
  readonly avoidThreshold: Float64Array;
  /** Ticks before a shift at which one leaves. [profiles] */
  readonly arrivalBuffer: Float64Array;
  /** Extroversion that chatting takes. [profiles] */
  readonly chatExtroversion: Float64Array;
  /** Factor on the quality of a chat. [profiles] */
  readonly chatBias: Float64Array;
  /** Ticks between chats. [profiles] */
  readonly chatPause: Float64Array;
  /** Factors on social, employment and survival rewards. [profiles × 3] */
  readonly rewardBias: Float64Array;

  /** True when residents chat. */
  readonly relationshipsOn: boolean;
  /** True when personality bends changes of ties. */
  readonly tieModifiers: boolean;
  /** Rivalry as configured. */
  readonly rivalry: Rivalry;
  /** Ticks before an agent may return to an object. */
  readonly cooldownTicks: number;
  /** Stalls until a ghost step, 0 never. */
  readonly ghostStepAfter: number;
  /** Places that a tick of waiting is worth. */
  readonly agePriorityWeight: number;
  /** Waiting after which two clash, 0 never. */
  readonly longWaitTicks: number;
  /** True when uses can be ghost-stepped. */
  readonly preemptRunning: boolean;
  /** Tiles that residents see on each side of them. */
  readonly sight: number;
  /**
   * Words of a row of `agentBits`: all its bits, and one more, so that reading
   * over the end of a word never leaves the row.
   */
  readonly bitWords: number;
  /** Embedding slots to give. */
  readonly embeddingSlots: number;
  /** Ticks before an embedding slot is given again. */
  readonly slotCooldownTicks: number;
  /** Ticks an option binds. */
  readonly optionCommitTicks: number;

  /** Shortest paths. */
  readonly paths: Paths;
  /** Nearest objects. */
  readonly nearest: Nearest;
}

/** Actions that every town has, before those of its affordances. */
export const PLAIN_ACTIONS = [
  "wait",
  "move_north",
  "move_south",
  "move_east",
  "move_west",
  "go_work",
  "step_away",
  "chat",
  "release",
] as const;

/** Ids of the plain actions. */
export const ACTION = {
  wait: 0,
  moveNorth: 1,
  moveSouth: 2,
  moveEast: 3,
  moveWest: 4,
  goWork: 5,
  stepAway: 6,
  chat: 7,
  release: 8,
} as const;

/** The economy keys a price spike's target stands for. */
export function spikeKeys(target: string): readonly string[] {
  return target === "market" || target === "global" ? BASKET : [target];
}

/** An object by id, else the first of that type that has a place; -1 none. */
export function findPlace(
  objects: readonly { id: string; type: string; position: unknown }[],
  place: string,
): number {
  const byId = objects.findIndex(({ id }) => id === place);
  if (byId >= 0) return objects[byId].position === null ? -1 : byId;
  return objects.findIndex((object) =>
    object.type === place && object.position !== null
  );
}
