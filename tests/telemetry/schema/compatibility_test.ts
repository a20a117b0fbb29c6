/** What was once published stays readable. @module */
import { assert, assertEquals } from "@std/assert";
import type { JsonSchema } from "../../../src/config/json_schema.ts";
import { SCHEMA_VERSION } from "../../../src/telemetry/channels.ts";
import {
  jsonSchemaOf,
  SCHEMA_NAMES,
} from "../../../src/telemetry/schema/catalogue.ts";
import { breakingChanges } from "../../helpers/schema_changes.ts";

const FOLDER = "docs/telemetry/schemas";

/** The schemas of a version as they were published. */
function published(version: string): ReadonlyMap<string, JsonSchema> {
  return new Map(
    Array.from(Deno.readDirSync(`${FOLDER}/${version}`), ({ name }) => [
      name.replace(".schema.json", ""),
      JSON.parse(Deno.readTextFileSync(`${FOLDER}/${version}/${name}`)),
    ]),
  );
}

Deno.test("the schemas of this version are those that are published", () => {
  const files = published(SCHEMA_VERSION);
  assertEquals([...files.keys()].sort(), [...SCHEMA_NAMES].sort());
  for (const name of SCHEMA_NAMES) {
    assertEquals(files.get(name), jsonSchemaOf(name), name);
  }
});

Deno.test("no published schema of this major version is broken", () => {
  const major = SCHEMA_VERSION.split(".")[0];
  const versions = Array.from(Deno.readDirSync(FOLDER), ({ name }) => name)
    .filter((version) => version.split(".")[0] === major);
  assert(versions.includes(SCHEMA_VERSION));
  for (const version of versions) {
    for (const [name, before] of published(version)) {
      const after = SCHEMA_NAMES.find((one) => one === name);
      assert(after !== undefined, `${version} has ${name}`);
      assertEquals(breakingChanges(before, jsonSchemaOf(after)), [], name);
    }
  }
});

const BEFORE: JsonSchema = {
  type: "object",
  description: "A thing",
  properties: {
    size: { type: "integer", minimum: 0, description: "How large" },
    parts: {
      type: "object",
      additionalProperties: {
        type: "object",
        properties: { name: { type: "string" } },
        required: ["name"],
      },
    },
    list: { type: "array", items: { type: "string" } },
    happened: {
      type: "array",
      items: {
        anyOf: [{ properties: { e: { const: "a" } }, required: ["e"] }],
      },
    },
  },
  required: ["size", "parts"],
};

/** The schema with something in it changed. */
function changed(change: (schema: JsonSchema) => unknown): JsonSchema {
  const schema = structuredClone(BEFORE);
  change(schema);
  return schema;
}

// deno-lint-ignore no-explicit-any
type Loose = any;

const CHANGES: readonly [string, (schema: Loose) => unknown, string[]][] = [
  ["nothing", () => {}, []],
  ["other words", (s) => s.properties.size.description = "Its size", []],
  ["one more member", (s) => s.properties.colour = { type: "string" }, []],
  ["a member that is always there now", (s) => s.required.push("list"), []],
  [
    "one more event",
    (s) =>
      s.properties.happened.items.anyOf.push({
        properties: { e: { const: "b" } },
      }),
    [],
  ],
  ["a member less", (s) => delete s.properties.size, ["size is gone"]],
  [
    "another kind of value",
    (s) => s.properties.size.type = "string",
    [
      'size was {"minimum":0,"type":"integer"} and is {"minimum":0,"type":"string"}',
    ],
  ],
  [
    "another range",
    (s) => s.properties.size.minimum = 1,
    [
      'size was {"minimum":0,"type":"integer"} and is {"minimum":1,"type":"integer"}',
    ],
  ],
  ["a member that may be missing", (s) => s.required.shift(), [
    "size may be missing",
  ]],
  [
    "a member less, deeper down",
    (s) => delete s.properties.parts.additionalProperties.properties.name,
    ["parts.<id>.name is gone"],
  ],
  [
    "other items",
    (s) => s.properties.list.items.type = "number",
    ['list[] was {"type":"string"} and is {"type":"number"}'],
  ],
  [
    "an event less",
    (s) => s.properties.happened.items.anyOf.pop(),
    ["happened[](a) is gone"],
  ],
  [
    "an event by another name",
    (s) => s.properties.happened.items.anyOf[0].properties.e.const = "c",
    ["happened[](a) is gone"],
  ],
];

for (const [what, change, broken] of CHANGES) {
  Deno.test(`breakingChanges() of ${what}`, () => {
    assertEquals(breakingChanges(BEFORE, changed(change)), broken);
  });
}
