import { assertAlmostEquals, assertEquals } from "@std/assert";
import { configOfCycle, learningRateAt } from "../../src/training/schedules.ts";
import { tinyConfig } from "../helpers/tiny_town.ts";

Deno.test("learningRateAt() falls to 0 at the last step, or stays", () => {
  const { ppo } = tinyConfig({
    config: { ppo: { learning_rate: 0.01, total_steps: 1000 } },
  });
  const rates = [0, 250, 1000, 1001].map((steps) => learningRateAt(ppo, steps));
  for (const [i, rate] of [0.01, 0.0075, 0, 0].entries()) {
    assertAlmostEquals(rates[i], rate, 1e-12);
  }
  const constant = { ...ppo, lr_schedule: "constant" } as const;
  assertEquals(learningRateAt(constant, 999), 0.01);
});

Deno.test("configOfCycle() gives each cycle its stage of the social reward", () => {
  const config = tinyConfig({
    config: {
      features: { stages: { relationships: "B", social_rewards: "C1" } },
      training: {
        social_reward_stage_override: "C3",
        social_reward_schedule: [
          { cycle: 5, stage: "C2" },
          { cycle: 2, stage: "OFF" },
        ],
      },
    },
  });
  const stages = [0, 1, 2, 4, 5, 9].map((cycle) =>
    configOfCycle(config, cycle).features.stages.social_rewards
  );
  assertEquals(stages, ["C3", "C3", "OFF", "OFF", "C2", "C2"]);
  assertEquals(config.features.stages.social_rewards, "C1", "as it was loaded");
  assertEquals(configOfCycle(config, 5).rewards, config.rewards);
  const plain = tinyConfig();
  assertEquals(configOfCycle(plain, 3) === plain, true);
});
