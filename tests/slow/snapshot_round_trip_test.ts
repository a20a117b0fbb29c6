import { assert, assertEquals } from "@std/assert";
import { Simulation } from "../../src/simulation.ts";
import {
  decodeSnapshot,
  encodeSnapshot,
} from "../../src/snapshots/snapshot.ts";
import { type BusyOptions, busyTown } from "../helpers/busy_town.ts";
import { collect, tinyTown } from "../helpers/tiny_town.ts";

const TOWNS: readonly BusyOptions[] = [
  { movement: "walk", backend: "scripted" },
  { movement: "teleport", backend: "random" },
];

/** Rewards of the living, in roster order. */
function rewardsOf({ world, turn }: Simulation): number[] {
  const living = world.roster.subarray(0, world.population[0]);
  return [...living].map((agent) => turn.reward[agent]);
}

for (const options of TOWNS) {
  const { movement, backend } = options;
  Deno.test(`saving and loading is invisible at any tick (${movement}, ${backend})`, () => {
    const town = busyTown(options);
    const names = new Set<string>();
    for (let seed = 1; seed <= 5; seed++) {
      const run = new Simulation(town, { seed });
      let copy = run;
      for (let tick = 0; tick < 500; tick++) {
        if (tick % 23 === 0) {
          const text = encodeSnapshot(town, copy.world, { app: "test" });
          const { world } = decodeSnapshot(text, town, { where: "memory" });
          copy = new Simulation(town, { world });
        }
        const { events } = run.step();
        for (const { event } of events) names.add(event);
        const when = `seed ${seed}, tick ${tick + 1}`;
        assertEquals(copy.step().events, events, when);
        assertEquals(rewardsOf(copy), rewardsOf(run), when);
        assertEquals(copy.hash(), run.hash(), when);
      }
    }
    // A law about a quiet town would prove little.
    for (
      const name of [
        "agent.respawned",
        "queue.conflict",
        "employment.exit_processed",
        "perturbation.utility_out",
        "perturbation.price_spike",
        "perturbation.meet_arranged",
        "relationship.evicted",
      ]
    ) assert(names.has(name), `no ${name} in any run`);
  });
}

Deno.test("lives after the longest name are saved and loaded", () => {
  const id = "a".repeat(64);
  const sim = tinyTown({ agents: [{ id, needs: [0, 1, 1] }] });
  collect(sim, 2);
  for (const ended of [false, true]) {
    if (ended) sim.world.need.fill(0);
    if (ended) sim.step();
    const text = encodeSnapshot(sim.town, sim.world, { app: "test" });
    const { world } = decodeSnapshot(text, sim.town, { where: "memory" });
    assertEquals(world.records, sim.world.records);
    assertEquals(world.records.agentIds[0], ended ? "" : `${id}#1`);
  }
  assertEquals(sim.world.records.terminations.at(-1)?.id, `${id}#1`);
});
