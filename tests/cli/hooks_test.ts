/** `townlet hooks`, as a process. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { deskTown, writeHook } from "../helpers/hook_file.ts";
import { scratch, townlet } from "../helpers/townlet.ts";

Deno.test("H12: hooks list exits 5 when a hook is refused, and so does hooks pin", async () => {
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
