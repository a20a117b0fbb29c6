import { assertEquals } from "@std/assert";
import { checkRollouts } from "../../../cli/train/check_town.ts";
import { TownletError } from "../../../src/base/error.ts";
import { configFrom } from "../../../src/config/load.ts";
import { CORE_MANIFEST } from "../../../src/config/manifest.ts";
import { compileTown } from "../../../src/world/compile/town.ts";

/** Why a town of so many ticks in 4,096 worlds is refused; null if it is not. */
function refusal(rollout_length: number, residents = [{ id: "ada" }]) {
  const config = configFrom({
    config_id: "checked",
    features: { stages: { relationships: "B" }, systems: {} },
    rewards: { needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 } },
    population: { residents },
    world: { agent_capacity: 1 },
    ppo: { num_worlds: 4096, rollout_length },
  });
  const town = compileTown(config, CORE_MANIFEST);
  try {
    checkRollouts({ config, town }, "a.yaml");
  } catch (error) {
    if (error instanceof TownletError) return [error.code, error.exit];
    throw error;
  }
  return null;
}

Deno.test("checkRollouts() refuses updates that memory has no room for", () => {
  assertEquals(refusal(128), null);
  assertEquals(refusal(1e9), ["train.rollout_size", 2]);
});

Deno.test("checkRollouts() refuses a town where nobody lives", () => {
  assertEquals(refusal(1, []), ["train.nobody", 2]);
});
