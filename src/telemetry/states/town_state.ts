/** What the channel `town` tells: objects, queues, prices, perturbations. @module */
import { basename } from "node:path";
import { ECONOMY_KEYS } from "../../config/economy.ts";
import { stockMap } from "../../world/stock.ts";
import type { Town } from "../../world/town.ts";
import { utilityOn } from "../../world/utilities.ts";
import { queueIds } from "../../world/views.ts";
import { TOTAL, type World } from "../../world/world.ts";
import type { DraftMembers } from "../state_channel.ts";
import type { View } from "../view.ts";

/** The town, without its people. */
export function townState({ town, world }: View): DraftMembers {
  const { queueTotals } = world;
  return {
    queues: {
      cooldown: queueTotals[TOTAL.cooldowns],
      ghost_steps: queueTotals[TOTAL.ghostSteps],
      rotations: queueTotals[TOTAL.rotations],
    },
    objects: Object.fromEntries(
      town.objectIds.map((id, object) => [
        id,
        objectState(town, world, object),
      ]),
    ),
    running: Object.fromEntries(
      town.objectIds.flatMap((id, object) =>
        world.running[object] < 0 ? [] : [[id, {
          agent: world.records.agentIds[world.holder[object]],
          aff: town.affordances[world.running[object]].id,
          left: world.runningLeft[object],
        }]]
      ),
    ),
    ...circumstances(town, world),
  };
}

/** What does not change from tick to tick: all but objects and their use. */
export function circumstances(town: Town, world: World): DraftMembers {
  const { activeEvents } = world.records;
  return {
    prices: Object.fromEntries(
      ECONOMY_KEYS.map((key, k) => [key, world.price[k]]),
    ),
    spikes: Object.fromEntries(
      activeEvents
        .filter(({ spec }) => town.specs[spec].config.kind === "price_spike")
        .map(({ id, magnitude, targets }) => [id, { magnitude, targets }]),
    ),
    utilities: {
      power: utilityOn(town, world, "power"),
      water: utilityOn(town, world, "water"),
    },
    perturbations: perturbations(town, world),
    manifest: {
      name: basename(town.config.affordances.manifest ?? "built-in"),
      sha256: town.manifestSha256,
      objects: town.objectIds.length,
      affordances: town.affordances.length,
    },
  };
}

function objectState(town: Town, world: World, object: number): DraftMembers {
  const { agentIds } = world.records;
  const holder = world.holder[object];
  const stall = world.stall[object];
  return {
    type: town.typeIds[town.objectType[object]],
    pos: town.objectTile[object] < 0
      ? undefined
      : [town.objectX[object], town.objectY[object]],
    by: holder < 0 ? undefined : agentIds[holder],
    stock: stockMap(town, world, object),
    waiting: queueIds(world, object),
    stall: stall === 0 ? undefined : stall,
  };
}

function perturbations(town: Town, world: World): DraftMembers {
  const { activeEvents, pendingEvents, agentIds } = world.records;
  const tick = world.tick[0];
  const kindOf = (spec: number) => ({
    spec: town.specs[spec].id,
    kind: town.specs[spec].config.kind,
  });
  const rows = world.roster.subarray(0, world.population[0]);
  return {
    active: Object.fromEntries(activeEvents.map((event) => [event.id, {
      ...kindOf(event.spec),
      targets: event.targets,
      ends_at: event.endsTick,
      payload: payloadOf(town, event.spec, event.magnitude, event.location),
    }])),
    pending: Object.fromEntries(pendingEvents.map((event) => [event.id, {
      ...kindOf(event.spec),
      starts_at: event.startsTick,
      duration: event.duration ?? undefined,
      targets: event.targets ?? undefined,
      payload: payloadOf(town, event.spec, event.magnitude, event.location),
    }])),
    cooldowns: {
      spec: Object.fromEntries(
        town.specs.map(({ id }, spec) => [id, world.specCooldown[spec]])
          .filter(([, until]) => Number(until) > tick),
      ),
      agents: Object.fromEntries(
        Array.from(rows, (row) => [agentIds[row], world.meetCooldown[row]])
          .filter(([, until]) => Number(until) > tick),
      ),
    },
  };
}

/** What is particular to a kind of perturbation; what is drawn later is absent. */
function payloadOf(
  town: Town,
  spec: number,
  magnitude: number | null,
  location: string | null,
): DraftMembers {
  const { config } = town.specs[spec];
  switch (config.kind) {
    case "price_spike":
      return { magnitude: magnitude ?? undefined };
    case "arranged_meet":
      return {
        location: location === null || location === "" ? undefined : location,
      };
    default:
      return { utility: config.utility };
  }
}
