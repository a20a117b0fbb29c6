import { assertEquals, assertThrows } from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import type { ObservationBatch } from "../../src/observations/batch.ts";
import type { SavedBatch } from "../../src/observations/saved.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { Observer } from "../../src/observations/observer.ts";
import { Simulation, type SimulationOptions } from "../../src/simulation.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import { copyWorld, emptyWorld } from "../../src/world/world.ts";
import { tinyConfig } from "../helpers/tiny_town.ts";

const config = tinyConfig({
  agents: [
    { id: "ann", at: [1, 1], needs: [0.06, 0.5, 0.5] },
    { id: "bob", at: [4, 4], needs: [0.08, 0.5, 0.5] },
    { id: "cy", at: [5, 2], needs: [0.9, 0.9, 0.9] },
  ],
  objects: [{ id: "fridge", type: "fridge", at: [3, 3] }],
  decay: 0.002,
  walk: true,
  config: {
    features: {
      stages: { relationships: "B" },
      systems: { lifecycle: "on" },
    },
    lifecycle: { respawn_delay_ticks: 4 },
    world: { grid_size: [7, 7], agent_capacity: 3 },
  },
});
const town = compileTown(config);

/** Chooses by everything in an observation: any difference changes a life. */
function attentive(): Policy {
  return {
    name: "attentive",
    sees: "observations",
    releases: true,
    act({ rows, count, batch }, { action }) {
      if (batch === null) throw new TypeError("nothing to see");
      for (let i = 0; i < count; i++) action[rows[i]] = choose(batch, rows[i]);
    },
  };
}

function choose(batch: ObservationBatch, agent: number): number {
  const { map, features, actionMask } = batch.row(batch.rowOf[agent]);
  let sum = 0;
  for (const [i, value] of [...map, ...features].entries()) {
    sum = (sum * 31 + Math.round(value * 1e6) + i) % 1_000_003;
  }
  const allowed = [...actionMask.keys()].filter((k) => actionMask[k] === 1);
  return allowed[(sum % allowed.length + allowed.length) % allowed.length];
}

Deno.test("a run that goes on from world and batch is the run that was not interrupted", () => {
  const whole = new Simulation(town, { seed: 5, policy: attentive() });
  let deaths = 0;
  for (let tick = 0; tick < 120; tick++) {
    const world = emptyWorld(town);
    copyWorld(whole.world, world);
    const batch = JSON.parse(JSON.stringify(whole.saveBatch()));
    const resumed = new Simulation(town, {
      world,
      batch,
      policy: attentive(),
    });
    assertEquals(resumed.hash(), whole.hash());
    const { events } = whole.step();
    deaths += events.filter(({ event }) => event === "agent.removed").length;
    resumed.step();
    assertEquals(resumed.hash(), whole.hash(), `tick ${tick + 1}`);
    assertEquals(resumed.saveBatch(), whole.saveBatch());
  }
  assertEquals(deaths >= 2, true);
});

Deno.test("without the batch it would be another one, where somebody has died", () => {
  const whole = new Simulation(town, { seed: 5, policy: attentive() });
  let differs = false;
  for (let tick = 0; tick < 120 && !differs; tick++) {
    const { anyEnds } = whole.turn;
    const world = emptyWorld(town);
    copyWorld(whole.world, world);
    const resumed = new Simulation(town, { world, policy: attentive() });
    whole.step();
    resumed.step();
    differs = anyEnds && resumed.hash() !== whole.hash();
  }
  assertEquals(differs, true);
});

Deno.test("an observer that has seen another run resumes like a new one", () => {
  const whole = new Simulation(town, { seed: 5, policy: attentive() });
  const observer = new Observer(town);
  new Simulation(town, { seed: 6, observe: observer }).runFor(50);
  for (let tick = 0; tick < 60; tick++) {
    const world = emptyWorld(town);
    copyWorld(whole.world, world);
    const resumed = new Simulation(town, {
      world,
      batch: whole.saveBatch(),
      observe: observer,
      policy: attentive(),
    });
    whole.step();
    for (let more = 0; more < tick % 3; more++) {
      resumed.step();
      assertEquals(resumed.saveBatch(), whole.saveBatch(), `tick ${tick + 1}`);
      whole.step();
    }
  }
});

Deno.test("a failed tick right after resuming leaves the resumed batch", () => {
  const first = new Simulation(town, { seed: 5, observe: "u8" });
  first.runFor(3);
  const batch = first.saveBatch();
  const resumed = new Simulation(town, {
    world: first.world,
    observe: "u8",
    batch,
    policy: {
      ...attentive(),
      act() {
        throw new Error("no idea");
      },
    },
  });
  assertThrows(() => resumed.step(), TownletError, "no idea");
  assertEquals(resumed.saveBatch(), batch);
});

Deno.test("maskActions() writes the masks of a resumed batch", () => {
  const first = new Simulation(town, { seed: 5, observe: "f32" });
  const { world } = first;
  const observer = new Observer(town);
  observer.resume(first.saveBatch(), world);
  world.possessed[0] = 1;
  observer.maskActions(world);
  const { actionMask } = observer.batch.row(0);
  assertEquals([...actionMask.keys()].filter((k) => actionMask[k] === 1), [0]);
});

Deno.test("rows of agents are saved with those that nobody has", () => {
  const observe = () => new Observer(town, { rows: "agents" });
  const whole = new Simulation(town, {
    seed: 5,
    observe: observe(),
    policy: attentive(),
  });
  let empty = 0;
  for (let tick = 0; tick < 60; tick++) {
    const world = emptyWorld(town);
    copyWorld(whole.world, world);
    const batch = JSON.parse(JSON.stringify(whole.saveBatch()));
    empty += batch.agent_ids.filter((id: string) => id === "").length;
    const resumed = new Simulation(town, {
      world,
      batch,
      observe: observe(),
      policy: attentive(),
    });
    whole.step();
    resumed.step();
    assertEquals(resumed.hash(), whole.hash(), `tick ${tick + 1}`);
    assertEquals(resumed.saveBatch(), whole.saveBatch());
  }
  assertEquals(empty > 0, true, "nobody was ever away");
});

Deno.test("a batch is refused unless it is the last one of the world", () => {
  const simulation = new Simulation(town, { seed: 5, observe: "u8" });
  const early = simulation.saveBatch();
  simulation.runFor(3);
  const { world } = simulation;
  const batch = simulation.saveBatch() as SavedBatch;
  const faults: readonly (readonly [SimulationOptions, string])[] = [
    [{ observe: "u8", batch: early }, "of tick 0, the world of tick 3"],
    [{ observe: "f32", batch }, "maps are u8, not f32"],
    [
      { observe: "u8", batch: { ...batch, agent_ids: ["a", "bob", "cy"] } },
      "ann is not among them",
    ],
  ];
  for (const [options, message] of faults) {
    assertThrows(
      () => new Simulation(town, { world, ...options }),
      TownletError,
      message,
    );
  }
  assertThrows(
    () => new Simulation(town, { world, batch }),
    RangeError,
    "nobody observes",
  );
});

Deno.test("rows of the roster are not taken for those of agents, nor the other way", () => {
  for (const rows of ["roster", "agents"] as const) {
    const whole = new Simulation(town, {
      seed: 5,
      policy: "idle",
      observe: new Observer(town, { rows }),
    });
    while (whole.world.population[0] === 3) whole.step();
    whole.step();
    const other = rows === "roster" ? "agents" : "roster";
    assertThrows(
      () =>
        new Simulation(town, {
          world: whole.world,
          observe: new Observer(town, { rows: other }),
          batch: whole.saveBatch(),
        }),
      TownletError,
      "another order",
    );
  }
});

Deno.test("an observer is refused by simulations and worlds of another town", () => {
  const other = compileTown(tinyConfig({ agents: 2 }));
  assertThrows(
    () => new Simulation(town, { observe: new Observer(other) }),
    RangeError,
    "another town",
  );
  const { world } = new Simulation(town);
  for (const look of ["observe", "peek"] as const) {
    assertThrows(
      () => new Observer(other)[look](world),
      RangeError,
      "another town",
    );
  }
});

Deno.test("saveBatch() is null where nobody observes", () => {
  assertEquals(new Simulation(town, { seed: 5 }).saveBatch(), null);
});

Deno.test("a batch that is none of the town's is refused", () => {
  const simulation = new Simulation(town, { seed: 5, observe: "f32" });
  const saved = simulation.saveBatch() as SavedBatch;
  const { arrays } = saved;
  const numbers = atob(arrays.features).length / 4;
  const nan = btoa("\0\0\xc0\x7f".repeat(numbers));
  const faults: readonly (readonly [unknown, string])[] = [
    [null, "no object"],
    [{ ...saved, spec_hash: "0" }, "look different"],
    [{ ...saved, map_format: "i8" }, "format i8"],
    [{ ...saved, tick: -1 }, "no such tick"],
    [{ ...saved, agent_ids: "ann" }, "no list"],
    [{ ...saved, agent_ids: ["a", "b", "c", "d"] }, "no list"],
    [{ ...saved, agent_ids: ["a"] }, "bytes"],
    [{ ...saved, arrays: { ...arrays, map: "" } }, "map has 0 bytes"],
    [
      { ...saved, arrays: { ...arrays, agents: btoa("\0".repeat(12)) } },
      "twice",
    ],
    [{ ...saved, arrays: { ...arrays, features: nan } }, "no numbers"],
    [{ ...saved, arrays: null }, "no object"],
  ];
  for (const [batch, message] of faults) {
    assertThrows(
      () => new Simulation(town, { seed: 5, observe: "f32", batch }),
      TownletError,
      message,
    );
  }
});
