/** A small town in the middle of its day, for tests of snapshots. @module */
import type { Config } from "../../src/config/config.ts";
import { configFrom } from "../../src/config/load.ts";
import { addAgent, createWorld } from "../../src/world/people.ts";
import { assignNext, joinQueue } from "../../src/world/queues.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import type { Town } from "../../src/world/town.ts";
import type { World } from "../../src/world/world.ts";

/** A configuration of three residents; `changes` replace whole sections. */
export function livelyConfig(
  changes: Readonly<Record<string, unknown>> = {},
): Config {
  return configFrom({
    config_id: "lively",
    seed: 7,
    features: { stages: { relationships: "B" }, systems: {} },
    rewards: { needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 } },
    world: {
      grid_size: [6, 5],
      agent_capacity: 5,
      objects: [
        { id: "fridge_1", type: "fridge", position: [1, 1] },
        { id: "shower_1", type: "shower", position: [3, 1] },
        { id: "bed_1", type: "bed", position: null },
      ],
    },
    jobs: { clerk: { start_tick: 100, end_tick: 200 } },
    perturbations: { events: { dark: { kind: "blackout", duration: 9 } } },
    population: {
      residents: [
        { id: "ada", home: [0, 0] },
        { id: "bo", home: [2, 2] },
        { id: "cy", home: [4, 4] },
      ],
    },
    ...changes,
  });
}

/** A town and its world at tick 12: a use, a queue, ties, tickets, events. */
export function livelyTown(
  changes: Readonly<Record<string, unknown>> = {},
): { readonly town: Town; readonly world: World } {
  const town = compileTown(livelyConfig(changes));
  const world = createWorld(town);
  world.tick[0] = 12;
  const newcomer = addAgent(town, world, {
    id: "ada#1",
    lineage: 0,
    x: 5,
    y: 0,
    homeX: 0,
    homeY: 0,
    needs: [0.25, 1, 1 / 3],
    wallet: 0.1 + 0.2,
    profile: 1,
    traits: [0.6, 0.1, -0.1],
    job: 0,
    jobless: false,
    schedule: -1,
  });
  for (const agent of [1, 0, newcomer]) {
    joinQueue(world, 0, agent);
    if (world.holder[0] < 0) assignNext(town, world, 0);
  }
  world.running[0] = 1;
  world.runningLeft[0] = 4;
  world.ties[0] = 1;
  world.tieOther[0] = 2;
  world.tieTrust[0] = -0.125;
  world.rivals[1] = 1;
  world.rivalOther[town.tieSlots] = 0;
  world.rivalScore[town.tieSlots] = 0.7;
  world.random.perturbations.float();
  world.random.policy.uint32();
  world.records = {
    ...world.records,
    lineages: [
      {
        origin: "ada",
        lives: 2,
        respawns: 1,
        past: [1, 2, 3, 4, 5, 6, 7, 8, 9],
      },
      ...world.records.lineages.slice(1),
      {
        origin: "di",
        lives: 1,
        respawns: 0,
        past: new Array<number>(9).fill(0),
      },
    ],
    terminations: [{ id: "ada", tick: 11 }],
    tickets: [{
      lineage: world.records.lineages.length,
      dueTick: 20,
      x: 5,
      y: 4,
      homeX: 5,
      homeY: 4,
      job: -1,
      jobless: true,
      profile: 0,
      traits: [0, 0, 0],
    }],
    activeEvents: [{
      id: "evt_1",
      spec: 0,
      startedTick: 10,
      endsTick: 19,
      targets: [],
      magnitude: 1,
      location: "",
    }],
    pendingEvents: [{
      id: "evt_2",
      spec: 0,
      startsTick: 30,
      duration: null,
      targets: ["ada"],
      magnitude: null,
      location: null,
    }],
    eventStarts: [[10]],
    exitQueue: [{ agent: 2, sinceTick: 3 }],
    exitRequests: [1],
    reasons: ["tired of it"],
  };
  return { town, world };
}
