/** The JSON Schema for editors. @module */
import { assertEquals } from "@std/assert";
import { jsonSchema } from "../../src/config/json_schema.ts";
import { configFrom, loadConfig } from "../../src/config/load.ts";
import { misfits } from "../helpers/json_schema_check.ts";
import { withLines } from "../helpers/config_text.ts";

const schema = jsonSchema();

const SHORTEST = {
  config_id: "t",
  features: { stages: {}, systems: {} },
  rewards: { needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 } },
};

Deno.test("jsonSchema() takes the shortest configuration, and free keys", () => {
  assertEquals(misfits(schema, SHORTEST), []);
  assertEquals(
    misfits(schema, { ...SHORTEST, meta: 1, docs: [], "x-a": null }),
    [],
  );
});

Deno.test("jsonSchema() takes every kind of value that the loader takes", () => {
  const value = {
    ...SHORTEST,
    jobs: { a: { location: [1, 2] }, b: { location: "bed_1" } },
    world: {
      reach: "any",
      movement: "teleport",
      objects: [{ id: "bed_1", type: "bed", position: null }],
      districts: { d: { area: [0, 0, 5, 5], residents: { any: 2 } } },
    },
    perturbations: {
      events: {
        a: { kind: "price_spike", duration: 3, magnitude: [1, 2] },
        b: { kind: "arranged_meet", duration: { min: 1, max: 2 } },
      },
    },
    population: { residents: [{ id: "a", profile: "stoic", home: [1, 1] }] },
    scenario: {
      agents: [{ id: "b", schedule: [{ kind: "chat", target: "a" }] }],
      affordances: [
        {
          id: "z",
          object_type: "bed",
          duration: 1,
          effects: {},
          preconds: "true",
        },
      ],
      timeline: [{ tick: 1, command: "kill", args: { agent: "a" } }],
    },
    telemetry: { transport: { type: "tcp", endpoint: "a:1" } },
  };
  configFrom(value);
  assertEquals(misfits(schema, value), []);
});

Deno.test("jsonSchema() takes what a configuration looks like after defaults", async () => {
  const config = await loadConfig(withLines(
    "perturbations: { events: { a: { kind: outage } } }",
  ));
  assertEquals(misfits(schema, config), []);
  assertEquals(configFrom(config), config);
});

for (
  const [name, more, path] of [
    ["an unknown section", { jobz: {} }, ".jobz"],
    ["an unknown key", { log: { lvl: 1 } }, ".log.lvl"],
    ["a number out of range", { ppo: { gamma: 2 } }, ".ppo.gamma"],
    ["a fraction", { seed: 0.5 }, ".seed"],
    [
      "text for a number",
      { economy: { meal_cost: "1" } },
      ".economy.meal_cost",
    ],
    ["an unknown word", { log: { level: "loud" } }, ".log.level"],
    [
      "a missing key",
      { world: { objects: [{ id: "a" }] } },
      ".world.objects[0].type",
    ],
    [
      "a key of another kind",
      { perturbations: { events: { a: { kind: "outage", magnitude: 1 } } } },
      ".perturbations.events.a",
    ],
  ] as const
) {
  Deno.test(`jsonSchema() refuses ${name}`, () => {
    assertEquals(misfits(schema, { ...SHORTEST, ...more }), [path]);
  });
}
