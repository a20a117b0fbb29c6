import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Observer } from "../../src/observations/observer.ts";
import { openPolicy } from "../../src/policy/open.ts";
import { Simulation } from "../../src/simulation.ts";
import { SCRIPTED } from "../../src/vector/lane.ts";
import { openVectorTown } from "../../src/vector/vector.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import { ACTION } from "../../src/world/town.ts";
import { END_CAUSES } from "../../src/world/turn.ts";
import { config, someActions } from "./lively.ts";

const town = compileTown(config);

Deno.test("world w of a vector lives the life of a simulation with the seed seed + w", async () => {
  using vector = await openVectorTown(config, { worlds: 3, seed: 40 });
  const alone = [40, 41, 42].map((seed) =>
    new Simulation(town, {
      seed,
      observe: new Observer(town, { rows: "agents" }),
    })
  );
  const rows = town.capacity;
  for (let tick = 0; tick <= 120; tick++) {
    if (tick > 0) vector.step();
    for (const [world, simulation] of alone.entries()) {
      if (tick > 0) simulation.step();
      const { batch, turn } = simulation;
      const first = world * rows;
      assertEquals(
        vector.batch.agents.subarray(first, first + rows),
        batch?.agents,
      );
      const features = vector.spec.featureNames.length;
      assertEquals(
        vector.batch.features.subarray(
          first * features,
          (first + rows) * features,
        ),
        batch?.features,
      );
      for (let agent = 0; agent < rows; agent++) {
        const lived = tick > 0 && vector.batch.agents[first + agent] >= 0;
        const expected = lived ? Math.fround(turn.reward[agent]) : 0;
        assertEquals(vector.reward[first + agent], expected);
      }
    }
  }
  assertEquals(vector.hashes(), alone.map((simulation) => simulation.hash()));
});

Deno.test("actions given are chosen at every decision point, below 0 is waiting", async () => {
  using vector = await openVectorTown(config, { worlds: 2, seed: 1 });
  const alone = [1, 2].map((seed) =>
    new Simulation(town, { seed, policy: "idle", observe: "f32" })
  );
  for (let tick = 0; tick < 60; tick++) {
    const actions = someActions(vector, tick);
    let invalid = 0;
    for (const [world, simulation] of alone.entries()) {
      const before = simulation.turn.invalidChoices;
      simulation.policy = {
        name: "given",
        sees: "world",
        releases: true,
        act({ rows, count }, { action }) {
          for (let i = 0; i < count; i++) {
            const given = actions[world * town.capacity + rows[i]];
            action[rows[i]] = given < 0 ? ACTION.wait : given;
          }
        },
      };
      simulation.step();
      invalid += simulation.turn.invalidChoices - before;
    }
    vector.step(actions);
    assertEquals(vector.invalidChoices[0] + vector.invalidChoices[1], invalid);
  }
  assertEquals(vector.hashes(), alone.map((simulation) => simulation.hash()));
  assertEquals(vector.invalidChoices.length, 2);
});

Deno.test("rows given SCRIPTED do what scripted residents would", async () => {
  const policy = { ...config.policy, backend: "scripted" } as const;
  const scripts = { ...config, policy };
  using scripted = await openVectorTown(scripts, { worlds: 2, seed: 1 });
  using given = await openVectorTown(config, { worlds: 2, seed: 1 });
  using mixed = await openVectorTown(config, { worlds: 2, seed: 1 });
  const all = new Int32Array(given.rows).fill(SCRIPTED);
  const some = all.map((action, row) => row % 2 === 0 ? action : ACTION.wait);
  const chosen = new Set<number>();
  for (let tick = 0; tick < 80; tick++) {
    scripted.step();
    given.step(all);
    // Who is at no decision point keeps what was given.
    assert(given.actions.every((action) => action >= 0 || action === SCRIPTED));
    given.actions.forEach((action) => chosen.add(action));
    mixed.step(some);
  }
  assertEquals(given.hashes(), scripted.hashes());
  assertEquals(given.invalidChoices, scripted.invalidChoices);
  assert(mixed.hashes()[0] !== scripted.hashes()[0]);
  const sleep = town.actions.indexOf("use:rest_sleep");
  assert(chosen.has(sleep) && chosen.has(ACTION.wait));
});

Deno.test("a life that ends is terminated once; its row is empty until somebody comes back", async () => {
  using vector = await openVectorTown(config, { worlds: 1, seed: 3 });
  let end = 0;
  while (vector.terminated[0] === 0 && end++ < 100) {
    vector.step(new Int32Array(vector.rows));
  }
  assertEquals(vector.agentId(0), "ann");
  assertEquals(END_CAUSES[vector.ends[0]], "faint");
  assertEquals(vector.batch.agents[0], 0);
  const at = (name: string) => vector.spec.featureNames.indexOf(name);
  assertEquals(vector.batch.features[at("ctx_reset_flag")], 1);
  assertEquals(
    [...vector.batch.actionMask.subarray(0, town.actions.length)],
    town.actions.map((name) => name === "wait" ? 1 : 0),
  );

  vector.step(new Int32Array(vector.rows));
  assertEquals(vector.agentId(0), "");
  const { terminated, ends, reward } = vector;
  assertEquals([terminated[0], ends[0], reward[0]], [0, 0, 0]);
  assertEquals(vector.batch.agents[0], -1);
  const features = vector.spec.featureNames.length;
  assertEquals(
    vector.batch.features.subarray(0, features),
    new Float32Array(features),
  );

  let empty = 1;
  while (vector.batch.agents[0] < 0 && empty++ < 100) vector.step();
  assertEquals(vector.agentId(0), "ann#1");
  assertEquals(vector.batch.features[at("ctx_reset_flag")], 1);
});

Deno.test("an episode is truncated after its last tick, and the next step begins another", async () => {
  using vector = await openVectorTown(config, {
    worlds: 2,
    seed: 10,
    episodeTicks: 4,
  });
  const living = () => [...vector.batch.agents].map((agent) => agent >= 0);
  for (let tick = 1; tick <= 4; tick++) {
    vector.step();
    assertEquals([...vector.ticks], [tick, tick]);
    assertEquals(
      [...vector.truncated].map((flag) => flag === 1),
      living().map((lives) => lives && tick === 4),
    );
  }
  assertEquals([...vector.seeds], [10, 11]);
  vector.step();
  assertEquals([...vector.ticks], [0, 0]);
  assertEquals([...vector.seeds], [12, 13]);
  assertEquals([...vector.episodes], [1, 1]);
  assertEquals(new Set(vector.autoreset), new Set([1]));
  assertEquals(new Set(vector.truncated), new Set([0]));
  assertEquals(new Set(vector.reward), new Set([0]));
  const fresh = [12, 13].map((seed) => {
    const simulation = new Simulation(town, { seed, observe: "f32" });
    return simulation.hash();
  });
  assertEquals(vector.hashes(), fresh);
  vector.step();
  assertEquals(new Set(vector.autoreset), new Set([0]));
  assertEquals([...vector.ticks], [1, 1]);
});

Deno.test("a life that ends in the last tick is terminated, and not truncated", async () => {
  using endless = await openVectorTown(config, { worlds: 1, seed: 4 });
  do endless.step(); while (!endless.terminated.includes(1));
  const [episodeTicks] = endless.ticks;
  const terminated = [...endless.terminated];
  using vector = await openVectorTown(config, {
    worlds: 1,
    seed: 4,
    episodeTicks,
  });
  for (let tick = 0; tick < episodeTicks; tick++) vector.step();
  assertEquals([...vector.terminated], terminated);
  // The others live, or their row is free.
  const truncated = terminated.map((ended, row) =>
    ended === 0 && vector.batch.agents[row] >= 0 ? 1 : 0
  );
  assertEquals([...vector.truncated], truncated);
  assertEquals(truncated.includes(1), true);
});

Deno.test("reset() begins the marked worlds anew and leaves the others alone", async () => {
  using vector = await openVectorTown(config, { worlds: 3, seed: 0 });
  for (let tick = 0; tick < 20; tick++) vector.step();
  const before = vector.hashes();
  const rows = town.capacity;
  const size = vector.spec.featureNames.length * rows;
  const kept = vector.batch.features.slice(0, size);
  vector.reset({ worlds: new Uint8Array([0, 1, 0]) });
  assertEquals([...vector.seeds], [0, 4, 2]);
  assertEquals([...vector.ticks], [20, 0, 20]);
  assertEquals([...vector.episodes], [0, 1, 0]);
  const after = vector.hashes();
  assertEquals([after[0], after[2]], [before[0], before[2]]);
  assertEquals(vector.batch.features.slice(0, size), kept);

  vector.reset({ seed: 100 });
  assertEquals([...vector.seeds], [100, 101, 102]);
  using fresh = await openVectorTown(config, { worlds: 3, seed: 100 });
  assertEquals(vector.hashes(), fresh.hashes());
  for (let tick = 0; tick < 20; tick++) {
    vector.step();
    fresh.step();
  }
  assertEquals(vector.hashes(), fresh.hashes());
  assertEquals(vector.batch, fresh.batch);
});

Deno.test("two batches alternate: the one before stays as it was", async () => {
  using vector = await openVectorTown(config, { worlds: 2, seed: 8 });
  vector.step();
  const { batch } = vector;
  const before = [batch.map.slice(), batch.features.slice()];
  vector.step();
  assertEquals(vector.batch === batch, false);
  assertEquals([batch.map, batch.features], before);
  vector.step();
  assertEquals(vector.batch === batch, true);
});

Deno.test("maps come as bytes when asked for, with the same numbers", async () => {
  using f32 = await openVectorTown(config, { worlds: 2, seed: 8 });
  using u8 = await openVectorTown(config, {
    worlds: 2,
    seed: 8,
    mapFormat: "u8",
  });
  for (let tick = 0; tick < 30; tick++) {
    f32.step();
    u8.step();
    assertEquals(u8.batch.map instanceof Uint8Array, true);
    assertEquals([...u8.batch.map], [...f32.batch.map]);
  }
});

Deno.test("a vector refuses what makes no sense, and everything once it is closed", async () => {
  for (
    const options of [
      { worlds: 0 },
      { worlds: 1.5 },
      { worlds: 4097 },
      { worlds: 2, workers: 3 },
      { workers: 0 },
      { episodeTicks: -1 },
      { seed: -1 },
      { seed: 0.5 },
      { timeoutMs: 0 },
    ]
  ) {
    const error = await assertRejects(
      () => openVectorTown(config, options),
      RangeError,
    );
    assertEquals(/from \d+ to \d+, got/.test(error.message), true);
  }
  const vector = await openVectorTown(config, { worlds: 2 });
  assertThrows(() => vector.step(new Int32Array(3)), RangeError, "8 rows");
  assertThrows(
    () => vector.reset({ worlds: new Uint8Array(3) }),
    RangeError,
    "2 worlds",
  );
  assertThrows(() => vector.reset({ seed: -1 }), RangeError, "seed");
  vector.close();
  vector.close();
  assertThrows(() => vector.step(), TypeError, "closed");
  assertThrows(() => vector.hashes(), TypeError, "closed");
});

Deno.test("the policy of the configuration decides where no actions are given", async () => {
  using vector = await openVectorTown(config, { worlds: 1, seed: 2 });
  const simulation = new Simulation(town, { seed: 2 });
  assertEquals(simulation.policy.name, openPolicy("random", town).name);
  for (let tick = 0; tick < 10; tick++) {
    vector.step();
    simulation.step();
  }
  vector.step(new Int32Array(vector.rows));
  simulation.policy = { ...openPolicy("idle", town), releases: true };
  simulation.step();
  const [hash] = vector.hashes();
  // Observing gives out embedding slots, so the hashes of the two differ.
  assertEquals(hash === simulation.hash(), false);
  const observed = new Simulation(town, { seed: 2, observe: "f32" });
  observed.runFor(10);
  observed.policy = { ...openPolicy("idle", town), releases: true };
  observed.step();
  assertEquals(hash, observed.hash());
});
