import { assertEquals } from "@std/assert";
import {
  createSteps,
  stepCatalogue,
  type StepShape,
} from "../../src/training/experience.ts";

const shape: StepShape = {
  features: 5,
  map: [2, 3, 3],
  mapFormat: "u8",
  actions: 4,
};

Deno.test("createSteps() has a column for everything, as long as it must be", () => {
  const steps = createSteps(shape, 7);
  assertEquals(
    Object.fromEntries(
      Object.entries(steps).map(([name, { length }]) => [name, length / 7]),
    ),
    {
      obs_features: 5,
      log_prob: 1,
      value: 1,
      reward: 1,
      action: 1,
      tick: 1,
      agent_slot: 1,
      obs_map: 18,
      action_mask: 4,
      terminated: 1,
      truncated: 1,
      external: 1,
    },
  );
  assertEquals(
    Object.values(steps).every((
      column: { length: number; [i: number]: number },
    ) => Array.from(column).every((one) => one === 0)),
    true,
  );
});

Deno.test("maps are kept in the format they come in", () => {
  assertEquals(createSteps(shape, 1).obs_map instanceof Uint8Array, true);
  const full = createSteps({ ...shape, mapFormat: "f32" }, 1);
  assertEquals(full.obs_map instanceof Float32Array, true);
  const none = stepCatalogue({ ...shape, map: [0, 0, 0] }, 3);
  assertEquals(none.obs_map.shape, [3, 0, 0, 0]);
});
