/**
 * What observations look like: names, shapes and formats, the same for every
 * resident and tick of a town.
 *
 * @module
 */
import { sha256Hex } from "../base/hash.ts";
import { canonicalJson } from "../base/order.ts";
import type { Config } from "../config/config.ts";
import type { ObservationVariant } from "../config/features.ts";
import type { Town } from "../world/town.ts";
import { NEEDS } from "../world/world.ts";

/** Number format of a map: single precision, or bytes from 0 to 255. */
export type MapFormat = "f32" | "u8";

/** Object types that landmark features tell of, in order. */
export const LANDMARKS = ["fridge", "stove", "bed", "shower"] as const;

/** Names of the numbers of a summary, in order. */
export const SUMMARY = [
  "agent_count",
  "object_count",
  "reserved_tiles",
  "radius",
  "agent_ratio",
  "object_ratio",
  "reserved_ratio",
  "nearest_agent_distance",
  "nearest_agent_distance_norm",
] as const;

/** What the observations of a town look like. */
export interface ObservationSpec {
  /** Kind of observation. */
  readonly variant: ObservationVariant;
  /** How numbers are scaled: `v1`, or `v2`, bounded and meant for training. */
  readonly layout: "v1" | "v2";
  /** Channels, rows and columns of a map; all 0 where there is none. */
  readonly mapShape: readonly [channels: number, rows: number, columns: number];
  /** Names of the channels. */
  readonly mapChannels: readonly string[];
  /** Formats a map can be had in. */
  readonly mapFormats: readonly MapFormat[];
  /** Names of the features. */
  readonly featureNames: readonly string[];
  /** Number format of the features. */
  readonly featureFormat: "f32";
  /** Features of each landmark, [start, stop); only with landmarks. */
  readonly landmarkSlices?: Readonly<
    Record<string, readonly [start: number, stop: number]>
  >;
  /** What is told of friends and rivals; only where something is. */
  readonly social?: {
    /** How many of them. */
    readonly slots: number;
    /** How many of those are for friends first. */
    readonly friends: number;
    /** Features of each. */
    readonly slotSize: number;
    /** Numbers of each that stand for the other's id. */
    readonly embedDim: number;
    /** Index of the first feature of the first. */
    readonly start: number;
    /** Names of the features that sum them up. */
    readonly aggregates: readonly string[];
  };
  /** Settings of the variant compact; only there. */
  readonly compact?: Config["observations"]["compact"];
  /** SHA-256 of the canonical JSON of all the above, 64 hex digits. */
  readonly specHash: string;
}

/** The format that takes the least room: bytes, where maps can be had so. */
export function smallestMapFormat(
  { mapFormats }: Pick<ObservationSpec, "mapFormats">,
): MapFormat {
  return mapFormats.includes("u8") ? "u8" : "f32";
}

/** Features before landmarks; `last_action` stands for what layouts make of it. */
const FEATURES = [
  ...NEEDS.map((need) => `need_${need}`),
  "wallet",
  "lateness_counter",
  "on_shift",
  "time_sin",
  "time_cos",
  "attendance_ratio",
  "wages_withheld",
  "shift_pre",
  "shift_on_time",
  "shift_late",
  "shift_absent",
  "shift_post",
  "embedding_slot_norm",
  "ctx_reset_flag",
  "episode_progress",
  "rivalry_max",
  "rivalry_avoid_count",
  "last_action",
  "last_action_success",
  "last_action_duration",
  "reservation_active",
  "in_queue",
  "path_hint_north",
  "path_hint_south",
  "path_hint_east",
  "path_hint_west",
  "neighbor_agent_ratio",
  "neighbor_object_ratio",
  "reserved_tile_ratio",
  "nearest_agent_distance",
];

/** What `last_action` becomes. */
const LAST_ACTION = {
  v1: ["last_action_id_hash"],
  v2: ["move", "request", "start", "release", "chat", "blocked", "wait", "none"]
    .map((kind) => `last_action_${kind}`),
} as const;

const AGGREGATES = [
  "social_trust_mean",
  "social_trust_max",
  "social_rivalry_mean",
  "social_rivalry_max",
];

/** What the observations of a town look like. */
export function observationSpec({ config }: Town): ObservationSpec {
  const { observations, features } = config;
  const { layout, compact, hybrid, social_snippet } = observations;
  const variant = features.systems.observations;
  const isCompact = variant === "compact";
  const side = isCompact ? compact.map_window : hybrid.local_window;
  const targets = isCompact ? compact.include_targets : hybrid.include_targets;

  const mapChannels = ["self", "agents", "objects", "reservations"];
  if (variant === "full") mapChannels.push("path_dx", "path_dy");
  if (isCompact) {
    mapChannels.push(
      ...compact.object_channels.map((type) => `object:${type}`),
      "walkable",
    );
  }
  const featureNames = FEATURES.flatMap((name) =>
    name === "last_action" ? LAST_ACTION[layout] : [name]
  );
  const landmarkSlices: Record<string, [number, number]> = {};
  if (targets) {
    for (const type of LANDMARKS) {
      const start = featureNames.length;
      featureNames.push(`${type}_dx`, `${type}_dy`, `${type}_dist`);
      landmarkSlices[type] = [start, featureNames.length];
    }
  }
  if (features.observations.personality_channels) {
    featureNames.push(
      "personality_extroversion",
      "personality_forgiveness",
      "personality_ambition",
    );
  }
  const { top_friends, top_rivals, embed_dim } = social_snippet;
  const slots = top_friends + top_rivals;
  const start = featureNames.length;
  for (let i = 0; i < slots; i++) {
    for (let d = 0; d < embed_dim; d++) {
      featureNames.push(`social_slot${i}_d${d}`);
    }
    featureNames.push(
      `social_slot${i}_trust`,
      `social_slot${i}_familiarity`,
      `social_slot${i}_rivalry`,
    );
  }
  const aggregates = slots > 0 && social_snippet.include_aggregates
    ? AGGREGATES
    : [];
  featureNames.push(...aggregates);

  const spec = {
    variant,
    layout,
    mapShape: side === 0
      ? [0, 0, 0] as const
      : [mapChannels.length, side, side] as const,
    mapChannels: side === 0 ? [] : mapChannels,
    mapFormats: variant === "full" ? ["f32" as const] : ["f32", "u8"] as const,
    featureNames,
    featureFormat: "f32" as const,
    ...targets ? { landmarkSlices } : {},
    ...slots > 0
      ? {
        social: {
          slots,
          friends: top_friends,
          slotSize: embed_dim + 3,
          embedDim: embed_dim,
          start,
          aggregates,
        },
      }
      : {},
    ...isCompact ? { compact } : {},
  };
  return { ...spec, specHash: sha256Hex(canonicalJson(spec)) };
}
