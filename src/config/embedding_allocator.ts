/** Section `embedding_allocator`: slots by which networks know residents. @module */
import { z } from "zod";
import { int, real } from "./schema.ts";

/** How residents get the slots, small numbers, by which networks know them. */
export interface EmbeddingAllocator {
  /** Ticks the slot of a removed resident rests if it can, 0 to 10000. */
  readonly cooldown_ticks: number;
  /** Share of slots given unrested that raises a warning, 0 to 0.5; 0 for never. */
  readonly reuse_warning_threshold: number;
  /** Slots to give, 1 to 65535; residents beyond them share. */
  readonly max_slots: number;
}

/** Schema of the section `embedding_allocator`. */
export const embeddingAllocator: z.ZodType<EmbeddingAllocator> = z.strictObject(
  {
    cooldown_ticks: int(0, 10_000).prefault(2000).describe(
      "Ticks the slot of a removed resident rests if it can",
    ),
    reuse_warning_threshold: real(0, 0.5).prefault(0.05).describe(
      "Share of slots given unrested that raises a warning; 0 for never",
    ),
    max_slots: int(1, 65_535).prefault(64).describe(
      "Slots to give; residents beyond them share",
    ),
  },
).describe("Slots, small numbers by which networks know residents");
