/** Keys of `telemetry` about narration: which moments are told. @module */
import { z } from "zod";
import { flag, int, oneOf, real } from "./schema.ts";

/** A category of narration. */
export type NarrationCategory =
  | "queue_conflict"
  | "utility_outage"
  | "shower_complete"
  | "sleep_complete"
  | "relationship_friendship"
  | "relationship_rivalry"
  | "relationship_social_alert"
  | "personality_event"
  | "operator_story"
  | "demo_story";

/** Categories of narration. */
export const NARRATION_CATEGORIES: readonly NarrationCategory[] = [
  "queue_conflict",
  "utility_outage",
  "shower_complete",
  "sleep_complete",
  "relationship_friendship",
  "relationship_rivalry",
  "relationship_social_alert",
  "personality_event",
  "operator_story",
  "demo_story",
];

/** How often moments are told. */
export interface Narration {
  /** Ticks between any two moments, 0 to 10000. */
  readonly global_cooldown_ticks: number;
  /** Ticks between two moments of a category, in place of the above. */
  readonly category_cooldown_ticks: Readonly<
    Partial<Record<NarrationCategory, number>>
  >;
  /** Ticks in which the same moment is told once, 0 to 10000. */
  readonly dedupe_window_ticks: number;
  /** Length of the window in which moments are counted, 1 to 10000. */
  readonly global_window_ticks: number;
  /** Moments told within the window, 1 to 1000. */
  readonly global_window_limit: number;
  /** Categories that need not wait for any pause. */
  readonly priority_categories: readonly NarrationCategory[];
}

/** When friendships and rivalries are told. */
export interface RelationshipNarration {
  /** Trust from which a friendship is told, -1 to 1. */
  readonly friendship_trust_threshold: number;
  /** Change of trust that is told, -1 to 1. */
  readonly friendship_delta_threshold: number;
  /** Trust from which a friendship need not wait, not below the first. */
  readonly friendship_priority_threshold: number;
  /** Rivalry from which avoidance is told, -1 to 1. */
  readonly rivalry_avoid_threshold: number;
  /** Rivalry that counts as escalated, not below avoidance. */
  readonly rivalry_escalation_threshold: number;
}

/** When character is told. */
export interface PersonalityNarration {
  /** Whether character is told at all. */
  readonly enabled: boolean;
  /** Extroversion from which a speaker's chat is told, -1 to 1. */
  readonly chat_extroversion_threshold: number;
  /** Extroversion from which it need not wait, -1 to 1. */
  readonly chat_priority_threshold: number;
  /** Quality from which a chat is told, -1 to 1. */
  readonly chat_quality_threshold: number;
  /** Tolerance below which avoiding a conflict is told, 0 to 5. */
  readonly conflict_tolerance_threshold: number;
}

const pauses: z.ZodType<Narration["category_cooldown_ticks"]> = z.partialRecord(
  z.enum(NARRATION_CATEGORIES),
  int(0, 10_000),
);

/** Schema of the key `telemetry.narration`. */
export const narration: z.ZodType<Narration> = z.strictObject({
  global_cooldown_ticks: int(0, 10_000).prefault(30).describe(
    "Ticks between any two moments",
  ),
  category_cooldown_ticks: pauses.prefault({}).describe(
    "Ticks between two moments of a category, in place of the above",
  ),
  dedupe_window_ticks: int(0, 10_000).prefault(20).describe(
    "Ticks in which the same moment is told once",
  ),
  global_window_ticks: int(1, 10_000).prefault(600).describe(
    "Length of the window in which moments are counted",
  ),
  global_window_limit: int(1, 1000).prefault(10).describe(
    "Moments told within the window",
  ),
  priority_categories: z.array(oneOf(...NARRATION_CATEGORIES)).prefault([])
    .describe("Categories that need not wait for any pause"),
}).describe("How often moments are told");

/** Schema of the key `telemetry.relationship_narration`. */
export const relationshipNarration: z.ZodType<RelationshipNarration> = z
  .strictObject({
    friendship_trust_threshold: real(-1, 1).prefault(0.6).describe(
      "Trust from which a friendship is told",
    ),
    friendship_delta_threshold: real(-1, 1).prefault(0.25).describe(
      "Change of trust that is told",
    ),
    friendship_priority_threshold: real(-1, 1).prefault(0.85).describe(
      "Trust from which a friendship need not wait, not below the first",
    ),
    rivalry_avoid_threshold: real(-1, 1).prefault(0.7).describe(
      "Rivalry from which avoidance is told",
    ),
    rivalry_escalation_threshold: real(-1, 1).prefault(0.9).describe(
      "Rivalry that counts as escalated, not below avoidance",
    ),
  }).describe("When friendships and rivalries are told");

/** Schema of the key `telemetry.personality_narration`. */
export const personalityNarration: z.ZodType<PersonalityNarration> = z
  .strictObject({
    enabled: flag().prefault(true).describe("Whether character is told at all"),
    chat_extroversion_threshold: real(-1, 1).prefault(0.5).describe(
      "Extroversion from which a speaker's chat is told",
    ),
    chat_priority_threshold: real(-1, 1).prefault(0.75).describe(
      "Extroversion from which it need not wait",
    ),
    chat_quality_threshold: real(-1, 1).prefault(0.3).describe(
      "Quality from which a chat is told",
    ),
    conflict_tolerance_threshold: real(0, 5).prefault(0.95).describe(
      "Tolerance below which avoiding a conflict is told",
    ),
  }).describe("When character is told");
