/** Section `behavior`: when a scripted resident acts. @module */
import { z } from "zod";
import { int, real } from "./schema.ts";

/** Thresholds of scripted residents. */
export interface Behavior {
  /** A resident below it looks for food, 0 to 1. */
  readonly hunger_threshold: number;
  /** A resident below it looks for a shower, 0 to 1. */
  readonly hygiene_threshold: number;
  /** A resident below it looks for a bed, 0 to 1. */
  readonly energy_threshold: number;
  /** Ticks before a shift at which residents set out for work, 0 to 240. */
  readonly job_arrival_buffer: number;
}

/** Schema of the section `behavior`. */
export const behavior: z.ZodType<Behavior> = z.strictObject({
  hunger_threshold: real(0, 1).prefault(0.4).describe(
    "A resident below it looks for food",
  ),
  hygiene_threshold: real(0, 1).prefault(0.4).describe(
    "A resident below it looks for a shower",
  ),
  energy_threshold: real(0, 1).prefault(0.4).describe(
    "A resident below it looks for a bed",
  ),
  job_arrival_buffer: int(0, 240).prefault(20).describe(
    "Ticks before a shift at which residents set out for work",
  ),
}).describe("When a scripted resident acts");
