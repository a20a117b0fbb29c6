/** Section `features`: what a town switches on. @module */
import { z } from "zod";
import { flag, oneOf } from "./schema.ts";

/** How far social life is switched on. */
export type RelationshipStage = "OFF" | "A" | "B" | "C1" | "C2" | "C3";

/** Which social terms a reward has. */
export type SocialRewardStage = "OFF" | "C1" | "C2" | "C3";

/** Which observation is built for a learning resident. */
export type ObservationVariant = "full" | "hybrid" | "compact";

/** Switches of a town. */
export interface Features {
  /** How far the social parts of a town are switched on. */
  readonly stages: {
    /** Chats; the letters beside OFF act alike and only name a plan's stage. */
    readonly relationships: RelationshipStage;
    /** Social terms of the reward: C1 chats, C2 and C3 avoidance too. */
    readonly social_rewards: SocialRewardStage;
  };
  /** Parts of the simulation that can be chosen. */
  readonly systems: {
    /** Whether residents can die, be evicted and come back. */
    readonly lifecycle: "on" | "off";
    /** Which observation is built for a learning resident. */
    readonly observations: ObservationVariant;
  };
  /** Whether personality changes how ties move. */
  readonly relationship_modifiers: boolean;
  /** What personality does to behaviour. */
  readonly behavior: {
    /** Whether profiles bias what scripted residents do. */
    readonly personality_profiles: boolean;
    /** Whether profiles scale need decay and reward parts. */
    readonly reward_multipliers: boolean;
  };
  /** What observations carry beside the usual. */
  readonly observations: {
    /** Whether observations and telemetry show personality traits. */
    readonly personality_channels: boolean;
  };
}

/** Schema of the section `features`. */
export const features: z.ZodType<Features> = z.strictObject({
  stages: z.strictObject({
    relationships: oneOf("OFF", "A", "B", "C1", "C2", "C3").prefault("OFF")
      .describe(
        "Chats; the letters beside OFF act alike and only name a plan's stage",
      ),
    social_rewards: oneOf("OFF", "C1", "C2", "C3").prefault("OFF").describe(
      "Social terms of the reward: C1 chats, C2 and C3 avoidance too",
    ),
  }).describe("How far the social parts of a town are switched on"),
  systems: z.strictObject({
    lifecycle: oneOf("on", "off").prefault("on").describe(
      "Whether residents can die, be evicted and come back",
    ),
    observations: oneOf("full", "hybrid", "compact").prefault("hybrid")
      .describe(
        "Which observation is built for a learning resident",
      ),
  }).describe("Parts of the simulation that can be chosen"),
  relationship_modifiers: flag().prefault(false).describe(
    "Whether personality changes how ties move",
  ),
  behavior: z.strictObject({
    personality_profiles: flag().prefault(false).describe(
      "Whether profiles bias what scripted residents do",
    ),
    reward_multipliers: flag().prefault(false).describe(
      "Whether profiles scale need decay and reward parts",
    ),
  }).prefault({}).describe("What personality does to behaviour"),
  observations: z.strictObject({
    personality_channels: flag().prefault(false).describe(
      "Whether observations and telemetry show personality traits",
    ),
  }).prefault({}).describe("What observations carry beside the usual"),
}).describe("What a town switches on");
