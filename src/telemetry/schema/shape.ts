/**
 * Shapes: what payloads look like, as JSON Schema (draft 2020-12).
 *
 * One definition serves three readers: the check of our own frames, the
 * published schemas and the reference page.
 * @module
 */
import type { JsonSchema } from "../../config/json_schema.ts";

/** What a value looks like: the part of JSON Schema that is used here. */
export type Shape = JsonSchema;

/** Keys that no object may have: runtimes reach their insides through them. */
export const UNSAFE_KEYS = ["__proto__", "constructor", "prototype"];

/** An object; a name that ends with `?` is of a member that may be missing. */
export function members(
  description: string,
  named: Readonly<Record<string, Shape>>,
): Shape {
  const entries = Object.entries(named);
  return {
    description,
    type: "object",
    properties: Object.fromEntries(
      entries.map(([name, shape]) => [name.replace("?", ""), shape]),
    ),
    required: entries.map(([name]) => name)
      .filter((name) => !name.endsWith("?")),
  };
}

/** An object with a member for each of something, by its id or name. */
export function byId(description: string, value: Shape): Shape {
  return {
    description,
    type: "object",
    propertyNames: { not: { enum: UNSAFE_KEYS } },
    additionalProperties: value,
  };
}

/** A whole number. */
export function count(description: string, least = 0, most?: number): Shape {
  return number(description, least, most, "integer");
}

/** A number. */
export function real(
  description: string,
  least?: number,
  most?: number,
): Shape {
  return number(description, least, most, "number");
}

/** A text. */
export function text(description: string, pattern?: string): Shape {
  return {
    description,
    type: "string",
    ...pattern === undefined ? {} : { pattern },
  };
}

/** One of a few words. */
export function word(description: string, ...words: readonly string[]): Shape {
  return { description, type: "string", enum: words };
}

/** `true` or `false`. */
export function flag(description: string): Shape {
  return { description, type: "boolean" };
}

/** `true`, where the member is there at all. */
export function mark(description: string): Shape {
  return { description, const: true };
}

/** A list. */
export function list(description: string, items: Shape): Shape {
  return { description, type: "array", items };
}

/** A tile: column from the west, row from the north. */
export function tile(description: string): Shape {
  const item = { type: "integer", minimum: 0 };
  return {
    description,
    type: "array",
    items: item,
    minItems: 2,
    maxItems: 2,
  };
}

/** Anything at all. */
export function anything(description: string): Shape {
  return { description };
}

function number(
  description: string,
  minimum: number | undefined,
  maximum: number | undefined,
  type: "integer" | "number",
): Shape {
  return {
    description,
    type,
    ...minimum === undefined ? {} : { minimum },
    ...maximum === undefined ? {} : { maximum },
  };
}
