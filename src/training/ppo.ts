/**
 * Proximal policy optimisation: one update of a network by a batch of steps.
 *
 * @module
 */
import { EXIT, TownletError } from "../base/error.ts";
import { exp } from "../base/exact_math.ts";
import type { Random } from "../base/random.ts";
import type { PpoSettings } from "../config/ppo_settings.ts";
import { fillInput } from "../policy/network/input.ts";
import type { Net, Network } from "../policy/network/net.ts";
import { type Adam, clipGradient, stepAdam } from "./adam.ts";
import type { Backend, CloneBatch, PpoBatch } from "./backend.ts";
import type { Sequence, Steps } from "./experience.ts";
import { advantages, normalise, spreadOf } from "./gae.ts";
import type { LearningMetrics } from "./update_record.ts";

/** Demonstrations to be learned from on the way. */
export interface Demonstrations {
  /** Weight of their loss, above 0. */
  readonly weight: number;
  /** The next minibatch of them. */
  next(): CloneBatch | Promise<CloneBatch>;
}

/** An update to be made. */
export interface PpoOptions {
  /** Computes losses and gradients. */
  readonly backend: Backend;
  /** Whose weights change. */
  readonly network: Network;
  /** Its optimiser. */
  readonly adam: Adam;
  /** Steps to learn from. */
  readonly steps: Steps;
  /** Which of them belong together. */
  readonly sequences: readonly Sequence[];
  /** Hyper-parameters. */
  readonly settings: PpoSettings;
  /** Step size of this update. */
  readonly learningRate: number;
  /** Shuffles the steps (stream `training:shuffle`). */
  readonly random: Random;
  /** Where the steps are from, for messages: `rollout`, or a dataset. */
  readonly where: string;
  /** Number of the batch there, for messages. */
  readonly batch: number;
  /** Demonstrations to be learned from on the way (none). */
  readonly demonstrations?: Demonstrations;
}

/** What an update did. */
export interface PpoUpdate {
  /** Losses and the like. */
  readonly metrics: LearningMetrics;
  /**
   * mean |log p − log p_old| of the first minibatch: what the policy that acted
   * differs from this one, before anything was learned.
   */
  readonly offPolicy: number;
  /** Whether it stopped early, because the policy had changed enough. */
  readonly stopped: boolean;
}

/** Times the target at which an update stops early. */
const KL_SLACK = 1.5;

/** Steps of a pass that must be seen before its divergence counts. */
const KL_STEPS = 256;

/** Standard deviation below which advantages are all alike. */
const ALIKE = 1e-8;

/**
 * Improves a network by a batch of steps (Schulman et al., 2017, algorithm 1).
 *
 * Passes over the steps in minibatches, in a new order each time, and stops
 * when the policy has diverged from the one that acted by more than 1.5 times
 * `target_kl`, as the mean of a pass over at least 256 steps tells. Steps that
 * somebody else decided are left out. Those without a choice teach the value
 * alone: their only action always has the probability 1.
 *
 * Writes the network's weights and `adam`.
 *
 * @throws {TownletError} for advantages, returns or gradients that are no
 * finite numbers; it names where the batch is from
 * @throws {RangeError} without any step to learn from
 */
export async function ppoUpdate(options: PpoOptions): Promise<PpoUpdate> {
  const { backend, network, adam, steps, settings, random } = options;
  const { demonstrations, learningRate } = options;
  const { weights } = network;
  const targets = targetsOf(options);
  const { order, advantage } = targets;
  const size = minibatchSize(order.length, settings);
  const room = createBatch(network.net, size);
  const gradient = new Float32Array(network.net.size);
  const shown = new Float32Array(
    demonstrations === undefined ? 0 : adam.m.length,
  );
  const spread = spreadOf(advantage);
  if (settings.advantage_normalization) normalise(advantage, spread);
  const coefficients = {
    clip: settings.clip_param,
    valueClip: settings.value_clip,
    valueCoef: settings.value_loss_coef,
    entropyCoef: settings.entropy_coef,
  };
  const tally = new Tally(settings.clip_param);
  let stopped = false;
  for (let pass = 0; pass < settings.num_epochs && !stopped; pass++) {
    random.shuffle(order);
    tally.beginPass();
    for (let from = 0; from < order.length; from += size) {
      const chosen = order.slice(from, from + size);
      const batch = gather(network.net, steps, targets, chosen, room);
      const losses = await backend.ppo(weights, batch, coefficients, gradient);
      tally.add(losses, batch);
      const kl = settings.target_kl;
      stopped = kl > 0 && tally.passSteps >= Math.min(KL_STEPS, order.length) &&
        tally.passKl > KL_SLACK * kl;
      if (stopped) break;
      if (demonstrations !== undefined) {
        await backend.clone(weights, await demonstrations.next(), shown);
        const { weight } = demonstrations;
        for (let i = 0; i < gradient.length; i++) {
          gradient[i] += weight * shown[i];
        }
      }
      const norm = clipGradient(gradient, settings.max_grad_norm);
      requireFinite(norm, "the gradient", options);
      tally.addStep(norm);
      stepAdam(adam, weights, gradient, learningRate);
    }
  }
  return {
    metrics: {
      ...tally.metrics(),
      transitions: order.length,
      adv_mean: spread.mean,
      adv_std: spread.std,
      adv_zero_std_batches: spread.std < ALIKE ? 1 : 0,
      adv_min_std: spread.std,
      reward_advantage_corr: targets.correlation,
      explained_variance: targets.explained,
    },
    offPolicy: tally.offPolicy,
    stopped,
  };
}

/** Rows of a minibatch: all of `num_mini_batches` alike, up to a limit. */
export function minibatchSize(
  transitions: number,
  { mini_batch_size, num_mini_batches }: PpoSettings,
): number {
  const parts = Math.min(num_mini_batches, transitions);
  return Math.min(
    mini_batch_size,
    Math.max(1, Math.floor(transitions / parts)),
  );
}

/** What a network is to learn from the steps of a batch. */
interface Targets {
  /** Steps to learn from, in some order. */
  readonly order: number[];
  /** Place of each step in the two arrays below. [steps] */
  readonly place: Int32Array;
  /** Advantage of each step to learn from. */
  readonly advantage: Float32Array;
  /** Return of each step to learn from. */
  readonly returns: Float32Array;
  /** Correlation of rewards and advantages. */
  readonly correlation: number;
  /** Share of the variance of returns that values explain. */
  readonly explained: number;
}

function targetsOf(options: PpoOptions): Targets {
  const { steps, sequences, settings } = options;
  const { gamma, gae_lambda } = settings;
  const { reward, value, terminated, external } = steps;
  const order: number[] = [];
  for (const { start, end } of sequences) {
    for (let step = start; step < end; step++) {
      if (external[step] === 0) order.push(step);
    }
  }
  if (order.length === 0) {
    throw new RangeError("there is nothing to learn from");
  }
  const count = order.length;
  const place = new Int32Array(reward.length);
  const advantage = new Float32Array(count);
  const returns = new Float32Array(count);
  const rewards = new Float32Array(count);
  let at = 0;
  for (const { start, end, bootstrap } of sequences) {
    const length = end - start;
    const estimate = new Float64Array(length);
    const values = new Float64Array(length + 1);
    values.set(value.subarray(start, end));
    values[length] = bootstrap;
    advantages(
      reward.subarray(start, end),
      values,
      terminated.subarray(start, end),
      gamma,
      gae_lambda,
      estimate,
    );
    for (let i = 0; i < length; i++) {
      const step = start + i;
      if (external[step] === 1) continue;
      requireFinite(estimate[i], "an advantage", options);
      requireFinite(estimate[i] + values[i], "a return", options);
      place[step] = at;
      advantage[at] = estimate[i];
      returns[at] = estimate[i] + values[i];
      rewards[at] = reward[step];
      at++;
    }
  }
  const ofReturns = spreadOf(returns).std;
  const ofRest = spreadOf(advantage).std;
  return {
    order,
    place,
    advantage,
    returns,
    correlation: correlationOf(rewards, advantage),
    // What values leave of a return is the advantage.
    explained: ofReturns === 0
      ? 0
      : 1 - ofRest * ofRest / (ofReturns * ofReturns),
  };
}

/** Pearson's correlation; 0 where one of them is constant. */
function correlationOf(a: Float32Array, b: Float32Array): number {
  const ofA = spreadOf(a);
  const ofB = spreadOf(b);
  if (ofA.std === 0 || ofB.std === 0) return 0;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    sum += (a[i] - ofA.mean) * (b[i] - ofB.mean);
  }
  return sum / a.length / (ofA.std * ofB.std);
}

function createBatch(net: Net, rows: number): PpoBatch {
  return {
    rows,
    input: new Float32Array(rows * net.inputs),
    actionMask: new Uint8Array(rows * net.shape.actions),
    action: new Int32Array(rows),
    logProb: new Float32Array(rows),
    value: new Float32Array(rows),
    advantage: new Float32Array(rows),
    returns: new Float32Array(rows),
  };
}

/** Gathers steps into `room`; gives as much of it as they fill. */
function gather(
  net: Net,
  steps: Steps,
  { place, advantage, returns }: Targets,
  chosen: readonly number[],
  room: PpoBatch,
): PpoBatch {
  const { inputs, shape: { actions } } = net;
  const observed = { map: steps.obs_map, features: steps.obs_features };
  const rows = chosen.length;
  for (let row = 0; row < rows; row++) {
    const step = chosen[row];
    fillInput(observed, net, step, room.input, row * inputs);
    const from = step * actions;
    const to = row * actions;
    for (let k = 0; k < actions; k++) {
      room.actionMask[to + k] = steps.action_mask[from + k];
    }
    room.action[row] = steps.action[step];
    room.logProb[row] = steps.log_prob[step];
    room.value[row] = steps.value[step];
    room.advantage[row] = advantage[place[step]];
    room.returns[row] = returns[place[step]];
  }
  if (rows === room.rows) return room;
  return {
    rows,
    input: room.input.subarray(0, rows * inputs),
    actionMask: room.actionMask.subarray(0, rows * actions),
    action: room.action.subarray(0, rows),
    logProb: room.logProb.subarray(0, rows),
    value: room.value.subarray(0, rows),
    advantage: room.advantage.subarray(0, rows),
    returns: room.returns.subarray(0, rows),
  };
}

/** How far a policy is from the one that acted, over some steps. */
interface Divergence {
  /** mean(log p_old − log p). */
  readonly kl: number;
  /** mean((r − 1) − log r): the same, never below 0 and with less noise. */
  readonly klApprox: number;
  /** Share of the ratios outside 1 ± clip. */
  readonly clipFraction: number;
  /** mean |log p − log p_old|. */
  readonly distance: number;
}

/** Compares log-probabilities with those at the time of acting. */
export function divergenceOf(
  logProb: Float32Array,
  old: Float32Array,
  clip: number,
): Divergence {
  const rows = old.length;
  let kl = 0;
  let klApprox = 0;
  let clipped = 0;
  let distance = 0;
  for (let row = 0; row < rows; row++) {
    const logRatio = logProb[row] - old[row];
    const change = exp(logRatio) - 1;
    kl -= logRatio;
    klApprox += change - logRatio;
    distance += Math.abs(logRatio);
    if (Math.abs(change) > clip) clipped++;
  }
  return {
    kl: kl / rows,
    klApprox: klApprox / rows,
    clipFraction: clipped / rows,
    distance: distance / rows,
  };
}

/** Sums up what minibatches gave. */
class Tally {
  /** Steps of the pass so far. */
  passSteps = 0;
  /** mean |log p − log p_old| of the first minibatch. */
  offPolicy = 0;
  readonly #clip: number;
  readonly #entropies: number[] = [];
  readonly #norms: number[] = [];
  readonly #clipFractions: number[] = [];
  readonly #kls: number[] = [];
  #policy = 0;
  #value = 0;
  #total = 0;
  #klApprox = 0;
  #passKlSum = 0;

  constructor(clip: number) {
    this.#clip = clip;
  }

  /** mean(log p_old − log p) of the pass so far. */
  get passKl(): number {
    return this.#passKlSum / this.passSteps;
  }

  beginPass(): void {
    this.passSteps = 0;
    this.#passKlSum = 0;
  }

  /** Adds a minibatch. */
  add(
    losses: Awaited<ReturnType<Backend["ppo"]>>,
    { rows, logProb }: PpoBatch,
  ): void {
    const { kl, klApprox, clipFraction, distance } = divergenceOf(
      losses.logProb,
      logProb,
      this.#clip,
    );
    if (this.#kls.length === 0) this.offPolicy = distance;
    this.passSteps += rows;
    this.#passKlSum += kl * rows;
    this.#kls.push(kl);
    this.#klApprox += klApprox;
    this.#clipFractions.push(clipFraction);
    this.#entropies.push(losses.entropy);
    this.#policy += losses.policy;
    this.#value += losses.value;
    this.#total += losses.total;
  }

  /** Adds a step of gradient descent. */
  addStep(norm: number): void {
    this.#norms.push(norm);
  }

  metrics(): Omit<
    LearningMetrics,
    | "transitions"
    | "adv_mean"
    | "adv_std"
    | "adv_zero_std_batches"
    | "adv_min_std"
    | "reward_advantage_corr"
    | "explained_variance"
  > {
    const count = this.#kls.length;
    const entropy = spreadOf(this.#entropies);
    const most = (values: readonly number[]) =>
      values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    return {
      updates: this.#norms.length,
      loss_policy: this.#policy / count,
      loss_value: this.#value / count,
      loss_entropy: entropy.mean,
      loss_total: this.#total / count,
      clip_fraction: spreadOf(this.#clipFractions).mean,
      clip_fraction_max: most(this.#clipFractions),
      clip_triggered_minibatches:
        this.#clipFractions.filter((fraction) => fraction > 0).length,
      grad_norm: spreadOf(this.#norms).mean,
      grad_norm_max: most(this.#norms),
      kl_divergence: spreadOf(this.#kls).mean,
      kl_divergence_max: most(this.#kls),
      kl_approx: this.#klApprox / count,
      batch_entropy_mean: entropy.mean,
      batch_entropy_std: entropy.std,
    };
  }
}

function requireFinite(
  value: number,
  what: string,
  { where, batch }: PpoOptions,
): void {
  if (Number.isFinite(value)) return;
  throw new TownletError(
    `Batch ${batch} of ${where} cannot be learned from: ${what} is ${value}`,
    {
      code: "training.not-finite",
      where,
      hint: "Lower ppo.learning_rate, or look at the rewards",
      exit: EXIT.failed,
    },
  );
}
