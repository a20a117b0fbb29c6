import { assertEquals, assertRejects } from "@std/assert";
import { openData } from "../../../cli/train/data.ts";
import { TownletError } from "../../../src/base/error.ts";
import { createDataset } from "../../../src/runs/dataset_files.ts";
import { Simulation } from "../../../src/simulation.ts";
import { compileTown } from "../../../src/world/compile/town.ts";
import { recordTicks, tinyHeader } from "../../helpers/datasets.ts";
import { inScratch } from "../../helpers/scratch.ts";
import { tinyConfig } from "../../helpers/tiny_town.ts";

const config = tinyConfig({ agents: [{ id: "a" }, { id: "b" }] });
const town = compileTown(config);

/** Records a dataset, and gives what a training that learns from it asks. */
async function recorded(scratch: string) {
  const folder = `${scratch}/data`;
  const writer = await createDataset(folder, tinyHeader(town));
  const simulation = new Simulation(town, { policy: "random", observe: "u8" });
  for (const one of await recordTicks(simulation, 6)) {
    await writer.add(one.steps, one.sequence, one.episode);
  }
  await writer.close();
  const mode = "bc" as const;
  return { flags: { data: [folder] }, config, town, file: "t.yaml", mode };
}

Deno.test("openData() opens what was recorded in a town like this", () =>
  inScratch(async (scratch) => {
    const asked = await recorded(scratch);
    const { folders, shards } = await openData(asked, "bc.manifest");
    assertEquals([folders, shards.count], [[`${scratch}/data`], 1]);
  }));

Deno.test("openData() does not trust hashes beside other sizes", () =>
  inScratch(async (scratch) => {
    const asked = await recorded(scratch);
    const path = `${scratch}/data/manifest.json`;
    const manifest = JSON.parse(await Deno.readTextFile(path));
    const feature_names = ["rivalry_max", "rivalry_avoid_count"];
    await Deno.writeTextFile(
      path,
      JSON.stringify({ ...manifest, feature_names }),
    );
    const error = await assertRejects(
      () => openData(asked, "bc.manifest"),
      TownletError,
    );
    assertEquals([error.code, error.where, error.exit], [
      "policy.shape",
      `${scratch}/data`,
      2,
    ]);
  }));
