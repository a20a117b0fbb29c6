/**
 * Uses of objects: how they begin, are completed, and are cut short.
 *
 * At most one use runs per object; its user is the holder.
 *
 * @module
 */
import { completeOption, failOption } from "./options.ts";
import { ConditionFault, type Scope, type Value } from "./preconditions.ts";
import { releaseDone, releaseFailed } from "./queues.ts";
import { internReason, REASON } from "./reasons.ts";
import { runHooks } from "./run_hooks.ts";
import { inReach } from "./spatial.ts";
import { stockAt, stockMap, stockOf } from "./stock.ts";
import type { Affordance, Town } from "./town.ts";
import type { Turn } from "./turn.ts";
import { inventoryOf, needsOf, queueIds } from "./views.ts";
import { forgetUsable, NEED_COUNT, SHIFT_STATES, type World } from "./world.ts";

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
