/** Section `affordances`: what objects can be used for. @module */
import { z } from "zod";
import { hooks, type HookSettings } from "./hooks.ts";
import { int, path } from "./schema.ts";

/** Where affordances come from and what is kept of their use. */
export interface AffordanceSettings {
  /** Path of a manifest, or null for the built-in one. */
  readonly manifest: string | null;
  /** Code that may act when affordances start and end. */
  readonly hooks: HookSettings;
  /** Outcomes kept for each resident, 0 to 1000. */
  readonly outcome_history: number;
}

/** Schema of the section `affordances`. */
export const affordances: z.ZodType<AffordanceSettings> = z.strictObject({
  manifest: path().nullable().prefault(null).describe(
    "Path of a manifest, from the folder of this file; null for the built-in one",
  ),
  hooks: hooks.prefault({}).describe(
    "Code that may act when affordances start and end",
  ),
  outcome_history: int(0, 1000).prefault(10).describe(
    "Outcomes kept for each resident",
  ),
}).describe("What objects can be used for");
