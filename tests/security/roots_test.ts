import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { EXIT, TownletError } from "../../src/base/error.ts";
import { checkRoot, pathInRoot } from "../../src/security/roots.ts";
import { inScratch, outside } from "../helpers/scratch.ts";

const CHECK = { what: "snapshots", keeps: ["configs/town.yaml"] };

async function refusal(root: string, code: string): Promise<string> {
  const error = await assertRejects(() => checkRoot(root, CHECK), TownletError);
  assertEquals([error.code, error.exit], [code, EXIT.refused]);
  return String(error.where);
}

Deno.test("checkRoot() takes folders of their own, there or not yet", () =>
  inScratch(async (folder) => {
    await checkRoot(folder, CHECK);
    await checkRoot(`${folder}/new/below`, CHECK);
    await checkRoot("out/snapshots", CHECK);
    await checkRoot(`${Deno.cwd()}/${folder}`, CHECK);
  }));

Deno.test("F3: checkRoot() refuses folders that hold more than what is meant", async () => {
  const cwd = Deno.cwd();
  const wide = [
    "/",
    "/home/ada",
    "/root",
    "/Users/ada",
    ".",
    "",
    "..",
    "out/..",
    cwd,
    `${cwd}/..`,
    "configs",
    "./configs/",
    "src",
    "src/security",
    "out/../configs",
  ];
  for (const root of wide) await refusal(root, "root.too_wide");
});

Deno.test("F2: checkRoot() refuses links on the way", () =>
  inScratch(async (folder) => {
    const here = `${Deno.cwd()}/${folder}`;
    await Deno.mkdir(`${folder}/real/below`, { recursive: true });
    await outside(`Deno.symlinkSync("real", "${here}/link")`);
    assertEquals(
      await refusal(`${folder}/link`, "root.link"),
      `${folder}/link`,
    );
    assertEquals(
      await refusal(`${folder}/link/below`, "root.link"),
      `${folder}/link`,
    );
    for (const end of ["", "/", "/.", "//", "/below/.."]) {
      assertEquals(
        await refusal(`${here}/link${end}`, "root.link"),
        `${here}/link`,
      );
    }
    await checkRoot(`${here}/link/below`, CHECK);
    await checkRoot(`${folder}/real/below`, CHECK);
  }));

Deno.test("F1: pathInRoot() takes names, never paths", () => {
  for (const name of ["a", "snap-1.tsnap", "A_b-c.2", "x".repeat(128)]) {
    assertEquals(pathInRoot("out", name, "snapshot"), `out/${name}`);
  }
  const bad = [
    "",
    ".",
    "..",
    ".hidden",
    "-x",
    "_x",
    "a/b",
    "a\\b",
    "../a",
    "a..b",
    "/etc/passwd",
    "C:\\x",
    "a b",
    "a\0",
    "a\n",
    "é",
    "a%2fb",
    "~root",
    "con",
    "NUL.tsnap",
    "com1",
    "lpt9.txt",
    "x".repeat(129),
  ];
  for (const name of bad) {
    const error = assertThrows(
      () => pathInRoot("out", name, "snapshot"),
      TownletError,
      "F1",
    );
    assertEquals(error.exit, EXIT.refused, name);
  }
});
