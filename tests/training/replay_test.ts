import { assert, assertEquals } from "@std/assert";
import { Random } from "../../src/base/random.ts";
import type { Shards } from "../../src/training/demonstrations.ts";
import { createSteps } from "../../src/training/experience.ts";
import {
  replayBatches,
  type ReplayOptions,
} from "../../src/training/replay.ts";

/** Shards of episodes with these lengths. */
function shardsOf(...lengths: readonly (readonly number[])[]): Shards {
  const shape = {
    features: 1,
    map: [0, 0, 0],
    mapFormat: "u8",
    actions: 2,
  } as const;
  return {
    where: "data",
    count: lengths.length,
    read: (index) => {
      let end = 0;
      const sequences = lengths[index].map((length) => ({
        start: end,
        end: end += length,
        bootstrap: index,
      }));
      return Promise.resolve({ steps: createSteps(shape, end), sequences });
    },
  };
}

/** Lengths of the episodes of each batch of a pass. */
async function pass(
  shards: Shards,
  options: Partial<ReplayOptions> = {},
): Promise<number[][]> {
  const batches: number[][] = [];
  const all = { size: 10, random: null, dropLast: false, ...options };
  for await (const { sequences, index } of replayBatches(shards, all)) {
    assertEquals(index, batches.length);
    batches.push(sequences.map(({ start, end }) => end - start));
  }
  return batches;
}

Deno.test("replayBatches() fills batches with whole episodes of one shard", async () => {
  const shards = shardsOf([4, 4, 4, 20, 3], [10], [1, 2]);
  assertEquals(await pass(shards), [[4, 4, 4], [20], [3], [10], [1, 2]]);
  assertEquals(await pass(shards, { dropLast: true }), [
    [4, 4, 4],
    [20],
    [10],
  ]);
  assertEquals(await pass(shardsOf()), []);
});

Deno.test("replayBatches() shuffles anew in every pass, and loses nothing", async () => {
  const lengths = Array.from({ length: 20 }, (_, i) => i + 1);
  const shards = shardsOf(lengths.slice(0, 12), lengths.slice(12));
  for (let seed = 0; seed < 5; seed++) {
    const random = Random.seeded(`${seed}`, "training:shuffle");
    const passes = [
      await pass(shards, { random }),
      await pass(shards, { random }),
    ];
    for (const batches of passes) {
      assertEquals(batches.flat().sort((a, b) => a - b), lengths, `${seed}`);
    }
    assert(passes[0].join() !== passes[1].join(), `seed ${seed}`);
    const again = Random.seeded(`${seed}`, "training:shuffle");
    assertEquals(await pass(shards, { random: again }), passes[0]);
  }
});
