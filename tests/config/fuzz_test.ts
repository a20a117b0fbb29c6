/** Whatever is in a file, the answer is a Config or faults with names. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { ConfigError } from "../../src/config/fault.ts";
import { configFrom, loadConfig } from "../../src/config/load.ts";
import { type JsonSchema, jsonSchema } from "../../src/config/json_schema.ts";

/** Names that occur in the schemas, and some that do not. */
const names = fc.oneof(
  fc.constantFrom(...keysOf(jsonSchema())),
  fc.constantFrom("__proto__", "constructor", "toString", "1", "a b", ""),
  fc.string({ maxLength: 6 }),
);

/** Values that sections might hold. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, 0, -0, 1, -1, 1.5, NaN, Infinity, 1e300),
    fc.constantFrom("on", "off", "OFF", "C1", "walk", "blackout", "a", "stoic"),
    fc.integer(),
    fc.string({ maxLength: 8 }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(names, tie("value"), { maxKeys: 5 }),
  ),
}));

/** A configuration that might be right but for some values. */
const file = fc.record({
  config_id: fc.oneof(fc.constant("t"), value),
  features: fc.oneof(
    fc.constant({ stages: {}, systems: {} }),
    value,
  ),
  rewards: fc.constant({
    needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 },
  }),
}).chain((base) =>
  fc.dictionary(names, value, { maxKeys: 4 }).map((more) => ({
    ...more,
    ...base,
  }))
);

Deno.test("configFrom() gives a Config or faults, whatever the value", () => {
  fc.assert(
    fc.property(fc.oneof(file, value), (input) => {
      try {
        assertEquals(Object.isFrozen(configFrom(input)), true);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        checkFaults(error);
      }
    }),
    { numRuns: 2000, seed: 1 },
  );
});

Deno.test("loadConfig() gives a Config or faults, whatever the text", async () => {
  const line = fc.tuple(
    fc.constantFrom("", "  ", "    ", "- ", "  - "),
    names,
    fc.constantFrom(":", ": ", ": {", ": [", ": &a ", ": *a", ": |", ": !!x "),
    fc.constantFrom("", "1", "a", "'b", '"c"', "}", "]", "*a", "\t", "# x"),
  ).map((parts) => parts.join(""));
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 12 }), async (lines) => {
      try {
        await loadConfig(lines.join("\n"), { file: "t.yaml" });
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        checkFaults(error);
      }
    }),
    { numRuns: 1000, seed: 2 },
  );
});

Deno.test("loadConfig() takes any overrides or refuses them by name", async () => {
  const text = `config_id: t
features: { stages: {}, systems: {} }
rewards: { needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 } }`;
  const path = fc.array(
    fc.oneof(names, fc.constantFrom("[0]", '["a.b"]')),
    { minLength: 1, maxLength: 4 },
  ).map((parts) => parts.join("."));
  const override = fc.tuple(path, fc.json({ maxDepth: 2 })).map((pair) =>
    pair.join("=")
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(override, { maxLength: 3 }),
      async (overrides) => {
        try {
          await loadConfig(text, { file: "t.yaml", overrides });
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          checkFaults(error);
        }
      },
    ),
    { numRuns: 1000, seed: 3 },
  );
});

/** Every fault is one safe line with a place and words. */
function checkFaults({ faults }: ConfigError): void {
  assertEquals(faults.length > 0, true);
  for (const { text } of faults) {
    // deno-lint-ignore no-control-regex
    assertEquals(/[\u0000-\u001f]/.test(text), false, text);
    assertEquals(/^(t\.yaml|configuration|--set)/.test(text), true, text);
    assertEquals(text.includes("undefined"), false, text);
    assertEquals(text.includes("[object"), false, text);
  }
}

/** All names of keys in a schema. */
function keysOf(schema: JsonSchema): readonly string[] {
  const below = [
    ...Object.values(schema.properties ?? {}),
    ...(schema.oneOf ?? []),
    ...(schema.anyOf ?? []),
    ...[schema.items, schema.additionalProperties].filter((inner) =>
      typeof inner === "object"
    ),
  ];
  return [
    ...new Set([
      ...Object.keys(schema.properties ?? {}),
      ...below.flatMap(keysOf),
    ]),
  ];
}
