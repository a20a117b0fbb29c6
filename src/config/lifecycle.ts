/** Section `lifecycle`: coming back after a death. @module */
import { z } from "zod";
import { int } from "./schema.ts";

/** Rules of coming back. */
export interface Lifecycle {
  /** Ticks from a removal until a newcomer takes the place, 0 to 100000. */
  readonly respawn_delay_ticks: number;
}

/** Schema of the section `lifecycle`. */
export const lifecycle: z.ZodType<Lifecycle> = z.strictObject({
  respawn_delay_ticks: int(0, 100_000).prefault(0).describe(
    "Ticks from a removal until a newcomer takes the place",
  ),
}).describe("Coming back after a death");
