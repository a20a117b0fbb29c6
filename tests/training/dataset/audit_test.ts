import { assertEquals } from "@std/assert";
import { Simulation } from "../../../src/simulation.ts";
import {
  contentFaults,
  placeFaults,
} from "../../../src/training/dataset/audit.ts";
import { compileTown } from "../../../src/world/compile/town.ts";
import { packed, recordTicks } from "../../helpers/datasets.ts";
import { tinyConfig } from "../../helpers/tiny_town.ts";

const town = compileTown(tinyConfig({ agents: 2, decay: 0.001 }));
const simulation = new Simulation(town, { policy: "random", observe: "u8" });
const dataset = packed(town, await recordTicks(simulation, 5));
const { manifest, episodes, metrics } = dataset;
const [listed] = manifest.shards;

Deno.test("placeFaults() finds tables that list other episodes than the shards have", () => {
  assertEquals(placeFaults(episodes, manifest.shards), []);
  assertEquals(placeFaults(episodes.slice(1), manifest.shards), [
    "1 episodes are listed, and the shards have 2",
  ]);
  assertEquals(placeFaults([...episodes].reverse(), manifest.shards), [
    "Line 1 is of another place than its own",
  ]);
});

Deno.test("placeFaults() takes no room for episodes that are only told of", () => {
  const told = { ...listed, episodes: Number.MAX_SAFE_INTEGER };
  assertEquals(placeFaults(episodes, [told]), [
    `2 episodes are listed, and the shards have ${told.episodes}`,
  ]);
});

Deno.test("contentFaults() holds shards against manifest and tables", async () => {
  const shard = await dataset.read(0);
  const faults = (
    rows = episodes,
    numbers = metrics,
    told = listed,
  ) => contentFaults(manifest, told, shard, rows, numbers);
  assertEquals(faults(), []);
  assertEquals(faults(episodes, metrics, { ...listed, steps: 9 }), [
    "It has 10 steps, and the manifest says 9",
  ]);
  const [first, second] = episodes;
  assertEquals(faults([{ ...first, length: 4 }, second]), [
    "Episode 0 has length 5, and the tables say 4",
  ]);
  assertEquals(faults([first, { ...second, end_reason: "faint" }]), [
    "Episode 1 did not end as the table says: faint",
  ]);
  const changed = metrics.map((row) => ({
    ...row,
    metrics: { ...row.metrics, action_total: 6 },
  }));
  assertEquals(faults(episodes, [changed[0], metrics[1]]), [
    "Episode 0 has action_total 5, and the tables say 6",
  ]);
});

Deno.test("contentFaults() finds a value expected after death", async () => {
  const { steps, sequences: [first, second] } = await dataset.read(0);
  steps.terminated[first.end - 1] = 1;
  steps.truncated[first.end - 1] = 0;
  const rows = [{ ...episodes[0], end_reason: "faint" as const }, episodes[1]];
  const faults = (bootstrap: number) =>
    contentFaults(
      manifest,
      listed,
      { steps, sequences: [{ ...first, bootstrap }, second] },
      rows,
      metrics,
    );
  assertEquals(faults(0), []);
  assertEquals(faults(0.5), [
    "Episode 0 ends in death and has a value after it",
  ]);
});
