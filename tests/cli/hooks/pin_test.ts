/** The entry of a hook, and the hooks that get none. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { pinHook } from "../../../cli/hooks/pin.ts";
import { TownletError } from "../../../src/base/error.ts";
import { hookText, writeHook } from "../../helpers/hook_file.ts";
import { outside } from "../../helpers/scratch.ts";
import { scratch } from "../../helpers/townlet.ts";

/** Code, exit code and text of the refusal of a file. */
async function refusal(file: string): Promise<readonly unknown[]> {
  const { code, exit, message, where, hint } = await assertRejects(
    () => pinHook(file),
    TownletError,
  );
  assertEquals([where, hint === ""], [file, false]);
  return [code, exit, message];
}

Deno.test("H2: pinHook() refuses what no configuration could name", async () => {
  using folder = scratch();
  const why = async (name: string) =>
    (await refusal(`${folder.path}/${name}`)).slice(1);
  writeHook(folder.path, "fine", hookText("[]"));
  Deno.copyFileSync(`${folder.path}/hooks/fine.js`, `${folder.path}/fine.js`);
  const name =
    "The hook is refused: its name is not NAME.js with a to z, 0 to 9, _ and - in NAME (rule H2)";
  for (const bad of ["Fine.js", "_a.js", "a b.js", "a.mjs", "a.ts", "ä.js"]) {
    assertEquals(await why(`hooks/${bad}`), [5, name]);
  }
  assertEquals(await why("fine.js"), [
    5,
    "The hook is refused: it lies in no folder named hooks (rule H2)",
  ]);
});

Deno.test("pinHook() gives the entry of a file as it is, and refuses what could never run", async () => {
  using folder = scratch();
  const cases = {
    talk: "// important\n" + hookText("[]"),
    twice: 'export default { names: ["a", "a"], call() {} };',
    none: "export default { names: [], call() {} };",
    odd: 'export default { names: ["a b"], call() {} };',
    greedy: "Deno.exit(0); export default {};",
  };
  for (const [name, text] of Object.entries(cases)) {
    writeHook(folder.path, name, text);
  }
  const fine = writeHook(
    folder.path,
    "fine",
    'export default { names: ["on_b", "on_a"], call() { return []; } };',
    ["on_b", "on_a"],
  );
  const pinned = pinHook(`${folder.path}/hooks/fine.js`);
  const names =
    "The hook is refused: its names are no list of plain names, each there once (rule H8)";
  const told = await Promise.all(
    Object.keys(cases).map((name) =>
      refusal(`${folder.path}/hooks/${name}.js`)
    ),
  );
  assertEquals(await pinned, fine);
  assertEquals(told, [
    [
      "hooks.refused",
      5,
      "The hook is refused: line 1, column 4 has the letters import (rule H5)",
    ],
    ["hooks.refused", 5, names],
    ["hooks.refused", 5, names],
    ["hooks.refused", 5, names],
    ["hooks.refused", 5, "The hook is refused: Deno is not defined (rule H8)"],
  ]);
});

Deno.test({
  name:
    "H3: pinHook() refuses a link, and a file that is not there is an input",
  ignore: Deno.build.os === "windows",
  async fn() {
    using folder = scratch();
    writeHook(folder.path, "fine", hookText("[]"));
    const link = `${folder.path}/hooks/link.js`;
    await outside(`Deno.symlinkSync("fine.js", ${JSON.stringify(link)})`);
    assertEquals(await refusal(link), [
      "hooks.refused",
      5,
      "The hook is refused: it is a link (rule H3)",
    ]);
    assertEquals(await refusal(`${folder.path}/hooks/missing.js`), [
      "file.missing",
      2,
      "There is no such hook",
    ]);
  },
});
