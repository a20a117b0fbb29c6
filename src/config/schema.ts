/** Words the sections' schemas are written in. @module */
import { z } from "zod";
import { FORBIDDEN_KEYS } from "./yaml_text.ts";

// Checks are interpreted, never compiled: no text becomes code here.
z.config({ jitless: true });

/** A tile: column counted from the west, row counted from the north. */
export type Tile = readonly [x: number, y: number];

/** How well a resident is, each from 0 (empty) to 1 (full). */
export interface Needs {
  /** Food, 0 to 1. */
  readonly hunger: number;
  /** Cleanliness, 0 to 1. */
  readonly hygiene: number;
  /** Rest, 0 to 1. */
  readonly energy: number;
}

/** A range of numbers; both ends belong to it. */
export interface Range {
  /** Lower end. */
  readonly min: number;
  /** Upper end, not below `min`. */
  readonly max: number;
}

/** A schema for whole numbers from `min` to `max`. */
export function int(
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): z.ZodType<number> {
  return z.int().check(z.gte(min), z.lte(max));
}

/** A schema for finite numbers from `min` to `max`. */
export function real(min: number, max?: number): z.ZodType<number> {
  return max === undefined
    ? z.number().check(z.gte(min))
    : z.number().check(z.gte(min), z.lte(max));
}

/** A schema for finite numbers above 0. */
export function positive(): z.ZodType<number> {
  return z.number().gt(0);
}

/** A schema for `true` and `false`. */
export function flag(): z.ZodType<boolean> {
  return FLAG;
}

const FLAG = z.boolean();

/** A schema for one of a few words. */
export function oneOf<const T extends string>(
  ...words: readonly T[]
): z.ZodType<T> {
  return z.enum(words);
}

/** A schema for a tile; the grid's size is checked later. */
export function tile(): z.ZodType<Tile> {
  return TILE;
}

const TILE = z.tuple([int(0), int(0)]);

/** A schema for the three needs, each with the same default. */
export function needs(otherwise: number): z.ZodType<Needs> {
  return z.strictObject({
    hunger: real(0, 1).prefault(otherwise).describe("Food"),
    hygiene: real(0, 1).prefault(otherwise).describe("Cleanliness"),
    energy: real(0, 1).prefault(otherwise).describe("Rest"),
  });
}

/** Rule of names: agents, objects, types, affordances, jobs, perturbations. */
export const IDENTIFIER = /^[A-Za-z0-9_][A-Za-z0-9_.#-]{0,63}$/;

/** A schema for names that follow {@link IDENTIFIER}. */
export function identifier(): z.ZodType<string> {
  return NAME;
}

const NAME = z.string().regex(IDENTIFIER, {
  error:
    "must be a name of at most 64 letters, digits and _ . # -, not beginning with . # or -",
}).refine((name) => !FORBIDDEN_KEYS.has(name), {
  // States and snapshots have names for keys.
  error: "is a name that nothing may have",
});

/**
 * A schema for mappings from names to `value`, kept in file order.
 *
 * Names of digits only are refused: a JavaScript object would move them ahead
 * of the others, and order counts.
 */
export function named<T>(
  value: z.ZodType<T>,
): z.ZodType<Readonly<Record<string, T>>> {
  return z.record(KEY, value);
}

const KEY = z.string().regex(IDENTIFIER, {
  error:
    "must have at most 64 letters, digits and _ . # -, and not begin with . # or -",
}).regex(/[^0-9]/, {
  error: "must not consist of digits only; add a letter",
});

/** A schema for mappings from names to small whole numbers. */
export function counts(max: number): z.ZodType<
  Readonly<Record<string, number>>
> {
  return named(int(0, max));
}

/** A schema for text that people read: one line, at most `max` characters. */
export function text(max = 280): z.ZodType<string> {
  return z.string().transform((raw, context) => {
    const line = plainLine(raw);
    if ([...line].length > max) {
      context.issues.push({
        code: "custom",
        message: `must be at most ${max} characters`,
        input: raw,
      });
    }
    if (CONTROL.test(line)) {
      context.issues.push({
        code: "custom",
        message: "must not contain control characters",
        input: raw,
      });
    }
    return line;
  });
}

/** A schema for a path in a file or folder name's place; never empty. */
export function path(): z.ZodType<string> {
  return PATH;
}

/** Rule of what is stored under a configured root: a name, never a path. */
export const FILE_NAME = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Control characters, which no text of a configuration may carry. */
// deno-lint-ignore no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Marks that change the direction of text and could disguise it. */
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Whether a text has no control characters and no marks of direction. */
export function isPlainText(text: string): boolean {
  return text.search(CONTROL) < 0 && text.search(DIRECTION) < 0;
}

const PATH = z.string().min(1).max(1024).refine(isPlainText, {
  error: "must not contain control characters or marks of direction",
});

/** Text on one line, composed, without direction marks. */
function plainLine(raw: string): string {
  return raw.normalize("NFC").replaceAll(DIRECTION, "")
    .replaceAll(/[ \t\r\n]+/g, " ").trim();
}

/**
 * A schema for ranges: a number, `[lo, hi]` or `{min, max}`.
 *
 * `whole` admits whole numbers only; `least` is the smallest number allowed.
 */
export function range(
  least: number,
  options: { readonly whole: boolean },
): z.ZodType<Range> {
  const kind = options.whole ? "whole number" : "number";
  const end = {
    type: options.whole ? "integer" : "number",
    minimum: least,
  } as const;
  return z.unknown().transform((value, context) => {
    const ends = rangeEnds(value);
    const fault = ends === null
      ? `must be a ${kind}, [lo, hi] or {min, max}`
      : !ends.every((n) => isEnd(n, options.whole))
      ? `must consist of ${kind}s`
      : ends[0] < least
      ? `must be at least ${least}`
      : ends[1] < ends[0]
      ? "must not end below its start"
      : null;
    if (fault !== null || ends === null) {
      context.issues.push({
        code: "custom",
        message: fault ?? "",
        input: value,
      });
      return z.NEVER;
    }
    return { min: ends[0], max: ends[1] };
  }).meta({
    anyOf: [
      end,
      { type: "array", items: end, minItems: 2, maxItems: 2 },
      {
        type: "object",
        properties: { min: end, max: end },
        required: ["min", "max"],
        additionalProperties: false,
      },
    ],
  });
}

/** Both ends as written, or null if `value` has none of the three forms. */
function rangeEnds(value: unknown): readonly [number, number] | null {
  if (typeof value === "number") return [value, value];
  if (Array.isArray(value)) {
    return value.length === 2 ? [value[0], value[1]] : null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { min, max, ...rest } = value as Record<string, number>;
  if (Object.keys(rest).length > 0) return null;
  return min === undefined || max === undefined ? null : [min, max];
}

/** Whether `n` can be an end of a range. */
function isEnd(n: unknown, whole: boolean): boolean {
  return whole ? Number.isSafeInteger(n) : Number.isFinite(n);
}
