/** Section `training`: what a policy learns from. @module */
import { z } from "zod";
import type { SocialRewardStage } from "./features.ts";
import { flag, int, oneOf, path, positive, real } from "./schema.ts";

/** What a policy learns from. */
export interface TrainingSettings {
  /** Where experience comes from. */
  readonly source: "rollout" | "replay" | "mixed" | "bc" | "anneal";
  /** Ticks of an episode, 1 to 1000000. */
  readonly episode_ticks: number;
  /** List of recorded datasets to replay, or null. */
  readonly replay_manifest: string | null;
  /** Stage of the social reward for all of the training, or null. */
  readonly social_reward_stage_override: SocialRewardStage | null;
  /** Stages of the social reward by cycle. */
  readonly social_reward_schedule: readonly {
    /** First cycle of the stage. */
    readonly cycle: number;
    /** The stage. */
    readonly stage: SocialRewardStage;
  }[];
  /** Learning from demonstrations. */
  readonly bc: {
    /** List of datasets, or null. */
    readonly manifest: string | null;
    /** Step size, above 0. */
    readonly learning_rate: number;
    /** Samples in a batch, at least 1. */
    readonly batch_size: number;
    /** Passes over the data, at least 1. */
    readonly epochs: number;
    /** L2 penalty, at least 0. */
    readonly weight_decay: number;
  };
  /** Stages from demonstrations to reinforcement. */
  readonly anneal_schedule: readonly {
    /** When the stage runs, in ascending order. */
    readonly cycle: number;
    /** What the stage does. */
    readonly mode: "bc" | "ppo";
    /** Passes over the data, at least 1. */
    readonly epochs: number;
    /** Weight of demonstrations in the next reinforcement stage, 0 to 1. */
    readonly bc_weight: number;
  }[];
  /** Accuracy a demonstration stage has to reach, 0 to 1. */
  readonly anneal_accuracy_threshold: number;
  /** Whether decisions are shared with the scripted policy while annealing. */
  readonly anneal_enable_policy_blend: boolean;
}

/** The folder of a dataset that is named by it, or by its manifest. */
export function datasetFolder(path: string): string {
  return path.replace(/\/manifest\.json$/, "");
}

const stage = oneOf("OFF", "C1", "C2", "C3");

/** Schema of the section `training`. */
export const training: z.ZodType<TrainingSettings> = z.strictObject({
  source: oneOf("rollout", "replay", "mixed", "bc", "anneal").prefault(
    "rollout",
  )
    .describe("Where experience comes from"),
  episode_ticks: int(1, 1_000_000).prefault(1440).describe(
    "Ticks of an episode",
  ),
  replay_manifest: path().nullable().prefault(null).describe(
    "List of recorded datasets to replay",
  ),
  social_reward_stage_override: stage.nullable().prefault(null).describe(
    "Stage of the social reward for all of the training",
  ),
  social_reward_schedule: z.array(z.strictObject({
    cycle: int(0).describe("First cycle of the stage"),
    stage: stage.describe("The stage"),
  })).prefault([]).describe("Stages of the social reward by cycle"),
  bc: z.strictObject({
    manifest: path().nullable().prefault(null).describe("List of datasets"),
    learning_rate: positive().prefault(1e-3).describe("Step size"),
    batch_size: int(1).prefault(64).describe("Samples in a batch"),
    epochs: int(1).prefault(10).describe("Passes over the data"),
    weight_decay: real(0).prefault(0).describe("L2 penalty"),
  }).prefault({}).describe("Learning from demonstrations"),
  anneal_schedule: z.array(z.strictObject({
    cycle: int(0).describe("When the stage runs, in ascending order"),
    mode: oneOf("bc", "ppo").prefault("ppo").describe("What the stage does"),
    epochs: int(1).prefault(1).describe("Passes over the data"),
    bc_weight: real(0, 1).prefault(1).describe(
      "Weight of demonstrations in the next reinforcement stage",
    ),
  })).prefault([]).describe("Stages from demonstrations to reinforcement"),
  anneal_accuracy_threshold: real(0, 1).prefault(0.9).describe(
    "Accuracy a demonstration stage has to reach",
  ),
  anneal_enable_policy_blend: flag().prefault(false).describe(
    "Whether decisions are shared with the scripted policy while annealing",
  ),
}).describe("What a policy learns from");
