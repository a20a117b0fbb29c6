/** A JSON Schema validator, as much of one as our own schema needs. @module */
import type { JsonSchema } from "../../src/config/json_schema.ts";

/** Paths of `value` that break `schema`; empty when it fits. */
export function misfits(
  schema: JsonSchema,
  value: unknown,
  path = "",
): readonly string[] {
  const { oneOf, anyOf } = schema;
  if (oneOf !== undefined || anyOf !== undefined) {
    const fits = [...oneOf ?? [], ...anyOf ?? []].filter((option) =>
      misfits(option, value).length === 0
    );
    const wanted = oneOf === undefined ? fits.length > 0 : fits.length === 1;
    return wanted ? [] : [path];
  }
  if (!fitsItself(schema, value)) return [path];
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => {
      const inner = schema.prefixItems?.[i] ?? schema.items;
      return typeof inner === "object"
        ? misfits(inner, item, `${path}[${i}]`)
        : [];
    });
  }
  if (typeof value !== "object" || value === null) return [];
  const missing = (schema.required ?? []).filter((key) =>
    !Object.hasOwn(value, key)
  ).map((key) => `${path}.${key}`);
  const { properties = {}, additionalProperties, patternProperties = {} } =
    schema;
  const inside = Object.entries(value).flatMap(([key, member]) => {
    const place = `${path}.${key}`;
    if (Object.hasOwn(properties, key)) {
      return misfits(properties[key], member, place);
    }
    const pattern = Object.keys(patternProperties).find((p) =>
      new RegExp(p).test(key)
    );
    if (pattern !== undefined) {
      return misfits(patternProperties[pattern], member, place);
    }
    if (additionalProperties === false) return [place];
    return typeof additionalProperties === "object"
      ? misfits(additionalProperties, member, place)
      : [];
  });
  return [...missing, ...inside];
}

function fitsItself(schema: JsonSchema, value: unknown): boolean {
  const { type, minimum, exclusiveMinimum, maximum, pattern } = schema;
  const types = type === undefined ? [] : [type].flat();
  if (types.length > 0 && !types.some((name) => isOfType(name, value))) {
    return false;
  }
  if (schema.const !== undefined && value !== schema.const) return false;
  if (schema.enum !== undefined && !schema.enum.includes(value)) return false;
  if (typeof value === "number") {
    return value >= (minimum ?? -Infinity) && value <= (maximum ?? Infinity) &&
      value > (exclusiveMinimum ?? -Infinity);
  }
  if (typeof value === "string" && typeof pattern === "string") {
    return new RegExp(pattern).test(value);
  }
  if (Array.isArray(value)) {
    const { minItems = 0, maxItems = Infinity } = schema as {
      minItems?: number;
      maxItems?: number;
    };
    return value.length >= minItems && value.length <= maxItems;
  }
  return true;
}

function isOfType(name: string, value: unknown): boolean {
  switch (name) {
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "null":
      return value === null;
    case "object":
      return typeof value === "object" && value !== null &&
        !Array.isArray(value);
    case "string":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    default:
      throw new RangeError(`No such type: ${name}`);
  }
}
