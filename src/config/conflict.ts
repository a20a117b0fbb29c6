/** Section `conflict`: how rivalry grows and fades. @module */
import { z } from "zod";
import { int, real } from "./schema.ts";

/** The rivalry ledger. */
export interface Rivalry {
  /** Added by a conflict of intensity 1, 0 to 1. */
  readonly increment_per_conflict: number;
  /** Lost every tick, 0 to 1. */
  readonly decay_per_tick: number;
  /** Least score, 0 to 1. */
  readonly min_value: number;
  /** Highest score, 0 to 1, not below `min_value`. */
  readonly max_value: number;
  /** Score from which residents avoid each other, within least and highest. */
  readonly avoid_threshold: number;
  /** Score at which a rivalry is forgotten, within least and highest. */
  readonly eviction_threshold: number;
  /** Rivals and ties a resident can have, 1 to 32. */
  readonly max_edges: number;
  /** Intensity of a conflict over a lost turn, 0 to 5. */
  readonly ghost_step_boost: number;
  /** Intensity of a conflict over a long wait, 0 to 5. */
  readonly long_wait_boost: number;
  /** Intensity added for each further resident in the queue, 0 to 2. */
  readonly queue_length_boost: number;
}

/** What conflicts do. */
export interface Conflict {
  /** The rivalry ledger. */
  readonly rivalry: Rivalry;
}

/** Schema of the section `conflict`. */
export const conflict: z.ZodType<Conflict> = z.strictObject({
  rivalry: z.strictObject({
    increment_per_conflict: real(0, 1).prefault(0.15).describe(
      "Added by a conflict of intensity 1",
    ),
    decay_per_tick: real(0, 1).prefault(0.005).describe("Lost every tick"),
    min_value: real(0, 1).prefault(0).describe("Least score"),
    max_value: real(0, 1).prefault(1).describe("Highest score"),
    avoid_threshold: real(0, 1).prefault(0.7).describe(
      "Score from which residents avoid each other, within least and highest",
    ),
    eviction_threshold: real(0, 1).prefault(0.05).describe(
      "Score at which a rivalry is forgotten, within least and highest",
    ),
    max_edges: int(1, 32).prefault(6).describe(
      "Rivals and ties a resident can have",
    ),
    ghost_step_boost: real(0, 5).prefault(1.5).describe(
      "Intensity of a conflict over a lost turn",
    ),
    long_wait_boost: real(0, 5).prefault(0.4).describe(
      "Intensity of a conflict over a long wait",
    ),
    queue_length_boost: real(0, 2).prefault(0.25).describe(
      "Intensity added for each further resident in the queue",
    ),
  }).prefault({}).describe("The rivalry ledger"),
}).describe("How rivalry grows and fades");
