import { assert, assertEquals } from "@std/assert";
import { compareCodePoints } from "../../../src/base/order.ts";
import { Simulation } from "../../../src/simulation.ts";
import {
  type FriendshipChange,
  type HighRivalry,
  SeenTies,
} from "../../../src/telemetry/stories/seen_ties.ts";
import type { Town } from "../../../src/world/town.ts";
import type { World } from "../../../src/world/world.ts";
import { busyTown } from "../../helpers/busy_town.ts";

/** Trust, familiarity and rivalry, by `owner other`. */
type Ties = ReadonlyMap<string, readonly [number, number, number]>;

/** All ties there are. */
function tiesOf(town: Town, world: World): Ties {
  const ties = new Map<string, readonly [number, number, number]>();
  for (let i = 0; i < world.population[0]; i++) {
    const agent = world.roster[i];
    for (let k = 0; k < world.ties[agent]; k++) {
      const slot = agent * town.tieSlots + k;
      const { agentIds } = world.records;
      ties.set(`${agentIds[agent]} ${agentIds[world.tieOther[slot]]}`, [
        world.tieTrust[slot],
        world.tieFamiliarity[slot],
        world.tieRivalry[slot],
      ]);
    }
  }
  return ties;
}

/** Friendships to be told, found without any memory of stamps or rows. */
function changesOf(before: Ties, now: Ties): FriendshipChange[] {
  return [...now].sort(([a], [b]) => compareCodePoints(a, b))
    .flatMap(([pair, [trust, familiarity, rivalry]]) => {
      const old = before.get(pair);
      const [t, f, r] = old ?? [0, 0, 0];
      const isTold = old === undefined || t < 0.3 && trust >= 0.3 ||
        Math.abs(trust - t) >= 1e-3 && (trust >= 0.3 || trust - t >= 0.1);
      const [owner, other] = pair.split(" ");
      return !isTold ? [] : [{
        owner,
        other,
        added: old === undefined,
        trust,
        familiarity,
        deltas: {
          trust: trust - t,
          familiarity: familiarity - f,
          rivalry: rivalry - r,
        },
      }];
    });
}

/** High rivalries, found the same way. */
function rivalriesOf(now: Ties): HighRivalry[] {
  const all = [...now].map(([pair, [, , rivalry]]) => ({
    owner: pair.split(" ")[0],
    rival: pair.split(" ")[1],
    rivalry,
  })).sort((a, b) =>
    compareCodePoints(a.owner, b.owner) || b.rivalry - a.rivalry ||
    compareCodePoints(a.rival, b.rival)
  );
  return all.filter(({ owner, rivalry }, i) =>
    rivalry >= 0.2 && all[i - 3]?.owner !== owner
  );
}

Deno.test("SeenTies finds what a look at every tie finds, through deaths and newcomers", () => {
  const plain = busyTown({ movement: "walk", backend: "scripted" });
  const { telemetry } = plain.config;
  const town: Town = {
    ...plain,
    config: {
      ...plain.config,
      telemetry: {
        ...telemetry,
        relationship_narration: {
          ...telemetry.relationship_narration,
          friendship_trust_threshold: 0.3,
          friendship_delta_threshold: 0.1,
          rivalry_avoid_threshold: 0.2,
        },
      },
    },
  };
  const counts = { added: 0, updated: 0, rivalries: 0, newcomers: 0 };
  for (const seed of [1, 2, 3]) {
    const sim = new Simulation(town, { seed });
    const seen = new SeenTies(town, sim.world);
    let before = tiesOf(town, sim.world);
    for (let tick = 1; tick <= 1200; tick++) {
      sim.step();
      const now = tiesOf(town, sim.world);
      const changes = changesOf(before, now);
      const at = `seed ${seed}, tick ${tick}`;
      // A look that tells nothing still sees.
      if (tick % 7 === 0) seen.look(sim.world);
      else assertEquals(seen.changes(sim.world), changes, at);
      const rivalries = rivalriesOf(now);
      assertEquals(seen.rivalries(sim.world), rivalries, at);
      for (const { added } of changes) counts[added ? "added" : "updated"]++;
      counts.rivalries += rivalries.length;
      counts.newcomers += changes.filter(({ owner }) => owner.includes("#"))
        .length;
      before = now;
    }
  }
  for (const [what, n] of Object.entries(counts)) assert(n > 10, what);
});
