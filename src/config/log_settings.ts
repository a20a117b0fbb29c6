/** Section `log`: what goes to standard error. @module */
import { z } from "zod";
import { int, oneOf } from "./schema.ts";

/** What goes to standard error. */
export interface LogSettings {
  /** Least level that is written. */
  readonly level: "debug" | "info" | "warn" | "error";
  /** Ticks between lines about health; 0 for never. */
  readonly health_every: number;
}

/** Schema of the section `log`. */
export const log: z.ZodType<LogSettings> = z.strictObject({
  level: oneOf("debug", "info", "warn", "error").prefault("info").describe(
    "Least level that is written",
  ),
  health_every: int(0).prefault(0).describe(
    "Ticks between lines about health; 0 for never",
  ),
}).describe("What goes to standard error");
