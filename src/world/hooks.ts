/**
 * Hooks: what happens before, after and on failure of a use.
 *
 * A hook never sees the World. Those compiled in get a description of the
 * moment and a small set of things they may do. Those of files get one too,
 * run elsewhere, and answer with what they want done.
 *
 * @module
 */
import { TIE_DELTAS, type TieCause, type TieDelta } from "./ties.ts";
import type { EconomyKey } from "../config/economy.ts";
import { DEFAULT_SPECIFIER } from "../config/hook_source.ts";
import type { Tile } from "../config/schema.ts";
import type { Counter } from "./world.ts";

/** When a hook is called. */
export type HookStage = "before" | "after" | "fail";

/** What a hook is told. Frozen. */
export interface HookCall {
  /** When it is called. */
  readonly stage: HookStage;
  /** Name under which it is called. */
  readonly hook: string;
  /** Tick of the world. */
  readonly tick: number;
  /** Who uses the object. */
  readonly agent_id: string;
  /** The object. */
  readonly object_id: string;
  /** The affordance. */
  readonly affordance_id: string;
  /** Duration of the affordance, ticks. */
  readonly duration: number;
  /** What a completed use changes. */
  readonly effects: Readonly<Record<string, number>>;
  /** Why the use failed (stage `fail`). */
  readonly reason?: string;
  /** The precondition that did not hold (stage `fail`). */
  readonly condition?: string;
}

/** What a hook sees of an agent. Frozen. */
export interface AgentView {
  /** Its id. */
  readonly agent_id: string;
  /** Money. */
  readonly wallet: number;
  /** Satisfaction by need, 0 to 1. */
  readonly needs: Readonly<Record<string, number>>;
  /** Tile. */
  readonly position: readonly [number, number];
}

/** What a hook sees of an object. Frozen. */
export interface ObjectView {
  /** Its id. */
  readonly object_id: string;
  /** Its type. */
  readonly object_type: string;
  /** Its stock. */
  readonly stock: Readonly<Record<string, number>>;
}

/** What a built-in hook may do. */
export interface HookApi {
  /** The agent that uses the object. */
  agent(): AgentView;
  /** The object. */
  object(): ObjectView;
  /** Price in force. */
  economy(key: EconomyKey): number;
  /** Adds to a stock of the object, never below 0. */
  adjustStock(key: string, delta: number): void;
  /** Sets a stock of the object. */
  setStock(key: string, value: number): void;
  /** Adds to the agent's money, never below 0. */
  adjustWallet(delta: number): void;
  /** Adds one to a counter of the agent. */
  count(counter: Counter): void;
  /** Changes the tie between the agent and another. */
  relate(otherId: string, cause: TieCause, delta: TieDelta): void;
  /** Adds to a stock of the nearest object of a type. */
  stockNearest(type: string, key: string, delta: number): void;
  /** Ids of the agents that eat, or have just eaten, with this one. */
  companions(): readonly string[];
  /** Notes that the agent ended a meal in this tick. */
  noteMeal(): void;
  /** Takes a sleeping place; it is given back when the use ends. */
  takePlace(): void;
  /** Tells of something that concerns the agent and the object. */
  emit(event: "shower.completed" | "sleep.completed"): void;
  /** Tells that the object has no power. */
  emitPowerLost(): void;
  /** Tells that agents ate together. */
  emitSharedMeal(agentIds: readonly string[]): void;
  /** Stops the start with a reason of its own. */
  abort(reason: string): void;
  /** Stops the start. */
  cancel(): void;
}

/** A hook: called at its stage; returning false before a use stops it. */
export type HookHandler = (call: HookCall, api: HookApi) => boolean | void;

/** Handlers by hook name. */
export type HookTable = Readonly<Record<string, HookHandler>>;

/** What a hook of a file is told: plain data, at most 16 KiB as JSON. */
export interface HookContext {
  /** Name under which it is called. */
  readonly hook: string;
  /** When it is called. */
  readonly stage: HookStage;
  /** Tick of the world. */
  readonly tick: number;
  /** Who uses the object. */
  readonly agent: {
    /** Its id. */
    readonly id: string;
    /** Tile. */
    readonly pos: Tile;
    /** Satisfaction by need, 0 to 1. */
    readonly needs: Readonly<Record<string, number>>;
    /** Money. */
    readonly wallet: number;
    /** Job, if it has one. */
    readonly job?: string;
    /** Counters that are not 0. */
    readonly inv: Readonly<Record<string, number>>;
  };
  /** The object. */
  readonly object: {
    /** Its id. */
    readonly id: string;
    /** Its type. */
    readonly type: string;
    /** Tile, or null: it has none. */
    readonly pos: Tile | null;
    /** Its stock. */
    readonly stock: Readonly<Record<string, number>>;
  };
  /** The affordance. */
  readonly affordance: {
    /** Its id. */
    readonly id: string;
    /** Ticks a use takes. */
    readonly duration: number;
    /** What a completed use changes. */
    readonly effects: Readonly<Record<string, number>>;
  };
  /** Why the use failed (stage `fail`). */
  readonly reason?: string;
  /** Prices in force. */
  readonly prices: Readonly<Record<string, number>>;
  /** Utilities, true while they are on. */
  readonly utilities: Readonly<Record<string, boolean>>;
  /** Others within 5 tiles, nearest first, at most 32. */
  readonly others: readonly {
    /** Its id. */
    readonly id: string;
    /** Tile. */
    readonly pos: Tile;
  }[];
}

/** A source of hooks that is a file. */
export interface OutsideHook {
  /** `./hooks/NAME.js`. */
  readonly specifier: string;
  /** SHA-256 of its bytes: 64 hexadecimal digits. */
  readonly sha256: string;
  /** Names under which it is called. */
  readonly names: readonly string[];
  /**
   * Asks it, and waits for the answer: effects, not looked at yet.
   *
   * @param random state of the generator it draws from: four words
   * @param n calls of hooks of files before this one in the tick
   * @throws {HookFault} when it does not answer in its bounds
   */
  ask(context: HookContext, random: Uint32Array, n: number): unknown;
}

/** A hook of a file did what it must not, or not what it must. */
export class HookFault extends Error {
  /** The rule it broke, such as `H10`. */
  readonly rule: string;

  /** A fault in words for people. */
  constructor(rule: string, reason: string) {
    super(reason);
    this.name = "HookFault";
    this.rule = rule;
  }
}

/** A hook of a file failed where that ends the run. */
export class HookHalt extends Error {
  /** The hook. */
  readonly specifier: string;
  /** The rule it broke. */
  readonly rule: string;

  /** Ends the tick. */
  constructor(specifier: string, fault: HookFault) {
    super(fault.message, { cause: fault });
    this.name = "HookHalt";
    this.specifier = specifier;
    this.rule = fault.rule;
  }
}

/** The hooks of the core affordances. */
const DEFAULT_HOOKS: HookTable = {
  on_attempt_shower(_call, api) {
    if (api.object().stock.power_on === 0) return api.abort("power_off");
    api.adjustStock("shower_sessions", 1);
    api.count("showers_started");
  },
  on_finish_shower(_call, api) {
    api.count("showers_taken");
    api.emit("shower.completed");
  },
  on_no_power(call, api) {
    const power = call.reason === "power_off" ||
      (call.condition ?? "").includes("power_on");
    if (power) api.emitPowerLost();
  },
  on_attempt_eat(_call, api) {
    const price = api.economy("meal_cost");
    if ((api.object().stock.meals ?? 0) < 1) {
      return api.abort("insufficient_stock");
    }
    if (api.agent().wallet < price) return api.abort("insufficient_funds");
    api.adjustStock("meals", -1);
    api.adjustWallet(-price);
    api.count("meals_consumed");
  },
  on_finish_eat(call, api) {
    const companions = api.companions();
    for (const other of companions) {
      api.relate(other, "shared_meal", TIE_DELTAS.shared_meal);
    }
    if (companions.length > 0) {
      api.emitSharedMeal([call.agent_id, ...companions]);
    }
    api.noteMeal();
  },
  on_attempt_cook(_call, api) {
    const price = api.economy("ingredients_cost");
    if (api.agent().wallet < price) return api.abort("insufficient_funds");
    if ((api.object().stock.raw_ingredients ?? 0) < 1) {
      return api.abort("no_ingredients");
    }
    api.adjustWallet(-price);
    api.adjustStock("raw_ingredients", -1);
  },
  on_finish_cook(_call, api) {
    api.count("meals_cooked");
    api.stockNearest("fridge", "meals", 1);
  },
  on_cook_fail() {},
  on_attempt_sleep(_call, api) {
    if ((api.object().stock.sleep_slots ?? 0) < 1) {
      return api.abort("bed_unavailable");
    }
    api.takePlace();
    api.count("sleep_attempts");
  },
  on_finish_sleep(_call, api) {
    api.count("sleep_sessions");
    api.emit("sleep.completed");
  },
};

/** Hooks that are compiled in, by specifier. */
export const BUILT_IN_HOOKS: ReadonlyMap<string, HookTable> = new Map([
  [DEFAULT_SPECIFIER, DEFAULT_HOOKS],
]);

/** Stock keys that built-in hooks write, by hook: they start at 0. */
export const HOOK_STOCK: Readonly<Record<string, readonly string[]>> = {
  on_attempt_shower: ["shower_sessions"],
};

/**
 * Stock that built-in hooks use up, by hook: an object without it is of no use
 * to anybody until more comes.
 */
export const HOOK_TAKES: Readonly<Record<string, string>> = {
  on_attempt_eat: "meals",
  on_attempt_cook: "raw_ingredients",
};

/** Hooks that mark an affordance as a meal. */
export const MEAL_HOOK = "on_finish_eat";
