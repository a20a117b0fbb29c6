/** Section `rewards`: what a resident is paid for, each tick. @module */
import { z } from "zod";
import { flag, int, type Needs, real } from "./schema.ts";

/** Weights and limits of the reward. */
export interface Rewards {
  /** How much each need weighs in the penalty for want. */
  readonly needs_weights: Needs;
  /** How much each need falls in a tick. */
  readonly decay_rates: Needs;
  /** Bonus while on shift, times punctuality, at most the weight of hunger. */
  readonly punctuality_bonus: number;
  /** Whether wages earned and withheld in a tick count. */
  readonly wage: boolean;
  /** Paid for every tick alive, 0 to 0.01. */
  readonly survival_tick: number;
  /** Added when a resident faints, -5 to 0. */
  readonly faint_penalty: number;
  /** Added when a resident is evicted, -5 to 0. */
  readonly eviction_penalty: number;
  /** Terms for chats and for keeping out of conflicts. */
  readonly social: {
    /** Base of a chat's bonus, 0 to 0.05. */
    readonly C1_chat_base: number;
    /** Weight of trust in a chat's bonus, 0 to 1. */
    readonly C1_coeff_trust: number;
    /** Weight of familiarity in a chat's bonus, 0 to 1. */
    readonly C1_coeff_fam: number;
    /** Paid for avoiding a rival, at most once a tick, 0 to 0.02. */
    readonly C2_avoid_conflict: number;
  };
  /** Limits of what a tick and an episode can pay. */
  readonly clip: {
    /** Largest reward of one tick, either sign, 0.01 to 1. */
    readonly clip_per_tick: number;
    /** Largest sum of an episode, either sign, 1 to 200; null for no limit. */
    readonly clip_per_episode: number | null;
    /** Ticks around a death in which no reward is positive, 0 to 200. */
    readonly no_positive_within_death_ticks: number;
    /** Whether the penalties for fainting and eviction escape the tick's clip. */
    readonly exempt_terminal: boolean;
  };
}

/** Schema of the section `rewards`. */
export const rewards: z.ZodType<Rewards> = z.strictObject({
  needs_weights: z.strictObject({
    hunger: real(0.5, 2).describe("Weight of hunger (usually 1)"),
    hygiene: real(0.2, 1).describe("Weight of hygiene (usually 0.6)"),
    energy: real(0.4, 1.5).describe("Weight of energy (usually 0.8)"),
  }).describe("How much each need weighs in the penalty for want"),
  decay_rates: z.strictObject({
    hunger: real(0, 1).prefault(0.01).describe("Hunger lost in a tick"),
    hygiene: real(0, 1).prefault(0.005).describe("Hygiene lost in a tick"),
    energy: real(0, 1).prefault(0.008).describe("Energy lost in a tick"),
  }).prefault({}).describe("How much each need falls in a tick"),
  punctuality_bonus: real(0, 0.1).prefault(0.05).describe(
    "Bonus while on shift, times punctuality, at most the weight of hunger",
  ),
  wage: flag().prefault(true).describe(
    "Whether wages earned and withheld in a tick count",
  ),
  survival_tick: real(0, 0.01).prefault(0.002).describe(
    "Paid for every tick alive",
  ),
  faint_penalty: real(-5, 0).prefault(-1).describe(
    "Added when a resident faints",
  ),
  eviction_penalty: real(-5, 0).prefault(-2).describe(
    "Added when a resident is evicted",
  ),
  social: z.strictObject({
    C1_chat_base: real(0, 0.05).prefault(0.01).describe(
      "Base of a chat's bonus",
    ),
    C1_coeff_trust: real(0, 1).prefault(0.3).describe(
      "Weight of trust in a chat's bonus",
    ),
    C1_coeff_fam: real(0, 1).prefault(0.2).describe(
      "Weight of familiarity in a chat's bonus",
    ),
    C2_avoid_conflict: real(0, 0.02).prefault(0.005).describe(
      "Paid for avoiding a rival, at most once a tick",
    ),
  }).prefault({}).describe("Terms for chats and for keeping out of conflicts"),
  clip: z.strictObject({
    clip_per_tick: real(0.01, 1).prefault(0.2).describe(
      "Largest reward of one tick, either sign",
    ),
    clip_per_episode: real(1, 200).nullable().prefault(50).describe(
      "Largest sum of an episode, either sign",
    ),
    no_positive_within_death_ticks: int(0, 200).prefault(10).describe(
      "Ticks around a death in which no reward is positive",
    ),
    exempt_terminal: flag().prefault(false).describe(
      "Whether the penalties for fainting and eviction escape the tick's clip",
    ),
  }).prefault({}).describe("Limits of what a tick and an episode can pay"),
}).describe("What a resident is paid for, each tick");
