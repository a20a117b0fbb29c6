/** Section `ppo`: hyper-parameters of reinforcement learning. @module */
import { z } from "zod";
import { flag, int, oneOf, positive, real } from "./schema.ts";

/** Hyper-parameters of proximal policy optimisation (Schulman et al., 2017). */
export interface PpoSettings {
  /** Step size of Adam, above 0. */
  readonly learning_rate: number;
  /** Clip of the probability ratio, 0 to 1. */
  readonly clip_param: number;
  /** Weight of the value loss. */
  readonly value_loss_coef: number;
  /** Weight of the entropy bonus. */
  readonly entropy_coef: number;
  /** Passes over a batch, 1 to 64. */
  readonly num_epochs: number;
  /** Transitions in a minibatch at most. */
  readonly mini_batch_size: number;
  /** Minibatches of a batch, 1 to 1024. */
  readonly num_mini_batches: number;
  /** Lambda of the advantage estimate, 0 to 1. */
  readonly gae_lambda: number;
  /** Discount of a tick, 0 to 1. */
  readonly gamma: number;
  /** Norm at which gradients are clipped; 0 for never. */
  readonly max_grad_norm: number;
  /** Clip of the value's change, 0 to 1; 0 for none. */
  readonly value_clip: number;
  /** Whether advantages are normalised over a batch. */
  readonly advantage_normalization: boolean;
  /** Ticks of an update in each world. */
  readonly rollout_length: number;
  /** Worlds at the same time, 1 to 4096. */
  readonly num_worlds: number;
  /** Agent-steps of the whole training. */
  readonly total_steps: number;
  /** Divergence past which an update stops early; 0 for never. */
  readonly target_kl: number;
  /** Whether the step size falls to 0 or stays. */
  readonly lr_schedule: "linear" | "constant";
  /** Updates between checkpoints. */
  readonly checkpoint_every: number;
  /** The network. */
  readonly net: "mlp64" | "dual256";
}

/** Schema of the section `ppo`. */
export const ppo: z.ZodType<PpoSettings> = z.strictObject({
  learning_rate: positive().prefault(3e-4).describe("Step size of Adam"),
  clip_param: real(0, 1).prefault(0.2).describe(
    "Clip of the probability ratio",
  ),
  value_loss_coef: real(0).prefault(0.5).describe("Weight of the value loss"),
  entropy_coef: real(0).prefault(0.01).describe("Weight of the entropy bonus"),
  num_epochs: int(1, 64).prefault(4).describe("Passes over a batch"),
  mini_batch_size: int(1).prefault(32).describe(
    "Transitions in a minibatch at most",
  ),
  num_mini_batches: int(1, 1024).prefault(4).describe("Minibatches of a batch"),
  gae_lambda: real(0, 1).prefault(0.95).describe(
    "Lambda of the advantage estimate",
  ),
  gamma: real(0, 1).prefault(0.99).describe("Discount of a tick"),
  max_grad_norm: real(0).prefault(0.5).describe(
    "Norm at which gradients are clipped; 0 for never",
  ),
  value_clip: real(0, 1).prefault(0.2).describe(
    "Clip of the value's change; 0 for none",
  ),
  advantage_normalization: flag().prefault(true).describe(
    "Whether advantages are normalised over a batch",
  ),
  rollout_length: int(1).prefault(128).describe(
    "Ticks of an update in each world",
  ),
  num_worlds: int(1, 4096).prefault(8).describe("Worlds at the same time"),
  total_steps: int(1).prefault(100_000).describe(
    "Agent-steps of the whole training",
  ),
  target_kl: real(0).prefault(0.03).describe(
    "Divergence past which an update stops early; 0 for never",
  ),
  lr_schedule: oneOf("linear", "constant").prefault("linear").describe(
    "Whether the step size falls to 0 or stays",
  ),
  checkpoint_every: int(1).prefault(10).describe("Updates between checkpoints"),
  net: oneOf("mlp64", "dual256").prefault("mlp64").describe("The network"),
}).describe("Hyper-parameters of reinforcement learning");
