/**
 * The record of an update: one line of a training's log.
 *
 * @module
 */
import { TALLIES, TALLY, type TallyName } from "../vector/tallies.ts";
import type { ConflictMetrics } from "./conflict.ts";

/** Version of the records. */
const TELEMETRY_VERSION = 1.2;

/** Where the steps of an update come from. */
export type DataMode = "rollout" | "replay" | "mixed";

/** What an update did to a network; means over its minibatches. */
export interface LearningMetrics {
  /** Steps of gradient descent. */
  readonly updates: number;
  /** Agent-steps learned from. */
  readonly transitions: number;
  /** Policy loss. */
  readonly loss_policy: number;
  /** Value loss, without its weight. */
  readonly loss_value: number;
  /** Entropy of the policy, nats. */
  readonly loss_entropy: number;
  /** policy + weight × value − weight × entropy. */
  readonly loss_total: number;
  /** Share of ratios outside 1 ± clip_param. */
  readonly clip_fraction: number;
  /** The largest of a minibatch. */
  readonly clip_fraction_max: number;
  /** Minibatches with such ratios. */
  readonly clip_triggered_minibatches: number;
  /** Mean of the advantages, before they are normalised. */
  readonly adv_mean: number;
  /** Their standard deviation. */
  readonly adv_std: number;
  /** Batches whose advantages are all alike: 0 or 1. */
  readonly adv_zero_std_batches: number;
  /** Least standard deviation of a batch. */
  readonly adv_min_std: number;
  /** Norm of the gradient before it is clipped. */
  readonly grad_norm: number;
  /** The largest of a minibatch. */
  readonly grad_norm_max: number;
  /** mean(log p_old − log p). */
  readonly kl_divergence: number;
  /** The largest absolute one of a minibatch. */
  readonly kl_divergence_max: number;
  /** mean((r − 1) − log r), never below 0. */
  readonly kl_approx: number;
  /** Mean over minibatches of the entropy. */
  readonly batch_entropy_mean: number;
  /** Its standard deviation over minibatches. */
  readonly batch_entropy_std: number;
  /** Pearson's correlation of rewards and advantages; 0 if one is constant. */
  readonly reward_advantage_corr: number;
  /** Share of the returns' variance that values explain; 0 if there is none. */
  readonly explained_variance: number;
}

/** How many episodes came to an end, and what they gave. */
export interface EpisodeMeans {
  /** Mean return of the lives that ended or were truncated; null for none. */
  readonly episode_return_mean: number | null;
  /** Their mean length, ticks; null for none. */
  readonly episode_length_mean: number | null;
}

/** What happened while steps were sampled; all 0 where nothing was. */
export interface EventMetrics {
  /** Conflicts in queues. */
  readonly queue_conflict_events: number;
  /** Their intensities, added up. */
  readonly queue_conflict_intensity_sum: number;
  /** Meals that were shared. */
  readonly shared_meal_events: number;
  /** Times somebody helped who was late. */
  readonly late_help_events: number;
  /** Shifts that were taken over. */
  readonly shift_takeover_events: number;
  /** Chats that went well. */
  readonly chat_success_events: number;
  /** Chats that did not. */
  readonly chat_failure_events: number;
  /** Mean quality of the chats that went well, 0 without. */
  readonly chat_quality_mean: number;
}

/** One line of a training's log. */
export interface UpdateRecord
  extends LearningMetrics, EpisodeMeans, EventMetrics, ConflictMetrics {
  /** Number of the update, from 1. */
  readonly epoch: number;
  /** Learning rate. */
  readonly lr: number;
  /** Agent-steps learned from so far. */
  readonly steps: number;
  /** Version of the records. */
  readonly telemetry_version: 1.2;
  /** How long it took, sampling included, in seconds. */
  readonly epoch_duration_sec: number;
  /** Where the steps come from. */
  readonly data_mode: DataMode;
  /** Rollout-based run this is, from 0. */
  readonly cycle_id: number;
  /** Ticks of all worlds that were sampled. */
  readonly rollout_ticks: number;
  /** Records ever written, this one included. */
  readonly log_stream_offset: number;
  /** Agent-steps a second, sampling included. */
  readonly steps_per_second: number;
  /** Share of the choices that could not be done. */
  readonly invalid_action_rate: number;
}

/** What a record is made of. */
export interface UpdateFacts {
  /** Number of the update, from 1. */
  readonly epoch: number;
  /** What it did. */
  readonly learning: LearningMetrics;
  /** Learning rate. */
  readonly learningRate: number;
  /** Agent-steps learned from so far. */
  readonly steps: number;
  /** How long it took. */
  readonly seconds: number;
  /** Where the steps come from. */
  readonly mode: DataMode;
  /** Rollout-based run this is, from 0. */
  readonly cycle: number;
  /** Records ever written, this one included. */
  readonly records: number;
  /** What the steps tell of conflict. */
  readonly conflict: ConflictMetrics;
  /** Episodes that came to an end. */
  readonly episodes: EpisodeMeans;
  /** What happened while steps were sampled; absent where none were. */
  readonly sampled?: SampledFacts;
}

/** What happened while steps were sampled. */
export interface SampledFacts {
  /** Ticks of all worlds. */
  readonly ticks: number;
  /** Choices that could not be done. */
  readonly invalidChoices: number;
  /** What happened, see TALLIES. [tallies] */
  readonly tallies: Float64Array;
}

const NOTHING: SampledFacts = {
  ticks: 0,
  invalidChoices: 0,
  tallies: new Float64Array(TALLIES.length),
};

/** The record of an update. */
export function updateRecord(facts: UpdateFacts): UpdateRecord {
  const { learning, sampled = NOTHING, seconds, conflict, episodes } = facts;
  const { tallies } = sampled;
  const { transitions } = learning;
  const tally = (name: TallyName) => tallies[TALLY[name]];
  const chats = tally("chat_success_events");
  return {
    epoch: facts.epoch,
    ...learning,
    lr: facts.learningRate,
    steps: facts.steps,
    telemetry_version: TELEMETRY_VERSION,
    epoch_duration_sec: seconds,
    data_mode: facts.mode,
    cycle_id: facts.cycle,
    rollout_ticks: sampled.ticks,
    log_stream_offset: facts.records,
    queue_conflict_events: tally("queue_conflict_events"),
    queue_conflict_intensity_sum: tally("queue_conflict_intensity_sum"),
    shared_meal_events: tally("shared_meal_events"),
    late_help_events: tally("late_help_events"),
    shift_takeover_events: tally("shift_takeover_events"),
    chat_success_events: chats,
    chat_failure_events: tally("chat_failure_events"),
    chat_quality_mean: chats === 0 ? 0 : tally("chat_quality_sum") / chats,
    ...conflict,
    ...episodes,
    steps_per_second: seconds > 0 ? transitions / seconds : 0,
    invalid_action_rate: transitions === 0
      ? 0
      : sampled.invalidChoices / transitions,
  };
}
