import { assertEquals, assertRejects } from "@std/assert";
import { loadTown } from "../../src/app.ts";
import { TownletError } from "../../src/base/error.ts";
import { configSha256 } from "../../src/config/identity.ts";
import {
  createRun,
  readRunInfo,
  type RunInfo,
  runInfo,
  writeRunInfo,
  writeTown,
} from "../../src/runs/run_folder.ts";
import { inScratch } from "../helpers/scratch.ts";

/** What a run tells of itself. */
function infoOf(files: Readonly<Record<string, string>> = {}): RunInfo {
  return runInfo({
    mode: "rollout",
    status: "running",
    config_id: "tiny",
    config_file: "configs/town.yaml",
    set: ["ppo.total_steps=64"],
    config_sha256: "a".repeat(64),
    obs_spec_hash: "b".repeat(64),
    action_spec_hash: "c".repeat(64),
    manifest_sha256: "d".repeat(64),
    seed: 7,
    backend: "ts",
    init: null,
    eval_episodes: 5,
    log_every: 1,
    log_max_records: 0,
    versions: { townlet: "0.1.0" },
    permissions: { broad: [], read: ["configs"], write: ["out"] },
    command: ["train", "configs/town.yaml"],
    started: "2026-01-01T00:00:00.000Z",
    resumed: [],
    ended: null,
    files,
  });
}

Deno.test("run.json comes back as it was written, and is replaced", async () => {
  await inScratch(async (run) => {
    await writeRunInfo(run, infoOf());
    assertEquals(await readRunInfo(run), infoOf());
    await writeRunInfo(run, { ...infoOf(), status: "done" });
    assertEquals((await readRunInfo(run)).status, "done");
  });
});

Deno.test("run.json that makes no sense is refused by member", async () => {
  await inScratch(async (run) => {
    const missing = await assertRejects(() => readRunInfo(run), TownletError);
    assertEquals([missing.code, missing.exit], ["file.missing", 2]);
    for (
      const [text, named] of [
        ["{", "all of it"],
        [JSON.stringify({ ...infoOf(), mode: "dream" }), "mode"],
        [JSON.stringify({ ...infoOf(), version: 2 }), "version"],
      ]
    ) {
      await Deno.writeTextFile(`${run}/run.json`, text);
      const error = await assertRejects(() => readRunInfo(run), TownletError);
      assertEquals([error.code, error.exit], ["run.info", 2]);
      assertEquals(error.message.includes(named), true, error.message);
    }
  });
});

Deno.test("the town of a run loads from its folder as it was, manifest and all", async () => {
  await inScratch(async (run) => {
    const file = "configs/town.yaml";
    const { config, town } = await loadTown(file, ["ppo.gamma=0.9"]);
    const files = await writeTown(run, file, config);
    assertEquals(Object.keys(files).sort(), ["config.yaml", "manifest.yaml"]);
    const again = await loadTown(`${run}/config.yaml`);
    assertEquals(again.config.world, config.world);
    assertEquals(again.config.ppo, config.ppo);
    assertEquals(again.town.manifestSha256, town.manifestSha256);
    assertEquals(again.config.telemetry.transports, []);
    await writeRunInfo(run, infoOf(files));
    assertEquals((await readRunInfo(run)).files, files);
    await Deno.writeTextFile(`${run}/config.yaml`, "# longer\n", {
      append: true,
    });
    const error = await assertRejects(() => readRunInfo(run), TownletError);
    assertEquals([error.code, error.exit], ["run.digest", 5]);
    assertEquals(error.where, `${run}/config.yaml`);
  });
});

Deno.test("a town without a manifest of its own keeps its digest", async () => {
  await inScratch(async (run) => {
    const { config } = await loadTown(
      "configs/scenarios/kitchen_breakfast.yaml",
    );
    await writeTown(run, "configs/scenarios/kitchen_breakfast.yaml", config);
    const again = await loadTown(`${run}/config.yaml`);
    assertEquals(configSha256(again.config), configSha256(config));
  });
});

Deno.test("paths to data are seen from the run's folder", async () => {
  await inScratch(async (run) => {
    const { config } = await loadTown("configs/hamlet.yaml", [
      "training.bc.manifest=data/manifest.json",
      "training.replay_manifest=/data/manifest.json",
    ]);
    await writeTown(run, "configs/hamlet.yaml", config);
    const { training } = (await loadTown(`${run}/config.yaml`)).config;
    assertEquals(training.bc.manifest, "../../configs/data/manifest.json");
    assertEquals(training.replay_manifest, "/data/manifest.json");
  });
});

Deno.test("createRun() takes a new or empty folder, and no other", async () => {
  await inScratch(async (folder) => {
    const keeps = ["configs/town.yaml"];
    const named = `${folder}/a/run`;
    assertEquals(await createRun(named, "tiny", keeps), named);
    assertEquals(await createRun(named, "tiny", keeps), named);
    await Deno.writeTextFile(`${named}/x`, "");
    const full = await assertRejects(
      () => createRun(named, "tiny", keeps),
      TownletError,
    );
    assertEquals([full.code, full.exit], ["run.exists", 2]);
    assertEquals(full.hint?.includes(`--resume ${named}`), true);
    for (const wide of [".", "configs", "/"]) {
      const error = await assertRejects(
        () => createRun(wide, "tiny", keeps),
        TownletError,
      );
      assertEquals([error.code, error.exit], ["root.too_wide", 5]);
    }
  });
});

Deno.test("createRun() without a name takes the next number", async () => {
  const first = await createRun(undefined, "../a b test", []);
  const second = await createRun(undefined, "../a b test", []);
  try {
    assertEquals(first.startsWith("out/runs/-a-b-test-"), true, first);
    const numberOf = (run: string) => Number(run.split("-").at(-1));
    assertEquals(numberOf(second), numberOf(first) + 1);
  } finally {
    await Deno.remove(first);
    await Deno.remove(second);
  }
});
