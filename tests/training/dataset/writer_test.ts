import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { TownletError } from "../../../src/base/error.ts";
import { bytesFor } from "../../../src/base/columns.ts";
import { sha256Hex } from "../../../src/base/hash.ts";
import { Simulation } from "../../../src/simulation.ts";
import {
  decodeEpisodes,
  decodeMetrics,
} from "../../../src/training/dataset/episodes.ts";
import {
  checkDigest,
  decodeManifest,
  encodeManifest,
  listFile,
  MANIFEST_FILE,
  stepShape,
} from "../../../src/training/dataset/manifest.ts";
import {
  createSteps,
  stepCatalogue,
} from "../../../src/training/experience.ts";
import { DatasetPacker } from "../../../src/training/dataset/writer.ts";
import { compileTown } from "../../../src/world/compile/town.ts";
import { packed, recordTicks, tinyHeader } from "../../helpers/datasets.ts";
import { tinyConfig } from "../../helpers/tiny_town.ts";

const town = compileTown(tinyConfig({ agents: 3, decay: 0.001 }));
const STEP_BYTES = bytesFor(stepCatalogue(stepShape(tinyHeader(town)), 1000)) /
  1000;
const record = (ticks: number, episodeTicks?: number) =>
  recordTicks(
    new Simulation(town, { policy: "random", observe: "u8" }),
    ticks,
    episodeTicks,
  );

Deno.test("a packed dataset says what it is, and reads back", async () => {
  const episodes = await record(10);
  const { manifest, files, ...dataset } = packed(town, episodes);
  const text = new TextDecoder().decode(files.get(MANIFEST_FILE));
  assertEquals(decodeManifest(text, "m"), manifest);
  assertEquals(encodeManifest(manifest), text);
  assertEquals([manifest.format, manifest.version], ["townlet-dataset", 1]);
  assertEquals(manifest.map_shape, [4, 11, 11]);
  assertEquals([...files.keys()], [
    "shard-00000.npz",
    "episodes.jsonl",
    "metrics.jsonl",
    "manifest.json",
  ]);
  for (
    const { file, sha256, bytes } of [...manifest.shards, ...manifest.tables]
  ) {
    const content = files.get(file) ?? new Uint8Array();
    assertEquals([sha256, bytes], [sha256Hex(content), content.length]);
  }
  assertEquals(manifest.totals.steps, 30);
  assertEquals(
    dataset.episodes.map(({ agent_id, shard, index, first_tick, length }) => [
      agent_id,
      shard,
      index,
      first_tick,
      length,
    ]),
    [["a", 0, 0, 0, 10], ["b", 0, 1, 0, 10], ["c", 0, 2, 0, 10]],
  );
  const { steps, sequences } = await dataset.read(0);
  const { steps: b } = episodes[1];
  assertEquals(sequences[1], { start: 10, end: 20, bootstrap: 0 });
  assertEquals([...steps.action.slice(10, 20)], [...b.action.slice(0, 10)]);
  assertEquals(
    dataset.episodes[1].return,
    steps.reward.slice(10, 20).reduce((sum, reward) => sum + reward, 0),
  );
});

Deno.test("shards are closed when they are full, and episodes are never cut", async () => {
  const episodes = await record(12, 4);
  const { manifest, read } = packed(town, episodes, 18 * STEP_BYTES);
  assertEquals(
    manifest.shards.map(({ episodes, steps }) => [episodes, steps]),
    [
      [4, 16],
      [4, 16],
      [1, 4],
    ],
  );
  assertEquals((await read(2)).sequences.length, 1);
  const tiny = packed(town, episodes, 1);
  assertEquals(tiny.manifest.shards.length, episodes.length);
});

Deno.test("accepted episodes and others have shards of their own", async () => {
  const packer = new DatasetPacker(tinyHeader(town));
  for (const [i, one] of (await record(5)).entries()) {
    packer.add(one.steps, one.sequence, { ...one.episode, accepted: i === 1 });
  }
  const { manifest } = packer.finish([3, 1.5, 0, 0, 0, 4, 2, 0]);
  assertEquals(
    manifest.shards.map(({ accepted, episodes }) => [accepted, episodes]),
    [[true, 1], [false, 2]],
  );
  assertEquals(manifest.totals.accepted_episodes, 1);
  const { totals } = manifest;
  assertEquals(
    [totals.queue_conflict_events, totals.chat_quality_mean],
    [3, totals.chat_quality_sum / totals.chat_success_events],
  );
});

Deno.test("what neither ended nor was cut is cut where the recording ended", () => {
  const shape = {
    features: tinyHeader(town).feature_names.length,
    map: [4, 11, 11],
    mapFormat: "u8",
    actions: town.actions.length,
  } as const;
  const steps = createSteps(shape, 3);
  steps.tick.set([4, 5, 6]);
  const dataset = packed(town, [{
    steps,
    sequence: { start: 1, end: 3, bootstrap: 0.5 },
    episode: { world: 2, agent_id: "x", profile: "", end_reason: "end" },
  }]);
  assertEquals(dataset.episodes[0].first_tick, 5);
  assertEquals([...steps.truncated], [0, 0, 0]);
});

Deno.test("equal episodes give equal files", async () => {
  const [a, b] = [packed(town, await record(6)), packed(town, await record(6))];
  assertEquals(a.files, b.files);
});

/** Changed members of a manifest, and what is said of them. */
type Case = readonly [change: Record<string, unknown>, why: RegExp];

Deno.test("decodeManifest() refuses what makes no sense, and names that leave the folder", async () => {
  const { manifest } = packed(town, await record(3));
  const refusal = (change: Record<string, unknown>) =>
    assertThrows(
      () => decodeManifest(JSON.stringify({ ...manifest, ...change }), "m"),
      TownletError,
    );
  const [shard] = manifest.shards;
  for (
    const file of ["../shard.npz", "/etc/shard.npz", "a/b.npz", "..", "a\\b"]
  ) {
    const error = refusal({ shards: [{ ...shard, file }] });
    assertEquals([error.code, error.exit], ["dataset.path", 5]);
  }
  const features = manifest.feature_names;
  const cases: Case[] = [
    [{ format: "zip" }, /format/],
    [{ version: 2 }, /version/],
    [{ more: 1 }, /more/],
    [{ shards: [shard, shard] }, /listed twice/],
    ...["steps", "episodes", "bytes"].map((name): Case => [
      { shards: [{ ...shard, [name]: 1000 }] },
      /totals/,
    ]),
    [{ totals: { ...manifest.totals, shards: 2 } }, /totals/],
    [
      { feature_names: features.filter((name) => name !== "rivalry_max") },
      /lack rivalry_max/,
    ],
    [{ actions: ["wait"] }, /action_spec_hash/],
    [{ map_channels: [] }, /channels/],
    [{ seed: -1 }, /seed/],
    [{ created_utc: "yesterday" }, /created_utc/],
  ];
  for (const [change, why] of cases) {
    const error = refusal(change);
    assertMatch(error.message, why);
    assertEquals(error.exit, 2);
  }
  assertThrows(() => decodeManifest("{", "m"), TownletError, "no JSON");
});

Deno.test("checkDigest() holds a file to its digest and to its length", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const listed = listFile("a.npz", bytes);
  checkDigest(bytes, listed, "a.npz");
  for (
    const [content, told, what] of [
      [Uint8Array.of(1, 2, 4), listed, /digest does not fit/],
      [bytes, { ...listed, bytes: 4 }, /length does not fit/],
    ] as const
  ) {
    const error = assertThrows(
      () => checkDigest(content, told, "a.npz"),
      TownletError,
    );
    assertEquals([error.code, error.exit], ["dataset.digest", 5]);
    assertMatch(error.message, what);
  }
});

Deno.test("tables are read line by line, and a fault names its line", () => {
  const line = JSON.stringify({
    shard: 0,
    index: 0,
    world: 0,
    agent_id: "a",
    profile: "balanced",
    first_tick: 0,
    length: 3,
    return: 1.5,
    end_reason: "faint",
  });
  assertEquals(decodeEpisodes(`${line}\n`, "e")[0].end_reason, "faint");
  const faultAt = (text: string) => {
    const error = assertThrows(() => decodeEpisodes(text, "e"), TownletError);
    return `${error.where}: ${error.message}`;
  };
  assertEquals(faultAt(`${line}\n{\n`), "e:2: The line is no JSON");
  assertEquals(faultAt(line), "e: The last line is cut off");
  assertMatch(faultAt(`${line.replace("faint", "boredom")}\n`), /end_reason/);
  assertEquals(decodeMetrics('{"shard":0,"index":1,"x":2.5}\n', "m"), [
    { shard: 0, index: 1, metrics: { x: 2.5 } },
  ]);
  assertThrows(
    () => decodeMetrics('{"shard":0,"index":1,"x":"2"}\n', "m"),
    TownletError,
  );
});
