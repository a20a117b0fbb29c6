/**
 * Perturbations: what begins and ends with each.
 *
 * @module
 */
import { placeOf } from "../base/lookup.ts";
import type { EconomyKey } from "../config/economy.ts";
import { cancelUse } from "./affordances.ts";
import { relocate } from "./holding.ts";
import { rivalryOf } from "./ties.ts";
import { spikeKeys, type Town } from "./town.ts";
import type { Turn } from "./turn.ts";
import { UTILITIES, utilityOn } from "./utilities.ts";
import {
  type ActiveEvent,
  findAgent,
  forgetUsable,
  type PendingEvent,
  PRICE,
  type World,
} from "./world.ts";

/** No price goes above it. */
const PRICE_MOST = 1e12;

/** The next event id. */
export function nextEventId(world: World): string {
  return `evt_${++world.eventCount[0]}`;
}

/**
 * Begins a perturbation. What is not given is drawn from the stream.
 *
 * Gives false, and does nothing, when a meeting finds fewer than two people.
 */
export function startEvent(
  town: Town,
  world: World,
  turn: Turn,
  spec: number,
  givenId: string | null,
  given: PendingEvent | null,
): boolean {
  const { config, id: specId, place } = town.specs[spec];
  const tick = world.tick[0];
  const random = world.random.perturbations;
  const asked = given?.targets ?? null;
  if (
    config.kind === "arranged_meet" && asked === null &&
    eligible(world, tick).length < 2
  ) return false;
  const { min, max } = config.duration;
  const duration = given?.duration ??
    (max > min ? random.int(min, max) : min);
  let magnitude = 1;
  let targets: readonly string[] = [];
  let location = "";
  if (config.kind === "price_spike") {
    const { min, max } = config.magnitude;
    magnitude = given?.magnitude ??
      (max > min ? min + random.float() * (max - min) : min);
    const named = asked ?? config.targets;
    targets = named.length > 0 ? named : ["market"];
  } else if (config.kind === "arranged_meet") {
    targets = asked ??
      chooseParticipants(town, world, config.max_participants);
    location = given?.location ?? (place < 0 ? "" : town.objectIds[place]);
  }
  const id = givenId ?? nextEventId(world);
  const endsTick = tick + duration;
  const event: ActiveEvent = {
    id,
    spec,
    startedTick: tick,
    endsTick,
    targets,
    magnitude: Math.max(magnitude, 0),
    location,
  };
  const { eventStarts, activeEvents } = world.records;
  world.records = {
    ...world.records,
    activeEvents: [...activeEvents, event],
    eventStarts: eventStarts.map((starts, i) =>
      i === spec ? [...starts, tick] : starts
    ),
  };
  const { global_cooldown_ticks, per_agent_cooldown_ticks } =
    town.config.perturbations;
  world.specCooldown[spec] = endsTick + config.cooldown_ticks +
    global_cooldown_ticks;
  if (config.kind === "price_spike") {
    refreshPrices(town, world);
    for (const target of targets) {
      turn.events.push({
        event: "perturbation.price_spike",
        tick,
        event_id: id,
        target,
        magnitude: event.magnitude,
        ends_at: endsTick,
      });
    }
  } else if (config.kind === "arranged_meet") {
    gather(town, world, turn, event, endsTick + per_agent_cooldown_ticks);
  } else {
    switchOff(town, world, turn, config.utility);
    turn.events.push({
      event: "perturbation.utility_out",
      tick,
      event_id: id,
      utility: config.utility,
      cause: config.kind,
      ends_at: endsTick,
    });
  }
  turn.events.push({
    event: "perturbation.started",
    tick,
    event_id: id,
    spec: specId,
    kind: config.kind,
    targets,
    ends_at: endsTick,
  });
  return true;
}

/** Ends a perturbation and undoes what it did. */
export function endEvent(
  town: Town,
  world: World,
  turn: Turn,
  event: ActiveEvent,
  how: "ended" | "cancelled",
): void {
  const { config, id: spec } = town.specs[event.spec];
  world.records = {
    ...world.records,
    activeEvents: world.records.activeEvents.filter((e) => e !== event),
  };
  if (config.kind === "price_spike") refreshPrices(town, world);
  else if (config.kind === "arranged_meet") disperse(town, world, event);
  else switchOn(town, world, config.utility);
  const tick = world.tick[0];
  const { kind } = config;
  if (how === "ended") {
    turn.events.push({
      event: "perturbation.ended",
      tick,
      event_id: event.id,
      spec,
      kind,
    });
  } else {
    turn.events.push({
      event: "perturbation.cancelled",
      tick,
      event_id: event.id,
      spec,
      kind,
      pending: false,
    });
  }
}

/** Works prices out again: the base price times every spike on it. */
export function refreshPrices(town: Town, world: World): void {
  world.price.set(world.basePrice);
  for (const { spec, targets, magnitude } of world.records.activeEvents) {
    if (town.specs[spec].config.kind !== "price_spike") continue;
    const keys = new Set(targets.flatMap((target) => spikeKeys(target)));
    for (const key of keys) {
      const at = PRICE[key as EconomyKey];
      // Without a ceiling, spikes on spikes could leave the numbers.
      world.price[at] = Math.min(PRICE_MOST, world.price[at] * magnitude);
    }
  }
}

function switchOff(
  town: Town,
  world: World,
  turn: Turn,
  utility: "power" | "water",
): void {
  const which = UTILITIES.findIndex(({ name }) => name === utility);
  const column = town.stockKeys.indexOf(UTILITIES[which].stock);
  if (column < 0) return;
  const { stock, utilityBaseline } = world;
  for (let object = 0; object < town.objectIds.length; object++) {
    const at = object * town.stockKeys.length + column;
    const baseline = object * UTILITIES.length + which;
    if (stock[at] < 0 || utilityBaseline[baseline] >= 0) continue;
    utilityBaseline[baseline] = stock[at];
    stock[at] = 0;
    forgetUsable(world, object);
    if (world.running[object] >= 0) {
      cancelUse(town, world, turn, object, "utility_off");
    }
  }
}

function switchOn(
  town: Town,
  world: World,
  utility: "power" | "water",
): void {
  const which = UTILITIES.findIndex(({ name }) => name === utility);
  const column = town.stockKeys.indexOf(UTILITIES[which].stock);
  if (column < 0 || !utilityOn(town, world, utility)) return;
  const { stock, utilityBaseline } = world;
  for (let object = 0; object < town.objectIds.length; object++) {
    const baseline = object * UTILITIES.length + which;
    if (utilityBaseline[baseline] < 0) continue;
    stock[object * town.stockKeys.length + column] = utilityBaseline[baseline];
    utilityBaseline[baseline] = -1;
    forgetUsable(world, object);
  }
}

/** Sends the people of a meeting to its place. */
function gather(
  town: Town,
  world: World,
  turn: Turn,
  event: ActiveEvent,
  cooldownUntil: number,
): void {
  const object = placeOf(town.objectIds, event.location);
  const tick = world.tick[0];
  for (const id of event.targets) {
    const agent = findAgent(world, id);
    if (agent < 0) continue;
    world.meetCooldown[agent] = cooldownUntil;
    if (object < 0 || town.objectTile[object] < 0) continue;
    const x = town.objectX[object];
    const y = town.objectY[object];
    if (town.walk) {
      world.destinationX[agent] = x;
      world.destinationY[agent] = y;
      world.destinationUntil[agent] = event.endsTick;
      continue;
    }
    relocate(town, world, turn, agent, x, y);
    world.contextReset[agent] = 1;
    turn.events.push({
      event: "perturbation.agent_relocated",
      tick,
      agent: id,
      location: event.location,
    });
  }
  turn.events.push({
    event: "perturbation.meet_arranged",
    tick,
    event_id: event.id,
    location: event.location,
    targets: event.targets,
    ends_at: event.endsTick,
  });
}

/** Lets the people of a meeting go, unless a later one has called them. */
function disperse(town: Town, world: World, event: ActiveEvent): void {
  const object = placeOf(town.objectIds, event.location);
  for (const id of event.targets) {
    const agent = findAgent(world, id);
    if (agent < 0 || world.destinationUntil[agent] !== event.endsTick) continue;
    if (world.destinationX[agent] !== town.objectX[object]) continue;
    if (world.destinationY[agent] !== town.objectY[object]) continue;
    world.destinationX[agent] = -1;
    world.destinationY[agent] = -1;
    world.destinationUntil[agent] = 0;
  }
}

function eligible(world: World, tick: number): number[] {
  const { roster, population, meetCooldown } = world;
  const found: number[] = [];
  for (let i = 0; i < population[0]; i++) {
    if (meetCooldown[roster[i]] <= tick) found.push(roster[i]);
  }
  return found;
}

/** The pair with the highest mutual rivalry, then others by shuffle. */
function chooseParticipants(
  town: Town,
  world: World,
  most: number,
): readonly string[] {
  const free = eligible(world, world.tick[0]);
  if (free.length < 2) return [];
  const isFree = new Set(free);
  let pair: readonly number[] = [];
  let highest = 0;
  for (const a of free) {
    const start = a * town.tieSlots;
    for (let slot = start; slot < start + world.rivals[a]; slot++) {
      const b = world.rivalOther[slot];
      if (!isFree.has(b)) continue;
      const mutual = world.rivalScore[slot] + rivalryOf(town, world, b, a);
      if (mutual > highest) {
        highest = mutual;
        pair = [a, b];
      }
    }
  }
  const rest = world.random.perturbations.shuffle(
    free.filter((agent) => !pair.includes(agent)),
  );
  return [...pair, ...rest].slice(0, most)
    .map((agent) => world.records.agentIds[agent]);
}
