/**
 * Uses of objects: how they begin, are completed, and are cut short.
 *
 * At most one use runs per object; its user is the holder.
 *
 * @module
 */
import type { EconomyKey } from "../config/economy.ts";
import { compareCodePoints } from "../base/order.ts";
import type {
  AgentView,
  HookApi,
  HookCall,
  HookStage,
  ObjectView,
} from "./hooks.ts";
import { completeOption, failOption } from "./options.ts";
import { ConditionFault, type Scope, type Value } from "./preconditions.ts";
import { releaseDone, releaseFailed } from "./queues.ts";
import { internReason, REASON } from "./reasons.ts";
import { areTogether, inReach } from "./spatial.ts";
import { relate, type TieCause, type TieDelta } from "./ties.ts";
import type { Affordance, Town } from "./town.ts";
import { MOST, type Turn } from "./turn.ts";
import {
  COUNTER,
  type Counter,
  COUNTERS,
  findAgent,
  forgetUsable,
  NEED_COUNT,
  NEEDS,
  PRICE,
  SHIFT_STATES,
  type World,
} from "./world.ts";

/**
 * Begins a use; gives 0 when it runs now, else the reason.
 *
 * The agent must hold the object, be in reach of it, and nothing may run
 * there. A start that fails for any other reason frees the object.
 */
export function startUse(
  town: Town,
  world: World,
  turn: Turn,
  object: number,
  agent: number,
  affordance: number,
): number {
  if (object < 0 || world.holder[object] !== agent) return REASON.not_holder;
  if (!inReach(town, world, agent, object)) return REASON.out_of_reach;
  if (world.running[object] >= 0) return REASON.busy;
  if (affordance < 0) {
    failStart(town, world, turn, object, "missing_spec", "");
    return REASON.missing_spec;
  }
  const spec = town.affordances[affordance];
  if (spec.type !== town.objectType[object]) {
    failStart(town, world, turn, object, "incompatible_object", spec.id);
    return REASON.incompatible_object;
  }
  for (const condition of spec.conditions) {
    const now = world.tick[0];
    const scope = scopeOf(town, world, object, agent, spec.id, now);
    let reason: "precondition_failed" | "precondition_error";
    try {
      if (condition.holds(scope)) continue;
      reason = "precondition_failed";
    } catch (error) {
      if (!(error instanceof ConditionFault)) throw error;
      reason = "precondition_error";
    }
    runHooks(town, world, turn, "fail", object, agent, spec, {
      reason,
      condition: condition.source,
    });
    turn.events.push({
      event: "affordance.precondition_failed",
      tick: world.tick[0],
      agent: world.records.agentIds[agent],
      object: town.objectIds[object],
      affordance: spec.id,
      condition: condition.source,
      context: Object.fromEntries(
        condition.names.map((name) => [name, scope.get(name)]),
      ),
    });
    failStart(town, world, turn, object, reason, spec.id);
    return REASON[reason];
  }
  world.running[object] = affordance;
  world.runningLeft[object] = spec.duration;
  const stopped = runHooks(
    town,
    world,
    turn,
    "before",
    object,
    agent,
    spec,
    {},
  );
  if (stopped !== "") {
    cancelUse(town, world, turn, object, stopped);
    return internReason(world, stopped);
  }
  turn.events.push({
    event: "affordance.started",
    tick: world.tick[0],
    agent: world.records.agentIds[agent],
    object: town.objectIds[object],
    affordance: spec.id,
    duration: spec.duration,
  });
  return 0;
}

/** Completes a use: effects, after hooks, handover, event. */
export function completeUse(
  town: Town,
  world: World,
  turn: Turn,
  object: number,
): void {
  const agent = world.holder[object];
  const spec = town.affordances[world.running[object]];
  const { need, wallet } = world;
  for (let k = 0; k < NEED_COUNT; k++) {
    const at = agent * NEED_COUNT + k;
    need[at] = Math.min(1, Math.max(0, need[at] + spec.needs[k]));
  }
  wallet[agent] = Math.max(0, wallet[agent] + spec.money);
  returnPlace(town, world, object);
  runHooks(town, world, turn, "after", object, agent, spec, {});
  world.running[object] = -1;
  world.runningLeft[object] = 0;
  completeOption(world, agent);
  releaseDone(town, world, turn, object, true);
  turn.events.push({
    event: "affordance.finished",
    tick: world.tick[0],
    agent: world.records.agentIds[agent],
    object: town.objectIds[object],
    affordance: spec.id,
  });
}

/**
 * Cuts a use short, for whatever reason: fail hooks, event, failed release.
 */
export function cancelUse(
  town: Town,
  world: World,
  turn: Turn,
  object: number,
  reason: string,
): void {
  const agent = world.holder[object];
  const spec = town.affordances[world.running[object]];
  returnPlace(town, world, object);
  world.running[object] = -1;
  world.runningLeft[object] = 0;
  runHooks(town, world, turn, "fail", object, agent, spec, { reason });
  failStart(town, world, turn, object, reason, spec.id);
}

/**
 * Looks again at which affordances of an object are usable in the tick to
 * come: those whose preconditions on the object, its stock and the world hold,
 * and for which it has what a use takes.
 */
export function refreshUsable(town: Town, world: World, object: number): void {
  const uses = town.typeAffordances[town.objectType[object]];
  for (let i = 0; i < uses.length; i++) {
    const spec = town.affordances[uses[i]];
    let usable = 1;
    for (const key of spec.takes) {
      if ((stockOf(town, world, object, key) ?? 0) < 1) usable = 0;
    }
    for (const condition of spec.conditions) {
      if (!condition.objectOnly) continue;
      if (!holdsQuietly(town, world, object, spec, condition.holds)) usable = 0;
    }
    const at = object * town.usesPerType + i;
    world.usableCount[uses[i]] += usable - world.usable[at];
    world.usable[at] = usable;
  }
  world.usableStale[object] = town.readsClock[town.objectType[object]];
}

/** Adds to a stock of an object, never below 0 nor beyond its column. */
export function adjustStock(
  town: Town,
  world: World,
  object: number,
  key: string,
  delta: number,
): void {
  const at = stockAt(town, world, object, key);
  world.stock[at] = Math.min(MOST, Math.max(0, world.stock[at] + delta));
  forgetUsable(world, object);
}

/** A stock of an object, or null when it has no such key. */
export function stockOf(
  town: Town,
  world: World,
  object: number,
  key: string,
): number | null {
  const column = town.stockKeys.indexOf(key);
  if (column < 0) return null;
  const value = world.stock[object * town.stockKeys.length + column];
  return value < 0 ? null : value;
}

function stockAt(
  town: Town,
  world: World,
  object: number,
  key: string,
): number {
  const column = town.stockKeys.indexOf(key);
  const at = object * town.stockKeys.length + column;
  if (column < 0 || world.stock[at] < 0) {
    throw new RangeError(
      `object ${town.objectIds[object]} has no stock named ${key}`,
    );
  }
  return at;
}

/** Tells of a failure, ends the option it belonged to, frees the object. */
function failStart(
  town: Town,
  world: World,
  turn: Turn,
  object: number,
  reason: string,
  affordanceId: string,
): void {
  const agent = world.holder[object];
  turn.events.push({
    event: "affordance.failed",
    tick: world.tick[0],
    agent: world.records.agentIds[agent],
    object: town.objectIds[object],
    affordance: affordanceId,
    reason,
  });
  if (world.optionObject[agent] === object) {
    failOption(town, world, agent, world.tick[0]);
  }
  releaseFailed(town, world, object);
}

/** Gives back the sleeping place a use has taken, up to the capacity. */
function returnPlace(town: Town, world: World, object: number): void {
  if (world.slotTaken[object] === 0) return;
  world.slotTaken[object] = 0;
  const slots = stockAt(town, world, object, "sleep_slots");
  const capacity = stockOf(town, world, object, "sleep_capacity") ?? Infinity;
  world.stock[slots] = Math.min(capacity, world.stock[slots] + 1);
  forgetUsable(world, object);
}

/**
 * Calls the hooks of a stage in order. Gives "" or, before a use, why it is
 * stopped.
 */
function runHooks(
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
  for (const { name, specifier, handler } of hooks) {
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
    let answer: boolean | void = undefined;
    try {
      answer = handler(call, api);
    } catch (error) {
      // What it did so far stays, and the others still have their turn.
      const reason = error instanceof Error ? error.message : String(error);
      tellFault(world, turn, specifier, reason);
      if (stage === "before") return "hook_error";
    }
    if (stage !== "before") continue;
    if (api.stopped !== "") return api.stopped;
    if (answer === false) return "hook_cancelled";
  }
  return "";
}

/** Tells that a hook threw. */
function tellFault(
  world: World,
  turn: Turn,
  specifier: string,
  reason: string,
): void {
  turn.events.push({
    event: "hook.faulted",
    tick: world.tick[0],
    specifier,
    rule: "thrown",
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

function holdsQuietly(
  town: Town,
  world: World,
  object: number,
  spec: Affordance,
  holds: (scope: Scope) => boolean,
): boolean {
  try {
    const next = world.tick[0] + 1;
    return holds(scopeOf(town, world, object, -1, spec.id, next));
  } catch (error) {
    if (error instanceof ConditionFault) return false;
    throw error;
  }
}

/** What a precondition can ask, made when it asks. */
function scopeOf(
  town: Town,
  world: World,
  object: number,
  agent: number,
  affordanceId: string,
  tick: number,
): Scope {
  const flag = (key: string): Value => {
    if (town.hasStock[object] === 0) return null;
    return (stockOf(town, world, object, key) ?? 0) > 0;
  };
  const idOf = (other: number): Value =>
    other < 0 ? null : world.records.agentIds[other];
  const get = (name: string): Value => {
    switch (name) {
      case "affordance_id":
        return affordanceId;
      case "agent":
        return agent < 0 ? null : agentValue(town, world, agent);
      case "object":
        return {
          object_id: town.objectIds[object],
          object_type: town.typeIds[town.objectType[object]],
          position: town.objectTile[object] < 0
            ? null
            : [town.objectX[object], town.objectY[object]],
          occupied_by: idOf(world.holder[object]),
          stock: stockMap(town, world, object),
        };
      case "world":
        return { tick, day: Math.floor(tick / town.ticksPerDay) };
      case "stock":
        return stockMap(town, world, object);
      case "queue":
        return queueIds(world, object);
      case "queue_length":
        return world.queueLength[object];
      case "reservation_active":
        return world.holder[object] >= 0;
      case "reservation_holder":
        return idOf(world.holder[object]);
      case "occupied":
        return world.holder[object] >= 0 && world.holder[object] !== agent;
      case "power_on":
      case "water_on":
        return flag(name);
      case "meal_available":
        return flag("meals");
    }
    if (agent < 0) return null;
    if (name === "needs") return needsOf(world, agent);
    if (name === "inventory") return inventoryOf(world, agent);
    if (name === "wallet") return world.wallet[agent];
    return null;
  };
  return { get };
}

function agentValue(town: Town, world: World, agent: number): Value {
  const job = world.job[agent];
  return {
    agent_id: world.records.agentIds[agent],
    position: [world.x[agent], world.y[agent]],
    wallet: world.wallet[agent],
    job_id: job < 0 ? null : town.jobs[job].id,
    on_shift: world.onShift[agent] === 1,
    needs: needsOf(world, agent),
    inventory: inventoryOf(world, agent),
    lateness_counter: world.lateness[agent],
    attendance_ratio: world.attendance[agent],
    wages_withheld: world.wagesWithheld[agent],
    shift_state: SHIFT_STATES[world.shiftState[agent]],
  };
}

/** Satisfaction of an agent by need. */
export function needsOf(world: World, agent: number): Record<string, number> {
  return Object.fromEntries(
    NEEDS.map((name, k) => [name, world.need[agent * NEED_COUNT + k]]),
  );
}

/** Counters of an agent that are not 0, by name. */
export function inventoryOf(
  world: World,
  agent: number,
): Record<string, number> {
  return Object.fromEntries(
    COUNTERS.map((name, k) =>
      [name, world.inventory[agent * COUNTERS.length + k]] as const
    ).filter(([, count]) => count !== 0),
  );
}

/** Stock of an object by key. */
export function stockMap(
  town: Town,
  world: World,
  object: number,
): Record<string, number> {
  const start = object * town.stockKeys.length;
  return Object.fromEntries(
    town.stockKeys.map((key, k) => [key, world.stock[start + k]] as const)
      .filter(([, value]) => value >= 0),
  );
}

/** Ids of the agents that wait for an object, in order. */
export function queueIds(world: World, object: number): string[] {
  const ids: string[] = [];
  let agent = world.queueHead[object];
  while (agent >= 0) {
    ids.push(world.records.agentIds[agent]);
    agent = world.waitNext[agent];
  }
  return ids;
}
