/** Laws of runs that are observed, over random towns, seen in random ways. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { TownletError } from "../../src/base/error.ts";
import { Random } from "../../src/base/random.ts";
import type { Command } from "../../src/config/commands.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { Simulation } from "../../src/simulation.ts";
import { actionMask } from "../../src/world/choices.ts";
import { catalogueOf, type Columns } from "../../src/world/world.ts";
import type { World } from "../../src/world/world.ts";
import { Meddler } from "../laws/random_town.ts";
import {
  assertBits,
  assertSameBatch,
  CheckedObserver,
  copyOf,
} from "./checked.ts";
import { seenDrafts, seenTownOf } from "./random_views.ts";

/** Columns that only observations write. */
const OBSERVED = [
  "embeddingSlot",
  "slotShared",
  "slotReleased",
  "slotTotals",
  "contextReset",
];

Deno.test("a run that is observed has the same history as one that is not", () => {
  fc.assert(
    fc.property(seenDrafts, (draft) => {
      const town = seenTownOf(draft);
      const { seed, meddling } = draft;
      const names = Object.entries(catalogueOf(town))
        .filter(([name, { derived }]) => !derived && !OBSERVED.includes(name))
        .map(([name]) => name as keyof Columns);
      const plain = new Simulation(town, { seed });
      const observe = draft.view.variant === "full" ? "f32" : "u8";
      const seen = new Simulation(town, { seed, observe });
      const [one, other] = [new Meddler(meddling), new Meddler(meddling)];
      for (let i = 0; i < 60; i++) {
        const { events, reward } = plain.step(one.next(plain));
        const turn = seen.step(other.next(seen));
        assertEquals(turn.events, events);
        assertBits(turn.reward, reward, "reward");
        assertEquals(seen.world.records, plain.world.records);
        for (const name of names) {
          assertBits(seen.world[name], plain.world[name], name);
        }
      }
      assert(
        seen.world.embeddingSlot.some((slot) => slot >= 0) ||
          seen.world.population[0] === 0,
      );
    }),
    { numRuns: 25, seed: 31 },
  );
});

/** A command that nobody checked: it fails in the middle of a tick. */
const POISON = { name: "setneed", args: null } as unknown as Command;

/** What is thrown on purpose. */
class Broken extends Error {}

/** An observer that fails after it has built a batch, when told to. */
class FragileObserver extends CheckedObserver {
  isBroken = false;

  override maskActions(world: World): void {
    super.maskActions(world);
    if (this.isBroken) throw new Broken("after the build");
  }
}

/** The policy, but it fails after it has decided. */
function failing(policy: Policy): Policy {
  return {
    ...policy,
    act(see, out) {
      policy.act(see, out);
      throw new Broken("deciding");
    },
  };
}

Deno.test("a tick that fails leaves the latest batch as it was, wherever it fails", () => {
  const failures = { policy: 0, command: 0, build: 0 };
  fc.assert(
    fc.property(seenDrafts, (draft) => {
      const town = seenTownOf(draft);
      const observe = new FragileObserver(town);
      const sim = new Simulation(town, { seed: draft.seed, observe });
      const meddler = new Meddler(draft.meddling);
      const { policy } = sim;
      /** Whether a step fails, as it should, and leaves the batch alone. */
      const fails = (): boolean => {
        const batch = sim.batch;
        assert(batch !== null);
        const before = copyOf(batch);
        try {
          sim.step();
          return false;
        } catch (error) {
          const cause = error instanceof TownletError ? error.cause : error;
          // A poisoned command is a TypeError; all else is not on purpose.
          if (!(cause instanceof Broken || cause instanceof TypeError)) {
            throw error;
          }
        }
        assert(sim.batch === batch);
        assertSameBatch(copyOf(sim.batch), before);
        return true;
      };
      for (let tick = 0; tick < 40; tick++) {
        sim.step(meddler.next(sim));
        const kind = (["policy", "command", "build"] as const)[tick % 3];
        const someone = sim.world.records.agentIds.find((id) => id !== "");
        if (kind === "command") sim.command(POISON);
        if (kind === "policy") sim.policy = failing(policy);
        if (kind === "build" && someone !== undefined) {
          const args = { agent: someone, reason: null };
          sim.command({ name: "kill", args });
          observe.isBroken = true;
        }
        if (fails()) failures[kind]++;
        sim.policy = policy;
        observe.isBroken = false;
      }
    }),
    { numRuns: 18, seed: 32 },
  );
  const { policy, command, build } = failures;
  assert(
    policy > 100 && command > 100 && build > 100,
    String([
      policy,
      command,
      build,
    ]),
  );
});

Deno.test("a mask says what makes sense after those who left are gone, and what it allows is done", () => {
  const picks = { plain: 0, use: 0, refused: 0 };
  fc.assert(
    fc.property(seenDrafts, (draft) => {
      const town = seenTownOf(draft);
      const random = Random.seeded(String(draft.seed), "picks");
      const picked = new Map<number, number>();
      const sim = new Simulation(town, {
        seed: draft.seed,
        policy: {
          name: "picky",
          sees: "observations",
          releases: true,
          act({ rows, count, batch }, { action }) {
            assert(batch !== null);
            for (const agent of rows.subarray(0, count)) {
              const { actionMask } = batch.row(batch.rowOf[agent]);
              const allowed = [...actionMask.keys()]
                .filter((action) => actionMask[action] === 1);
              action[agent] = allowed[random.int(0, allowed.length - 1)];
              picked.set(agent, action[agent]);
            }
          },
        },
      });
      const { world, turn } = sim;
      const meddler = new Meddler(draft.meddling);
      const mask = new Uint8Array(town.actions.length);
      for (let i = 0; i < 50; i++) {
        picked.clear();
        const { invalidChoices } = turn;
        sim.step(meddler.next(sim));
        const { batch } = sim;
        assert(batch !== null);
        for (let row = 0; row < batch.count; row++) {
          actionMask(town, world, batch.agents[row], mask);
          assertBits(batch.row(row).actionMask, mask, "mask");
        }
        // An object may be usable, but out of the way or with a rival.
        const uses = [...picked.values()]
          .filter((action) => town.actionAffordance[action] >= 0).length;
        picks.use += uses;
        picks.plain += picked.size - uses;
        picks.refused += turn.invalidChoices - invalidChoices;
        assert(turn.invalidChoices - invalidChoices <= uses, "refused");
        for (const [agent, action] of picked) {
          if (turn.blocked[agent] === 0) continue;
          assert(town.actionAffordance[action] >= 0, town.actions[action]);
        }
      }
    }),
    { numRuns: 30, seed: 33 },
  );
  assert(picks.plain > 1000 && picks.use > 100, JSON.stringify(picks));
});
