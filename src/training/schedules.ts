/**
 * What changes as a training goes on.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import type { PpoSettings } from "../config/ppo_settings.ts";

/** The learning rate after a number of agent-steps. */
export function learningRateAt(
  { learning_rate, lr_schedule, total_steps }: PpoSettings,
  steps: number,
): number {
  return lr_schedule === "constant"
    ? learning_rate
    : learning_rate * Math.max(0, 1 - steps / total_steps);
}

/**
 * The configuration of a cycle: the same, with the stage of the social reward
 * that `training` gives it. Of the schedule's entries that have begun the
 * latest counts, without one the override, without that what is configured.
 */
export function configOfCycle(config: Config, cycle: number): Config {
  const { social_reward_schedule, social_reward_stage_override } =
    config.training;
  let begun = -1;
  let stage = social_reward_stage_override;
  for (const entry of social_reward_schedule) {
    if (entry.cycle > cycle || entry.cycle < begun) continue;
    begun = entry.cycle;
    stage = entry.stage;
  }
  if (stage === null) return config;
  const { features } = config;
  const stages = { ...features.stages, social_rewards: stage };
  return { ...config, features: { ...features, stages } };
}
