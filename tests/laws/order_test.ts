/** Who comes later changes nothing about who was there before. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Simulation } from "../../src/simulation.ts";
import {
  AGENT_COLUMNS,
  type Columns,
  copyWorld,
  emptyWorld,
} from "../../src/world/world.ts";
import { living } from "./laws.ts";
import {
  drafts,
  Meddler,
  type TownDraft,
  townOf,
  towns,
} from "./random_town.ts";

Deno.test("a resident appended to a town leaves the rows before it alone", () => {
  fc.assert(
    fc.property(towns, fc.nat(1000), (draft, seed) => {
      const agents = (draft.scenario as { agents: readonly unknown[] }).agents;
      const world = draft.world as Record<string, number>;
      const roomy = {
        ...draft,
        world: { ...world, agent_capacity: world.agent_capacity + 1 },
      };
      const more = {
        ...roomy,
        scenario: {
          ...draft.scenario as Record<string, unknown>,
          agents: [...agents, {
            id: "zoe",
            wallet: 9,
            position: freeTile(roomy),
          }],
        },
      };
      const few = new Simulation(townOf(roomy), { seed }).world;
      const many = new Simulation(townOf(more), { seed }).world;
      const rows = living(few);
      assertEquals(living(many), [...rows, rows.length]);
      assertEquals(many.records.agentIds[rows.length], "zoe");
      assertEquals(
        many.records.agentIds.slice(0, rows.length),
        few.records.agentIds.slice(0, rows.length),
      );
      assertEquals(few.randomWords, many.randomWords);
      for (const name of AGENT_COLUMNS) {
        // Neighbours on a tile are linked in no order that counts.
        if (name === "tileNext" || name === "tilePrevious") continue;
        if (name === "tieStamp") continue; // another one in each World
        for (const row of rows) {
          assertEquals(rowOf(many, name, row), rowOf(few, name, row), name);
        }
      }
    }),
    { numRuns: 60, seed: 9 },
  );
});

Deno.test("the living keep their rows and their order; newcomers come last, into the lowest free row", () => {
  fc.assert(
    fc.property(drafts, ({ town: draft, seed, meddling }) => {
      const town = townOf(draft);
      const simulation = new Simulation(town, { seed });
      const { world } = simulation;
      const meddler = new Meddler(meddling);
      for (let i = 0; i < 120; i++) {
        const rows = living(world);
        const ids = rows.map((row) => world.records.agentIds[row]);
        const { events } = simulation.step(meddler.next(simulation));
        const arrived = events.flatMap((event) =>
          event.event === "agent.spawned" || event.event === "agent.respawned"
            ? [event.agent]
            : []
        );
        const gone = new Set(
          events.flatMap((event) =>
            event.event === "agent.removed" ? [event.agent] : []
          ),
        );
        const free = Array.from(world.alive.keys())
          .filter((row) => !rows.includes(row));
        const expected = [
          ...ids.map((id, at) => [id, rows[at]] as const),
          ...arrived.map((id, at) => [id, free[at]] as const),
        ].filter(([id]) => !gone.has(id));
        assertEquals(
          living(world).map((row) => [world.records.agentIds[row], row]),
          expected.map(([id, row]) => [id, row]),
        );
      }
    }),
    { numRuns: 50, seed: 10 },
  );
});

Deno.test("no result depends on the order of agents inside a tile", () => {
  fc.assert(
    fc.property(drafts, ({ town: draft, seed, meddling }) => {
      const town = townOf(talkative(draft));
      const plain = new Simulation(town, { seed });
      const turned = new Simulation(town, { seed });
      const [one, other] = [new Meddler(meddling), new Meddler(meddling)];
      let crowds = 0;
      for (let i = 0; i < 100; i++) {
        crowds += reverseTiles(turned.world);
        plain.step(one.next(plain));
        turned.step(other.next(turned));
        assertEquals(turned.hash(), plain.hash());
      }
      fc.pre(crowds > 0);
    }),
    { numRuns: 40, seed: 11 },
  );
});

Deno.test("a World that is copied into a used one equals it, whoever was there before", () => {
  fc.assert(
    fc.property(drafts, ({ town: draft, seed, meddling }) => {
      const town = townOf(draft);
      const used = new Simulation(town, { seed: seed + 1 });
      const meddler = new Meddler(meddling);
      for (let i = 0; i < 30; i++) used.step(meddler.next(used));
      const fresh = new Simulation(town, { seed });
      copyWorld(fresh.world, used.world);
      const empty = emptyWorld(town);
      copyWorld(fresh.world, empty);
      assertEquals(used.hash(), fresh.hash());
      assertEquals(used.world.buffer, empty.buffer);
      assert(used.world.buffer !== fresh.world.buffer);
    }),
    { numRuns: 20, seed: 12 },
  );
});

/** The same town with people who like to talk to strangers. */
function talkative(draft: TownDraft): TownDraft {
  const features = draft.features as Readonly<Record<string, unknown>>;
  return {
    ...draft,
    features: { ...features, stages: { relationships: "B" } },
    personalities: { distribution: { socialite: 1 } },
    behavior: {
      hunger_threshold: 0,
      hygiene_threshold: 0,
      energy_threshold: 0,
    },
  };
}

/** A row of a column. */
function rowOf(
  world: Columns,
  name: keyof Columns,
  row: number,
): readonly number[] {
  const width = world[name].length / world.alive.length;
  return [...world[name].subarray(row * width, (row + 1) * width)];
}

/** A tile of a draft that no object can stand on. */
function freeTile(draft: Readonly<Record<string, unknown>>): readonly number[] {
  const { width, height, blocked } = townOf(draft);
  const tile = blocked.lastIndexOf(0);
  assert(tile >= 0 && tile < width * height);
  return [tile % width, Math.floor(tile / width)];
}

/** Turns the list of every tile around; gives how many lists that changed. */
function reverseTiles(world: Columns): number {
  const { tileHead, tileNext, tilePrevious } = world;
  let changed = 0;
  for (const [tile, head] of tileHead.entries()) {
    let last = -1;
    for (let agent = head; agent >= 0;) {
      const next = tileNext[agent];
      tileNext[agent] = tilePrevious[agent];
      tilePrevious[agent] = next;
      last = agent;
      agent = next;
    }
    if (last === head) continue;
    tileHead[tile] = last;
    changed++;
  }
  return changed;
}
