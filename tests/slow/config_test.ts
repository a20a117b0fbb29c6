/** `townlet config`, as a process, and what it keeps current. @module */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { schemaText } from "../../cli/commands/config.ts";
import { type JsonSchema, jsonSchema } from "../../src/config/json_schema.ts";
import { configReference } from "../../src/config/reference.ts";
import { parse } from "../../src/std/yaml.ts";
import { misfits } from "../helpers/json_schema_check.ts";
import { filesBelow } from "../helpers/sources.ts";
import { scratch, townlet } from "../helpers/townlet.ts";

const TOWN = `config_id: t
features: { stages: {}, systems: {} }
rewards: { needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 } }
`;

/** Every town that is shipped. */
const towns = filesBelow("configs", ".yaml").filter((file) =>
  !file.endsWith(".manifest.yaml")
);

Deno.test("config check passes every shipped town without warnings", async () => {
  assertEquals(towns.length >= 9, true);
  const { code, out, err } = await townlet("config", ["check", ...towns]);
  assertEquals([code, err], [0, ""]);
  assertEquals(out, towns.map((file) => `${file}: fine\n`).join(""));
});

Deno.test("config check takes manifests too, and says what is wrong with them", async () => {
  const shipped = filesBelow("configs", ".manifest.yaml");
  assertEquals(shipped.length >= 2, true);
  const fine = await townlet("config", ["check", ...shipped]);
  assertEquals(fine, {
    code: 0,
    out: shipped.map((file) => `${file}: fine\n`).join(""),
    err: "",
  });
  using folder = scratch();
  const bad = `${folder.path}/bad.yaml`;
  Deno.writeTextFileSync(bad, "- { id: nap, object_type: bed }\n");
  const faulty = await townlet("config", ["check", bad]);
  assertEquals([faulty.code, faulty.out], [2, ""]);
  assertStringIncludes(faulty.err, `${bad}: entry 0 'nap': duration: `);
});

Deno.test("every shipped town fits the schema that its first line names", () => {
  const schema: JsonSchema = JSON.parse(
    Deno.readTextFileSync("configs/townlet.schema.json"),
  );
  assertEquals(schema as unknown, JSON.parse(JSON.stringify(jsonSchema())));
  for (const file of towns) {
    const text = Deno.readTextFileSync(file);
    const up = "../".repeat(file.split("/").length - 2);
    assertEquals(
      text.split("\n", 1)[0],
      `# yaml-language-server: $schema=${up}townlet.schema.json`,
      file,
    );
    assertEquals(misfits(schema, parse(text, { schema: "core" })), [], file);
  }
});

Deno.test("config schema prints what configs/townlet.schema.json holds", async () => {
  const { code, out } = await townlet("config", ["schema"]);
  assertEquals([code, out], [0, schemaText()]);
  assertEquals(Deno.readTextFileSync("configs/townlet.schema.json"), out);
});

Deno.test("config docs prints what docs/configuration.md holds", async () => {
  const { code, out } = await townlet("config", ["docs"]);
  assertEquals([code, out], [0, configReference()]);
  assertEquals(Deno.readTextFileSync("docs/configuration.md"), out);
});

Deno.test("config check tells of each file, and ends with 2 when one is faulty", async () => {
  using folder = scratch();
  const [good, bad, gone] = ["good", "bad", "gone"].map((name) =>
    `${folder.path}/${name}.yaml`
  );
  Deno.writeTextFileSync(
    good,
    `${TOWN}personalities: { overrides: { eve: stoic } }\n`,
  );
  Deno.writeTextFileSync(bad, `${TOWN}sed: 1\nlog: { level: loud }\n`);
  const { code, out, err } = await townlet("config", [
    "check",
    good,
    bad,
    gone,
  ]);
  assertEquals(code, 2);
  assertEquals(
    out,
    `${good}: warning: personalities.overrides.eve: nobody has this id at the start\n${good}: fine\n`,
  );
  const lines = err.trimEnd().split("\n");
  assertEquals(lines.slice(0, 2), [
    `${bad}:4:1 sed: unknown key; did you mean seed?`,
    `${bad}:5:15 log.level: must be one of debug, info, warn, error (got "loud")`,
  ]);
  assertEquals(lines.length, 3);
  assertStringIncludes(lines[2], gone);
});

Deno.test("config check reads the manifest beside the file and tells of misfits", async () => {
  using folder = scratch();
  const file = `${folder.path}/t.yaml`;
  Deno.writeTextFileSync(
    file,
    `${TOWN}affordances: { manifest: m.yaml }\njobs: { a: { location: desk_2 } }\n`,
  );
  const missing = await townlet("config", ["check", file]);
  assertEquals(missing.code, 2);
  assertStringIncludes(missing.err, `${folder.path}/m.yaml`);
  Deno.writeTextFileSync(
    `${folder.path}/m.yaml`,
    "- { type: object, id: desk_1, object_type: desk }\n",
  );
  const misfit = await townlet("config", ["check", file]);
  assertEquals(misfit, {
    code: 2,
    out: "",
    err: `${file}:5:24 jobs.a.location: no such object (got "desk_2")\n`,
  });
});

Deno.test("config check takes overrides", async () => {
  using folder = scratch();
  const file = `${folder.path}/t.yaml`;
  Deno.writeTextFileSync(file, TOWN);
  assertEquals(
    await townlet("config", ["check", file, "--set", "seed=-1"]),
    { code: 2, out: "", err: "--set seed: must be at least 0 (got -1)\n" },
  );
});

Deno.test("config show prints a file that loads to the same configuration", async () => {
  using folder = scratch();
  const shown = `${folder.path}/shown.yaml`;
  const words = ["show", "--config", "configs/scenarios/queue_conflict.yaml"];
  const first = await townlet("config", words);
  assertEquals([first.code, first.err], [0, ""]);
  Deno.writeTextFileSync(shown, first.out);
  const second = await townlet("config", ["show", "--config", shown]);
  assertEquals(second.out, first.out);
  const json = await townlet("config", [...words, "--json"]);
  assertEquals(JSON.parse(json.out), parse(first.out, { schema: "core" }));
});

Deno.test("config import prints the new form, tells the changes, and ends with 0 when it loads", async () => {
  using folder = scratch();
  const file = `${folder.path}/old.yaml`;
  Deno.writeTextFileSync(file, `${TOWN}policy_runtime: {} # mine\n`);
  const { code, out, err } = await townlet("config", ["import", file]);
  assertEquals(code, 0);
  assertStringIncludes(out, "policy: {} # mine\n");
  assertStringIncludes(err, "policy_runtime: renamed to policy\n");
  Deno.writeTextFileSync(file, `${TOWN}moods: 3\n`);
  const faulty = await townlet("config", ["import", file]);
  assertEquals(faulty.code, 2);
  assertStringIncludes(faulty.err, "imported:4:1 moods: unknown key");
});

Deno.test("config import --out writes a new file and never replaces one", async () => {
  using folder = scratch();
  const [old, out] = [`${folder.path}/old.yaml`, `${folder.path}/new.yaml`];
  Deno.writeTextFileSync(old, TOWN);
  const words = ["import", old, "--out", out];
  const first = await townlet("config", words);
  assertEquals([first.code, first.out], [0, ""]);
  const text = Deno.readTextFileSync(out);
  assertStringIncludes(text, "movement: teleport");
  const second = await townlet("config", words);
  assertEquals([second.code, second.out], [5, ""]);
  assertMatch(
    second.err,
    /^error: \S+new\.yaml: There is a file already, .*\n {2}hint: .*\n$/,
  );
  assertEquals(Deno.readTextFileSync(out), text);
});

Deno.test("config import --out says that what it wrote has faults", async () => {
  using folder = scratch();
  const [old, out] = [`${folder.path}/old.yaml`, `${folder.path}/new.yaml`];
  Deno.writeTextFileSync(old, `${TOWN}policy_runtime: {}\nmoods: 3\n`);
  const { code, err } = await townlet("config", ["import", old, "--out", out]);
  assertEquals(code, 2);
  assertStringIncludes(Deno.readTextFileSync(out), "moods: 3");
  const lines = err.trimEnd().split("\n");
  assert(lines.includes("policy_runtime: renamed to policy"), err);
  assertEquals(lines.at(-2), `${out}: written, with faults to mend:`);
  assertMatch(lines.at(-1) ?? "", /new\.yaml:\d+:1 moods: unknown key/);
});

Deno.test("config check says what is wrong, without places, where these need a permission", async () => {
  using folder = scratch();
  const file = `${folder.path}/t.yaml`;
  Deno.writeTextFileSync(file, `${TOWN}seed: -1\n`);
  assertEquals(
    await townlet("config", ["check", file], { without: ["--ignore-env"] }),
    {
      code: 2,
      out: "",
      err: `${file}: seed: must be at least 0 (got -1)\n`,
    },
  );
});
