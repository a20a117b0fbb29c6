import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import {
  decodeSnapshot,
  encodeSnapshot,
} from "../../src/snapshots/snapshot.ts";
import {
  type SavedVector,
  savedWorld,
  worldOf,
} from "../../src/vector/saved.ts";
import { Simulation } from "../../src/simulation.ts";
import { addTallies, TALLIES } from "../../src/vector/tallies.ts";
import { openVectorTown, type VectorTown } from "../../src/vector/vector.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import type { SavedBatch } from "../../src/observations/saved.ts";
import { tinyConfig } from "../helpers/tiny_town.ts";
import { config, showAll, someActions } from "./lively.ts";

const town = compileTown(config);
const options = { worlds: 3, episodeTicks: 45, mapFormat: "u8" } as const;

/** Steps to a tick and gives all that was shown on the way. */
function live(vector: VectorTown, from: number, to: number): string[] {
  const shown: string[] = [];
  for (let tick = from; tick < to; tick++) {
    vector.step(tick % 4 === 0 ? undefined : someActions(vector, tick));
    shown.push(showAll(vector), ...vector.hashes());
  }
  return shown;
}

/** A saved vector as a file would hold it: snapshots and JSON. */
function throughText({ worlds, columns }: SavedVector): SavedVector {
  return {
    columns: JSON.parse(JSON.stringify(columns)),
    worlds: worlds.map((saved) => {
      const text = encodeSnapshot(town, worldOf(saved, town), {
        app: "test",
        parts: { batch: saved.batch },
      });
      const { world, parts } = decodeSnapshot(text, town, {
        where: "test",
        parts: ["batch"],
      });
      return savedWorld(world, parts.batch as unknown as SavedBatch);
    }),
  };
}

Deno.test("going on after a save, through text, is not having stopped", async () => {
  for (const at of [0, 1, 17, 45, 46, "the end of a life"] as const) {
    using whole = await openVectorTown(config, { ...options, seed: 9 });
    if (typeof at === "number") live(whole, 0, at);
    else do whole.step(); while (!whole.terminated.includes(1));
    const saved = await whole.save();
    const before = showAll(whole);
    const rest = live(whole, 0, 40);
    using resumed = await openVectorTown(config, {
      ...options,
      saved: throughText(saved),
    });
    assertEquals(showAll(resumed), before, `at ${at}`);
    assertEquals(live(resumed, 0, 40), rest, `at ${at}`);
  }
});

Deno.test("worlds that are reset right after going on begin like others", async () => {
  using whole = await openVectorTown(config, { ...options, seed: 9 });
  live(whole, 0, 20);
  using resumed = await openVectorTown(config, {
    ...options,
    saved: await whole.save(),
  });
  const worlds = new Uint8Array([1, 0, 1]);
  whole.reset({ worlds });
  resumed.reset({ worlds });
  assertEquals(showAll(resumed), showAll(whole));
  assertEquals(live(resumed, 0, 40), live(whole, 0, 40));
});

Deno.test("what was saved does not change when the vector goes on", async () => {
  using whole = await openVectorTown(config, { ...options, seed: 9 });
  live(whole, 0, 10);
  const saved = await whole.save();
  const copy = structuredClone(saved);
  live(whole, 10, 20);
  assertEquals(saved, copy);
});

Deno.test("a vector refuses to go on with what was not saved of it", async () => {
  using whole = await openVectorTown(config, options);
  const saved = await whole.save();
  const { columns, worlds } = saved;
  const other = tinyConfig({
    agents: 2,
    config: { world: { agent_capacity: 4 } },
  });
  const faults: readonly (readonly [SavedVector, string])[] = [
    [{ columns, worlds: worlds.slice(1) }, "there are 2, and not 3"],
    [{ worlds, columns: { ...columns, ticks: [0] } }, "ticks has not 3"],
    [{ worlds, columns: { ...columns, ticks: [0, 0.5, 0] } }, "ticks[1]"],
    [{ worlds, columns: { ...columns, seeds: [0, 1, -1] } }, "seeds[2]"],
    [
      { worlds, columns: { ...columns, episodes: [0, 2 ** 40, 0] } },
      "episodes",
    ],
    [
      {
        worlds,
        columns: { ...columns, reward: columns.reward.map(() => NaN) },
      },
      "reward[0] cannot be NaN",
    ],
  ];
  for (const [wrong, message] of faults) {
    const error = await assertRejects(
      () => openVectorTown(config, { ...options, saved: wrong }),
      TownletError,
      message,
    );
    assertEquals(error.code, "vector.saved");
  }
  await assertRejects(
    () => openVectorTown(config, { ...options, mapFormat: "f32", saved }),
    TownletError,
    "maps are u8, not f32",
  );
  await assertRejects(
    () => openVectorTown(config, { ...options, seed: 1, saved }),
    RangeError,
    "their own seeds",
  );
  assertThrows(
    () => worldOf(worlds[0], compileTown(other)),
    TownletError,
    "bytes",
  );
});

Deno.test("external tells of whom a schedule or somebody else decides for", async () => {
  const scheduled = tinyConfig({
    agents: [{ id: "ann" }, { id: "cy" }],
    config: {
      world: { agent_capacity: 3 },
      scenario: { agents: [{ id: "bob", schedule: [{ kind: "wait" }] }] },
    },
  });
  using vector = await openVectorTown(scheduled, { worlds: 2 });
  assertEquals([...vector.external], [0, 0, 0, 0, 0, 0]);
  vector.step();
  assertEquals([...vector.external], [0, 0, 1, 0, 0, 1]);
  const { worlds, columns } = await vector.save();
  const { town } = vector;
  const world = worldOf(worlds[0], town);
  world.possessed[0] = 1;
  using possessed = await openVectorTown(scheduled, {
    worlds: 2,
    saved: { columns, worlds: [savedWorld(world, worlds[0].batch), worlds[1]] },
  });
  possessed.step(new Int32Array(6));
  assertEquals([...possessed.external], [1, 0, 1, 0, 0, 1]);
  // Who begins anew has not been decided for.
  possessed.reset({ worlds: Uint8Array.of(1, 0) });
  assertEquals([...possessed.external], [0, 0, 0, 0, 0, 1]);
});

Deno.test("profiles are those of the agents, the dead of the last step included", async () => {
  const varied = tinyConfig({
    agents: [
      { id: "ann", needs: [0.08, 0.5, 0.5], profile: "stoic" },
      { id: "bob", needs: [0.09, 0.5, 0.5], profile: "socialite" },
    ],
    decay: 0.002,
    config: { lifecycle: { respawn_delay_ticks: 5 } },
  });
  using vector = await openVectorTown(varied, { worlds: 2, seed: 3 });
  const profiles = new Map<string, number>();
  let ends = 0;
  for (let tick = 0; tick < 80; tick++) {
    for (let row = 0; row < vector.rows; row++) {
      const origin = vector.agentId(row).split("#")[0];
      if (origin === "") continue;
      const key = `${Math.floor(row / vector.town.capacity)} ${origin}`;
      const known = profiles.get(key) ?? vector.profiles[row];
      assertEquals(vector.profiles[row], known, key);
      profiles.set(key, known);
      ends += vector.terminated[row];
    }
    vector.step();
  }
  assertEquals([ends > 0, new Set(profiles.values()).size], [true, 2]);
});

Deno.test("profiles are those of the episode: the next one draws its own", async () => {
  const agents = ["ann", "bob", "cy"].map((id) => ({ id }));
  const drawn = tinyConfig({
    agents,
    config: {
      personalities: { distribution: { stoic: 1, socialite: 1 } },
    },
  });
  const worlds = 4;
  using vector = await openVectorTown(drawn, {
    worlds,
    seed: 1,
    episodeTicks: 2,
  });
  let changes = 0;
  for (let episode = 0; episode < 4; episode++) {
    const before = [...vector.profiles];
    using fresh = await openVectorTown(drawn, {
      worlds,
      seed: vector.seeds[0],
    });
    assertEquals(vector.profiles, fresh.profiles, `episode ${episode}`);
    for (let tick = 0; tick < 3; tick++) vector.step();
    changes += vector.profiles.filter((profile, row) =>
      profile !== before[row]
    ).length;
  }
  assertEquals(changes > 0, true);
});

Deno.test("tallies are those of the last step alone", async () => {
  const close = tinyConfig({
    agents: ["ann", "bob", "cy"].map((id) => ({ id, profile: "socialite" })),
    walk: true,
    config: {
      features: { stages: { relationships: "B" } },
      policy: { backend: "random" },
      world: { grid_size: [2, 2] },
    },
  });
  using vector = await openVectorTown(close, {
    worlds: 2,
    seed: 0,
    episodeTicks: 200,
  });
  const alone = [0, 1].map((seed) =>
    new Simulation(vector.town, { seed, observe: "f32" })
  );
  const expected = new Float64Array(vector.tallies.length);
  let sum = 0;
  for (let tick = 0; tick < 200; tick++) {
    vector.step();
    expected.fill(0);
    for (const [world, simulation] of alone.entries()) {
      addTallies(simulation.step().events, expected, world * TALLIES.length);
    }
    assertEquals(vector.tallies, expected);
    for (const tally of vector.tallies) sum += tally;
  }
  assertEquals(sum > 5, true, "nothing happens");
  vector.step();
  assertEquals(new Set(vector.tallies), new Set([0]));
});
