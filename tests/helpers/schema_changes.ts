/** What readers of a schema would notice of a newer one. @module */
import type { JsonSchema } from "../../src/config/json_schema.ts";

/** Keywords that say nothing about values. */
const WORDS = ["$schema", "$id", "title", "description"];

/**
 * What of a newer schema breaks those who read by an older one: members that
 * are gone, that mean another kind of value, or that may be missing now. More
 * members, and more events, break nobody.
 */
export function breakingChanges(
  before: JsonSchema,
  after: JsonSchema,
  path = "",
): readonly string[] {
  const at = path === "" ? "it" : path;
  const kinds = (schema: JsonSchema) => JSON.stringify(ownKeywords(schema));
  if (kinds(before) !== kinds(after)) {
    return [`${at} was ${kinds(before)} and is ${kinds(after)}`];
  }
  const changes: string[] = [];
  for (const [name, inner] of Object.entries(before.properties ?? {})) {
    const where = path === "" ? name : `${path}.${name}`;
    const now = after.properties?.[name];
    if (now === undefined) changes.push(`${where} is gone`);
    else changes.push(...breakingChanges(inner, now, where));
    const was = before.required?.includes(name);
    if (now !== undefined && was && !after.required?.includes(name)) {
      changes.push(`${where} may be missing`);
    }
  }
  for (const key of ["additionalProperties", "items"] as const) {
    const inner = before[key];
    const now = after[key];
    if (typeof inner !== "object") continue;
    const where = key === "items" ? `${path}[]` : `${path}.<id>`;
    if (typeof now !== "object") changes.push(`${where} is gone`);
    else changes.push(...breakingChanges(inner, now, where));
  }
  for (const inner of before.anyOf ?? []) {
    const where = `${path}(${eventOf(inner)})`;
    const now = after.anyOf?.find((one) => eventOf(one) === eventOf(inner));
    if (now === undefined) changes.push(`${where} is gone`);
    else changes.push(...breakingChanges(inner, now, where));
  }
  return changes;
}

/** What a schema says of the value itself. */
function ownKeywords(schema: JsonSchema): Record<string, unknown> {
  const inner = [
    "properties",
    "required",
    "additionalProperties",
    "items",
    "anyOf",
  ];
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => !WORDS.includes(key) && !inner.includes(key))
      .sort(([a], [b]) => a < b ? -1 : 1),
  );
}

/** Name of the event an element is. */
function eventOf({ properties = {} }: JsonSchema): string {
  return String(properties.e?.const ?? "any");
}
