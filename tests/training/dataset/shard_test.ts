import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import { TownletError } from "../../../src/base/error.ts";
import type { NpyArray } from "../../../src/base/npy.ts";
import { decodeNpz, encodeNpz } from "../../../src/base/npz.ts";
import { createSteps } from "../../../src/training/experience.ts";
import {
  decodeShard,
  encodeShard,
} from "../../../src/training/dataset/shard.ts";
import { refusalOf } from "../../helpers/answers.ts";

const SHAPE = {
  features: 2,
  map: [1, 2, 2],
  mapFormat: "u8",
  actions: 3,
} as const;

function good(): Uint8Array {
  const steps = createSteps(SHAPE, 5);
  steps.obs_map.set(Array.from({ length: 20 }, (_, i) => i));
  steps.obs_features.set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  steps.action_mask.fill(1);
  steps.action.set([0, 1, 2, 1, 0]);
  steps.reward.set([1, 2, 3, 4, 5]);
  steps.terminated.set([0, 1, 0, 0, 0]);
  steps.truncated.set([0, 0, 0, 0, 1]);
  steps.tick.set([0, 1, 5, 6, 7]);
  steps.agent_slot.set([0, 0, 3, 3, 3]);
  return encodeShard(SHAPE, [
    { steps, sequence: { start: 0, end: 2, bootstrap: 0 } },
    { steps, sequence: { start: 2, end: 5, bootstrap: 0.5 } },
  ]);
}

/** The good shard with its arrays changed. */
function changed(
  change: (arrays: Record<string, NpyArray>) => void,
): Uint8Array {
  const arrays = Object.fromEntries(decodeNpz(good(), { where: "s" }));
  change(arrays);
  return encodeNpz(arrays);
}

Deno.test("a shard has the arrays, types and shapes that NumPy is told of", () => {
  const arrays = decodeNpz(good(), { where: "s" });
  assertEquals(
    [...arrays].map(([name, { dtype, shape }]) => [name, dtype, [...shape]]),
    [
      ["obs_map", "u8", [5, 1, 2, 2]],
      ["obs_features", "f32", [5, 2]],
      ["action_mask", "u8", [5, 3]],
      ["action", "i32", [5]],
      ["log_prob", "f32", [5]],
      ["value", "f32", [5]],
      ["reward", "f32", [5]],
      ["terminated", "u8", [5]],
      ["truncated", "u8", [5]],
      ["external", "u8", [5]],
      ["tick", "i32", [5]],
      ["agent_slot", "u16", [5]],
      ["episode_offset", "i64", [3]],
      ["bootstrap_value", "f32", [2]],
    ],
  );
  const { steps, sequences } = decodeShard(good(), SHAPE, "s");
  assertEquals(sequences, [
    { start: 0, end: 2, bootstrap: 0 },
    { start: 2, end: 5, bootstrap: 0.5 },
  ]);
  assertEquals([...steps.reward], [1, 2, 3, 4, 5]);
  assertEquals([...steps.obs_map.subarray(16)], [16, 17, 18, 19]);
});

Deno.test("decodeShard() refuses by name what is missing, strange, or no number", () => {
  const set = (name: string, at: number, value: number) =>
    changed((arrays) => {
      // Numbers of 64 bits, which the type of the others does not know.
      arrays[name].data[at] = name === "episode_offset"
        ? BigInt(value) as unknown as number
        : value;
    });
  const cases: [Uint8Array, RegExp][] = [
    [changed((arrays) => delete arrays.reward), /reward is missing/],
    [
      changed((arrays) =>
        arrays.extra = { dtype: "u8", shape: [0], data: new Uint8Array() }
      ),
      /Nobody knows an array extra/,
    ],
    [
      changed((arrays) =>
        arrays.reward = { dtype: "f64", shape: [5], data: new Float64Array(5) }
      ),
      /reward is f64 \[5\], not f32 \[5\]/,
    ],
    [
      changed((arrays) =>
        arrays.value = { dtype: "f32", shape: [4], data: new Float32Array(4) }
      ),
      /value is f32 \[4\], not f32 \[5\]/,
    ],
    [set("obs_features", 3, NaN), /obs_features has NaN at 3/],
    [set("bootstrap_value", 1, Infinity), /bootstrap_value has Infinity at 1/],
    [set("action", 2, 3), /action has 3 at 2/],
    [set("action", 2, -1), /action has -1 at 2/],
    [set("external", 0, 2), /external is neither 0 nor 1 at 0/],
    [set("episode_offset", 0, 1), /episode_offset does not rise from 0 to 5/],
    [set("episode_offset", 1, 5), /episode_offset does not rise/],
    [set("episode_offset", 2, 4), /episode_offset does not rise/],
    [set("terminated", 0, 1), /Episode 0 does not end once/],
    [set("truncated", 4, 0), /Episode 1 does not end once/],
    [set("truncated", 1, 1), /Episode 0 does not end once/],
    [set("tick", 3, 5), /tick does not rise within episode 1/],
  ];
  for (const [bytes, why] of cases) {
    const error = assertThrows(
      () => decodeShard(bytes, SHAPE, "d/shard-00000.npz"),
      TownletError,
    );
    assertMatch(error.message, why);
    assertEquals([error.where, error.exit], ["d/shard-00000.npz", 2]);
  }
});

Deno.test("whatever bytes a shard has, it is read or refused", async () => {
  const bytes = good();
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 5 }), async (changes) => {
      const mangled = bytes.slice();
      for (const [at, value] of changes) mangled[at] = value;
      await refusalOf(() => decodeShard(mangled, SHAPE, "s"));
    }),
    { numRuns: 200 },
  );
});
