/** Section `personalities`: who is like what. @module */
import { z } from "zod";
import { named, real } from "./schema.ts";

/** A personality profile. */
export type ProfileName =
  | "balanced"
  | "socialite"
  | "industrious"
  | "stoic";

/** Names of the personality profiles. */
export const PROFILE_NAMES: readonly ProfileName[] = [
  "balanced",
  "socialite",
  "industrious",
  "stoic",
];

/** How profiles are given to residents. */
export interface Personalities {
  /** Weight of each profile in the draw; their sum is above 0. */
  readonly distribution: Readonly<Partial<Record<ProfileName, number>>>;
  /** Profiles of residents by id, before any draw. */
  readonly overrides: Readonly<Record<string, ProfileName>>;
}

/** A schema for a profile's name in any case. */
export function profileName(): z.ZodType<ProfileName> {
  return z.string().toLowerCase().pipe(z.enum(PROFILE_NAMES)).meta({
    enum: [...PROFILE_NAMES],
  });
}

const distribution: z.ZodType<Personalities["distribution"]> = named(real(0))
  .transform((weights, context) => {
    const kept: Partial<Record<ProfileName, number>> = {};
    for (const [raw, weight] of Object.entries(weights)) {
      const name = PROFILE_NAMES.find((known) => known === raw.toLowerCase());
      if (name === undefined) {
        context.issues.push({
          code: "custom",
          message: `unknown profile; known are ${PROFILE_NAMES.join(", ")}`,
          input: weights,
          path: [raw],
          params: { at: "key" },
        });
      } else {
        kept[name] = (kept[name] ?? 0) + weight;
      }
    }
    if (!Object.values(weights).some((weight) => weight > 0)) {
      context.issues.push({
        code: "custom",
        message: "must give at least one profile a weight above 0",
        input: weights,
      });
    }
    return kept;
  });

/** Schema of the section `personalities`. */
export const personalities: z.ZodType<Personalities> = z.strictObject({
  distribution: distribution.prefault({ balanced: 1 }).describe(
    "Weight of each profile in the draw; their sum is above 0",
  ),
  overrides: named(profileName()).prefault({}).describe(
    "Profiles of residents by id, before any draw",
  ),
}).describe("Who is like what");
