import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import { Random } from "../../src/base/random.ts";
import type { Dataset } from "../../src/training/dataset/dataset.ts";
import {
  acceptedShards,
  demonstrationBatches,
  type Shards,
  survey,
  teachingSteps,
} from "../../src/training/demonstrations.ts";
import { ACTIONS, bySign, LENGTH, makeShard, NET, shardsOf } from "./shards.ts";

Deno.test("survey() holds a tenth of the episodes out, one at least", async () => {
  for (const [episodes, held] of [[2, 1], [4, 1], [20, 2], [36, 4]]) {
    const shards = shardsOf(
      makeShard(1, episodes / 2, bySign),
      makeShard(2, episodes / 2, bySign),
    );
    const found = await survey(shards, ACTIONS, "1");
    const count = found.heldOut.flatMap((flags) => [...flags])
      .reduce((sum, flag) => sum + flag, 0);
    assertEquals(count, held);
    assertEquals(found.heldOutSteps, held * LENGTH * 3 / 4);
    assertEquals(found.steps, (episodes - held) * LENGTH * 3 / 4);
    assertEquals(await survey(shards, ACTIONS, "1"), found);
  }
});

Deno.test("survey() draws what is held out from the seed", async () => {
  const shards = shardsOf(makeShard(1, 30, bySign));
  const drawn = new Set<string>();
  for (let seed = 0; seed < 8; seed++) {
    const { heldOut } = await survey(shards, ACTIONS, `${seed}`);
    drawn.add(heldOut.join());
  }
  assert(drawn.size > 4);
});

Deno.test("survey() refuses what has one episode, or little but one action", async () => {
  const refusal = (shards: Shards) =>
    assertRejects(() => survey(shards, ACTIONS, "1"), TownletError);
  assertEquals(
    (await refusal(shardsOf(makeShard(1, 1, bySign)))).code,
    "cloning.episodes",
  );
  assertEquals(
    (await refusal(shardsOf(makeShard(1, 0, bySign)))).code,
    "cloning.episodes",
  );
  const same = await refusal(
    shardsOf(makeShard(1, 20, (feature) => feature > 0.95 ? 1 : 0)),
  );
  assertEquals(same.code, "cloning.one-action");
  assert(same.message.startsWith("wait is 9"));
  // 90 % of one action may be learned from.
  await survey(
    shardsOf(makeShard(1, 20, (feature) => feature > 0.8 ? 1 : 0)),
    ACTIONS,
    "1",
  );
});

Deno.test("teachingSteps() leaves out what others chose, what was forced, what could not be", () => {
  const shard = makeShard(1, 2, bySign);
  const { steps } = shard;
  steps.external[1] = 1;
  steps.action_mask[3 * 2 + steps.action[2]] = 0;
  const found = teachingSteps(shard, new Uint8Array([0, 1]), 0, 3);
  assertEquals(found.slice(0, 4), [0, 4, 5, 6]);
  assertEquals(found.length, 28);
  const held = teachingSteps(shard, new Uint8Array([0, 1]), 1, 3);
  assertEquals([held[0], held.length], [40, 30]);
});

Deno.test("demonstrationBatches() shows everything once, and begins anew", async () => {
  const shards = shardsOf(makeShard(1, 6, bySign), makeShard(2, 6, bySign));
  const found = await survey(shards, ACTIONS, "1");
  const next = demonstrationBatches(NET, shards, found, {
    size: 50,
    random: Random.seeded("1", "training:demonstrations"),
  });
  for (let pass = 0; pass < 3; pass++) {
    const seen = new Set<string>();
    let rows = 0;
    while (rows < found.steps) {
      const batch = await next();
      rows += batch.rows;
      for (let row = 0; row < batch.rows; row++) {
        const at = row * NET.inputs;
        seen.add(batch.input.subarray(at, at + NET.inputs).join());
        const stands = batch.input[at + 4 + 3] > 0;
        const expected = stands ? 0 : batch.input[at + 2] > 0 ? 1 : 2;
        assertEquals(batch.action[row], expected);
        assertEquals(batch.actionMask[row * 3], 1);
      }
    }
    assertEquals([rows, seen.size], [found.steps, found.steps]);
  }
});

Deno.test("acceptedShards() reads what was accepted of several datasets", async () => {
  const dataset = (where: string, ...accepted: readonly boolean[]): Dataset =>
    ({
      where,
      manifest: { shards: accepted.map((accepted) => ({ accepted })) },
      read: (index: number) =>
        Promise.resolve(makeShard(index, where.length, bySign)),
    }) as unknown as Dataset;
  const shards = acceptedShards([
    dataset("a", true, false, true),
    dataset("bb", false, true),
  ]);
  assertEquals([shards.where, shards.count], ["a, bb", 3]);
  for (const [at, seed, episodes] of [[0, 0, 1], [1, 2, 1], [2, 1, 2]]) {
    assertEquals(await shards.read(at), makeShard(seed, episodes, bySign));
  }
  const error = assertThrows(
    () => acceptedShards([dataset("a", false)]),
    TownletError,
  );
  assertEquals([error.code, error.where], ["dataset.empty", "a"]);
});
