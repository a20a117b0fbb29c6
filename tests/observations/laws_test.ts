/** Laws of observations over random towns, seen in random ways. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Random } from "../../src/base/random.ts";
import type { ObservationBatch } from "../../src/observations/batch.ts";
import { Observer } from "../../src/observations/observer.ts";
import { SUMMARY } from "../../src/observations/spec.ts";
import { Simulation } from "../../src/simulation.ts";
import type { Town } from "../../src/world/town.ts";
import type { Turn } from "../../src/world/turn.ts";
import {
  catalogueOf,
  type Columns,
  copyWorld,
  emptyWorld,
  hashWorld,
  type World,
} from "../../src/world/world.ts";
import { tinyTown } from "../helpers/tiny_town.ts";
import { Meddler } from "../laws/random_town.ts";
import {
  assertBits,
  assertEmptyRow,
  assertSameBatch,
  CheckedObserver,
  copyOf,
} from "./checked.ts";
import { type SeenDraft, seenDrafts, seenTownOf } from "./random_views.ts";

/** Runs a draft for some ticks, with everything that meddling does to it. */
function run(
  town: Town,
  { seed, meddling }: SeenDraft,
  ticks: number,
  observe?: Observer,
  after: (sim: Simulation) => void = () => {},
): void {
  const sim = new Simulation(town, { seed, observe });
  const meddler = new Meddler(meddling);
  for (let i = 0; i < ticks; i++) {
    sim.step(meddler.next(sim));
    after(sim);
  }
}

/** What somebody does at each build of a run, and how the run builds. */
type See = (
  world: World,
  turn: Turn | undefined,
  build: () => ObservationBatch,
) => ObservationBatch;

/** An observer of a run that somebody watches at work. */
class WatchedObserver extends Observer {
  readonly #see: See;

  constructor(town: Town, see: See) {
    super(town);
    this.#see = see;
  }

  override observe(world: World, turn?: Turn): ObservationBatch {
    return this.#see(world, turn, () => super.observe(world, turn));
  }
}

Deno.test("every row of every batch is as the reference has it, and the batch before stays as it was", () => {
  let rows = 0;
  fc.assert(
    fc.property(seenDrafts, (draft) => {
      const town = seenTownOf(draft);
      const observer = new CheckedObserver(town);
      run(town, draft, 50, observer);
      rows += observer.checked;
    }),
    { numRuns: 32, seed: 21 },
  );
  assert(rows > 4_000, `${rows} rows`);
});

Deno.test("a batch never shows what was before, wherever a world is taken back to and however seldom one looks", () => {
  let rows = 0;
  fc.assert(
    fc.property(seenDrafts, (draft) => {
      const town = seenTownOf(draft);
      const observer = new CheckedObserver(town, {
        rows: draft.seed % 2 === 0 ? "agents" : "roster",
      });
      const random = Random.seeded(String(draft.seed), "jumps");
      const sims = [0, 1].map((i) =>
        new Simulation(town, { seed: draft.seed + i })
      );
      const meddler = new Meddler(draft.meddling);
      const seen = emptyWorld(town);
      const kept = [sims[1].world, emptyWorld(town), emptyWorld(town)];
      for (const world of [...kept.slice(1), seen]) {
        copyWorld(sims[0].world, world);
      }
      for (let i = 0; i < 60; i++) {
        const sim = sims[random.int(0, 1)];
        sim.step(meddler.next(sim));
        if (random.float() < 0.6) copyWorld(sim.world, seen);
        if (random.float() < 0.1) {
          copyWorld(sim.world, kept[random.int(1, 2)]);
        }
        if (random.float() < 0.2) copyWorld(kept[random.int(0, 2)], seen);
        if (random.float() < 0.2) observer.peek(seen);
        if (random.float() < 0.7) observer.observe(seen);
        if (random.float() < 0.1) observer.takeBack();
      }
      rows += observer.checked;
    }),
    { numRuns: 32, seed: 22 },
  );
  assert(rows > 4_000, `${rows} rows`);
});

Deno.test("maps of bytes hold the same numbers as maps of floats", () => {
  fc.assert(
    fc.property(seenDrafts, (draft) => {
      fc.pre(draft.view.variant !== "full");
      const town = seenTownOf(draft);
      const packed = new Observer(town, { mapFormat: "u8" });
      const twin = emptyWorld(town);
      const observer = new WatchedObserver(town, (world, turn, build) => {
        copyWorld(world, twin);
        const bytes = packed.observe(twin, turn);
        const batch = build();
        assert(bytes.map instanceof Uint8Array);
        assertSameBatch(copyOf(bytes), copyOf(batch));
        return batch;
      });
      run(town, draft, 40, observer);
    }),
    { numRuns: 30, seed: 23 },
  );
});

Deno.test("bytes stop at 255, floats and what sums them up do not", () => {
  const { town, world } = tinyTown({
    agents: 301,
    objects: Array.from({ length: 300 }, (_, i) => ({
      id: `bed_${i}`,
      type: "bed",
      at: [1, 0] as const,
    })),
    config: {
      features: { systems: { observations: "compact" } },
      observations: { compact: { normalize_counts: false } },
      world: { agent_capacity: 301 },
    },
  });
  const [floats, bytes] = (["f32", "u8"] as const).map((mapFormat) =>
    new Observer(town, { mapFormat }).peek(world)
  );
  const [agents, objects] = [49 + 24, 2 * 49 + 25];
  assertEquals([floats.map[agents], floats.map[objects]], [300, 300]);
  assertEquals([bytes.map[agents], bytes.map[objects]], [255, 255]);
  assertEquals([...floats.summary.subarray(0, 2)], [300, 300]);
  assertEquals(bytes.summary, floats.summary);
  assertEquals(bytes.features, floats.features);
});

Deno.test("rows by agent hold the same as rows by roster; a row that nobody has is empty", () => {
  let empty = 0;
  fc.assert(
    fc.property(seenDrafts, (draft) => {
      const town = seenTownOf(draft);
      const byAgent = new Observer(town, { rows: "agents" });
      const twin = emptyWorld(town);
      const observer = new WatchedObserver(town, (world, turn, build) => {
        copyWorld(world, twin);
        const theirs = byAgent.observe(twin, turn);
        const mine = build();
        assertEquals(theirs.count, town.capacity);
        for (const [row, agent] of theirs.agents.entries()) {
          assertEquals(agent, world.alive[row] === 1 ? row : -1);
          assertEquals(theirs.rowOf[row], agent);
          if (agent >= 0) {
            assertSameRow(theirs, row, mine, mine.rowOf[agent]);
            continue;
          }
          assertEmptyRow(theirs, row);
          empty++;
        }
        return mine;
      });
      run(town, draft, 40, observer);
    }),
    { numRuns: 30, seed: 24 },
  );
  assert(empty > 1000, `${empty} empty rows`);
});

/** Fails unless two rows of two batches are equal to the bit. */
function assertSameRow(
  a: ObservationBatch,
  rowA: number,
  b: ObservationBatch,
  rowB: number,
): void {
  const [one, other] = [a.row(rowA), b.row(rowB)];
  assertEquals(one.agentId, other.agentId);
  for (const name of ["map", "features", "actionMask"] as const) {
    assertBits(one[name], other[name], name);
  }
  const sums = ({ summary }: ObservationBatch, row: number) =>
    summary.slice(row * SUMMARY.length, (row + 1) * SUMMARY.length);
  assertBits(sums(a, rowA), sums(b, rowB), "summary");
  assertEquals(a.slots[rowA], b.slots[rowB]);
}

/** Derived columns that are looked at again when somebody next needs them. */
const LAZY = ["usable", "usableCount", "usableStale", "stale"];

Deno.test("a peek gives what the next build gives, and changes nothing", () => {
  fc.assert(
    fc.property(seenDrafts, (draft) => {
      const town = seenTownOf(draft);
      const names = (Object.keys(catalogueOf(town)) as (keyof Columns)[])
        .filter((name) => !LAZY.includes(name));
      const observer = new Observer(town);
      const [before, twin] = [emptyWorld(town), emptyWorld(town)];
      const plain = new Simulation(town, { seed: draft.seed });
      const meddler = new Meddler(draft.meddling);
      run(town, draft, 40, undefined, (sim) => {
        plain.step(meddler.next(plain));
        const { world } = sim;
        copyWorld(world, before);
        const peeked = copyOf(observer.peek(world));
        assertEquals(hashWorld(world), hashWorld(before));
        for (const name of names) assertBits(world[name], before[name], name);
        copyWorld(world, twin);
        assertSameBatch(copyOf(observer.observe(twin)), peeked);
        // What was looked at earlier than usual makes no difference later.
        assertEquals(sim.hash(), plain.hash());
        // From here on with slots given, as after the builds of a run.
        if (world.tick[0] % 8 === 0) {
          for (const one of [sim, plain]) copyWorld(twin, one.world);
        }
      });
    }),
    { numRuns: 20, seed: 25 },
  );
});

Deno.test("two builds of an unchanged world are equal to the byte, but for the reset flags", () => {
  let flags = 0;
  fc.assert(
    fc.property(seenDrafts, (draft) => {
      const town = seenTownOf(draft);
      const twice = new Observer(town);
      const flag = twice.spec.featureNames.indexOf("ctx_reset_flag");
      const width = twice.spec.featureNames.length;
      run(town, draft, 40, new Observer(town), ({ world, turn }) => {
        for (let i = 0; i < world.population[0]; i++) {
          if (turn.reward[world.roster[i]] < 0) {
            world.contextReset[world.roster[i]] = 1;
          }
        }
        const first = copyOf(twice.observe(world));
        const second = copyOf(twice.observe(world));
        for (let at = flag; at < first.features.length; at += width) {
          flags += first.features[at];
          assertEquals(second.features[at], 0);
          first.features[at] = 0;
        }
        assertSameBatch(second, first);
      });
    }),
    { numRuns: 25, seed: 26 },
  );
  assert(flags > 100, `${flags} flags`);
});

Deno.test("features of one name agree between the variants, to the bit", () => {
  fc.assert(
    fc.property(seenDrafts, (draft) => {
      const { view } = draft;
      const side = view.side || 7;
      const [town, ...towns] = (["hybrid", "full", "compact"] as const).map(
        (variant) => seenTownOf({ ...draft, view: { ...view, side, variant } }),
      );
      const others = towns.map((other) => ({
        observer: new Observer(other),
        twin: emptyWorld(other),
      }));
      const observer = new WatchedObserver(town, (world, turn, build) => {
        const theirs = others.map(({ observer, twin }) => {
          copyWorld(world, twin);
          return observer.observe(twin, turn);
        });
        const mine = build();
        for (const [i, batch] of theirs.entries()) {
          const { spec } = others[i].observer;
          assertEquals(spec.featureNames, observer.spec.featureNames);
          const { features, summary } = copyOf(batch);
          assertBits(features, copyOf(mine).features, spec.variant);
          assertBits(summary, copyOf(mine).summary, spec.variant);
        }
        return mine;
      });
      run(town, draft, 30, observer);
    }),
    { numRuns: 25, seed: 27 },
  );
});
