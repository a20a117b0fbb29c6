/** Things happen to the town: prices, power cuts, meetings. @module */
import type { Town } from "../town.ts";
import type { Turn } from "../turn.ts";
import { endEvent, startEvent } from "../perturbations.ts";
import type { World } from "../world.ts";

/**
 * Ends what is over, begins what was asked for, and draws what is new.
 *
 * Writes prices, stock, destinations (or positions), cooldowns and the records
 * of perturbations; draws from the stream `perturbations`.
 */
export function stepPerturbations(
  town: Town,
  world: World,
  turn: Turn,
): void {
  const tick = world.tick[0];
  for (const event of world.records.activeEvents) {
    if (event.endsTick <= tick) endEvent(town, world, turn, event, "ended");
  }
  const { specCooldown } = world;
  for (let spec = 0; spec < specCooldown.length; spec++) {
    if (specCooldown[spec] <= tick) specCooldown[spec] = 0;
  }
  pruneStarts(town, world);
  startPending(town, world, turn);
  drawNew(town, world, turn);
}

/** Forgets starts that have left the window. */
function pruneStarts(town: Town, world: World): void {
  const oldest = world.tick[0] - town.config.perturbations.window_ticks;
  const { eventStarts } = world.records;
  if (!eventStarts.some((starts) => starts[0] <= oldest)) return;
  world.records = {
    ...world.records,
    eventStarts: eventStarts.map((starts) => starts.filter((t) => t > oldest)),
  };
}

function startPending(town: Town, world: World, turn: Turn): void {
  const { pendingEvents } = world.records;
  if (pendingEvents.length === 0) return;
  const tick = world.tick[0];
  for (const pending of pendingEvents) {
    if (pending.startsTick > tick) continue;
    world.records = {
      ...world.records,
      pendingEvents: world.records.pendingEvents.filter((p) => p !== pending),
    };
    const { spec, id } = pending;
    if (startEvent(town, world, turn, spec, id, pending)) continue;
    turn.events.push({
      event: "perturbation.cancelled",
      tick,
      event_id: id,
      spec: town.specs[spec].id,
      kind: town.specs[spec].config.kind,
      pending: true,
    });
  }
}

function drawNew(town: Town, world: World, turn: Turn): void {
  const { max_concurrent_events, max_events_per_window } =
    town.config.perturbations;
  const tick = world.tick[0];
  const random = world.random.perturbations;
  for (let spec = 0; spec < town.specs.length; spec++) {
    const { activeEvents, eventStarts } = world.records;
    if (activeEvents.length >= max_concurrent_events) return;
    const { probability, config, place } = town.specs[spec];
    if (probability === 0 || world.specCooldown[spec] > tick) continue;
    if (
      max_events_per_window > 0 &&
      eventStarts[spec].length >= max_events_per_window
    ) continue;
    // A meeting without a place in this town never happens.
    if (config.kind === "arranged_meet" && place < 0) continue;
    if (random.float() > probability) continue;
    startEvent(town, world, turn, spec, null, null);
  }
}
