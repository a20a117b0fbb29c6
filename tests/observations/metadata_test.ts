import { assertEquals, assertThrows } from "@std/assert";
import {
  constantMetadata,
  observationMetadata,
  varyingMetadata,
} from "../../src/observations/metadata.ts";
import { Observer } from "../../src/observations/observer.ts";
import { Simulation } from "../../src/simulation.ts";
import { setHolder } from "../../src/world/queues.ts";
import {
  agentOf,
  objectOf,
  setFeeling,
  setLedger,
  type Tiny,
  type TinyOptions,
  tinyTown,
} from "../helpers/tiny_town.ts";

type Sections = Readonly<Record<string, unknown>>;

/** Four residents in a row, with what a test sets of observations. */
function row(features: Sections, observations: Sections = {}) {
  return tinyTown(
    {
      agents: ["ana", "ben", "cleo", "dov"].map((id, x) => ({
        id,
        at: [x, 0],
      })),
      config: {
        features: { stages: { relationships: "B" }, ...features },
        observations,
      },
    } satisfies TinyOptions,
  );
}

function metadataOf({ town, world }: Tiny, agent: number) {
  const observer = new Observer(town);
  const batch = observer.peek(world);
  return observationMetadata(town, world, {
    spec: observer.spec,
    batch,
    row: batch.rowOf[agent],
  });
}

const ALWAYS = [
  "variant",
  "map_shape",
  "map_channels",
  "feature_names",
  "embedding_slot",
  "local_summary",
];

Deno.test("observationMetadata() has the keys that the settings give, and no others", () => {
  const keysOf = (features: Sections, observations: Sections = {}) =>
    Object.keys(metadataOf(row(features, observations), 0)).toSorted();
  const keys = (...more: string[]) => [...ALWAYS, ...more].toSorted();
  assertEquals(keysOf({}), keys("social_context"));
  assertEquals(keysOf({ stages: { relationships: "OFF" } }), keys());
  assertEquals(
    keysOf({}, { social_snippet: { top_friends: 0, top_rivals: 0 } }),
    keys(),
  );
  assertEquals(
    keysOf({}, { hybrid: { include_targets: true } }),
    keys("landmark_slices", "social_context"),
  );
  assertEquals(
    keysOf({ observations: { personality_channels: true } }),
    keys("personality", "social_context"),
  );
  const compact = { systems: { observations: "compact" } };
  assertEquals(keysOf(compact), keys("compact", "social_context"));
  assertEquals(
    keysOf(compact, { compact: { include_targets: true } }),
    keys("compact", "landmark_slices", "social_context"),
  );
});

Deno.test("observationMetadata() is what is constant and what varies, and plain JSON", () => {
  const { town, world } = row(
    { systems: { observations: "compact" } },
    { compact: { object_channels: ["Stove"], include_targets: true } },
  );
  const observer = new Observer(town);
  const batch = observer.observe(world);
  const place = { spec: observer.spec, batch, row: 2 };
  const all = observationMetadata(town, world, place);
  assertEquals(all, {
    ...constantMetadata(observer.spec),
    ...varyingMetadata(town, world, place),
  });
  assertEquals(JSON.parse(JSON.stringify(all)), all);
  assertEquals(all.variant, "compact");
  assertEquals(all.map_shape, [6, 7, 7]);
  assertEquals(all.map_channels, [
    "self",
    "agents",
    "objects",
    "reservations",
    "object:stove",
    "walkable",
  ]);
  assertEquals(all.feature_names, observer.spec.featureNames);
  assertEquals(all.landmark_slices, {
    fridge: [33, 36],
    stove: [36, 39],
    bed: [39, 42],
    shower: [42, 45],
  });
  assertEquals(all.compact, {
    map_window: 7,
    include_targets: true,
    object_channels: ["stove"],
    normalize_counts: true,
  });
  assertEquals(all.embedding_slot, 2);
});

Deno.test("observationMetadata() without a map has an empty one, and a summary all the same", () => {
  const sim = row(
    { systems: { observations: "compact" } },
    { compact: { map_window: 0 } },
  );
  const { map_shape, map_channels, local_summary } = metadataOf(sim, 0);
  assertEquals([map_shape, map_channels], [[0, 0, 0], []]);
  assertEquals([local_summary.radius, local_summary.agent_count], [3, 3]);
});

Deno.test("the local summary tells of residents, objects and held objects by name", () => {
  const sim = tinyTown({
    agents: [{ id: "ana", at: [5, 5] }, { id: "ben", at: [8, 9] }],
    objects: [
      { id: "bed", type: "bed", at: [5, 6] },
      { id: "shower", type: "shower", at: [4, 4] },
    ],
  });
  setHolder(sim.town, sim.world, objectOf(sim, "bed"), agentOf(sim, "ben"));
  assertEquals(metadataOf(sim, 0).local_summary, {
    agent_count: 1,
    object_count: 2,
    reserved_tiles: 1,
    radius: 5,
    agent_ratio: Math.fround(1 / 120),
    object_ratio: Math.fround(2 / 121),
    reserved_ratio: Math.fround(1 / 121),
    nearest_agent_distance: 5,
    nearest_agent_distance_norm: 1,
  });
});

const SLOTS = {
  configured_slots: 4,
  slot_dim: 11,
  aggregates: [
    "social_trust_mean",
    "social_trust_max",
    "social_rivalry_mean",
    "social_rivalry_max",
  ],
};

Deno.test("the social context tells how many are told of, and from which ledger", () => {
  const sim = row({});
  setFeeling(sim, "ana", "ben", { trust: 0.4 });
  setFeeling(sim, "ana", "cleo", { rivalry: 0.9 });
  setFeeling(sim, "ana", "dov", { familiarity: 0.1 });
  setLedger(sim, "ana", "dov", 0.2);
  setLedger(sim, "ben", "ana", 0.75);
  assertEquals(metadataOf(sim, 0).social_context, {
    ...SLOTS,
    filled_slots: 3,
    relation_source: "relationships",
    has_data: true,
  });
  assertEquals(metadataOf(sim, 1).social_context, {
    ...SLOTS,
    filled_slots: 1,
    relation_source: "rivalry_fallback",
    has_data: true,
  });
  assertEquals(metadataOf(sim, 2).social_context, {
    ...SLOTS,
    filled_slots: 0,
    relation_source: "empty",
    has_data: false,
  });
});

Deno.test("the social context of layout v2 leaves out those who are neither friends nor rivals", () => {
  const sim = row({}, { layout: "v2" });
  setFeeling(sim, "ana", "ben", { trust: -0.4 });
  setFeeling(sim, "ben", "ana", { trust: 0.4 });
  setFeeling(sim, "ben", "cleo", { trust: -0.4, rivalry: 0.5 });
  const contextOf = (agent: number) => metadataOf(sim, agent).social_context;
  assertEquals(contextOf(0), {
    ...SLOTS,
    filled_slots: 0,
    relation_source: "relationships",
    has_data: false,
  });
  // One friend, an empty slot, and one rival.
  assertEquals(contextOf(1)?.filled_slots, 2);
});

Deno.test("a social context without slots for rivals has none to fall back on", () => {
  const sim = row({}, {
    social_snippet: {
      top_friends: 1,
      top_rivals: 0,
      embed_dim: 2,
      include_aggregates: false,
    },
  });
  setLedger(sim, "ana", "ben", 0.5);
  assertEquals(metadataOf(sim, 0).social_context, {
    configured_slots: 1,
    slot_dim: 5,
    aggregates: [],
    filled_slots: 0,
    relation_source: "empty",
    has_data: false,
  });
});

Deno.test("the personality of each profile has its traits and multipliers", () => {
  const profiles = ["balanced", "socialite", "industrious", "stoic"];
  const sim = tinyTown({
    agents: profiles.map((profile) => ({ id: profile, profile })),
    config: { features: { observations: { personality_channels: true } } },
  });
  const plain = {
    needs: { hunger: 1, hygiene: 1, energy: 1 },
    rewards: { social: 1, employment: 1, survival: 1 },
    behaviour: { chat_preference: 1, work_affinity: 1, conflict_tolerance: 1 },
  };
  const traits = (
    extroversion: number,
    forgiveness: number,
    ambition: number,
  ) => ({ extroversion, forgiveness, ambition });
  assertEquals(
    profiles.map((_, agent) => metadataOf(sim, agent).personality),
    [
      { profile: "balanced", traits: traits(0, 0, 0), multipliers: plain },
      {
        profile: "socialite",
        traits: traits(0.6, 0.1, -0.1),
        multipliers: {
          needs: { ...plain.needs, hygiene: 1.1 },
          rewards: { ...plain.rewards, social: 1.2 },
          behaviour: { ...plain.behaviour, chat_preference: 1.3 },
        },
      },
      {
        profile: "industrious",
        traits: traits(-0.2, -0.1, 0.5),
        multipliers: {
          needs: { ...plain.needs, energy: 0.9 },
          rewards: { ...plain.rewards, employment: 1.25 },
          behaviour: { ...plain.behaviour, work_affinity: 1.4 },
        },
      },
      {
        profile: "stoic",
        traits: traits(-0.3, 0.5, -0.2),
        multipliers: {
          needs: { ...plain.needs, hunger: 0.95 },
          rewards: { ...plain.rewards, survival: 1.1 },
          behaviour: { ...plain.behaviour, conflict_tolerance: 0.6 },
        },
      },
    ],
  );
});

Deno.test("varyingMetadata() of somebody who left has what the batch knows, and null", () => {
  const { town } = row({ observations: { personality_channels: true } });
  const observer = new Observer(town);
  const sim = new Simulation(town, { policy: "idle", observe: observer });
  sim.command({ name: "kill", args: { agent: "ben", reason: null } });
  sim.step();
  const { world } = sim;
  const batch = observer.batch;
  const of = (row: number) =>
    varyingMetadata(town, world, { spec: observer.spec, batch, row });
  assertEquals(world.population[0], 3);
  assertEquals(batch.row(1).agentId, "ben");
  assertEquals(of(1).social_context, null);
  assertEquals(of(1).personality, null);
  assertEquals(of(1).embedding_slot, 1);
  assertEquals(of(1).local_summary.agent_count, 3);
  assertEquals(of(2).personality?.profile, "balanced");
  assertEquals(of(2).social_context?.relation_source, "empty");
});

Deno.test("varyingMetadata() refuses rows nobody has and batches of another tick", () => {
  const { town } = row({});
  const observer = new Observer(town, { rows: "agents" });
  const sim = new Simulation(town, { policy: "idle", observe: observer });
  const { world } = sim;
  const place = (row: number) => (
    { spec: observer.spec, batch: observer.batch, row }
  );
  const batch = observer.batch;
  assertThrows(
    () => varyingMetadata(town, world, place(4)),
    RangeError,
    "nobody has row 4",
  );
  assertThrows(() => varyingMetadata(town, world, place(-1)), RangeError);
  sim.step();
  assertThrows(
    () => varyingMetadata(town, world, { ...place(0), batch }),
    RangeError,
    "the batch is of tick 0, the world at tick 1",
  );
  assertEquals(varyingMetadata(town, world, place(0)).embedding_slot, 0);
});
