import { assert, assertEquals, assertThrows } from "@std/assert";
import { EXIT, TownletError } from "../../src/base/error.ts";
import { blake2sWord, sha256Hex } from "../../src/base/hash.ts";
import { Observer } from "../../src/observations/observer.ts";
import { Simulation } from "../../src/simulation.ts";
import { writeColumns } from "../../src/snapshots/columns.ts";
import {
  decodeSnapshot,
  encodeSnapshot,
} from "../../src/snapshots/snapshot.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import {
  allocateSlot,
  rebuildSlots,
  releaseSlot,
  requestReset,
  slotMetrics,
  slotTable,
} from "../../src/world/slots.ts";
import type { Town } from "../../src/world/town.ts";
import { hashWorld, SLOT_TOTAL, type World } from "../../src/world/world.ts";
import {
  agentOf,
  collect,
  named,
  type Tiny,
  tinyConfig,
  type TinyOptions,
  tinyTown,
} from "../helpers/tiny_town.ts";

/** A town with so many slots, that rest for so long. */
function slotTown(
  agents: TinyOptions["agents"],
  max_slots: number,
  cooldown_ticks: number,
  reuse_warning_threshold: number = 0.05,
): Simulation {
  return tinyTown({
    agents,
    config: {
      embedding_allocator: {
        max_slots,
        cooldown_ticks,
        reuse_warning_threshold,
      },
    },
  });
}

/** Gives slots to some at a tick; tells which. */
function give(tiny: Tiny, tick: number, ...ids: readonly string[]): number[] {
  tiny.world.tick[0] = tick;
  return ids.map((id) =>
    allocateSlot(tiny.town, tiny.world, agentOf(tiny, id))
  );
}

/** Takes slots back at a tick. */
function take(tiny: Tiny, tick: number, ...ids: readonly string[]): void {
  tiny.world.tick[0] = tick;
  for (const id of ids) releaseSlot(tiny.world, agentOf(tiny, id));
}

/** Slots given, given too early, shared. */
function totalsOf({ town, world }: Tiny): number[] {
  const metrics = slotMetrics(town, world);
  return [
    metrics.allocations_total,
    metrics.forced_reuse_count,
    metrics.overflow_count,
  ];
}

Deno.test("allocateSlot() gives the lowest slots first, and to everybody once", () => {
  const tiny = slotTown(3, 8, 10);
  assertEquals(give(tiny, 0, "b", "a"), [0, 1]);
  assertEquals(give(tiny, 4, "b", "c", "a"), [0, 2, 1]);
  assertEquals(totalsOf(tiny), [3, 0, 0]);
});

Deno.test("allocateSlot() prefers slots nobody ever had to rested ones", () => {
  const tiny = slotTown(4, 4, 10);
  give(tiny, 0, "a", "b");
  take(tiny, 1, "a");
  assertEquals(give(tiny, 1000, "c", "a"), [2, 3]);
  assertEquals(give(tiny, 1000, "d"), [0]);
  assertEquals(totalsOf(tiny), [5, 0, 0]);
});

Deno.test("allocateSlot() gives the slot back longest, of equal ones the lowest", () => {
  const tiny = slotTown(4, 4, 10);
  give(tiny, 0, "a", "b", "c", "d");
  take(tiny, 5, "d", "c");
  take(tiny, 3, "b");
  take(tiny, 7, "a");
  assertEquals(give(tiny, 100, "a", "b", "c", "d"), [1, 2, 3, 0]);
  assertEquals(totalsOf(tiny), [8, 0, 0]);
});

Deno.test("allocateSlot() lets a slot rest for the cooldown, not a tick more", () => {
  for (
    const [rest, tick, forced] of [
      [10, 14, 1],
      [10, 15, 0],
      [0, 5, 0],
    ]
  ) {
    const tiny = slotTown(2, 1, rest);
    give(tiny, 0, "a");
    take(tiny, 5, "a");
    assertEquals(give(tiny, tick, "b"), [0]);
    assertEquals(totalsOf(tiny), [2, forced, 0], `rest ${rest}, tick ${tick}`);
  }
});

Deno.test("allocateSlot() that must take a tired slot takes the least tired", () => {
  const tiny = slotTown(3, 3, 100);
  give(tiny, 0, "a", "b", "c");
  take(tiny, 8, "a");
  take(tiny, 6, "c");
  take(tiny, 7, "b");
  assertEquals(give(tiny, 10, "b", "a", "c"), [2, 1, 0]);
  assertEquals(totalsOf(tiny), [6, 3, 0]);
});

Deno.test("releaseSlot() at tick 0 is as good as at any other tick", () => {
  for (const [tick, forced] of [[0, 1], [9, 1], [10, 0]]) {
    const tiny = slotTown(2, 1, 10);
    give(tiny, 0, "a");
    take(tiny, 0, "a");
    assertEquals(tiny.world.slotReleased[0], 0);
    assertEquals(give(tiny, tick, "b"), [0]);
    assertEquals(totalsOf(tiny), [2, forced, 0], `tick ${tick}`);
  }
});

Deno.test("releaseSlot() of who has none changes nothing", () => {
  const tiny = slotTown(2, 2, 10);
  give(tiny, 0, "a");
  const before = hashWorld(tiny.world);
  releaseSlot(tiny.world, agentOf(tiny, "b"));
  assertEquals(hashWorld(tiny.world), before);
  assertEquals([...tiny.world.slotGiven], [1, 0]);
});

Deno.test("allocateSlot() shares slots when none is free, by the id alone", () => {
  const ids = ["a", "b", "c", "d", "e"];
  const tiny = slotTown(5, 3, 10);
  const slots = give(tiny, 0, ...ids);
  const shared = ids.slice(3).map((id) => blake2sWord(id) % 3);
  assertEquals(slots, [0, 1, 2, ...shared]);
  assertEquals([...tiny.world.slotShared.subarray(0, 5)], [0, 0, 0, 1, 1]);
  assertEquals(totalsOf(tiny), [5, 0, 2]);
  // Asked again, they keep what they have, and nobody counts.
  assertEquals(give(tiny, 9, ...ids), slots);
  assertEquals(totalsOf(tiny), [5, 0, 2]);
});

Deno.test("releaseSlot() of who shares leaves the slot to its owner, unstamped", () => {
  const tiny = slotTown(2, 1, 10);
  give(tiny, 0, "a", "b");
  take(tiny, 5, "b");
  const { embeddingSlot, slotShared, slotGiven, slotReleased } = tiny.world;
  assertEquals([...embeddingSlot.subarray(0, 2)], [0, -1]);
  assertEquals(slotShared[1], 0);
  assertEquals([slotGiven[0], slotReleased[0]], [1, -1]);
  // Still nothing is free: it would share once more.
  assertEquals(give(tiny, 6, "b"), [0]);
  assertEquals(totalsOf(tiny), [3, 0, 2]);
});

Deno.test("who shares a slot keeps it for life, whoever else comes and goes", () => {
  const tiny = slotTown(3, 2, 10);
  give(tiny, 0, "a", "b", "c");
  const shared = blake2sWord("c") % 2;
  const owner = ["a", "b"][shared];
  take(tiny, 5, owner);
  assertEquals(tiny.world.slotGiven[shared], 0);
  assertEquals(give(tiny, 50, "c"), [shared]);
  assertEquals(tiny.world.slotShared[agentOf(tiny, "c")], 1);
  // The slot its owner left is free for a newcomer, and given in earnest.
  assertEquals(give(tiny, 50, owner), [shared]);
  assertEquals(tiny.world.slotShared[agentOf(tiny, owner)], 0);
  assertEquals(totalsOf(tiny), [4, 0, 1]);
});

Deno.test("slotMetrics() warns when too many slots are given too early", () => {
  for (
    const [threshold, rate, warns] of [
      [0.5, 0.5, false],
      [0.49, 0.5, true],
      [0, 0.5, false],
    ] as const
  ) {
    const tiny = slotTown(2, 1, 10, threshold);
    give(tiny, 0, "a");
    take(tiny, 1, "a");
    give(tiny, 2, "b");
    assertEquals(slotMetrics(tiny.town, tiny.world), {
      allocations_total: 2,
      forced_reuse_count: 1,
      forced_reuse_rate: rate,
      overflow_count: 0,
      reuse_warning: warns,
    }, `threshold ${threshold}`);
  }
});

Deno.test("slotMetrics() of a town nobody looked at is all 0", () => {
  const { town, world } = slotTown(2, 1, 10);
  assertEquals(slotMetrics(town, world), {
    allocations_total: 0,
    forced_reuse_count: 0,
    forced_reuse_rate: 0,
    overflow_count: 0,
    reuse_warning: false,
  });
});

Deno.test("slotTable() tells who has which slot, ids by code point", () => {
  const agents = ["a", "b10", "b9", "Z", "_"].map((id) => ({ id }));
  const tiny = slotTown(agents, 4, 10);
  give(tiny, 3, "b9", "b10", "a", "_", "Z");
  take(tiny, 6, "a");
  take(tiny, 0, "b9");
  const shared = blake2sWord("Z") % 4;
  const table = slotTable(tiny.town, tiny.world);
  assertEquals(table, {
    assignments: { Z: shared, _: 3, b10: 1 },
    available: [0, 2],
    slot_state: { 0: 0, 2: 6 },
    metrics: slotMetrics(tiny.town, tiny.world),
  });
  assertEquals(Object.keys(table.assignments), ["Z", "_", "b10"]);
});

Deno.test("rebuildSlots() finds what allocating and releasing left", () => {
  const tiny = slotTown(6, 4, 2);
  const { town, world } = tiny;
  const ids = ["a", "b", "c", "d", "e", "f"];
  for (let tick = 0; tick < 90; tick++) {
    const id = ids[(tick * tick + Math.floor(tick / 7)) % ids.length];
    const had = world.embeddingSlot[agentOf(tiny, id)] >= 0;
    if (had) take(tiny, tick, id);
    else give(tiny, tick, id);
    const given = [...world.slotGiven];
    const touched = world.slotsTouched[0];
    world.slotGiven.fill(7);
    world.slotsTouched[0] = 99;
    rebuildSlots(world);
    assertEquals([...world.slotGiven], given, `tick ${tick}`);
    assertEquals(world.slotsTouched[0], touched, `tick ${tick}`);
  }
  const metrics = slotMetrics(town, world);
  assert(metrics.overflow_count > 0 && metrics.forced_reuse_count > 0);
});

Deno.test("rebuildSlots() knows slots that were given back at tick 0", () => {
  const tiny = slotTown(2, 4, 10);
  give(tiny, 0, "a");
  take(tiny, 0, "a");
  rebuildSlots(tiny.world);
  assertEquals(give(tiny, 0, "b"), [1]);
});

Deno.test("requestReset() asks for the agent of the id, and for nobody else", () => {
  const { world } = slotTown(2, 2, 10);
  requestReset(world, "b");
  requestReset(world, "ghost");
  assertEquals([...world.contextReset.subarray(0, 3)], [0, 1, 0]);
});

/** Residents who starve again and again, watched by somebody. */
function starvingTown(): Town {
  return compileTown(tinyConfig({
    agents: 6,
    decay: 0.02,
    config: {
      lifecycle: { respawn_delay_ticks: 3 },
      embedding_allocator: { max_slots: 5, cooldown_ticks: 40 },
    },
  }));
}

Deno.test("a death gives the slot back, and the newcomer gets another", () => {
  const town = compileTown(tinyConfig({
    agents: [{ id: "a", needs: [0, 1, 1] }, { id: "b", needs: [1, 1, 1] }],
    config: { lifecycle: { respawn_delay_ticks: 1 } },
  }));
  const sim = new Simulation(town, { policy: "idle", observe: "f32" });
  const { world } = sim;
  assertEquals(named(collect(sim, 1), "agent.removed").length, 1);
  assertEquals([world.slotGiven[0], world.slotReleased[0]], [0, 1]);
  // The batch of the tick still has the one who died, with its slot.
  assertEquals(sim.batch?.row(0).agentId, "a");
  assertEquals([...sim.batch?.slots.subarray(0, 2) ?? []], [0, 1]);
  assertEquals(named(collect(sim, 1), "agent.respawned").length, 1);
  assertEquals(slotTable(town, world).assignments, { "a#1": 2, b: 1 });
  assertEquals(world.slotReleased[0], 1);
});

Deno.test("a death gives the slot back where nobody watches it", () => {
  const sim = slotTown([{ id: "a", needs: [0, 1, 1] }], 4, 10);
  new Observer(sim.town).observe(sim.world);
  collect(sim, 1);
  assertEquals(slotTable(sim.town, sim.world).slot_state, { 0: 1 });
  assertEquals(sim.world.slotGiven[0], 0);
});

Deno.test("who dies makes room for a newcomer of the same tick", () => {
  const town = compileTown(tinyConfig({
    config: { embedding_allocator: { max_slots: 1, cooldown_ticks: 10 } },
  }));
  const sim = new Simulation(town, { policy: "idle", observe: "f32" });
  sim.command({
    name: "spawn",
    args: {
      agent: "b",
      pos: [4, 4],
      home: null,
      needs: { hunger: 1, hygiene: 1, energy: 1 },
      wallet: 0,
      profile: "balanced",
      job: null,
    },
  });
  sim.command({ name: "kill", args: { agent: "a", reason: null } });
  sim.step();
  assertEquals([...sim.batch?.slots.subarray(0, 2) ?? []], [0, 0]);
  assertEquals(slotTable(town, sim.world).assignments, { b: 0 });
  assertEquals(sim.world.slotShared[agentOf(sim, "b")], 0);
  assertEquals(totalsOf(sim), [2, 1, 0]);
});

Deno.test("slots are saved and loaded, and their future is the same", () => {
  const town = starvingTown();
  const run = new Simulation(town, { policy: "idle", observe: "f32" });
  run.runFor(80);
  const text = encodeSnapshot(town, run.world, { app: "test" });
  const { world } = decodeSnapshot(text, town, { where: "memory" });
  assertEquals(slotTable(town, world), slotTable(town, run.world));
  assert(world.slotShared.includes(1), "nobody shares when it is saved");
  const copy = new Simulation(town, { policy: "idle", observe: "f32", world });
  assertEquals(copy.hash(), run.hash());
  for (let tick = 81; tick <= 240; tick++) {
    run.step();
    copy.step();
    const when = `tick ${tick}`;
    assertEquals(copy.hash(), run.hash(), when);
    assertEquals(copy.batch?.slots, run.batch?.slots, when);
    assertEquals(copy.batch?.features, run.batch?.features, when);
    assertEquals(slotTable(town, world), slotTable(town, run.world), when);
  }
  // Of a future in which nothing happens to slots this would say little.
  const [given, forced, shared] = totalsOf(run);
  assert(given > 20 && forced > 0 && shared > 1, `${totalsOf(run)}`);
});

Deno.test("a world that was never watched is saved without slots", () => {
  const town = starvingTown();
  const run = new Simulation(town, { policy: "idle" });
  run.runFor(80);
  const text = encodeSnapshot(town, run.world, { app: "test" });
  const { world } = decodeSnapshot(text, town, { where: "memory" });
  assertEquals(totalsOf({ town, world, turn: run.turn }), [0, 0, 0]);
  assertEquals(new Set(world.embeddingSlot), new Set([-1]));
  const batch = new Observer(town).observe(world);
  assertEquals([...batch.slots.subarray(0, 5)], [0, 1, 2, 3, 4]);
});

/** The text of a snapshot, with the columns of a world that cannot be. */
function forge(text: string, town: Town, world: World): string {
  const [header, state] = text.trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );
  state.world.columns = writeColumns(town, world);
  const line = JSON.stringify(state);
  header.state_bytes = line.length;
  header.state_sha256 = sha256Hex(line);
  header.world_hash = hashWorld(world);
  return `${JSON.stringify(header)}\n${line}\n`;
}

/** Slots that cannot be: what is wrong, and how it comes about. */
const FORGED: readonly (readonly [
  what: string,
  code: string,
  change: (world: World) => void,
])[] = [
  ["one slot given twice", "references", (w) => w.embeddingSlot[1] = 0],
  ["a slot above the last", "range", (w) => w.embeddingSlot[1] = 4],
  ["a slot below none", "range", (w) => w.embeddingSlot[1] = -2],
  ["a release before never", "range", (w) => w.slotReleased[3] = -1.5],
  ["a total below 0", "range", (w) => w.slotTotals[SLOT_TOTAL.forced] = -1],
  ["a share of no slot", "references", (w) => {
    w.slotShared[1] = 1;
    w.embeddingSlot[1] = -1;
  }],
  ["a slot of nobody", "references", (w) => w.embeddingSlot[2] = 3],
  ["a request by nobody", "references", (w) => w.contextReset[2] = 1],
];

for (const [what, code, change] of FORGED) {
  Deno.test(`decodeSnapshot() refuses ${what}`, () => {
    const { town, world } = slotTown(2, 4, 10);
    new Observer(town).observe(world);
    const text = encodeSnapshot(town, world, { app: "test" });
    assertEquals(forge(text, town, world), text, "an honest forgery differs");
    change(world);
    const error = assertThrows(
      () =>
        decodeSnapshot(forge(text, town, world), town, { where: "a.tsnap" }),
      TownletError,
    );
    assertEquals([error.code, error.exit], [`snapshot.${code}`, EXIT.usage]);
  });
}

Deno.test("decodeSnapshot() takes one slot of two residents who share it", () => {
  const tiny = slotTown(2, 1, 10);
  give(tiny, 0, "a", "b");
  const { town } = tiny;
  const text = encodeSnapshot(town, tiny.world, { app: "test" });
  const { world } = decodeSnapshot(text, town, { where: "memory" });
  assertEquals(slotTable(town, world).assignments, { a: 0, b: 0 });
});
