/** Section `observations`: what a learning resident sees. @module */
import { z } from "zod";
import { flag, IDENTIFIER, int, oneOf } from "./schema.ts";

/** What a learning resident sees. */
export interface ObservationSettings {
  /** How numbers are scaled: v1, or v2, bounded, for new training runs. */
  readonly layout: "v1" | "v2";
  /** Window of the variants hybrid and full. */
  readonly hybrid: {
    /** Side of the window in tiles, odd, 3 to 255. */
    readonly local_window: number;
    /** Whether features lead to the nearest fridge, stove, bed and shower. */
    readonly include_targets: boolean;
  };
  /** Window of the variant compact. */
  readonly compact: {
    /** Side of the window in tiles, odd, 3 to 255; 0 for no map. */
    readonly map_window: number;
    /** Whether features lead to the nearest fridge, stove, bed and shower. */
    readonly include_targets: boolean;
    /** Object types with a map channel of their own. */
    readonly object_channels: readonly string[];
    /** Whether counts stop at 1. */
    readonly normalize_counts: boolean;
  };
  /** What is told of friends and rivals. */
  readonly social_snippet: {
    /** Friends told, 0 to 8. */
    readonly top_friends: number;
    /** Rivals told, 0 to 8. */
    readonly top_rivals: number;
    /** Numbers that stand for the id of each, 1 to 32. */
    readonly embed_dim: number;
    /** Whether means and maxima are told too. */
    readonly include_aggregates: boolean;
  };
}

/** {@link ObservationSettings} as written. */
export interface ObservationEntry
  extends Omit<ObservationSettings, "social_snippet"> {
  /** What is told of friends and rivals. */
  readonly social_snippet:
    & Omit<
      ObservationSettings["social_snippet"],
      "top_friends" | "top_rivals"
    >
    & {
      /** Friends told, if written. */
      readonly top_friends: number | null;
      /** Rivals told, if written. */
      readonly top_rivals: number | null;
    };
}

/** Largest number of friends and rivals together. */
export const SOCIAL_MAX = 8;

/** Most numbers of all residents' maps together: half a GiB of them. */
export const MAP_NUMBERS_MAX = 2 ** 27;

const objectChannels: z.ZodType<readonly string[]> = z.array(
  z.string().trim().toLowerCase().refine(
    (name) => name === "" || IDENTIFIER.test(name),
    { error: "must be a type of object" },
  ),
).transform((names) => [...new Set(names)].filter((name) => name !== ""));

/** Largest side of a window. */
const SIDE_MAX = 255;

/** Side of a window: odd and at least 3, or one of the other numbers allowed. */
function side(...others: readonly number[]): z.ZodType<number> {
  const least = Math.min(3, ...others);
  return int(least, SIDE_MAX).refine(
    // What is out of range has been told of already.
    (n) =>
      n < least || n > SIDE_MAX || others.includes(n) ||
      n >= 3 && n % 2 === 1,
    { error: ["must be odd and at least 3", ...others].join(", or ") },
  );
}

/** Schema of the section `observations`. */
export const observations: z.ZodType<ObservationEntry> = z.strictObject({
  layout: oneOf("v1", "v2").prefault("v1").describe(
    "How numbers are scaled: v1, or v2, bounded, for new training runs",
  ),
  hybrid: z.strictObject({
    local_window: side().prefault(11).describe(
      "Side of the window in tiles, odd",
    ),
    include_targets: flag().prefault(false).describe(
      "Whether features lead to the nearest fridge, stove, bed and shower",
    ),
  }).prefault({}).describe("Window of the variants hybrid and full"),
  compact: z.strictObject({
    map_window: side(0).prefault(7).describe(
      "Side of the window in tiles, odd; 0 for no map",
    ),
    include_targets: flag().prefault(false).describe(
      "Whether features lead to the nearest fridge, stove, bed and shower",
    ),
    object_channels: objectChannels.prefault([]).describe(
      "Object types with a map channel of their own",
    ),
    normalize_counts: flag().prefault(true).describe(
      "Whether counts stop at 1",
    ),
  }).prefault({}).describe("Window of the variant compact"),
  social_snippet: z.strictObject({
    top_friends: int(0, SOCIAL_MAX).nullable().prefault(null).describe(
      "Friends told; by default 2, or 0 while relationships are OFF",
    ),
    top_rivals: int(0, SOCIAL_MAX).nullable().prefault(null).describe(
      "Rivals told; by default 2, or 0 while relationships are OFF",
    ),
    embed_dim: int(1, 32).prefault(8).describe(
      "Numbers that stand for the id of each",
    ),
    include_aggregates: flag().prefault(true).describe(
      "Whether means and maxima are told too; never without friends and rivals",
    ),
  }).prefault({}).describe("What is told of friends and rivals"),
}).describe("What a learning resident sees");
