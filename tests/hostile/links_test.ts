/** Links planted beside a town, and folders of its own that are none. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { checkOutputs } from "../../cli/outputs.ts";
import { loadTown } from "../../src/app.ts";
import { EXIT, TownletError } from "../../src/base/error.ts";
import { newestSnapshot, readSnapshot } from "../../src/snapshots/files.ts";
import { withLines } from "../helpers/config_text.ts";
import { inScratch, outside } from "../helpers/scratch.ts";

async function refusedAs(
  code: string,
  act: () => Promise<unknown>,
): Promise<string | undefined> {
  const error = await assertRejects(act, TownletError);
  assertEquals([error.code, error.exit], [code, EXIT.refused], error.message);
  return error.where;
}

Deno.test("F2: what a town names does not lie behind a link; what is typed may", () =>
  inScratch(async (folder) => {
    const here = `${Deno.cwd()}/${folder}`;
    await Deno.mkdir(`${folder}/town/real`, { recursive: true });
    await Deno.writeTextFile(`${folder}/town/real/m.yaml`, "[]");
    await Deno.writeTextFile(`${folder}/m.yaml`, "[]");
    const write = (manifest: string) =>
      Deno.writeTextFile(
        `${folder}/town/t.yaml`,
        withLines(`affordances: { manifest: ${manifest} }`),
      );
    await outside(`
      Deno.symlinkSync("real", "${here}/town/link");
      Deno.symlinkSync("real/m.yaml", "${here}/town/link.yaml");
      Deno.symlinkSync("town", "${here}/typed");
    `);
    const town = `${folder}/town/t.yaml`;
    await write("real/m.yaml");
    await loadTown(town);
    await write("../m.yaml");
    await loadTown(town);
    await write("link/m.yaml");
    assertEquals(
      await refusedAs("root.link", () => loadTown(town)),
      `${folder}/town/link`,
    );
    await write("link.yaml");
    await refusedAs("file.link", () => loadTown(town));
    // A folder on the way to a path that is typed may be a link.
    await write("real/m.yaml");
    await loadTown(`${folder}/typed/t.yaml`);
    await refusedAs(
      "file.link",
      () => loadTown(`${folder}/town/link.yaml`),
    );
  }));

Deno.test("F2: the newest snapshot does not lie behind a link", () =>
  inScratch(async (folder) => {
    const here = `${Deno.cwd()}/${folder}`;
    const name = "snap-000000001.tsnap";
    await Deno.mkdir(`${folder}/real/states`, { recursive: true });
    await Deno.writeTextFile(`${folder}/real/states/${name}`, "one\ntwo\n");
    await outside(`Deno.symlinkSync("real", "${here}/link")`);
    const keeps = [`${folder}/t.yaml`];
    const real = await newestSnapshot(`${folder}/real/states`, { keeps });
    assertEquals(await readSnapshot(real, "."), "one\ntwo\n");
    for (const root of [`${folder}/link/states`, `${here}/link`]) {
      await refusedAs("root.link", () => newestSnapshot(root, { keeps }));
    }
    await refusedAs(
      "root.link",
      () => readSnapshot(`${folder}/link/states/${name}`, "."),
    );
  }));

Deno.test("F3: a folder for states of failed ticks is refused before the first tick", () =>
  inScratch(async (folder) => {
    const none = {
      events: undefined,
      report: undefined,
      snapshotSave: undefined,
      telemetry: undefined,
    };
    const file = `${folder}/t.yaml`;
    const check = async (root: string, onFailure: boolean) => {
      await Deno.writeTextFile(
        file,
        withLines(`snapshot: { root: ${root}, on_failure: ${onFailure} }`),
      );
      const { config } = await loadTown(file);
      await checkOutputs(none, config, [file]);
    };
    await check("out/states", true);
    for (const root of [".", "/", "src", folder, `${folder}/..`]) {
      await refusedAs("root.too_wide", () => check(root, true));
      // Nothing is written there then.
      await check(root, false);
    }
  }));
