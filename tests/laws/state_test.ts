/** Laws of the World over random towns, whoever acts in them. */
import fc from "fast-check";
import { Simulation } from "../../src/simulation.ts";
import { checkLaws } from "./laws.ts";
import { drafts, Meddler, townOf } from "./random_town.ts";

/** Ticks of a run: three of the longest days, and a delivery to the stoves. */
const TICKS = 205;

Deno.test("a World keeps its laws after every tick, whoever decides", () => {
  fc.assert(
    fc.property(drafts, ({ town, seed }) => {
      const simulation = new Simulation(townOf(town), { seed });
      checkLaws(simulation);
      simulation.runFor(TICKS, () => checkLaws(simulation));
    }),
    { numRuns: 40, seed: 1 },
  );
});

Deno.test("a World keeps its laws whatever callers do and ask for", () => {
  fc.assert(
    fc.property(drafts, ({ town, seed, meddling }) => {
      const simulation = new Simulation(townOf(town), { seed });
      const meddler = new Meddler(meddling);
      for (let i = 0; i < TICKS; i++) {
        simulation.step(meddler.next(simulation));
        checkLaws(simulation);
      }
    }),
    { numRuns: 60, seed: 2 },
  );
});
