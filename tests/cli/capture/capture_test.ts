import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { parquetReadObjects } from "hyparquet";
import { loadInhabited } from "../../../cli/capture/auto_seed.ts";
import { capture, checkNames } from "../../../cli/capture/capture.ts";
import { captureText } from "../../../cli/capture/show.ts";
import { writeParquet } from "../../../cli/capture/tables.ts";
import { openPaint } from "../../../cli/print/paint.ts";
import { loadTown } from "../../../src/app.ts";
import { TownletError } from "../../../src/base/error.ts";
import { openPolicy } from "../../../src/policy/open.ts";
import { openDataset } from "../../../src/runs/dataset_files.ts";
import { SHORTEST } from "../../helpers/config_text.ts";
import type { Town } from "../../../src/world/town.ts";
import { inScratch } from "../../helpers/scratch.ts";

const options = (out: string, town: Town) => ({
  out,
  ticks: 12,
  seed: 5,
  worlds: 2,
  policy: openPolicy("random", town),
  tags: ["one", "two"],
  keeps: [],
  asked: new AbortController().signal,
  onTicks: () => {},
});

Deno.test("capture() records worlds at one seed after the other", async () => {
  await inScratch(async (scratch) => {
    const { town } = await loadTown("configs/hamlet.yaml", [
      "training.episode_ticks=10",
    ]);
    const manifest = await capture(town, options(`${scratch}/a`, town));
    assertEquals(
      [manifest.seed, manifest.ticks, manifest.policy, manifest.tags],
      [5, 12, "random", ["one", "two"]],
    );
    assertEquals([manifest.map_dtype, manifest.totals.steps], ["u8", 72]);
    const dataset = await openDataset(`${scratch}/a`);
    assertEquals(
      dataset.episodes.map((one) => [one.world, one.agent_id, one.first_tick]),
      [0, 1].flatMap((world) =>
        [0, 10].flatMap((tick) =>
          ["ada", "bo", "cy"].map((id) => [world, id, tick])
        )
      ),
    );
    // The second world is what a recording at its seed is.
    const later = { ...options(`${scratch}/b`, town), seed: 6, worlds: 1 };
    await capture(town, later);
    const alone = (await openDataset(`${scratch}/b`)).metrics;
    assertEquals(
      dataset.metrics.slice(6).map(({ metrics }) => metrics),
      alone.map(({ metrics }) => metrics),
    );
    const lines = captureText(dataset, openPaint(false));
    assertMatch(lines[0], /^hamlet: .*\/a$/);
    assertMatch(lines[1], /12 episodes, 72 steps in 1 shard .*policy random/);
  });
});

Deno.test("capture() stops when it is asked to, and what was recorded stays", async () => {
  await inScratch(async (scratch) => {
    const { town } = await loadTown("configs/hamlet.yaml");
    const stop = new AbortController();
    const manifest = await capture(town, {
      ...options(`${scratch}/a`, town),
      ticks: 100_000,
      asked: stop.signal,
      onTicks: () => stop.abort(),
    });
    const { totals, ticks } = manifest;
    assertEquals(ticks > 0 && ticks < 100_000, true);
    assertEquals(totals.steps, 3 * ticks);
    const { episodes } = await openDataset(`${scratch}/a`);
    assertEquals(episodes.at(-1)?.end_reason, "end");
  });
});

Deno.test("writeParquet() writes both tables for other programs", async () => {
  await inScratch(async (scratch) => {
    const { town } = await loadTown("configs/hamlet.yaml");
    await capture(town, options(`${scratch}/a`, town));
    const dataset = await openDataset(`${scratch}/a`);
    await writeParquet(dataset);
    const read = async (name: string) => {
      const { buffer } = await Deno.readFile(`${scratch}/a/${name}.parquet`);
      return await parquetReadObjects({ file: buffer });
    };
    assertEquals(
      await read("episodes"),
      dataset.episodes.map((episode) => ({ ...episode })),
    );
    assertEquals(
      await read("metrics"),
      dataset.metrics.map(({ metrics, ...place }) => ({
        ...place,
        ...metrics,
      })),
    );
  });
});

Deno.test("loadInhabited() lets two move in where nobody lives, if it may", async () => {
  await inScratch(async (scratch) => {
    const file = `${scratch}/empty.yaml`;
    await Deno.writeTextFile(file, SHORTEST);
    const nobody = await assertRejects(
      () => loadInhabited(file, [], false),
      TownletError,
    );
    assertMatch(nobody.hint ?? "", /--auto-seed-agents/);
    const { town } = await loadInhabited(file, [], true);
    assertEquals(
      town.residents.map(({ id, position, needs, wallet }) => ({
        id,
        position,
        needs,
        wallet,
      })),
      [
        {
          id: "alice",
          position: [0, 0],
          needs: { hunger: 0.3, hygiene: 0.4, energy: 0.5 },
          wallet: 2,
        },
        {
          id: "bob",
          position: [1, 0],
          needs: { hunger: 0.6, hygiene: 0.7, energy: 0.8 },
          wallet: 3,
        },
      ],
    );
    assertEquals(town.objectIds, ["stove_1"]);
    assertEquals([town.objectX[0], town.objectY[0]], [1, 1]);
    const own = await loadInhabited("configs/hamlet.yaml", [], true);
    assertEquals(own.town.residents.map(({ id }) => id), ["ada", "bo", "cy"]);
  });
});

Deno.test("checkNames() refuses two towns of one name", () => {
  checkNames(["a", "b"]);
  assertThrows(() => checkNames(["a", "b", "a"]), TownletError, "called a");
});
