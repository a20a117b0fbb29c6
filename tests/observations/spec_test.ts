import { assert, assertEquals, assertThrows } from "@std/assert";
import { sha256Hex } from "../../src/base/hash.ts";
import { canonicalJson } from "../../src/base/order.ts";
import { Observer } from "../../src/observations/observer.ts";
import {
  LANDMARKS,
  type ObservationSpec,
  observationSpec,
  SUMMARY,
} from "../../src/observations/spec.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import { createWorld } from "../../src/world/people.ts";
import type { Town } from "../../src/world/town.ts";
import { tinyConfig } from "../helpers/tiny_town.ts";

type Variant = ObservationSpec["variant"];

const VARIANTS: readonly Variant[] = ["hybrid", "full", "compact"];
const LAYOUTS = ["v1", "v2"] as const;

/** What a town of these tests is observed like. */
interface Settings {
  readonly variant?: Variant;
  readonly relationships?: string;
  readonly personality?: boolean;
  readonly observations?: Readonly<Record<string, unknown>>;
}

/** A town of one; with friends and rivals unless said otherwise. */
function townOf(settings: Settings = {}): Town {
  const { variant = "hybrid", relationships = "B" } = settings;
  const { personality = false, observations = {} } = settings;
  return compileTown(tinyConfig({
    config: {
      features: {
        stages: { relationships },
        systems: { observations: variant },
        observations: { personality_channels: personality },
      },
      observations,
    },
  }));
}

function specOf(settings: Settings = {}): ObservationSpec {
  return observationSpec(townOf(settings));
}

/** The settings that add landmarks, whatever the variant. */
const TARGETS = {
  hybrid: { include_targets: true },
  compact: { include_targets: true },
};

/** Channels, side, and numbers of an observation with nothing more. */
const SHAPES: Readonly<Record<Variant, readonly [number, number, number]>> = {
  hybrid: [4, 11, 565],
  full: [6, 11, 807],
  compact: [5, 7, 326],
};

/** Features, by whether there are landmarks and personality. */
const FEATURES = [
  { targets: false, personality: false, count: 81 },
  { targets: true, personality: false, count: 93 },
  { targets: false, personality: true, count: 84 },
  { targets: true, personality: true, count: 96 },
] as const;

/** Features that a layout has more of: eight kinds in place of one hash. */
const MORE = { v1: 0, v2: 7 };

for (const variant of VARIANTS) {
  for (const layout of LAYOUTS) {
    Deno.test(`observationSpec() of ${variant} in ${layout} has the shapes of the table`, () => {
      const [channels, side, total] = SHAPES[variant];
      for (const { targets, personality, count } of FEATURES) {
        const town = townOf({
          variant,
          personality,
          observations: { layout, ...targets ? TARGETS : {} },
        });
        const spec = observationSpec(town);
        assertEquals([spec.variant, spec.layout], [variant, layout]);
        assertEquals(spec.mapShape, [channels, side, side]);
        assertEquals(spec.mapChannels.length, channels);
        assertEquals(spec.featureNames.length, count + MORE[layout]);
        assertEquals(new Set(spec.featureNames).size, spec.featureNames.length);
        // What is built has that shape, too.
        const row = new Observer(town).observe(createWorld(town)).row(0);
        assertEquals(row.map.length, channels * side * side);
        assertEquals(row.features.length, spec.featureNames.length);
      }
      assertEquals(channels * side * side + FEATURES[0].count, total);
    });
  }
}

Deno.test("observationSpec() counts features as its formula says", () => {
  for (const embed_dim of [1, 8, 32]) {
    for (const [top_friends, top_rivals] of [[0, 0], [1, 0], [0, 3], [5, 3]]) {
      for (const include_aggregates of [true, false]) {
        const { featureNames, social } = specOf({
          observations: {
            social_snippet: {
              top_friends,
              top_rivals,
              embed_dim,
              include_aggregates,
            },
          },
        });
        const slots = top_friends + top_rivals;
        const sums = include_aggregates && slots > 0 ? 4 : 0;
        assertEquals(featureNames.length, 33 + slots * (embed_dim + 3) + sums);
        assertEquals(social?.slots ?? 0, slots);
        assertEquals(social?.aggregates.length ?? 0, sums);
        if (social === undefined) continue;
        assertEquals(social.slotSize, embed_dim + 3);
        assertEquals(social.embedDim, embed_dim);
        assertEquals(featureNames[social.start], "social_slot0_d0");
      }
    }
  }
});

/** Names before landmarks, of layout v1. */
const NAMES_V1 = [
  ...["need_hunger", "need_hygiene", "need_energy", "wallet"],
  ...["lateness_counter", "on_shift", "time_sin", "time_cos"],
  ...["attendance_ratio", "wages_withheld", "shift_pre", "shift_on_time"],
  ...["shift_late", "shift_absent", "shift_post", "embedding_slot_norm"],
  ...["ctx_reset_flag", "episode_progress", "rivalry_max"],
  ...["rivalry_avoid_count", "last_action_id_hash", "last_action_success"],
  ...["last_action_duration", "reservation_active", "in_queue"],
  ...["path_hint_north", "path_hint_south", "path_hint_east"],
  ...["path_hint_west", "neighbor_agent_ratio", "neighbor_object_ratio"],
  ...["reserved_tile_ratio", "nearest_agent_distance"],
];

const KINDS_V2 = [
  "move",
  "request",
  "start",
  "release",
  "chat",
  "blocked",
  "wait",
  "none",
]
  .map((kind) => `last_action_${kind}`);

const NAMES = {
  v1: NAMES_V1,
  v2: NAMES_V1.flatMap((name) =>
    name === "last_action_id_hash" ? KINDS_V2 : [name]
  ),
};

Deno.test("observationSpec() names the features in order, the same in every variant", () => {
  for (const variant of VARIANTS) {
    for (const layout of LAYOUTS) {
      const { featureNames } = specOf({
        variant,
        personality: true,
        observations: {
          layout,
          ...TARGETS,
          social_snippet: { top_friends: 1, top_rivals: 1, embed_dim: 2 },
        },
      });
      assertEquals(featureNames, [
        ...NAMES[layout],
        ...["fridge_dx", "fridge_dy", "fridge_dist"],
        ...["stove_dx", "stove_dy", "stove_dist"],
        ...["bed_dx", "bed_dy", "bed_dist"],
        ...["shower_dx", "shower_dy", "shower_dist"],
        "personality_extroversion",
        "personality_forgiveness",
        "personality_ambition",
        ...["social_slot0_d0", "social_slot0_d1", "social_slot0_trust"],
        ...["social_slot0_familiarity", "social_slot0_rivalry"],
        ...["social_slot1_d0", "social_slot1_d1", "social_slot1_trust"],
        ...["social_slot1_familiarity", "social_slot1_rivalry"],
        ...["social_trust_mean", "social_trust_max"],
        ...["social_rivalry_mean", "social_rivalry_max"],
      ]);
    }
  }
});

Deno.test("observationSpec() of a town without relationships tells of nobody", () => {
  for (const variant of VARIANTS) {
    const spec = specOf({ variant, relationships: "OFF" });
    assertEquals(spec.featureNames, NAMES.v1);
    assertEquals(spec.social, undefined);
  }
});

Deno.test("observationSpec() names the channels of a map in order", () => {
  const base = ["self", "agents", "objects", "reservations"];
  assertEquals(specOf().mapChannels, base);
  assertEquals(specOf({ variant: "full" }).mapChannels, [
    ...base,
    "path_dx",
    "path_dy",
  ]);
  assertEquals(specOf({ variant: "compact" }).mapChannels, [
    ...base,
    "walkable",
  ]);
  const { mapChannels, mapShape } = specOf({
    variant: "compact",
    observations: {
      compact: {
        object_channels: [" Stove", "fridge", "stove", "", "swing"],
        map_window: 5,
      },
    },
  });
  assertEquals(mapChannels, [
    ...base,
    "object:stove",
    "object:fridge",
    "object:swing",
    "walkable",
  ]);
  assertEquals(mapShape, [8, 5, 5]);
});

Deno.test("observationSpec() of a compact town without a map has features only", () => {
  const town = townOf({
    variant: "compact",
    observations: { compact: { map_window: 0, object_channels: ["bed"] } },
  });
  const spec = observationSpec(town);
  assertEquals(spec.mapShape, [0, 0, 0]);
  assertEquals(spec.mapChannels, []);
  assertEquals(spec.featureNames, specOf().featureNames);
  const batch = new Observer(town).observe(createWorld(town));
  const { map, features } = batch.row(0);
  assertEquals([map.length, features.length], [0, 81]);
  assertEquals(batch.summary[SUMMARY.indexOf("radius")], 3);
});

Deno.test("landmarkSlices point at direction and distance of each landmark", () => {
  for (const layout of LAYOUTS) {
    const spec = specOf({ observations: { layout, ...TARGETS } });
    const slices = spec.landmarkSlices ?? {};
    assertEquals(Object.keys(slices), [...LANDMARKS]);
    for (const [type, [start, stop]] of Object.entries(slices)) {
      assertEquals(
        spec.featureNames.slice(start, stop),
        [`${type}_dx`, `${type}_dy`, `${type}_dist`],
      );
    }
    const { length } = NAMES[layout];
    assertEquals(slices.fridge, [length, length + 3]);
  }
  assertEquals(specOf().landmarkSlices, undefined);
});

Deno.test("landmarks are switched on for hybrid and full by one key, for compact by another", () => {
  const has = (variant: Variant, section: "hybrid" | "compact") =>
    specOf({
      variant,
      observations: { [section]: { include_targets: true } },
    }).landmarkSlices !== undefined;
  assertEquals(VARIANTS.map((variant) => has(variant, "hybrid")), [
    true,
    true,
    false,
  ]);
  assertEquals(VARIANTS.map((variant) => has(variant, "compact")), [
    false,
    false,
    true,
  ]);
});

Deno.test("mapFormats: bytes hold every map but that of full", () => {
  for (const variant of VARIANTS) {
    const town = townOf({ variant });
    const world = createWorld(town);
    const { mapFormats } = observationSpec(town);
    assertEquals(mapFormats, variant === "full" ? ["f32"] : ["f32", "u8"]);
    for (const mapFormat of mapFormats) {
      const { map } = new Observer(town, { mapFormat }).observe(world);
      assertEquals(map instanceof Uint8Array, mapFormat === "u8");
    }
  }
});

Deno.test("Observer() refuses to write the map of full as bytes", () => {
  assertThrows(
    () => new Observer(townOf({ variant: "full" }), { mapFormat: "u8" }),
    RangeError,
    "maps of the variant full come as f32, not u8",
  );
});

Deno.test("specHash is the digest of everything else, in canonical JSON", () => {
  for (const variant of VARIANTS) {
    const { specHash, ...rest } = specOf({ variant, observations: TARGETS });
    assertEquals(specHash, sha256Hex(canonicalJson(rest)));
  }
});

Deno.test("specHash of the default is what it always was", () => {
  assertEquals(
    specOf({ relationships: "OFF" }).specHash,
    "f8c6dfa708c296fafc23e28b391fe2a92e9f951d94881c16bcd5dce997c3b300",
  );
});

Deno.test("specHash is equal for equal settings, whatever else the town is like", () => {
  const plain = specOf({ observations: TARGETS }).specHash;
  assertEquals(specOf({ observations: { ...TARGETS } }).specHash, plain);
  const other = compileTown(tinyConfig({
    agents: 5,
    objects: [{ id: "stove", type: "stove", at: [3, 3] }],
    walk: true,
    config: {
      features: { stages: { relationships: "C1" } },
      embedding_allocator: { max_slots: 3 },
      observations: TARGETS,
    },
  }));
  assertEquals(observationSpec(other).specHash, plain);
});

Deno.test("specHash differs as soon as anything of the shape or meaning does", () => {
  const observed = (observations: Readonly<Record<string, unknown>>) => ({
    observations,
  });
  const compact = (settings: Readonly<Record<string, unknown>>) => ({
    variant: "compact" as const,
    observations: { compact: settings },
  });
  const cases: readonly Settings[] = [
    {},
    { variant: "full" },
    { relationships: "OFF" },
    { personality: true },
    observed({ layout: "v2" }),
    observed({ hybrid: { local_window: 9 } }),
    observed({ hybrid: { include_targets: true } }),
    observed({ social_snippet: { top_friends: 1 } }),
    observed({ social_snippet: { top_friends: 1, top_rivals: 3 } }),
    observed({ social_snippet: { embed_dim: 7 } }),
    observed({ social_snippet: { include_aggregates: false } }),
    compact({}),
    compact({ map_window: 9 }),
    compact({ map_window: 0 }),
    compact({ include_targets: true }),
    compact({ object_channels: ["bed"] }),
    compact({ object_channels: ["bed", "stove"] }),
    compact({ object_channels: ["stove", "bed"] }),
    compact({ normalize_counts: false }),
  ];
  const hashes = cases.map((settings) => specOf(settings).specHash);
  for (const [i, hash] of hashes.entries()) {
    assert(/^[0-9a-f]{64}$/.test(hash));
    assertEquals(hashes.indexOf(hash), i, JSON.stringify(cases[i]));
  }
});
