/** Laws that hold for every key of the schemas. @module */
import { assertEquals } from "@std/assert";
import { ConfigError } from "../../src/config/fault.ts";
import { type JsonSchema, jsonSchema } from "../../src/config/json_schema.ts";
import { configFrom } from "../../src/config/load.ts";

const SHORTEST = {
  config_id: "t",
  features: { stages: {}, systems: {} },
  rewards: { needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 } },
};

/** A key with a value of its own, at a path without names or items. */
interface Leaf {
  readonly path: readonly string[];
  readonly schema: JsonSchema;
}

const root = jsonSchema();

/** All mappings at fixed paths, and all keys in them that are no mappings. */
const { mappings, leaves } = walk(root, []);

Deno.test("every key at a fixed path is looked at", () => {
  assertEquals(leaves.length > 250, true, String(leaves.length));
  assertEquals(mappings.length > 50, true, String(mappings.length));
});

Deno.test("I2: every key refuses a value of a wrong kind, at its own path", () => {
  const missed = leaves.filter(({ path, schema }) => {
    const takesText = kindsOf(schema).includes("string");
    const wrong = takesText ? { not: "text" } : "text";
    return !faultPaths(path, wrong).some((fault) =>
      fault.startsWith(path.join("."))
    );
  });
  assertEquals(missed.map(({ path }) => path.join(".")), []);
});

Deno.test("I2: every number refuses text that looks like one", () => {
  const missed = numbers().filter(({ path }) =>
    faultPaths(path, "5")[0] !== path.join(".")
  );
  assertEquals(missed.map(({ path }) => path.join(".")), []);
});

Deno.test("I2: every number refuses what lies below and above its range", () => {
  const missed = numbers().filter(({ path, schema }) => {
    const { minimum, exclusiveMinimum, maximum } = numberOf(schema);
    const below = exclusiveMinimum ??
      (minimum === undefined ? undefined : minimum - 1);
    const above = maximum === undefined ? undefined : maximum + 1;
    return [below, above].some((value) =>
      value !== undefined && !faultPaths(path, value).includes(path.join("."))
    );
  });
  assertEquals(missed.map(({ path }) => path.join(".")), []);
});

Deno.test("I2: every whole number refuses a fraction", () => {
  const missed = numbers().filter(({ schema }) =>
    numberOf(schema).type === "integer"
  ).filter(({ path, schema }) => {
    const { minimum = 0 } = numberOf(schema);
    return !faultPaths(path, minimum + 0.5).includes(path.join("."));
  });
  assertEquals(missed.map(({ path }) => path.join(".")), []);
});

Deno.test("I2: every word outside of a list of words is refused", () => {
  const missed = leaves.filter(({ schema }) => schema.enum !== undefined)
    .filter(({ path }) => !faultPaths(path, "zz").includes(path.join(".")));
  assertEquals(missed.map(({ path }) => path.join(".")), []);
});

Deno.test("I2: every mapping refuses a key it does not know", () => {
  const missed = mappings.filter((path) => {
    const key = [...path, "zz_unknown"];
    return !faultPaths(key, 1).includes(key.join("."));
  });
  assertEquals(missed.map((path) => path.join(".")), []);
});

Deno.test("every default of the schemas is what an absent key becomes", () => {
  const config = configFrom(SHORTEST);
  const missed = leaves.filter(({ schema }) =>
    schema.default !== undefined && schema.default !== null
  ).flatMap(({ path, schema }) => {
    const value = path.reduce<unknown>(
      (inside, key) => (inside as Record<string, unknown>)[key],
      config,
    );
    return holds(value, schema.default)
      ? []
      : [`${path.join(".")}: ${JSON.stringify(value)}`];
  });
  assertEquals(missed, [
    // Without relationships there is nobody to tell of.
    "observations.social_snippet.include_aggregates: false",
  ]);
});

Deno.test("every key is described", () => {
  const missed = leaves.filter(({ schema }) =>
    schema.description === undefined
  );
  assertEquals(missed.map(({ path }) => path.join(".")), []);
});

function walk(
  schema: JsonSchema,
  path: readonly string[],
): {
  readonly mappings: readonly (readonly string[])[];
  readonly leaves: readonly Leaf[];
} {
  const mappings: (readonly string[])[] = path.length === 0 ? [] : [path];
  const leaves: Leaf[] = [];
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    if (path.length === 0 && (key === "meta" || key === "docs")) continue;
    const inner = [...path, key];
    if (child.properties === undefined) {
      leaves.push({ path: inner, schema: child });
      continue;
    }
    const below = walk(child, inner);
    mappings.push(...below.mappings);
    leaves.push(...below.leaves);
  }
  return { mappings, leaves };
}

/** Paths of the faults of the shortest configuration with one key set. */
function faultPaths(
  path: readonly string[],
  value: unknown,
): readonly string[] {
  try {
    configFrom(withValue(SHORTEST, path, value));
    return [];
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.faults.map(({ path }) => path);
    }
    throw error;
  }
}

function withValue(
  root: unknown,
  [key, ...rest]: readonly string[],
  value: unknown,
): unknown {
  const mapping = (root ?? {}) as Record<string, unknown>;
  const inner = rest.length === 0
    ? value
    : withValue(mapping[key], rest, value);
  return { ...mapping, [key]: inner };
}

function numbers(): readonly Leaf[] {
  return leaves.filter(({ schema }) =>
    ["integer", "number"].includes(String(numberOf(schema).type))
  );
}

/** The part of a schema that is about a number. */
function numberOf(schema: JsonSchema): JsonSchema {
  return schema.anyOf?.find(({ type }) =>
    type === "integer" || type === "number"
  ) ?? schema;
}

function kindsOf(schema: JsonSchema): readonly string[] {
  const { type, anyOf, enum: words } = schema;
  if (words !== undefined) return ["string"];
  if (anyOf !== undefined) return anyOf.flatMap(kindsOf);
  if (typeof type === "string") return [type];
  return type ?? [];
}

/** Whether `value` is `expected`, further keys of mappings left out. */
function holds(value: unknown, expected: unknown): boolean {
  if (typeof expected !== "object" || expected === null) {
    return Object.is(value, expected);
  }
  return Object.entries(expected).every(([key, member]) =>
    holds((value as Record<string, unknown>)[key], member)
  );
}
