/**
 * Worked cases: small situations, and exactly what residents observe in them.
 * Fifteen of them; numbers differ by at most a millionth.
 * @module
 */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { ObservationBatch } from "../../src/observations/batch.ts";
import { observationMetadata } from "../../src/observations/metadata.ts";
import { Observer } from "../../src/observations/observer.ts";
import { embeddingOf } from "../../src/observations/social.ts";
import { SUMMARY } from "../../src/observations/spec.ts";
import { actionHash } from "../../src/observations/tables.ts";
import { addAgent, personality } from "../../src/world/people.ts";
import {
  allocateSlot,
  releaseSlot,
  requestReset,
  slotMetrics,
} from "../../src/world/slots.ts";
import { moveAgent } from "../../src/world/spatial.ts";
import { ENDS, KIND } from "../../src/world/turn.ts";
import { SHIFT } from "../../src/world/world.ts";
import {
  act,
  agentOf,
  setFeeling,
  setLedger,
  type Tiny,
  type TinyAgent,
  type TinyObject,
  tinyTown,
} from "../helpers/tiny_town.ts";

type Sections = Readonly<Record<string, unknown>>;

/** What a case sets beside residents and objects. */
interface Settings {
  /** Kind of observation (hybrid). */
  readonly variant?: string;
  /** Section `observations`. */
  readonly observations?: Sections;
  /** True to tell of traits. */
  readonly personality?: boolean;
}

/** The town of a case: nothing there but what is named. */
function townWith(
  agents: readonly TinyAgent[],
  objects: readonly TinyObject[] = [],
  settings: Settings = {},
) {
  const { variant = "hybrid", observations = {}, personality } = settings;
  return tinyTown({
    agents,
    objects,
    config: {
      features: {
        stages: { relationships: "B" },
        systems: { observations: variant },
        observations: { personality_channels: personality ?? false },
      },
      observations,
    },
  });
}

/** The settings that add landmarks. */
const TARGETS = { observations: { hybrid: { include_targets: true } } };

/** What one resident observes, by name. */
interface Seen {
  /** A feature. */
  feature(name: string): number;
  /** Features from one place to another. */
  features(start: number, stop: number): number[];
  /** A number of the summary. */
  sum(name: typeof SUMMARY[number]): number;
  /** The tiles of a channel, row after row. */
  channel(name: string): number[];
  /** A tile of a channel. */
  at(name: string, row: number, col: number): number;
}

/** What a resident of a batch observes. */
function seenBy(
  tiny: Tiny,
  { spec }: Observer,
  batch: ObservationBatch,
  id: string,
): Seen {
  const row = batch.rowOf[agentOf(tiny, id)];
  const { features, map, agentId } = batch.row(row);
  assertEquals(agentId, id);
  const [, height, width] = spec.mapShape;
  const place = (names: readonly string[], name: string) => {
    assert(names.includes(name), name);
    return names.indexOf(name);
  };
  const channel = (name: string) => {
    const at = place(spec.mapChannels, name) * height * width;
    return [...map.subarray(at, at + height * width)];
  };
  return {
    feature: (name) => features[place(spec.featureNames, name)],
    features: (start, stop) => [...features.subarray(start, stop)],
    sum: (name) => batch.summary[row * SUMMARY.length + place(SUMMARY, name)],
    channel,
    at: (name, y, x) => channel(name)[y * width + x],
  };
}

/** Looks once, as one resident; nothing changes. */
function look(tiny: Tiny, id: string): Seen {
  const observer = new Observer(tiny.town);
  return seenBy(tiny, observer, observer.peek(tiny.world), id);
}

/** Fails unless features are as given, to a millionth. */
function assertFeatures(
  seen: Seen,
  expected: Readonly<Record<string, number>>,
): void {
  for (const [name, value] of Object.entries(expected)) {
    assertClose(seen.feature(name), value, name);
  }
}

function assertSummary(
  seen: Seen,
  expected: Partial<Readonly<Record<typeof SUMMARY[number], number>>>,
): void {
  for (const name of SUMMARY) {
    const value = expected[name];
    if (value !== undefined) assertClose(seen.sum(name), value, name);
  }
}

function assertClose(actual: number, expected: number, what: string): void {
  assertAlmostEquals(actual, expected, 1e-6, `${what}: ${actual}`);
}

/** Rows and columns of the tiles of a channel that hold a value. */
function tilesOf(
  seen: Seen,
  channel: string,
  isOne: (value: number) => boolean = (value) => value !== 0,
): number[][] {
  const values = seen.channel(channel);
  const side = Math.sqrt(values.length);
  return [...values.entries()].filter(([, value]) => isOne(value))
    .map(([i]) => [Math.floor(i / side), i % side]);
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** A kitchen: two neighbours, a stove and a fridge, a quarter into the day. */
function kitchen() {
  const sim = townWith(
    [{
      id: "alice",
      at: [2, 3],
      needs: [0.25, 0.5, 0.75],
      wallet: 1.5,
    }, { id: "bob", at: [4, 3] }],
    [
      { id: "stove", type: "stove", at: [5, 1] },
      { id: "fridge", type: "fridge", at: [2, 6] },
    ],
    TARGETS,
  );
  const { world } = sim;
  const alice = agentOf(sim, "alice");
  world.tick[0] = 360;
  world.lateness[alice] = 2;
  world.shiftState[alice] = SHIFT.late;
  world.onShift[alice] = 1;
  world.attendance[alice] = 0.5;
  world.wagesWithheld[alice] = 0.02;
  world.lastKind[alice] = KIND.move;
  world.lastSuccess[alice] = 1;
  world.lastDuration[alice] = 3;
  world.episodeTick[alice] = 360;
  return sim;
}

Deno.test("case 1: every feature has its name, its place and its number", () => {
  const sim = kitchen();
  const seen = look(sim, "alice");
  assertFeatures(seen, {
    need_hunger: 0.25,
    need_hygiene: 0.5,
    need_energy: 0.75,
    wallet: 1.5,
    lateness_counter: 2,
    on_shift: 1,
    time_sin: 1,
    time_cos: 0,
    attendance_ratio: 0.5,
    wages_withheld: 0.02,
    shift_pre: 0,
    shift_on_time: 0,
    shift_late: 1,
    shift_absent: 0,
    shift_post: 0,
    embedding_slot_norm: 0,
    ctx_reset_flag: 0,
    episode_progress: 0.25,
    rivalry_max: 0,
    rivalry_avoid_count: 0,
    last_action_id_hash: 0.7048752,
    last_action_success: 1,
    last_action_duration: 3,
    reservation_active: 0,
    in_queue: 0,
    path_hint_north: 0.4,
    path_hint_south: 0,
    path_hint_east: 0.6,
    path_hint_west: 0,
    neighbor_agent_ratio: 0.0083333,
    neighbor_object_ratio: 0.0165289,
    reserved_tile_ratio: 0,
    nearest_agent_distance: 0.4,
    fridge_dx: 0,
    fridge_dy: 1,
    fridge_dist: 3,
    stove_dx: 0.8320503,
    stove_dy: -0.5547002,
    stove_dist: 3.6055512,
    bed_dx: 0,
    bed_dy: 0,
    bed_dist: 0,
    shower_dx: 0,
    shower_dy: 0,
    shower_dist: 0,
  });
  assertEquals(seen.features(45, 93), new Array(48).fill(0));
  assertFeatures(look(sim, "bob"), { embedding_slot_norm: 0.015625 });
});

Deno.test("case 1: maps have south below and east to the right", () => {
  const seen = look(kitchen(), "alice");
  assertEquals(tilesOf(seen, "self"), [[5, 5]]);
  assertEquals(tilesOf(seen, "agents"), [[5, 5], [5, 7]]);
  assertEquals(tilesOf(seen, "objects"), [[3, 8], [8, 5]]);
  assertEquals(tilesOf(seen, "reservations"), []);
});

Deno.test("case 2: every kind of action has a number of its own", () => {
  const numbers = {
    move: 0.7048751649,
    request: 0.3456716482,
    start: 0.2598833095,
    release: 0.7246166996,
    chat: 0.3070254899,
    wait: 0.2389988587,
    blocked: 0.7266173463,
    noop: 0.3425575388,
  };
  for (const [kind, number] of Object.entries(numbers)) {
    assertAlmostEquals(actionHash(kind), number, 1e-10, kind);
  }
});

Deno.test("case 3: an id stands for itself as the bytes of its digest", () => {
  const bytes = {
    alice: [38, 242, 132, 25, 203, 225, 129, 215],
    bob: [31, 151, 251, 105, 161, 113, 59, 217],
    carol: [192, 214, 51, 26, 130, 133, 189, 227],
  };
  for (const [id, expected] of Object.entries(bytes)) {
    assertEquals(embeddingOf(id, 8), expected.map((byte) => byte / 255));
  }
});

Deno.test("case 4: ways of the variant full point away from the observer", () => {
  const sim = townWith([{ id: "alice", at: [10, 10] }], [], {
    variant: "full",
  });
  assertEquals(new Observer(sim.town).spec.mapShape, [6, 11, 11]);
  const seen = look(sim, "alice");
  assertClose(seen.at("path_dx", 5, 6), 1, "east");
  assertClose(seen.at("path_dx", 5, 5), 0, "here");
  assertClose(seen.at("path_dy", 4, 5), -1, "north");
  assertClose(seen.at("path_dx", 2, 9), 0.8, "dx");
  assertClose(seen.at("path_dy", 2, 9), -0.6, "dy");
  const all = sum(seen.channel("path_dx").map(Math.abs));
  // A sum of 110 numbers, each rounded to single precision on its way.
  assertAlmostEquals(all, 76.949082, 1e-5);
});

/** Four residents among stoves, a fridge and benches, seen compactly. */
function crowd(isNormal: boolean) {
  return townWith(
    [
      { id: "alice", at: [10, 10] },
      { id: "bob", at: [10, 10] },
      { id: "cy", at: [12, 9] },
      { id: "di", at: [12, 9] },
    ],
    [
      { id: "stove_1", type: "stove", at: [11, 10] },
      { id: "stove_2", type: "stove", at: [11, 10] },
      { id: "fridge", type: "fridge", at: [9, 12] },
      { id: "bench_1", type: "bench", at: [13, 13] },
      { id: "bench_2", type: "bench", at: [14, 13] },
    ],
    {
      variant: "compact",
      observations: {
        compact: {
          object_channels: ["Stove ", "fridge", "stove"],
          normalize_counts: isNormal,
        },
      },
    },
  );
}

Deno.test("case 5: compact maps count others and objects, type by type", () => {
  const sim = crowd(false);
  const { spec } = new Observer(sim.town);
  assertEquals(spec.mapChannels, [
    "self",
    "agents",
    "objects",
    "reservations",
    "object:stove",
    "object:fridge",
    "walkable",
  ]);
  assertEquals(spec.mapShape, [7, 7, 7]);
  const seen = look(sim, "alice");
  assertEquals(tilesOf(seen, "self"), [[3, 3]]);
  assertEquals(tilesOf(seen, "agents"), [[2, 5], [3, 3]]);
  assertEquals([seen.at("agents", 2, 5), seen.at("agents", 3, 3)], [2, 1]);
  assertEquals(tilesOf(seen, "objects"), [[3, 4], [5, 2], [6, 6]]);
  assertEquals(
    [[3, 4], [5, 2], [6, 6]].map(([y, x]) => seen.at("objects", y, x)),
    [2, 1, 1],
  );
  assertEquals(tilesOf(seen, "object:stove"), [[3, 4]]);
  assertEquals(seen.at("object:stove", 3, 4), 2);
  assertEquals(tilesOf(seen, "object:fridge"), [[5, 2]]);
  assertEquals(seen.at("object:fridge", 5, 2), 1);
  assertEquals(sum(seen.channel("walkable")), 44);
  assertEquals(tilesOf(seen, "walkable", (value) => value === 0), [
    [2, 5],
    [3, 3],
    [3, 4],
    [5, 2],
    [6, 6],
  ]);
  assertSummary(seen, {
    agent_count: 3,
    agent_ratio: 0.0625,
    object_count: 4,
    object_ratio: 0.0816327,
    nearest_agent_distance: 2.236068,
    nearest_agent_distance_norm: 0.745356,
  });
  assertFeatures(seen, {
    neighbor_agent_ratio: 0.0625,
    neighbor_object_ratio: 0.0816327,
    nearest_agent_distance: 0.745356,
  });
});

Deno.test("case 6: normalised counts stop at 1, and beyond the grid one could walk", () => {
  const sim = crowd(true);
  const seen = look(sim, "alice");
  for (const name of ["agents", "objects", "object:stove", "object:fridge"]) {
    assertEquals(Math.max(...seen.channel(name)), 1, name);
  }
  moveAgent(sim.town, sim.world, agentOf(sim, "alice"), 0, 0);
  assertEquals(sum(look(sim, "alice").channel("walkable")), 48);
});

/** Features of a friend or rival: who, then trust, familiarity, rivalry. */
const slotOf = (id: string, ...tie: readonly number[]) => [
  ...embeddingOf(id, 8),
  ...tie,
];

function assertSocial(seen: Seen, expected: readonly number[]): void {
  const told = seen.features(33, 81);
  assertEquals(told.length, expected.length);
  for (const [i, value] of told.entries()) {
    assertClose(value, expected[i], `social feature ${i}`);
  }
}

const NOBODY: readonly number[] = new Array(11).fill(0);

/** How many are told of, and where they come from. */
function companyOf(tiny: Tiny, id: string): readonly unknown[] {
  const { town, world } = tiny;
  const observer = new Observer(town);
  const batch = observer.peek(world);
  const row = batch.rowOf[agentOf(tiny, id)];
  const { social_context: social } = observationMetadata(town, world, {
    spec: observer.spec,
    batch,
    row,
  });
  return [social?.filled_slots, social?.relation_source];
}

Deno.test("case 7: friends come first, then rivals, then nobody; and all of them summed up", () => {
  const sim = townWith(
    ["alice", "bob", "carol", "dave", "erin"].map((id, i) => ({
      id,
      at: [i, 0],
    })),
  );
  setFeeling(sim, "alice", "bob", {
    trust: 0.6,
    familiarity: 0.2,
    rivalry: 0.1,
  });
  setFeeling(sim, "alice", "carol", {
    trust: 0.3,
    familiarity: 0.4,
    rivalry: 0.5,
  });
  setFeeling(sim, "alice", "dave", {
    trust: -0.2,
    familiarity: 0.1,
    rivalry: 0.9,
  });
  assertSocial(look(sim, "alice"), [
    ...slotOf("bob", 0.6, 0.2, 0.1),
    ...slotOf("carol", 0.3, 0.4, 0.5),
    ...slotOf("dave", -0.2, 0.1, 0.9),
    ...NOBODY,
    0.2333333,
    0.6,
    0.5,
    0.9,
  ]);
  assertEquals(companyOf(sim, "alice"), [3, "relationships"]);
});

Deno.test("case 8: without ties the worst of the rivalry ledger are told of", () => {
  const sim = townWith([
    { id: "alice", at: [0, 0] },
    ...["bob", "carol", "zed"].map((id): TinyAgent => ({ id, at: [40, 40] })),
  ]);
  setLedger(sim, "alice", "bob", 0.75);
  setLedger(sim, "alice", "carol", 0.3);
  setLedger(sim, "alice", "zed", 0.7);
  const seen = look(sim, "alice");
  assertFeatures(seen, { rivalry_max: 0.75, rivalry_avoid_count: 2 });
  assertSocial(seen, [
    ...slotOf("bob", 0, 0, 0.75),
    ...slotOf("zed", 0, 0, 0.7),
    ...NOBODY,
    ...NOBODY,
    0,
    0,
    0.725,
    0.75,
  ]);
  assertEquals(companyOf(sim, "alice"), [2, "rivalry_fallback"]);
});

/** Alice has the shower, Bob waits for it, and Carol is far away. */
function washroom(variant: string) {
  const sim = townWith(
    [
      { id: "alice", at: [2, 3] },
      { id: "bob", at: [3, 4] },
      { id: "carol", at: [9, 9] },
    ],
    [
      { id: "shower", type: "shower", at: [3, 3] },
      { id: "bed", type: "bed", at: [0, 0] },
    ],
    { variant },
  );
  act(sim, {
    alice: { kind: "request", object: "shower" },
    bob: { kind: "request", object: "shower" },
  });
  return sim;
}

Deno.test("case 9: who holds an object has a reservation, who waits is in a queue", () => {
  const sim = washroom("hybrid");
  const places = ["alice", "bob", "carol"].map((id) => {
    const seen = look(sim, id);
    return [seen.feature("reservation_active"), seen.feature("in_queue")];
  });
  assertEquals(places, [[1, 0], [0, 1], [0, 0]]);
  const seen = look(sim, "alice");
  assertEquals(tilesOf(seen, "reservations"), [[5, 6]]);
  assertFeatures(seen, {
    reserved_tile_ratio: 0.0082645,
    nearest_agent_distance: 0.2828427,
  });
});

Deno.test("case 9: seen compactly, one cannot walk where others and objects are", () => {
  const sim = washroom("compact");
  assertEquals(
    tilesOf(look(sim, "alice"), "walkable", (value) => value === 0),
    [[0, 1], [3, 3], [3, 4], [4, 4]],
  );
  assertFeatures(look(sim, "bob"), {
    reserved_tile_ratio: 0.0204082,
    neighbor_agent_ratio: 0.0208333,
    nearest_agent_distance: 0.4714045,
  });
});

Deno.test("case 10: a new context is told of once; who leaves gives the slot back", () => {
  const sim = townWith([{ id: "alice", at: [0, 0] }, { id: "bob" }]);
  const { town, world, turn } = sim;
  const observer = new Observer(town);
  const bob = agentOf(sim, "bob");
  requestReset(world, "alice");
  requestReset(world, "ghost");
  const built = [0, 0, 50, 60].map((tick) => {
    world.tick[0] = tick;
    turn.anyEnds = tick === 50;
    turn.ends[bob] = turn.anyEnds ? ENDS.faint : ENDS.not;
    const batch = observer.observe(world, turn);
    const flag = (id: string) =>
      seenBy(sim, observer, batch, id).feature("ctx_reset_flag");
    return [flag("alice"), flag("bob"), batch.slots[batch.rowOf[bob]]];
  });
  assertEquals(built, [[1, 0, 1], [0, 0, 1], [0, 1, 1], [0, 0, 2]]);
  const { allocations_total, forced_reuse_count } = slotMetrics(town, world);
  assertEquals([allocations_total, forced_reuse_count], [3, 0]);
});

/** A town with so many slots, and a way to give and take them. */
function slots(count: number, cooldown: number) {
  const sim = tinyTown({
    agents: 5,
    config: {
      embedding_allocator: {
        max_slots: count,
        cooldown_ticks: cooldown,
        reuse_warning_threshold: 0.05,
      },
    },
  });
  const { town, world } = sim;
  return {
    give(id: string, tick: number): number {
      world.tick[0] = tick;
      return allocateSlot(town, world, agentOf(sim, id));
    },
    takeBack(id: string, tick: number): void {
      world.tick[0] = tick;
      releaseSlot(world, agentOf(sim, id));
    },
    metrics: () => slotMetrics(town, world),
  };
}

Deno.test("case 11: slots go to newcomers new ones first, then by the time they rested", () => {
  const { give, takeBack, metrics } = slots(3, 10);
  const given = [give("a", 0), give("b", 0), give("c", 1)];
  takeBack("b", 5);
  takeBack("a", 7);
  assertEquals([...given, give("d", 16)], [0, 1, 2, 1]);
  assertEquals(metrics().forced_reuse_count, 0);
  assertEquals(give("e", 16), 0);
  const { forced_reuse_count, forced_reuse_rate, reuse_warning } = metrics();
  assertEquals([forced_reuse_count, reuse_warning], [1, true]);
  assertClose(forced_reuse_rate, 0.2, "rate");
});

Deno.test("case 11: a slot that rested as long as it must is not taken too early", () => {
  const { give, takeBack, metrics } = slots(1, 3);
  give("a", 0);
  takeBack("a", 4);
  assertEquals(give("b", 7), 0);
  assertEquals(metrics().forced_reuse_count, 0);
});

/** What one resident sees of stoves, in order. */
function stovesFrom(
  at: readonly [number, number],
  ...stoves: readonly (readonly [number, number])[]
): Seen {
  const objects = stoves.map((tile, i) => ({
    id: `stove_${i}`,
    type: "stove",
    at: tile,
  }));
  return look(townWith([{ id: "a", at }], objects, TARGETS), "a");
}

Deno.test("case 12: hints point to the nearest stove, of two as near to the first", () => {
  assertFeatures(stovesFrom([0, 0], [3, 4], [5, 0]), {
    path_hint_north: 0,
    path_hint_south: 0.5714286,
    path_hint_east: 0.4285714,
    path_hint_west: 0,
    stove_dx: 0.6,
    stove_dy: 0.8,
    stove_dist: 5,
  });
  assertFeatures(stovesFrom([5, 5], [9, 2]), {
    path_hint_north: 0.4285714,
    path_hint_south: 0,
    path_hint_east: 0.5714286,
    path_hint_west: 0,
  });
  for (const seen of [stovesFrom([5, 5], [5, 5]), stovesFrom([5, 5])]) {
    assertFeatures(seen, {
      path_hint_north: 0,
      path_hint_south: 0,
      path_hint_east: 0,
      path_hint_west: 0,
      stove_dx: 0,
      stove_dy: 0,
      stove_dist: 0,
    });
  }
});

Deno.test("case 13: the time of day goes round, the episode goes from 0 to 1", () => {
  const sim = townWith([{ id: "a" }]);
  const clock = [1, 180, 540, 2000].map((tick) => {
    sim.world.tick[0] = tick;
    const seen = look(sim, "a");
    return [seen.feature("time_sin"), seen.feature("time_cos")];
  }).flat();
  const times = [
    [0.0043633, 0.9999905],
    [0.7071068, 0.7071068],
    [0.7071068, -0.7071068],
    [0.6427876, -0.7660444],
  ].flat();
  for (const [i, value] of clock.entries()) {
    assertClose(value, times[i], `time ${i}`);
  }
  for (const [tick, progress] of [[719, 0.4993055], [5000, 1], [-4, 0]]) {
    sim.world.episodeTick[0] = tick;
    assertFeatures(look(sim, "a"), { episode_progress: progress });
  }
});

Deno.test("case 14: others on the same tile count, and are no distance away", () => {
  const people: readonly TinyAgent[] = [
    { id: "a", at: [5, 5] },
    { id: "b", at: [10, 10] },
    { id: "c", at: [5, 5] },
    { id: "d", at: [11, 5] },
  ];
  const seen = look(townWith(people), "a");
  assertSummary(seen, {
    agent_count: 2,
    agent_ratio: 0.0166667,
    nearest_agent_distance: 7.0710678,
    nearest_agent_distance_norm: 1,
  });
  assertFeatures(seen, {
    neighbor_agent_ratio: 0.0166667,
    nearest_agent_distance: 1,
  });
  assertEquals(sum(seen.channel("agents")), 2);
  const without = look(townWith(people.filter(({ id }) => id !== "b")), "a");
  assertSummary(without, { agent_count: 1, nearest_agent_distance: 0 });
  assertFeatures(without, { nearest_agent_distance: 0 });
});

Deno.test("case 15: traits come before friends, and needs are clamped at birth", () => {
  const sim = townWith([{ id: "a", profile: "socialite" }], [], {
    personality: true,
  });
  const { town, world } = sim;
  addAgent(town, world, {
    id: "b",
    lineage: -1,
    x: 0,
    y: 0,
    homeX: 0,
    homeY: 0,
    needs: [-1, 0, 1.7],
    wallet: 0,
    ...personality(town, null, "b", null),
    job: -1,
    jobless: false,
    schedule: -1,
  });
  const { spec } = new Observer(town);
  assertEquals(spec.featureNames.length, 84);
  assertEquals(spec.featureNames.slice(33, 36), [
    "personality_extroversion",
    "personality_forgiveness",
    "personality_ambition",
  ]);
  assertEquals(spec.social?.start, 36);
  assertEquals(spec.featureNames[36], "social_slot0_d0");
  for (const [i, trait] of look(sim, "a").features(33, 36).entries()) {
    assertClose(trait, [0.6, 0.1, -0.1][i], `trait ${i}`);
  }
  assertFeatures(look(sim, "b"), {
    need_hunger: 0,
    need_hygiene: 0,
    need_energy: 1,
    shift_pre: 1,
  });
});
