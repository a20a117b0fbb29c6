import { assertEquals, assertRejects } from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import { Random } from "../../src/base/random.ts";
import { encodeCheckpoint } from "../../src/policy/checkpoint.ts";
import { initNetwork } from "../../src/policy/network/init.ts";
import { openNet } from "../../src/policy/network/net.ts";
import {
  loadCheckpoint,
  loadWholeCheckpoint,
  removeUnfinished,
  saveCheckpoint,
} from "../../src/runs/checkpoint_files.ts";
import { inScratch, outside } from "../helpers/scratch.ts";

/** The files of a small checkpoint after so many updates. */
function filesOf(updates: number): Map<string, Uint8Array> {
  const shape = { net: "mlp64", features: 2, map: [0, 0, 0], actions: 2 };
  return encodeCheckpoint({
    network: initNetwork(
      openNet({ ...shape, net: "mlp64", map: [0, 0, 0] }),
      Random.seeded(String(updates), "test"),
    ),
    facts: {
      obs_spec_hash: "a".repeat(64),
      action_spec_hash: "b".repeat(64),
      actions: ["wait", "north"],
      feature_names: ["hunger", "energy"],
      config_id: "tiny",
      config_sha256: "c".repeat(64),
      seed: 7,
      steps: 64 * updates,
      updates,
      cycle: 0,
      backend: "ts",
      runtime: "deno",
      app: "townlet",
      rng: {},
      metrics: {},
    },
    optimizer: null,
    others: new Map([["worlds/000.tsnap", new Uint8Array(3)]]),
  });
}

const updatesOf = async (path: string) =>
  (await loadCheckpoint(path)).meta.updates;

/** Saves a checkpoint below the working directory. */
const save = (folder: string, updates: number) =>
  saveCheckpoint(folder, filesOf(updates), ".");

const namesIn = (folder: string) =>
  [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("saveCheckpoint() replaces the one before, and leaves nothing else", async () => {
  await inScratch(async (run) => {
    await save(`${run}/last`, 1);
    assertEquals(await updatesOf(`${run}/last`), 1);
    await save(`${run}/last`, 2);
    assertEquals(await updatesOf(`${run}/last`), 2);
    assertEquals(namesIn(run), ["last"]);
    const { others, meta } = await loadWholeCheckpoint(`${run}/last`);
    assertEquals([...others.keys()], ["worlds/000.tsnap"]);
    assertEquals(meta.updates, 2);
    const { mode = 0 } = await Deno.stat(`${run}/last/weights.npz`);
    if (Deno.build.os !== "windows") assertEquals((mode ?? 0) & 0o777, 0o600);
  });
});

Deno.test("at every step of a replacement there is a checkpoint", async () => {
  await inScratch(async (run) => {
    await save(`${run}/last`, 1);
    await save(`${run}/next`, 2);
    // As a process leaves it that is killed between the two renames.
    await Deno.rename(`${run}/last`, `${run}/.last.before`);
    await Deno.mkdir(`${run}/.last.0.tmp`);
    assertEquals(await updatesOf(`${run}/last`), 1);
    await removeUnfinished(run);
    assertEquals(namesIn(run), ["last", "next"]);
    assertEquals(await updatesOf(`${run}/last`), 1);
    // Killed after the second.
    await Deno.rename(`${run}/last`, `${run}/.last.before`);
    await Deno.rename(`${run}/next`, `${run}/last`);
    assertEquals(await updatesOf(`${run}/last`), 2);
    await save(`${run}/last`, 3);
    assertEquals(namesIn(run), ["last"]);
    assertEquals(await updatesOf(`${run}/last`), 3);
  });
});

Deno.test("a run gives its best checkpoint, or its last where it has none", async () => {
  await inScratch(async (run) => {
    await Deno.writeTextFile(`${run}/run.json`, "{}");
    const none = await assertRejects(() => updatesOf(run), TownletError);
    assertEquals([none.code, none.exit], ["checkpoint.none", 2]);
    await save(`${run}/last`, 2);
    assertEquals(await updatesOf(run), 2);
    await save(`${run}/best`, 1);
    assertEquals(await updatesOf(run), 1);
  });
});

Deno.test("a folder of something else is not replaced (rule F5)", async () => {
  await inScratch(async (run) => {
    await Deno.mkdir(`${run}/last`);
    await Deno.writeTextFile(`${run}/last/diary.txt`, "mine");
    const error = await assertRejects(
      () => save(`${run}/last`, 1),
      TownletError,
    );
    assertEquals([error.code, error.exit], ["checkpoint.other_kind", 5]);
    assertEquals(namesIn(run), ["last"]);
    assertEquals(namesIn(`${run}/last`), ["diary.txt"]);
  });
});

Deno.test("links are neither written through nor read (rule F2)", async () => {
  await inScratch(async (run) => {
    await save(`${run}/real`, 1);
    const target = `${Deno.cwd()}/${run}`;
    await outside(
      `Deno.symlinkSync("${target}/real", "${target}/last");
       Deno.mkdirSync("${target}/other");
       Deno.copyFileSync("${target}/real/meta.json", "${target}/other/meta.json");
       Deno.symlinkSync("${target}/real/policy.onnx", "${target}/other/policy.onnx");`,
    );
    for (
      const act of [
        () => updatesOf(`${run}/last`),
        () => updatesOf(`${run}/other`),
        () => save(`${run}/last`, 2),
      ]
    ) {
      const error = await assertRejects(act, TownletError);
      assertEquals(error.exit, 5, error.message);
    }
    assertEquals(await updatesOf(`${run}/real`), 1);
  });
});

Deno.test("a file that is cut or gone is refused by name", async () => {
  await inScratch(async (run) => {
    await save(`${run}/last`, 1);
    await Deno.truncate(`${run}/last/policy.onnx`, 10);
    const cut = await assertRejects(
      () => updatesOf(`${run}/last`),
      TownletError,
    );
    assertEquals([cut.exit, cut.where], [5, `${run}/last/policy.onnx`]);
    await Deno.remove(`${run}/last/policy.onnx`);
    const gone = await assertRejects(
      () => updatesOf(`${run}/last`),
      TownletError,
    );
    assertEquals([gone.exit, gone.where], [2, `${run}/last/policy.onnx`]);
  });
});
