/**
 * Observations of states that towns seldom get to, or hardly ever: columns
 * written at random, and windows wider than a word of bits.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Random } from "../../src/base/random.ts";
import { Observer } from "../../src/observations/observer.ts";
import { Simulation } from "../../src/simulation.ts";
import { moveAgent } from "../../src/world/spatial.ts";
import {
  raiseRivalry,
  refreshRivalryMax,
  setTie,
} from "../../src/world/ties.ts";
import { createTurn, ENDS, KINDS } from "../../src/world/turn.ts";
import {
  copyWorld,
  emptyWorld,
  NEED_COUNT,
  SHIFT_STATES,
} from "../../src/world/world.ts";
import { type Tiny, tinyTown } from "../helpers/tiny_town.ts";
import { living } from "../laws/laws.ts";
import { Meddler } from "../laws/random_town.ts";
import { CheckedObserver } from "./checked.ts";
import { seenDrafts, seenTownOf } from "./random_views.ts";

/** Numbers that show what is bounded, and where. */
const AMOUNTS = [0, 0.01, 0.5, 1, 7, 59, 60, 61, 1000] as const;

/** Writes everything that observations tell of an agent, at random. */
function scramble(
  { town, world, turn }: Tiny,
  agent: number,
  random: Random,
): void {
  const pick = <T>(list: readonly T[]) => list[random.int(0, list.length - 1)];
  const tile = (size: number) => random.int(0, size - 1);
  for (let k = 0; k < NEED_COUNT; k++) {
    world.need[agent * NEED_COUNT + k] = random.int(0, 3) / 3;
  }
  world.wallet[agent] = pick(AMOUNTS);
  world.lateness[agent] = random.int(0, 9);
  world.onShift[agent] = random.int(0, 1);
  world.attendance[agent] = random.float();
  world.wagesWithheld[agent] = pick(AMOUNTS);
  world.shiftState[agent] = random.int(0, SHIFT_STATES.length - 1);
  world.episodeTick[agent] = random.int(-5, 2 * town.ticksPerDay);
  world.lastKind[agent] = random.int(0, KINDS.length - 1);
  world.lastSuccess[agent] = random.int(0, 1);
  world.lastDuration[agent] = Math.floor(pick(AMOUNTS));
  world.contextReset[agent] = random.int(0, 1);
  world.extroversion[agent] = random.float() * 2 - 1;
  world.forgiveness[agent] = random.float() * 2 - 1;
  world.ambition[agent] = random.float() * 2 - 1;
  moveAgent(town, world, agent, tile(town.width), tile(town.height));

  const isCalled = random.int(0, 2) === 0;
  world.destinationX[agent] = isCalled ? tile(town.width) : -1;
  world.destinationY[agent] = isCalled ? tile(town.height) : -1;
  world.destinationUntil[agent] = isCalled
    ? world.tick[0] + random.int(0, 3)
    : 0;
  const use = pick([-1, -1, ...town.affordances.keys()]);
  const objects = use < 0
    ? []
    : [...town.objectsOfType[town.affordances[use].type]];
  world.optionAffordance[agent] = objects.length > 0 ? use : -1;
  world.optionObject[agent] = objects.length > 0 ? pick(objects) : -1;

  for (const other of living(world)) {
    if (other === agent) continue;
    const part = () => random.int(-2, 2) / 2;
    const value = { trust: part(), familiarity: part(), rivalry: part() };
    if (random.int(0, 2) === 0) {
      setTie(town, world, turn, agent, other, value);
    }
    if (random.int(0, 2) === 0) {
      raiseRivalry(town, world, turn, agent, other, random.int(1, 6));
    }
  }
  refreshRivalryMax(town, world, agent);
}

Deno.test("whatever the columns hold, observations are as the reference has them", () => {
  let rows = 0;
  fc.assert(
    fc.property(seenDrafts, (draft) => {
      const town = seenTownOf(draft);
      const random = Random.seeded(String(draft.seed), "columns");
      const observe = new Observer(town);
      const sim = new Simulation(town, { seed: draft.seed, observe });
      const meddler = new Meddler(draft.meddling);
      const observer = new CheckedObserver(town);
      const tiny = { town, world: emptyWorld(town), turn: createTurn(town) };
      const { world, turn } = tiny;
      for (let i = 0; i < 8; i++) {
        sim.step(meddler.next(sim));
        copyWorld(sim.world, world);
        world.tick[0] += random.int(0, 3 * town.ticksPerDay);
        for (const agent of living(world)) {
          if (random.int(0, 3) > 0) scramble(tiny, agent, random);
          turn.ends[agent] = random.int(0, 5) === 0 ? ENDS.faint : ENDS.not;
        }
        turn.anyEnds = i % 2 === 0;
        observer.observe(world, turn);
      }
      rows += observer.checked;
    }),
    { numRuns: 32, seed: 41 },
  );
  assert(rows > 1000, `${rows} rows`);
});

Deno.test("windows wider than a word of bits show everybody, near and far", () => {
  const [width, height] = [150, 7];
  const tile = fc.tuple(fc.nat(width - 1), fc.nat(height - 1));
  // Somebody, and others where words of bits begin and end.
  const people = fc.tuple(
    tile,
    fc.array(
      fc.tuple(
        fc.constantFrom(-64, -33, -32, -31, -16, 16, 24, 31, 32, 33, 48),
        fc.constantFrom(0, 0, 0, 2),
      ),
      { minLength: 1, maxLength: 3 },
    ),
  ).map(([[x, y], steps]) =>
    [[0, 0] as const, ...steps].map(([dx, dy]) =>
      [Math.abs(x + dx) % width, (y + dy) % height] as const
    )
  );
  let rows = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(33, 63, 65, 67, 97, 113),
      fc.constantFrom("hybrid", "compact"),
      fc.constantFrom("v1", "v2"),
      people,
      fc.array(tile, { maxLength: 3 }),
      (side, variant, layout, people, benches) => {
        const { town, world } = tinyTown({
          agents: people.map((at, i) => ({ id: `r${i}`, at })),
          objects: benches.map((at, i) => ({
            id: `bench_${i}`,
            type: "bench",
            at,
          })),
          config: {
            features: { systems: { observations: variant } },
            world: { grid_size: [width, height] },
            observations: {
              layout,
              hybrid: { local_window: side },
              compact: { map_window: side },
            },
          },
        });
        const observer = new CheckedObserver(town);
        observer.observe(world);
        rows += observer.checked;
      },
    ),
    { numRuns: 120, seed: 42 },
  );
  assert(rows > 100, `${rows} rows`);
});

Deno.test("a channel shows all objects of its type, however that is written", () => {
  const { town, world } = tinyTown({
    objects: [
      { id: "one", type: "Stove", at: [1, 0] },
      { id: "two", type: "stove", at: [1, 0] },
      { id: "three", type: "STOVE", at: [0, 1] },
      { id: "four", type: "stoves", at: [1, 1] },
    ],
    config: {
      features: { systems: { observations: "compact" } },
      observations: {
        compact: { object_channels: ["sTove"], normalize_counts: false },
      },
    },
  });
  const observer = new CheckedObserver(town);
  const { map } = observer.observe(world).row(0);
  const { mapChannels } = new Observer(town).spec;
  const at = mapChannels.indexOf("object:stove") * 49;
  const stoves = [...map.subarray(at, at + 49).entries()]
    .filter(([, count]) => count > 0);
  assertEquals(stoves, [[3 * 7 + 4, 2], [4 * 7 + 3, 1]]);
});

Deno.test("of two objects as near, the first one helps with the lowest need", () => {
  const east = { id: "fridge", type: "fridge", at: [9, 5] } as const;
  const west = { id: "stove", type: "stove", at: [1, 5] } as const;
  const far = { id: "far", type: "stove", at: [5, 20] } as const;
  const ways = [[east, west], [west, east], [far, east, west]].map(
    (objects) => {
      const { town, world } = tinyTown({
        agents: [{ id: "a", at: [5, 5], needs: [0.2, 0.3, 0.2] }],
        objects,
        walk: true,
        config: { observations: { layout: "v2" } },
      });
      const observer = new CheckedObserver(town);
      const at = observer.spec.featureNames.indexOf("path_hint_east");
      const { features } = observer.observe(world).row(0);
      return features[at] - features[at + 1];
    },
  );
  assertEquals(ways, [1, -1, 1]);
});
