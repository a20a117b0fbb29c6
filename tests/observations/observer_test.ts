import { assert, assertEquals, assertThrows } from "@std/assert";
import { bytesFor } from "../../src/base/columns.ts";
import type { Command } from "../../src/config/commands.ts";
import {
  batchArrays,
  batchCatalogue,
  type ObservationBatch,
} from "../../src/observations/batch.ts";
import { Observer } from "../../src/observations/observer.ts";
import { SUMMARY } from "../../src/observations/spec.ts";
import { observationTables } from "../../src/observations/tables.ts";
import { idlePolicy } from "../../src/policy/baselines.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { Simulation, type SimulationOptions } from "../../src/simulation.ts";
import { actionMask } from "../../src/world/choices.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import { requestReset, slotMetrics } from "../../src/world/slots.ts";
import { ACTION, type Town } from "../../src/world/town.ts";
import { ENDS } from "../../src/world/turn.ts";
import type { World } from "../../src/world/world.ts";
import {
  agentOf,
  setFeeling,
  type Tiny,
  tinyConfig,
  type TinyOptions,
} from "../helpers/tiny_town.ts";

const VARIANTS = ["hybrid", "full", "compact"] as const;

/** A town that observes itself, where all stand still. */
function watched(
  options: TinyOptions = {},
  { observe = "f32", policy = "idle" }: SimulationOptions = {},
): Simulation {
  return new Simulation(compileTown(tinyConfig(options)), { observe, policy });
}

/** What everybody observed last. */
function batchOf({ batch }: Simulation): ObservationBatch {
  if (batch === null) throw new RangeError("nobody observes");
  return batch;
}

/** The ids of a batch's rows, in order. */
function idsOf(batch: ObservationBatch): string[] {
  return Array.from({ length: batch.count }, (_, i) => batch.row(i).agentId);
}

/** A feature of every row. */
function column(observer: Observer, batch: ObservationBatch, name: string) {
  const at = observer.spec.featureNames.indexOf(name);
  assert(at >= 0, name);
  return Array.from(
    { length: batch.count },
    (_, i) => batch.row(i).features[at],
  );
}

/** The order to end a life. */
function kill(agent: string): Command {
  return { name: "kill", args: { agent, reason: null } };
}

/** A town of so many, spread over a grid with room for them. */
function crowdOf(agents: number, variant: typeof VARIANTS[number]): Town {
  const side = Math.max(9, Math.ceil(Math.sqrt(agents * 18)));
  const area = [0, 0, side - 1, side - 1];
  return compileTown(tinyConfig({
    agents: [],
    config: {
      features: {
        stages: { relationships: "B" },
        systems: { observations: variant },
      },
      world: {
        grid_size: [side, side],
        agent_capacity: Math.max(1, agents),
        districts: {
          town: {
            area,
            objects: { bed: 3, stove: 2 },
            residents: { any: agents },
          },
        },
      },
    },
  }));
}

/** Others within `sight` of an agent, counted one by one. */
function othersAround({ town, world }: Tiny, agent: number): number {
  const { x, y, roster, population } = world;
  let others = -1;
  for (const other of roster.subarray(0, population[0])) {
    const dx = Math.abs(x[other] - x[agent]);
    if (Math.max(dx, Math.abs(y[other] - y[agent])) <= town.sight) others++;
  }
  return others;
}

for (const variant of VARIANTS) {
  Deno.test(`observe() of ${variant} gives a row for each of 0 to 4,096 residents`, () => {
    for (const agents of [0, 1, 8, 32, 128, 4096]) {
      const town = crowdOf(agents, variant);
      const sim = new Simulation(town, { observe: "f32", policy: "random" });
      for (let tick = 0; tick < 3; tick++) {
        if (tick > 0) sim.step();
        const { world } = sim;
        const batch = batchOf(sim);
        assertEquals([batch.tick, batch.count], [tick, agents]);
        assertEquals(
          batch.agents.subarray(0, agents),
          new Int32Array(world.roster.subarray(0, agents)),
        );
        const { map, features, summary, slots } = batch;
        assert(features.every(Number.isFinite) && map.every(Number.isFinite));
        const cells = (2 * town.sight + 1) ** 2;
        // Of a crowd, some will do.
        for (let row = 0; row < agents; row += Math.ceil(agents / 100)) {
          const agent = batch.agents[row];
          assertEquals(batch.rowOf[agent], row);
          assertEquals(slots[row], world.embeddingSlot[agent]);
          const self = batch.row(row).map.subarray(0, cells);
          assertEquals(self.indexOf(1), (cells - 1) / 2);
          assertEquals(self.lastIndexOf(1), (cells - 1) / 2);
          assertEquals(summary[SUMMARY.length * row], othersAround(sim, agent));
        }
      }
    }
  });
}

Deno.test("observe() of a town whose last resident is gone for good has no rows", () => {
  for (const variant of VARIANTS) {
    const sim = watched({
      config: {
        features: { systems: { lifecycle: "off", observations: variant } },
      },
    });
    sim.command(kill("a"));
    sim.step();
    // The last tick of a life is still observed.
    assertEquals(idsOf(batchOf(sim)), ["a"]);
    for (let tick = 0; tick < 3; tick++) {
      sim.step();
      const batch = batchOf(sim);
      assertEquals([batch.count, idsOf(batch)], [0, []]);
      assertEquals(batch.rowOf.every((row) => row === -1), true);
      assertThrows(() => batch.row(0), RangeError);
    }
  }
});

Deno.test("observe() by agent has a row for everybody there is room for", () => {
  const config = {
    world: { agent_capacity: 3 },
    lifecycle: { respawn_delay_ticks: 3 },
  };
  const town = compileTown(tinyConfig({ agents: 2, config }));
  const observer = new Observer(town, { rows: "agents" });
  const sim = new Simulation(town, { observe: observer, policy: "idle" });
  assertEquals(idsOf(batchOf(sim)), ["a", "b", ""]);
  sim.command(kill("a"));
  for (const first of ["a", "", "", "a#1"]) {
    sim.step();
    const batch = batchOf(sim);
    assertEquals(idsOf(batch), [first, "b", ""]);
    for (const row of first === "" ? [0, 2] : [2]) {
      assertEquals(batch.agents[row], -1);
      assertEquals(batch.slots[row], 0);
      assert(
        batch.summary.subarray(9 * row, 9 * row + 9).every((n) => n === 0),
      );
      const { map, features, actionMask } = batch.row(row);
      assert(map.every((n) => n === 0) && features.every((n) => n === 0));
      assertEquals(actionMask.indexOf(1), ACTION.wait);
      assertEquals(actionMask.lastIndexOf(1), ACTION.wait);
    }
  }
});

Deno.test("observe() of more residents than slots lets the others share", () => {
  for (const variant of VARIANTS) {
    const town = compileTown(tinyConfig({
      agents: 40,
      decay: 0.01,
      config: {
        features: { systems: { observations: variant } },
        embedding_allocator: { max_slots: 8, cooldown_ticks: 50 },
      },
    }));
    const observer = new Observer(town);
    const sim = new Simulation(town, { observe: observer, policy: "idle" });
    assertEquals(slotMetrics(town, sim.world).overflow_count, 32);
    assertEquals(new Set(batchOf(sim).slots.subarray(0, 40)).size, 8);
    for (let tick = 0; tick < 120; tick++) {
      sim.step();
      const batch = batchOf(sim);
      const told = column(observer, batch, "embedding_slot_norm");
      for (const [row, share] of told.entries()) {
        assert(batch.slots[row] < 8);
        assertEquals(share, batch.slots[row] / 8);
      }
    }
    // All starved and came back meanwhile.
    assertEquals(
      sim.world.records.lineages.every(({ lives }) => lives > 1),
      true,
    );
    assert(slotMetrics(town, sim.world).forced_reuse_count > 0);
  }
});

/** Whose context is new, by the ticks of a run. */
function resetsIn(
  options: TinyOptions,
  ticks: number,
  before: (sim: Simulation, tick: number) => void,
): string[] {
  const town = compileTown(tinyConfig(options));
  const observer = new Observer(town);
  const sim = new Simulation(town, { observe: observer, policy: "idle" });
  const resets: string[] = [];
  for (let tick = 0; tick <= ticks; tick++) {
    if (tick > 0) {
      before(sim, tick);
      sim.step();
    }
    const batch = batchOf(sim);
    for (
      const [row, flag] of column(observer, batch, "ctx_reset_flag").entries()
    ) {
      if (flag !== 0) resets.push(`${tick} ${batch.row(row).agentId} ${flag}`);
    }
  }
  return resets;
}

/** Commands before ticks. */
function at(commands: Readonly<Record<number, Command>>) {
  return (sim: Simulation, tick: number) => {
    if (tick in commands) sim.command(commands[tick]);
  };
}

Deno.test("residents of the first day begin in a context they know", () => {
  assertEquals(resetsIn({ agents: 3 }, 3, () => {}), []);
});

Deno.test("a context is new in the last tick of a life, and after a respawn", () => {
  const config = { lifecycle: { respawn_delay_ticks: 2 } };
  assertEquals(resetsIn({ agents: 2, config }, 6, at({ 2: kill("a") })), [
    "2 a 1",
    "4 a#1 1",
  ]);
});

Deno.test("a context is new after the commands spawn and teleport", () => {
  const commands: Readonly<Record<number, Command>> = {
    1: {
      name: "spawn",
      args: {
        agent: "new",
        pos: [4, 4],
        home: null,
        needs: { hunger: 1, hygiene: 1, energy: 1 },
        wallet: 0,
        profile: "balanced",
        job: null,
      },
    },
    3: { name: "teleport", args: { agent: "a", pos: [7, 7] } },
    // Being put where one is, is being put there.
    4: { name: "teleport", args: { agent: "a", pos: [7, 7] } },
    // What is refused changes nothing.
    5: { name: "teleport", args: { agent: "a", pos: [4, 4] } },
  };
  assertEquals(resetsIn({ agents: 2 }, 6, at(commands)), [
    "1 new 1",
    "3 a 1",
    "4 a 1",
  ]);
});

Deno.test("a context is new where a meeting puts residents, not where they walk there", () => {
  const meeting = {
    perturbations: {
      events: { meet: { kind: "arranged_meet", location: "cafe" } },
    },
  };
  const objects = [{ id: "cafe", type: "cafe", at: [6, 6] as const }];
  const agents = [{ id: "a" }, { id: "b" }, { id: "c" }];
  const meet: Command = {
    name: "arrange_meet",
    args: {
      spec: "meet",
      starts_in: 0,
      duration: 5,
      location: null,
      agents: ["a", "c"],
    },
  };
  const run = (walk: boolean) => {
    const places: number[][] = [];
    const options = { agents, objects, walk, config: meeting };
    const resets = resetsIn(options, 4, (sim, tick) => {
      const { x, destinationX } = sim.world;
      places.push([x[0], destinationX[0]]);
      at({ 2: meet })(sim, tick);
    });
    return { resets, places };
  };
  const jumping = run(false);
  assertEquals(jumping.resets, ["2 a 1", "2 c 1"]);
  assertEquals(jumping.places, [[0, -1], [0, -1], [6, -1], [6, -1]]);
  const walking = run(true);
  assertEquals(walking.resets, []);
  assertEquals(walking.places, [[0, -1], [0, -1], [0, 6], [1, 6]]);
});

Deno.test("a context is new once after requestReset(), however often it is asked", () => {
  const resets = resetsIn({ agents: 2 }, 5, ({ world }, tick) => {
    if (tick === 2) {
      for (const id of ["b", "b", "ghost"]) requestReset(world, id);
    }
    if (tick === 4) requestReset(world, "a");
  });
  assertEquals(resets, ["2 b 1", "4 a 1"]);
});

Deno.test("peek() shows the requests that observe() will tell of, and keeps them", () => {
  const { town, world } = watched({ agents: 2 });
  const observer = new Observer(town);
  requestReset(world, "b");
  const flags = (batch: ObservationBatch) =>
    column(observer, batch, "ctx_reset_flag");
  assertEquals(flags(observer.peek(world)), [0, 1]);
  assertEquals(flags(observer.peek(world)), [0, 1]);
  assertEquals(flags(observer.observe(world)), [0, 1]);
  assertEquals(flags(observer.observe(world)), [0, 0]);
});

Deno.test("row() gives views of the batch", () => {
  const sim = watched({ agents: 3 });
  const batch = batchOf(sim);
  const observer = new Observer(sim.town);
  const mapSize = observer.spec.mapShape.reduce((a, b) => a * b);
  const featureCount = observer.spec.featureNames.length;
  const actions = sim.town.actions.length;
  for (let i = 0; i < 3; i++) {
    const row = batch.row(i);
    assertEquals(row.agentId, ["a", "b", "c"][i]);
    const views = [
      [row.map, batch.map, mapSize],
      [row.features, batch.features, featureCount],
      [row.actionMask, batch.actionMask, actions],
    ] as const;
    for (const [view, whole, size] of views) {
      assertEquals(view.length, size);
      assertEquals(view.buffer, whole.buffer);
      view[0] = 7;
      assertEquals(whole[i * size], 7);
      assertEquals(
        view.byteOffset - whole.byteOffset,
        i * size * whole.BYTES_PER_ELEMENT,
      );
    }
  }
});

Deno.test("row() refuses rows that are not there", () => {
  const batch = batchOf(watched({ agents: 2 }));
  for (const i of [-1, 2, 0.5, NaN, Infinity]) {
    assertThrows(
      () => batch.row(i),
      RangeError,
      `there is no row ${i}, only 2`,
    );
  }
});

Deno.test("rowOf finds the row of an agent, also when others have gone", () => {
  const sim = watched({
    agents: 4,
    config: { features: { systems: { lifecycle: "off" } } },
  });
  const [a, b, c, d] = ["a", "b", "c", "d"].map((id) => agentOf(sim, id));
  const rows = () => [a, b, c, d].map((agent) => batchOf(sim).rowOf[agent]);
  assertEquals(rows(), [0, 1, 2, 3]);
  sim.command(kill("b"));
  sim.step();
  // Who died in this tick is still observed in it.
  assertEquals(rows(), [0, 1, 2, 3]);
  sim.step();
  assertEquals(rows(), [0, -1, 1, 2]);
  assertEquals(idsOf(batchOf(sim)), ["a", "c", "d"]);
});

Deno.test("maskActions() lets the dead only wait, and nobody chat with them", () => {
  const sim = watched({
    agents: 3,
    config: {
      features: {
        stages: { relationships: "B" },
        systems: { lifecycle: "off" },
      },
    },
  });
  setFeeling(sim, "b", "a", { trust: 1 });
  sim.step();
  const maskOf = (row: number) => batchOf(sim).row(row).actionMask;
  assertEquals(maskOf(1)[ACTION.chat], 1);
  assertEquals(maskOf(2)[ACTION.chat], 0);
  sim.command(kill("a"));
  sim.step();
  assertEquals(idsOf(batchOf(sim)), ["a", "b", "c"]);
  assertEquals(maskOf(0).indexOf(1), ACTION.wait);
  assertEquals(maskOf(0).lastIndexOf(1), ACTION.wait);
  assertEquals(maskOf(1)[ACTION.chat], 0);
  assertEquals(maskOf(1)[ACTION.moveEast], 1);
  for (const row of [1, 2]) {
    const { town, world } = sim;
    const mask = new Uint8Array(town.actions.length);
    actionMask(town, world, batchOf(sim).agents[row], mask);
    assertEquals(maskOf(row), mask);
  }
});

Deno.test("a batch lasts until the build after the next", () => {
  const { town, world } = watched({ agents: 2 });
  const observer = new Observer(town);
  const first = observer.observe(world);
  const features = first.features.slice();
  world.need.fill(0.125);
  world.tick[0] = 1;
  const second = observer.observe(world);
  assertEquals([first.tick, second.tick], [0, 1]);
  assertEquals(first.features, features);
  assert(observer.batch === second && first !== second);
  assert(observer.observe(world) === first);
  assert(observer.observe(world) === second);
});

/** What holds the numbers of a batch. */
function arraysOf(batch: ObservationBatch): readonly unknown[] {
  const { agents, rowOf, map, features, actionMask, summary, slots } = batch;
  return [agents, rowOf, map, features, actionMask, summary, slots];
}

Deno.test("observe() and peek() write into the same arrays for ever", () => {
  const sim = watched({ agents: 5, decay: 0.02 }, { policy: "random" });
  const { town, world, turn } = sim;
  const observer = new Observer(town);
  const batches = [observer.observe(world), observer.observe(world)];
  const peeked = observer.peek(world);
  assert(!batches.includes(peeked));
  const arrays = [...batches, peeked].map(arraysOf);
  assertEquals(new Set(arrays.flat()).size, 3 * arrays[0].length);
  for (let tick = 0; tick < 120; tick++) {
    sim.step();
    const batch = observer.observe(world, turn);
    assert(batch === batches[tick % 2]);
    assert(observer.peek(world) === peeked);
    for (const [i, one] of [...batches, peeked].entries()) {
      for (const [k, array] of arraysOf(one).entries()) {
        assert(array === arrays[i][k], `tick ${tick}`);
      }
    }
  }
});

Deno.test("observe() takes no memory beside its batches", () => {
  for (const variant of VARIANTS) {
    const town = crowdOf(512, variant);
    const sim = new Simulation(town, { observe: "f32", policy: "random" });
    sim.runFor(20);
    const { world, turn } = sim;
    const observer = new Observer(town);
    observer.observe(world);
    observer.observe(world);
    const before = Deno.memoryUsage().external;
    let most = before;
    for (let build = 0; build < 200; build++) {
      observer.observe(world, turn);
      most = Math.max(most, Deno.memoryUsage().external);
    }
    // An array with but a number for each resident would show in all of them.
    assert(most - before < 512 * 4, `${most - before} bytes`);
  }
});

Deno.test("an observer writes into arrays it is given, by the tables of its town", () => {
  const sim = watched({ agents: 3, config: { world: { agent_capacity: 3 } } });
  const { town, world } = sim;
  const tables = observationTables(town);
  const catalogue = batchCatalogue(tables.spec, town.actions.length, 3, "u8");
  const open = () =>
    batchArrays(catalogue, new ArrayBuffer(bytesFor(catalogue)));
  const arrays = [open(), open()] as const;
  const observer = new Observer(town, { mapFormat: "u8", arrays });
  assert(observer.spec === tables.spec);
  const plain = new Observer(town, { mapFormat: "u8" });
  for (let build = 0; build < 4; build++) {
    const batch = observer.observe(world);
    assert(arrays.some(({ features }) => features === batch.features));
    const { map, features } = plain.observe(world);
    assertEquals([batch.map, batch.features], [map, features]);
  }
});

Deno.test("a simulation observes only where somebody looks", () => {
  const town = compileTown(tinyConfig({ agents: 2 }));
  const blind = new Simulation(town, { policy: "idle" });
  blind.runFor(2);
  assertEquals(blind.batch, null);

  const seen: (number | undefined)[] = [];
  const watcher: Policy = {
    ...idlePolicy(),
    name: "watcher",
    sees: "observations",
    act({ batch, rows, count }, { action }) {
      seen.push(batch?.tick);
      for (const agent of rows.subarray(0, count)) action[agent] = ACTION.wait;
    },
  };
  const sim = new Simulation(town, { policy: watcher });
  sim.runFor(3);
  assertEquals(seen, [0, 1, 2]);
  // A simulation that was opened blind looks as soon as its policy does.
  blind.policy = watcher;
  blind.runFor(2);
  assertEquals(seen, [0, 1, 2, 2, 3]);
  assertEquals(blind.batch?.tick, 4);
});

Deno.test("a step that fails leaves nothing of a look that began in it", () => {
  const sim = watched({ agents: 1 });
  const blind = new Simulation(sim.town, { policy: "idle" });
  requestReset(blind.world, "a");
  const before = blind.hash();
  blind.policy = {
    ...idlePolicy(),
    sees: "observations",
    act() {
      throw new Error("blinded");
    },
  };
  assertThrows(() => blind.step(), Error, "blinded");
  assertEquals(blind.batch, null);
  assertEquals(blind.hash(), before);
});

Deno.test("observe() tells the end of a life by the turn alone", () => {
  const { town, world, turn } = watched({ agents: 2 });
  const observer = new Observer(town);
  const flags = (ended: World) =>
    column(observer, observer.observe(ended, turn), "ctx_reset_flag");
  turn.ends[1] = ENDS.killed;
  // Without the mark that anybody ends, ends are those of an earlier tick.
  turn.anyEnds = false;
  assertEquals(flags(world), [0, 0]);
  turn.anyEnds = true;
  assertEquals(flags(world), [0, 1]);
  assertEquals([...world.embeddingSlot.subarray(0, 2)], [0, -1]);
});
