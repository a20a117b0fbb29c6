/**
 * Hooks: what happens before, after and on failure of a use.
 *
 * A hook gets a frozen description of the moment and a small set of things it
 * may do; it never sees the World.
 *
 * @module
 */
import { TIE_DELTAS, type TieCause, type TieDelta } from "./ties.ts";
import type { EconomyKey } from "../config/economy.ts";
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

/** Specifier of the hooks that are compiled in. */
export const DEFAULT_SPECIFIER = "townlet:default";

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
