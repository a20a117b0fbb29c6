/** The same town, seed and doings give the same World, however it got there. */
import { assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { Simulation } from "../../src/simulation.ts";
import {
  decodeSnapshot,
  encodeSnapshot,
} from "../../src/snapshots/snapshot.ts";
import type { Town } from "../../src/world/town.ts";
import {
  copyWorld,
  emptyWorld,
  hashWorld,
  type World,
} from "../../src/world/world.ts";
import { type Draft, drafts, Meddler, townOf } from "./random_town.ts";

/** Ticks of a run. */
const TICKS = 100;

/** What a run leaves behind each tick: the hash and the events. */
type Trace = readonly string[];

/** Runs on, with the meddler where it stands; gives a line a tick. */
function run(simulation: Simulation, meddler: Meddler, ticks: number): Trace {
  const trace: string[] = [];
  for (let i = 0; i < ticks; i++) {
    const { events } = simulation.step(meddler.next(simulation));
    trace.push(`${simulation.hash()} ${JSON.stringify(events)}`);
  }
  return trace;
}

/**
 * Runs a draft whole, and once more with the World exchanged by `exchange`
 * half-way, and compares every tick.
 */
function compare(
  { town: draft, seed, meddling }: Draft,
  exchange: (town: Town, world: World) => World,
): void {
  const town = townOf(draft);
  const whole = new Simulation(town, { seed });
  const expected = run(whole, new Meddler(meddling), TICKS);
  const first = new Simulation(town, { seed });
  const meddler = new Meddler(meddling);
  const half = seed % TICKS;
  const before = run(first, meddler, half);
  // Commands asked for are no part of the World: they are all done by now.
  const second = new Simulation(townOf(draft), {
    world: exchange(town, first.world),
  });
  const after = run(second, meddler, TICKS - half);
  assertEquals([...before, ...after], expected);
}

Deno.test("two runs are equal, tick by tick and event by event", () => {
  fc.assert(
    fc.property(drafts, ({ town, seed, meddling }) => {
      const [a, b] = [0, 1].map(() =>
        run(
          new Simulation(townOf(town), { seed }),
          new Meddler(meddling),
          TICKS,
        )
      );
      assertEquals(a, b);
    }),
    { numRuns: 50, seed: 5 },
  );
});

Deno.test("a copied World goes on like the one it was copied from", () => {
  fc.assert(
    fc.property(drafts, (draft) =>
      compare(draft, (town, world) => {
        const copy = emptyWorld(town);
        copyWorld(world, copy);
        return copy;
      })),
    { numRuns: 40, seed: 6 },
  );
});

Deno.test("a World that was saved and loaded goes on as if nothing had been", () => {
  fc.assert(
    fc.property(drafts, (draft) =>
      compare(draft, (town, world) => {
        const text = encodeSnapshot(town, world, { app: "townlet 0.0.0" });
        return decodeSnapshot(text, town, { where: "law.tsnap" }).world;
      })),
    { numRuns: 60, seed: 7 },
  );
});

Deno.test("a copy shares nothing with its World", () => {
  fc.assert(
    fc.property(drafts, ({ town: draft, seed, meddling }) => {
      const town = townOf(draft);
      const simulation = new Simulation(town, { seed });
      const meddler = new Meddler(meddling);
      run(simulation, meddler, 20);
      const copy = emptyWorld(town);
      copyWorld(simulation.world, copy);
      const then = simulation.hash();
      assertEquals(hashWorld(copy), then);
      run(simulation, meddler, 20);
      assertEquals(hashWorld(copy), then);
      assertNotEquals(simulation.hash(), then);
    }),
    { numRuns: 20, seed: 8 },
  );
});
