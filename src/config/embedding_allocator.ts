/** Section `embedding_allocator`: numbers that stand for residents. @module */
import { z } from "zod";
import { int, real } from "./schema.ts";

/** How residents get the numbers networks know them by. */
export interface EmbeddingAllocator {
  /** Ticks before the number of a removed resident is given again, 0 to 10000. */
  readonly cooldown_ticks: number;
  /** Share of early reuse that raises a warning, 0 to 0.5; 0 for never. */
  readonly reuse_warning_threshold: number;
  /** Numbers to give, 1 to 65535; residents beyond them share. */
  readonly max_slots: number;
}

/** Schema of the section `embedding_allocator`. */
export const embeddingAllocator: z.ZodType<EmbeddingAllocator> = z.strictObject(
  {
    cooldown_ticks: int(0, 10_000).prefault(2000).describe(
      "Ticks before the number of a removed resident is given again",
    ),
    reuse_warning_threshold: real(0, 0.5).prefault(0.05).describe(
      "Share of early reuse that raises a warning",
    ),
    max_slots: int(1, 65_535).prefault(64).describe("Numbers to give"),
  },
).describe("Numbers that stand for residents in observations");
