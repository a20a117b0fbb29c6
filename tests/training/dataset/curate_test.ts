import { assertEquals, assertRejects } from "@std/assert";
import { TownletError } from "../../../src/base/error.ts";
import { Simulation } from "../../../src/simulation.ts";
import {
  curate,
  curation,
  talliesOf,
} from "../../../src/training/dataset/curate.ts";
import { summarize } from "../../../src/training/dataset/summary.ts";
import { DatasetPacker } from "../../../src/training/dataset/writer.ts";
import { compileTown } from "../../../src/world/compile/town.ts";
import { packed, recordTicks, tinyHeader } from "../../helpers/datasets.ts";
import { tinyConfig } from "../../helpers/tiny_town.ts";

const town = compileTown(tinyConfig({
  agents: [{ id: "a", needs: [1, 1, 1] }, { id: "b", needs: [0.1, 0.1, 0.1] }],
  decay: 0.001,
}));
const open = async (policy: string) =>
  packed(
    town,
    await recordTicks(new Simulation(town, { policy, observe: "u8" }), 13, 10),
  );
const ANY = { minTimesteps: 0, minReward: null };

Deno.test("curation() counts what is long and good enough", async () => {
  const dataset = await open("random");
  const returns = dataset.episodes.map((episode) => episode.return);
  assertEquals(dataset.episodes.map(({ length }) => length), [10, 10, 3, 3]);
  assertEquals(await curation(dataset, ANY), {
    total: 4,
    accepted: 4,
    rejected: 0,
  });
  const long = { minTimesteps: 10, minReward: null };
  assertEquals((await curation(dataset, long)).accepted, 2);
  const good = { minTimesteps: 10, minReward: returns[0] };
  assertEquals(returns[0] > returns[1], true);
  assertEquals((await curation(dataset, good)).accepted, 1);
});

Deno.test("curation() refuses datasets that show one action, or nothing", async () => {
  const idle = await open("idle");
  const one = await assertRejects(() => curation(idle, ANY), TownletError);
  assertEquals([one.code, one.exit], ["dataset.one_action", 2]);
  const none = await assertRejects(
    async () =>
      await curation(await open("random"), {
        minTimesteps: 100,
        minReward: null,
      }),
    TownletError,
  );
  assertEquals(none.code, "dataset.empty");
});

Deno.test("curation() counts decisions: what could not be otherwise shows nothing", async () => {
  const idle = await open("idle");
  const forced = {
    ...idle,
    read: async (index: number) => {
      const shard = await idle.read(index);
      const { action, action_mask } = shard.steps;
      for (let step = 0; step < action.length; step += 2) {
        action[step] = 1;
        action_mask.fill(0, step * town.actions.length);
        action_mask[step * town.actions.length + 1] = 1;
        action_mask.fill(1, (step + 1) * town.actions.length);
      }
      return shard;
    },
  };
  const { actions } = await summarize(forced);
  assertEquals([actions[0].share < 0.6, actions[0].decision_share], [true, 1]);
  const error = await assertRejects(() => curation(forced, ANY), TownletError);
  assertEquals(error.code, "dataset.one_action");
});

Deno.test("curate() keeps every episode, its metrics, and what was rejected before", async () => {
  const dataset = await open("random");
  const again = async (source: typeof dataset, minTimesteps: number) => {
    const packer = new DatasetPacker(tinyHeader(town));
    await curate(source, { minTimesteps, minReward: null }, (...episode) => {
      packer.add(...episode);
      return Promise.resolve();
    });
    return packer.finish(talliesOf(source.manifest));
  };
  const { manifest } = await again(dataset, 5);
  assertEquals(
    manifest.shards.map(({ episodes, accepted }) => [episodes, accepted]),
    [[2, true], [2, false]],
  );
  assertEquals(manifest.totals.steps, dataset.manifest.totals.steps);
  const shards = dataset.manifest.shards.map((shard) => ({
    ...shard,
    accepted: false,
  }));
  const rejected = { ...dataset, manifest: { ...dataset.manifest, shards } };
  assertEquals((await again(rejected, 0)).manifest.totals.accepted_episodes, 0);
});

Deno.test("summarize() counts actions, choices, returns and ends", async () => {
  const dataset = await open("idle");
  const summary = await summarize(dataset);
  assertEquals(summary.actions[0], {
    action: "wait",
    steps: 26,
    share: 1,
    decisions: 26,
    decision_share: 1,
  });
  assertEquals(summary.action_entropy, 0);
  assertEquals(summary.ends, { truncated: 2, end: 2 });
  assertEquals(summary.lengths, { min: 3, mean: 6.5, max: 10 });
  assertEquals(summary.external_steps, 0);
});
