/** `townlet hooks`, as a process. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "../../src/std/yaml.ts";
import { deskTown, hookText, writeHook } from "../helpers/hook_file.ts";
import { scratch, townlet } from "../helpers/townlet.ts";

Deno.test("hooks pin prints the entry to paste, and hooks list says that it runs", async () => {
  using folder = scratch();
  writeHook(folder.path, "fine", hookText("[]"));
  const file = `${folder.path}/hooks/fine.js`;
  const { code, out, err } = await townlet("hooks", ["pin", file]);
  assertEquals([code, err.split(";")[0]], [
    0,
    "Paste it below affordances.hooks.allow",
  ]);
  assertStringIncludes(out, "- specifier: ./hooks/fine.js\n");
  const town = `${folder.path}/town.yaml`;
  const entries = parse(out, { schema: "core" }) as never;
  Deno.writeTextFileSync(town, deskTown(entries));
  const listed = await townlet("hooks", ["list", "--config", town, "--json"]);
  assertEquals([listed.code, listed.err], [0, ""]);
  const { format, version, config, hooks: [row] } = JSON.parse(listed.out);
  assertEquals([format, version, config, row.specifier, row.state], [
    "townlet.hooks",
    1,
    town,
    "./hooks/fine.js",
    "runs",
  ]);
});

Deno.test("hooks list exits 5 when a hook is refused, and so does hooks pin", async () => {
  using folder = scratch();
  const hook = writeHook(folder.path, "talk", "// important\n");
  const town = `${folder.path}/town.yaml`;
  Deno.writeTextFileSync(town, deskTown([hook]));
  const listed = await townlet("hooks", ["list", "--config", town]);
  assertEquals([listed.code, listed.err], [5, ""]);
  assertStringIncludes(listed.out, "./hooks/talk.js is refused (rule H5)\n");
  const file = `${folder.path}/hooks/talk.js`;
  const { code, out, err } = await townlet("hooks", ["pin", file]);
  assertEquals([code, out], [5, ""]);
  assertStringIncludes(
    err,
    "line 1, column 4 has the letters import (rule H5)",
  );
});
