import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import { encodeNpz } from "../../src/base/npz.ts";
import { Simulation } from "../../src/simulation.ts";
import { auditDataset } from "../../src/runs/dataset_audit.ts";
import {
  createDataset,
  openDataset,
  readManifest,
} from "../../src/runs/dataset_files.ts";
import type { ListedShard } from "../../src/training/dataset/manifest.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import { recordTicks, tinyHeader } from "../helpers/datasets.ts";
import { inScratch, outside } from "../helpers/scratch.ts";
import { tinyConfig } from "../helpers/tiny_town.ts";

const town = compileTown(tinyConfig({ agents: 3, decay: 0.001 }));

/** Writes a dataset of two shards, and gives its folder. */
async function written(scratch: string): Promise<string> {
  const folder = `${scratch}/data`;
  const simulation = new Simulation(town, { policy: "random", observe: "u8" });
  const writer = await createDataset(folder, tinyHeader(town), {
    shardBytes: 10_000,
  });
  for (const one of await recordTicks(simulation, 6)) {
    await writer.add(one.steps, one.sequence, one.episode);
  }
  await writer.close();
  return folder;
}

const findingsOf = async (folder: string) =>
  (await auditDataset(folder)).findings.map(({ file, fault }) =>
    `${file}: ${fault}`
  );

Deno.test("a dataset is written for its owner, read back, and has no findings", async () => {
  await inScratch(async (scratch) => {
    const folder = await written(scratch);
    const dataset = await openDataset(folder);
    assertEquals(dataset.manifest.shards.map(({ episodes }) => episodes), [
      2,
      1,
    ]);
    assertEquals((await dataset.read(1)).steps.action.length, 6);
    assertEquals(await findingsOf(folder), []);
    for await (const { name } of Deno.readDir(folder)) {
      const { mode } = await Deno.stat(`${folder}/${name}`);
      assertEquals([name, (mode ?? 0) & 0o777], [name, 0o600]);
    }
  });
});

Deno.test("a dataset is not written over, nor where it does not belong", async () => {
  await inScratch(async (scratch) => {
    const folder = await written(scratch);
    const header = tinyHeader(town);
    const full = await assertRejects(
      () => createDataset(folder, header),
      TownletError,
    );
    assertEquals(full.code, "dataset.exists");
    const wide = await assertRejects(
      () => createDataset(".", header),
      TownletError,
    );
    assertEquals([wide.code, wide.exit], ["root.too_wide", 5]);
    await outside(
      `Deno.symlinkSync("data", ${JSON.stringify(`${scratch}/link`)})`,
    );
    const link = await assertRejects(
      () => createDataset(`${scratch}/link/new`, header),
      TownletError,
    );
    assertEquals([link.code, link.exit], ["root.link", 5]);
  });
});

Deno.test("a folder that is not there has no findings: it cannot be audited", async () => {
  await inScratch(async (scratch) => {
    const error = await assertRejects(
      () => auditDataset(`${scratch}/nowhere`),
      TownletError,
    );
    assertEquals([error.code, error.exit], ["file.missing", 2]);
    assertEquals((await findingsOf(scratch)).length, 1);
  });
});

Deno.test("tampered, missing and strange files are refused by name, and audited", async () => {
  await inScratch(async (scratch) => {
    const folder = await written(scratch);
    const shard = `${folder}/shard-00001.npz`;
    const bytes = await Deno.readFile(shard);
    const changed = bytes.slice();
    changed[changed.length >> 1] ^= 1;
    await Deno.writeFile(shard, changed);
    const dataset = await openDataset(folder);
    const refused = await assertRejects(() => dataset.read(1), TownletError);
    assertEquals(
      [refused.code, refused.exit, refused.where],
      ["dataset.digest", 5, shard],
    );
    await Deno.writeTextFile(`${folder}/notes.txt`, "x");
    assertEquals(await findingsOf(folder), [
      "shard-00001.npz: The file was changed: its digest does not fit",
      "manifest.json: It does not list notes.txt",
    ]);
    await Deno.remove(`${folder}/notes.txt`);
    await Deno.remove(shard);
    const missing = await assertRejects(() => dataset.read(1), TownletError);
    assertEquals([missing.code, missing.where], ["file.missing", shard]);
    assertEquals(await findingsOf(folder), [
      "shard-00001.npz: There is no such shard",
    ]);
    await Deno.writeFile(shard, bytes);
    const table = `${folder}/episodes.jsonl`;
    const lines = await Deno.readTextFile(table);
    await Deno.writeTextFile(table, lines.replace('"b"', '"x"'));
    const error = await assertRejects(() => openDataset(folder), TownletError);
    assertEquals([error.code, error.where], ["dataset.digest", table]);
    await Deno.writeTextFile(table, lines);
    assertEquals(await findingsOf(folder), []);
  });
});

Deno.test("a shard that lies with a right digest is found out, array by array", async () => {
  await inScratch(async (scratch) => {
    const folder = await written(scratch);
    const path = `${folder}/manifest.json`;
    const bytes = encodeNpz({
      action: { dtype: "i32", shape: [6], data: new Int32Array(6) },
    });
    await Deno.writeFile(`${folder}/shard-00001.npz`, bytes);
    const { manifest } = await openDataset(folder);
    const { listFile } = await import("../../src/training/dataset/manifest.ts");
    const shards = manifest.shards.map((shard, i) =>
      i === 0 ? shard : { ...shard, ...listFile(shard.file, bytes) }
    );
    const totals = {
      ...manifest.totals,
      bytes: shards.reduce((sum, { bytes }) => sum + bytes, 0),
    };
    await Deno.writeTextFile(
      path,
      JSON.stringify({ ...manifest, shards, totals }),
    );
    const found = await findingsOf(folder);
    assertEquals(found.length, 13);
    assertMatch(found[0], /^shard-00001.npz: Array obs_features is missing$/);
    await Deno.remove(path);
    assertEquals(await findingsOf(folder), [
      "manifest.json: There is no such manifest of a dataset",
    ]);
  });
});

Deno.test("a shard with more or less in it than the manifest says is refused", async () => {
  await inScratch(async (scratch) => {
    const folder = await written(scratch);
    const path = `${folder}/manifest.json`;
    const { shards: [first, second], ...rest } = await readManifest(folder);
    const list = (...shards: readonly ListedShard[]) =>
      Deno.writeTextFile(
        path,
        JSON.stringify({
          ...rest,
          shards,
          totals: {
            ...rest.totals,
            steps: shards[0].steps + shards[1].steps,
            episodes: shards[0].episodes + shards[1].episodes,
            bytes: shards[0].bytes + shards[1].bytes,
          },
        }),
      );
    const refusal = async (shard: number) => {
      const dataset = await openDataset(folder);
      return await assertRejects(() => dataset.read(shard), TownletError);
    };
    await list(
      { ...first, steps: first.steps + 1 },
      { ...second, steps: second.steps - 1 },
    );
    const steps = await refusal(0);
    assertEquals([steps.code, steps.exit], ["dataset.shard", 2]);
    assertMatch(steps.message, /12 steps of 2 episodes, the manifest 13 of 2/);
    await list({ ...first, episodes: 3 }, second);
    const table = await assertRejects(() => openDataset(folder), TownletError);
    assertEquals(table.where, `${folder}/episodes.jsonl`);
    assertMatch(table.message, /3 episodes are listed, and the shards have 4/);
    // Two episodes in place of one.
    const { file } = second;
    await Deno.copyFile(`${folder}/${first.file}`, `${folder}/${file}`);
    await list(first, { ...first, file, episodes: 1 });
    const episodes = await refusal(1);
    assertEquals(episodes.where, `${folder}/${file}`);
    assertMatch(
      episodes.message,
      /12 steps of 2 episodes, the manifest 12 of 1/,
    );
  });
});
