/** A configuration beside a manifest of its own. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { requireFit } from "../../src/config/check_manifest.ts";
import { ConfigError } from "../../src/config/fault.ts";
import { loadConfig } from "../../src/config/load.ts";
import { parseManifest } from "../../src/config/manifest.ts";
import { withLines } from "../helpers/config_text.ts";

const MANIFEST = parseManifest(
  `- { type: object, id: desk_1, object_type: desk, position: [2, 2] }
- { type: object, id: far_1, object_type: desk, position: [20, 2] }
- { id: write, object_type: desk, duration: 5, effects: {} }
`,
  { file: "m.yaml" },
);

/** Lines of the faults of a configuration beside {@link MANIFEST}. */
async function misfits(lines: string): Promise<readonly string[]> {
  const text = withLines(`affordances: { manifest: m.yaml }\n${lines}`);
  const config = await loadConfig(text);
  const error = await assertRejects(
    () => requireFit(config, MANIFEST, { file: "t.yaml", text }),
    ConfigError,
  );
  return error.faults.map((fault) => fault.text);
}

Deno.test("requireFit() passes what fits", async () => {
  const text = withLines(`affordances: { manifest: m.yaml }
jobs: { a: { location: desk_1 } }
scenario: { agents: [{ id: a, schedule: [{ kind: start, object: desk_1, affordance: write }] }] }`);
  await requireFit(await loadConfig(text), MANIFEST, { file: "t.yaml", text });
});

Deno.test("requireFit() refuses ids that the manifest has", async () => {
  assertEquals(await misfits("world: { objects: [{ id: desk_1, type: a }] }"), [
    't.yaml:5:26 world.objects[0].id: used twice (got "desk_1"); m.yaml has it already',
  ]);
});

Deno.test("requireFit() refuses jobs and schedules at what nobody has", async () => {
  assertEquals(
    await misfits(`jobs: { a: { location: desk_2 } }
scenario: { agents: [{ id: a, schedule: [{ kind: start, object: desk_3, affordance: eat_meal }] }] }`),
    [
      't.yaml:5:24 jobs.a.location: no such object (got "desk_2")',
      't.yaml:6:65 scenario.agents[0].schedule[0].object: no such object (got "desk_3")',
      't.yaml:6:85 scenario.agents[0].schedule[0].affordance: not declared (got "eat_meal"); declare it in scenario.affordances or in the manifest',
    ],
  );
});

Deno.test("requireFit() refuses a grid too small for the manifest's objects", async () => {
  assertEquals(await misfits("world: { grid_size: [10, 10] }"), [
    "t.yaml:5:21 world.grid_size: must hold the objects of the manifest (got [10,10]); far_1 stands at [20, 2]",
  ]);
});

Deno.test("requireFit() refuses homes under the manifest's objects where residents walk", async () => {
  const lines = "population: { residents: [{ id: a, home: [2, 2] }] }";
  assertEquals(await misfits(lines), [
    "t.yaml:5:42 population.residents[0].home: must be free to walk on (got [2,2]); desk_1 stands there",
  ]);
});
