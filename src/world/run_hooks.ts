/**
 * Hooks are called: those compiled in with what they may do, those of files
 * for what they want done.
 *
 * @module
 */
import type { EconomyKey } from "../config/economy.ts";
import { compareCodePoints } from "../base/order.ts";
import {
  type AgentView,
  type HookApi,
  type HookCall,
  HookFault,
  type HookStage,
  type ObjectView,
} from "./hooks.ts";
import { askOutside } from "./outside_hooks.ts";
import { areTogether } from "./spatial.ts";
import { adjustStock, stockAt, stockMap, stockOf } from "./stock.ts";
import { relate, type TieCause, type TieDelta } from "./ties.ts";
import type { Affordance, Town } from "./town.ts";
import { MOST, type Turn } from "./turn.ts";
import { needsOf } from "./views.ts";
import {
  COUNTER,
  type Counter,
  COUNTERS,
  findAgent,
  forgetUsable,
  PRICE,
  type World,
} from "./world.ts";

/**
 * Calls the hooks of a stage in order. Gives "" or, before a use, why it is
 * stopped.
 *
 * @throws {HookHalt} when a hook of a file fails and the run is to end
 */
export function runHooks(
  town: Town,
  world: World,
  turn: Turn,
  stage: HookStage,
  object: number,
  agent: number,
  spec: Affordance,
  more: { readonly reason?: string; readonly condition?: string },
): string {
  const hooks = spec.hooks[stage];
  if (hooks.length === 0) return "";
  const api = new UseApi(town, world, turn, object, agent);
  const use = { stage, object, agent, spec, reason: more.reason };
  for (const hook of hooks) {
    const { name, specifier } = hook;
    const call: HookCall = Object.freeze({
      stage,
      hook: name,
      tick: world.tick[0],
      agent_id: world.records.agentIds[agent],
      object_id: town.objectIds[object],
      affordance_id: spec.id,
      duration: spec.duration,
      effects: spec.effects,
      ...more,
    });
    let stopped = "";
    try {
      if ("outside" in hook) {
        stopped = askOutside(town, world, turn, hook.outside, name, use);
      } else {
        const answer = hook.handler(call, api);
        stopped = api.stopped !== ""
          ? api.stopped
          : answer === false
          ? "hook_cancelled"
          : "";
      }
    } catch (error) {
      // The end of the run, or a mistake that is not the hook's.
      if ("outside" in hook && !(error instanceof HookFault)) throw error;
      // What it did so far stays, and the others still have their turn.
      const reason = error instanceof Error ? error.message : String(error);
      const rule = error instanceof HookFault ? error.rule : "thrown";
      tellFault(world, turn, specifier, rule, reason);
      stopped = "hook_error";
    }
    if (stage === "before" && stopped !== "") return stopped;
  }
  return "";
}

/** Tells that a hook failed. */
function tellFault(
  world: World,
  turn: Turn,
  specifier: string,
  rule: string,
  reason: string,
): void {
  turn.events.push({
    event: "hook.faulted",
    tick: world.tick[0],
    specifier,
    rule,
    reason: reason.slice(0, 500),
  });
}

/** What a hook may do, bound to one use. */
class UseApi implements HookApi {
  readonly #town: Town;
  readonly #world: World;
  readonly #turn: Turn;
  readonly #object: number;
  readonly #agent: number;
  /** Why the start is stopped, "" while it is not. */
  stopped = "";

  constructor(
    town: Town,
    world: World,
    turn: Turn,
    object: number,
    agent: number,
  ) {
    this.#town = town;
    this.#world = world;
    this.#turn = turn;
    this.#object = object;
    this.#agent = agent;
  }

  agent(): AgentView {
    const world = this.#world;
    const agent = this.#agent;
    return Object.freeze({
      agent_id: world.records.agentIds[agent],
      wallet: world.wallet[agent],
      needs: Object.freeze(needsOf(world, agent)),
      position: [world.x[agent], world.y[agent]] as const,
    });
  }

  object(): ObjectView {
    const town = this.#town;
    return Object.freeze({
      object_id: town.objectIds[this.#object],
      object_type: town.typeIds[town.objectType[this.#object]],
      stock: Object.freeze(stockMap(town, this.#world, this.#object)),
    });
  }

  economy(key: EconomyKey): number {
    return this.#world.price[PRICE[key]];
  }

  adjustStock(key: string, delta: number): void {
    adjustStock(this.#town, this.#world, this.#object, key, delta);
  }

  setStock(key: string, value: number): void {
    const at = stockAt(this.#town, this.#world, this.#object, key);
    this.#world.stock[at] = Math.min(MOST, Math.max(0, value));
    forgetUsable(this.#world, this.#object);
  }

  adjustWallet(delta: number): void {
    const { wallet } = this.#world;
    wallet[this.#agent] = Math.max(0, wallet[this.#agent] + delta);
  }

  count(counter: Counter): void {
    const at = this.#agent * COUNTERS.length + COUNTER[counter];
    this.#world.inventory[at]++;
  }

  relate(otherId: string, cause: TieCause, delta: TieDelta): void {
    const other = findAgent(this.#world, otherId);
    if (other < 0 || other === this.#agent) return;
    relate(
      this.#town,
      this.#world,
      this.#turn,
      this.#agent,
      other,
      cause,
      delta,
    );
  }

  stockNearest(type: string, key: string, delta: number): void {
    const town = this.#town;
    const typeIndex = town.typeIds.indexOf(type);
    if (typeIndex < 0) return;
    const nearest = town.objectTile[this.#object] < 0
      ? town.objectsOfType[typeIndex][0]
      : town.nearest.first(
        typeIndex,
        town.objectX[this.#object],
        town.objectY[this.#object],
      );
    if (nearest === undefined || nearest < 0) return;
    if (stockOf(town, this.#world, nearest, key) === null) return;
    adjustStock(town, this.#world, nearest, key, delta);
  }

  companions(): readonly string[] {
    const town = this.#town;
    const world = this.#world;
    const me = this.#agent;
    const { running, engaged, holder, lastMeal } = world;
    const meal = town.affordances[running[this.#object]];
    const since = world.tick[0] - meal.duration;
    const ids: string[] = [];
    const { width, height, reachAny } = town;
    const reach = reachAny ? 0 : 1;
    const left = Math.max(0, world.x[me] - reach);
    const right = Math.min(width - 1, world.x[me] + reach);
    const top = Math.max(0, world.y[me] - reach);
    const bottom = Math.min(height - 1, world.y[me] + reach);
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        let other = world.tileHead[y * width + x];
        for (; other >= 0; other = world.tileNext[other]) {
          if (other === me || !areTogether(town, world, me, other)) continue;
          const object = engaged[other];
          const eats = object >= 0 && holder[object] === other &&
            running[object] >= 0 &&
            town.affordances[running[object]].isMeal;
          const ate = lastMeal[other] >= 0 && lastMeal[other] >= since;
          if (eats || ate) ids.push(world.records.agentIds[other]);
        }
      }
    }
    return ids.sort(compareCodePoints);
  }

  noteMeal(): void {
    this.#world.lastMeal[this.#agent] = this.#world.tick[0];
  }

  takePlace(): void {
    this.adjustStock("sleep_slots", -1);
    this.#world.slotTaken[this.#object] = 1;
  }

  emit(event: "shower.completed" | "sleep.completed"): void {
    this.#turn.events.push({
      event,
      tick: this.#world.tick[0],
      agent: this.#world.records.agentIds[this.#agent],
      object: this.#town.objectIds[this.#object],
    });
  }

  emitPowerLost(): void {
    this.#turn.events.push({
      event: "shower.power_lost",
      tick: this.#world.tick[0],
      object: this.#town.objectIds[this.#object],
    });
  }

  emitSharedMeal(agentIds: readonly string[]): void {
    this.#turn.events.push({
      event: "meal.shared",
      tick: this.#world.tick[0],
      object: this.#town.objectIds[this.#object],
      agents: [...agentIds].sort(compareCodePoints),
    });
  }

  abort(reason: string): void {
    this.stopped = reason;
  }

  cancel(): void {
    this.stopped = "hook_cancelled";
  }
}
