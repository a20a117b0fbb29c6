import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertStringIncludes,
} from "@std/assert";
import { openPaint } from "../../../cli/print/paint.ts";
import {
  type ShowOptions,
  statsJson,
  statsMarkdown,
  statsSvg,
  statsText,
} from "../../../cli/telemetry/show_statistics.ts";
import {
  type Statistics,
  statisticsOf,
  type StatisticsOptions,
} from "../../../cli/telemetry/statistics.ts";
import { Writer } from "../../helpers/recording.ts";
import { inScratch } from "../../helpers/scratch.ts";

const SHOWN: ShowOptions = {
  source: "out/town.ndjson",
  rewards: true,
  top: 2,
  drifts: null,
};

/** A stream of twenty ticks, with rewards, events and a training. */
function stream(): Writer {
  const writer = new Writer();
  writer.hello(0);
  const rewards = (ana: number, tick: number) => ({
    ana: { total: ana, survival: ana / 2 },
    ben: { total: tick === 10 ? 1 : 7 },
  });
  writer.key("rewards", rewards(1, 10), 10);
  writer.patch("rewards", rewards(3, 20), 20);
  writer.events("events", [{ e: "<b>" }, { e: "a|b" }, { e: "<b>" }], 20);
  writer.events("events", [{ e: "c" }, { e: "d" }], 20);
  writer.events("training", [{ epoch: 1, loss_total: 2.5 }], 20);
  return writer;
}

/** The numbers of that stream. */
async function statistics(
  options: Partial<StatisticsOptions> = {},
): Promise<Statistics> {
  let found: Statistics | undefined;
  await inScratch(async (folder) => {
    const source = `${folder}/town.ndjson`;
    await Deno.writeTextFile(source, stream().text());
    found = await statisticsOf(
      { source, verifyKey: [], bestEffort: false },
      { last: undefined, agent: undefined, ...options },
    );
  });
  assert(found !== undefined);
  return found;
}

Deno.test("statsJson() has what is asked of it", async () => {
  const json = JSON.parse(statsJson(await statistics(), SHOWN));
  const bytes = stream().text().length;
  assertEquals(json.format, "townlet.telemetry_stats");
  assertEquals([json.frames, json.bytes, json.ticks], [6, bytes, 20]);
  assertAlmostEquals(json.bytes_per_tick, bytes / 20, 0.01);
  assertEquals(json.channels.rewards.frames, 2);
  assertEquals(json.channels.rewards.patches, 1);
  assertEquals(json.events, { "<b>": 2, "a|b": 1, c: 1, d: 1 });
  assertEquals(json.rewards.ana, {
    count: 2,
    mean: 2,
    min: 1,
    max: 3,
    last: 3,
    parts: { survival: 1 },
  });
  assertEquals(json.training.loss_total.last, 2.5);
  assertEquals(json.drift, undefined);
});

Deno.test("rewards of one resident, and the last ticks only", async () => {
  const { rewards, tally } = await statistics({ agent: "ben", last: 5 });
  assertEquals([...rewards.keys()], ["ben"]);
  assertEquals(rewards.get("ben")?.total.mean, 7);
  assertEquals([tally.frames, tally.ticks], [4, 5]);
  // What came before is remembered, and not counted.
  const { rewards: all } = await statistics({ last: 5 });
  assertEquals(all.get("ana")?.total.toJSON().count, 1);
  const { tally: whole } = await statistics({ last: 1000 });
  assertEquals([whole.frames, whole.ticks], [6, 20]);
});

Deno.test("statsText() and statsMarkdown() choose, and say how much they left out", async () => {
  const found = await statistics();
  const text = statsText(found, SHOWN, openPaint(false)).join("\n");
  assertStringIncludes(text, "out/town.ndjson: 6 frames");
  assertStringIncludes(text, "2 others");
  assert(text.indexOf("ben") < text.indexOf("ana"));
  const markdown = statsMarkdown(found, { ...SHOWN, rewards: false });
  assertStringIncludes(markdown.join("\n"), "| \\<b> | 2 |");
  assertStringIncludes(markdown.join("\n"), "| a\\|b | 1 |");
  assertEquals(markdown.some((line) => line.includes("ana")), false);
});

Deno.test("statsSvg() has a chart of bytes, of rewards and of a training", async () => {
  const svg = statsSvg(await statistics(), SHOWN);
  for (const title of ["Bytes per tick", "Reward", "loss_total"]) {
    assertStringIncludes(svg, `>${title}</text>`);
  }
  assertEquals(svg.includes(">epoch</text>"), false);
});
