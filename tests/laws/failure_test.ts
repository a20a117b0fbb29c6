/** A tick that fails leaves nothing behind, wherever it fails. */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Command } from "../../src/config/commands.ts";
import { TownletError } from "../../src/base/error.ts";
import { Simulation } from "../../src/simulation.ts";
import { drafts, Meddler, townOf } from "./random_town.ts";
import { checkLaws } from "./laws.ts";

/** A command that nobody checked: it fails in the middle of a tick. */
const POISON = { name: "setneed", args: null } as unknown as Command;

/** Actions of a tick that is to fail: nonsense, and a stranger's. */
const ACTIONS = {
  r0: { kind: "wait", duration: 0 },
  nobody: { kind: "wait" },
} as const;

/**
 * Fails while the policy decides, after it has written its choices; false when
 * there was nobody to decide for, so that the tick went well.
 */
function failDeciding(simulation: Simulation): boolean {
  const { policy, world } = simulation;
  const before = [simulation.hash(), world.tick[0]];
  let isAsked = false;
  simulation.policy = {
    ...policy,
    act(see, out) {
      policy.act(see, out);
      isAsked = true;
      throw new Error("no idea");
    },
  };
  try {
    simulation.step(ACTIONS);
  } catch (error) {
    if (!(error instanceof TownletError)) throw error;
    assertEquals([simulation.hash(), world.tick[0]], before);
  }
  simulation.policy = policy;
  return isAsked;
}

/** Fails while commands take effect, after respawns and other commands. */
function failCommanding(simulation: Simulation): void {
  simulation.command({ name: "kill", args: { agent: "r0", reason: null } });
  simulation.command({
    name: "price",
    args: { key: "meal_cost", value: 3 },
  });
  simulation.command(POISON);
  assertThrows(
    () => simulation.step(ACTIONS),
    TownletError,
  );
}

Deno.test("a run whose ticks fail now and then equals one whose ticks do not", () => {
  fc.assert(
    fc.property(drafts, ({ town: draft, seed, meddling }) => {
      const town = townOf(draft);
      const smooth = new Simulation(town, { seed });
      const rough = new Simulation(town, { seed });
      const [one, other] = [new Meddler(meddling), new Meddler(meddling)];
      for (let tick = 1; tick <= 60; tick++) {
        if ((seed + tick) % 5 === 0) {
          if (!failDeciding(rough)) smooth.step(ACTIONS);
        }
        if ((seed + tick) % 7 === 0) {
          failCommanding(rough);
          checkLaws(rough);
        }
        const { events } = smooth.step(one.next(smooth));
        assertEquals(rough.step(other.next(rough)).events, events);
        assertEquals(rough.hash(), smooth.hash());
      }
    }),
    { numRuns: 40, seed: 13 },
  );
});
