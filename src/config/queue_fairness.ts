/** Section `queue_fairness`: whose turn it is. @module */
import { z } from "zod";
import { flag, int, real } from "./schema.ts";

/** How a queue chooses who goes next. */
export interface QueueFairness {
  /** Ticks before an agent may return to the same object, 0 to 600. */
  readonly cooldown_ticks: number;
  /** Blocked ticks after which an idle holder loses its turn; 0 for never. */
  readonly ghost_step_after: number;
  /** How much a tick of waiting weighs against a place in the queue, 0 to 1. */
  readonly age_priority_weight: number;
  /** Ticks of waiting that cause a conflict with the holder; 0 for never. */
  readonly long_wait_ticks: number;
  /** Whether blocked ticks can end a use that is under way. */
  readonly preempt_running: boolean;
}

/** Schema of the section `queue_fairness`. */
export const queueFairness: z.ZodType<QueueFairness> = z.strictObject({
  cooldown_ticks: int(0, 600).prefault(60).describe(
    "Ticks before an agent may return to the same object",
  ),
  ghost_step_after: int(0, 100).prefault(3).describe(
    "Blocked ticks after which an idle holder loses its turn; 0 for never",
  ),
  age_priority_weight: real(0, 1).prefault(0.1).describe(
    "How much a tick of waiting weighs against a place in the queue",
  ),
  long_wait_ticks: int(0, 600).prefault(0).describe(
    "Ticks of waiting that cause a conflict with the holder; 0 for never",
  ),
  preempt_running: flag().prefault(false).describe(
    "Whether blocked ticks can end a use that is under way",
  ),
}).describe("Whose turn it is at an object");
