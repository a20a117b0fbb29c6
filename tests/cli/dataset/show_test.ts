import { assertEquals, assertMatch } from "@std/assert";
import { datasetText, episodeText } from "../../../cli/dataset/show.ts";
import { sizeText } from "../../../cli/dataset/size.ts";
import { datasetBaseline, valueText } from "../../../cli/dataset/stats.ts";
import { openPaint } from "../../../cli/print/paint.ts";
import { Simulation } from "../../../src/simulation.ts";
import { episodesOf } from "../../../src/training/dataset/dataset.ts";
import { summarize } from "../../../src/training/dataset/summary.ts";
import { compileTown } from "../../../src/world/compile/town.ts";
import { packed, recordTicks } from "../../helpers/datasets.ts";
import { tinyConfig } from "../../helpers/tiny_town.ts";

const town = compileTown(tinyConfig({ agents: 2, decay: 0.001 }));
const simulation = new Simulation(town, { policy: "idle", observe: "u8" });
simulation.world.possessed[1] = 1;
const dataset = packed(town, await recordTicks(simulation, 5));
const paint = openPaint(false);

Deno.test("datasetText() tells what a dataset is and what is in it", async () => {
  const lines = datasetText(dataset, await summarize(dataset), paint);
  const text = lines.join("\n");
  assertMatch(text, /^tiny\ntown +tiny, seed 1337\n/);
  assertMatch(
    text,
    /observations +hybrid, layout v1: 33 features, map 4 × 11 × 11 u8/,
  );
  assertMatch(text, /steps +10 in 2 episodes and 1 shard/);
  assertMatch(text, /5 with a choice, 5 chosen by others/);
  assertMatch(text, /ends +end 2/);
  assertMatch(text, /wait +5 +100.0 % +5 +100.0 %/);
});

Deno.test("episodeText() tells an episode step by step", async () => {
  const episodes = await Array.fromAsync(episodesOf(dataset));
  const [a, b] = episodes.map((one) => episodeText(dataset, one, paint));
  assertMatch(a[0], /^a \(.*\), world 0: 5 steps, return .*, end, value after/);
  assertEquals(a.length, 8);
  assertMatch(a[3], /^ +0 +wait/);
  assertMatch(b[3], /chosen by others$/);
});

Deno.test("datasetBaseline() is that of accepted episodes", () => {
  const { manifest } = dataset;
  assertEquals(datasetBaseline(dataset).sample_count, 2);
  const shards = manifest.shards.map((shard) => ({
    ...shard,
    accepted: false,
  }));
  const rejected = { ...dataset, manifest: { ...manifest, shards } };
  assertEquals(datasetBaseline(rejected), { sample_count: 0 });
});

Deno.test("sizes and values are short", () => {
  assertEquals([1023, 1024, 5 << 20].map(sizeText), [
    "1,023 bytes",
    "1.0 KiB",
    "5.0 MiB",
  ]);
  assertEquals([3, 0.1 + 0.2, -1234.56789].map(valueText), [
    "3",
    "0.3",
    "-1234.57",
  ]);
});
