/**
 * Behaviour cloning: a network learns to choose as somebody else did.
 *
 * @module
 */
import { EXIT, TownletError } from "../base/error.ts";
import type { Random } from "../base/random.ts";
import type { TrainingSettings } from "../config/training_settings.ts";
import { likeliestAction, logProbOf } from "../policy/network/choose.ts";
import type { Network } from "../policy/network/net.ts";
import { type Adam, clipGradient, stepAdam } from "./adam.ts";
import type { Backend, CloneBatch } from "./backend.ts";
import {
  createCloneBatch,
  gatherSteps,
  type Shards,
  type Survey,
  teachingSteps,
} from "./demonstrations.ts";

/** How networks learn from demonstrations. */
export type CloneSettings = Omit<TrainingSettings["bc"], "manifest" | "epochs">;

/** What cloning works with. */
export interface Cloning {
  /** Computes gradients. */
  readonly backend: Backend;
  /** Whose weights are changed. */
  readonly network: Network;
  /** Moments of the weights. */
  readonly adam: Adam;
  /** What is learned from. */
  readonly shards: Shards;
  /** What of it is held out. */
  readonly survey: Survey;
  /** How. */
  readonly settings: CloneSettings;
  /** Shuffles. */
  readonly random: Random;
  /** Called before each minibatch; what it throws ends the pass. */
  readonly pause?: () => Promise<void>;
}

/** How well a network agrees with demonstrations. */
export interface Agreement {
  /** Share of decisions in which its likeliest action is the one shown. */
  readonly accuracy: number;
  /** Mean cross-entropy, nats. */
  readonly loss: number;
}

/** One pass over demonstrations, and how well the network did. */
export interface CloneEpoch extends Agreement {
  /** The same over episodes that are held out, after the pass. */
  readonly heldOut: Agreement & {
    /**
     * For each action, the share of its decisions in which the network would
     * have chosen it too; null where nobody chose it. [K]
     */
    readonly recall: readonly (number | null)[];
  };
  /** Decisions learned from. */
  readonly steps: number;
  /** Mean length of the gradient. */
  readonly gradNorm: number;
}

/** Rows that are looked at together when nothing is learned. */
const LOOK_ROWS = 1024;

/**
 * Passes over the demonstrations once, and then looks at what is held out.
 *
 * Shards come in random order, and their steps in random order: minibatches
 * mix the steps of a shard, not of several. Weights follow Adam on the mean
 * cross-entropy, with `weight_decay` times the weights added to the gradient.
 * Accuracy and loss are means over the decisions of the pass, each with the
 * weights of its moment.
 *
 * @throws {TownletError} when the loss is no finite number; weights are then
 * as before that minibatch
 */
export async function cloneEpoch(cloning: Cloning): Promise<CloneEpoch> {
  const { backend, network, adam, shards, survey } = cloning;
  const { random } = cloning;
  const { batch_size, learning_rate, weight_decay } = cloning.settings;
  const { net, weights } = network;
  const { actions } = net.shape;
  const room = createCloneBatch(net, batch_size);
  const gradient = new Float32Array(net.size);
  let loss = 0;
  let agreed = 0;
  let norms = 0;
  let batches = 0;
  const order = random.shuffle(
    Array.from({ length: shards.count }, (_, index) => index),
  );
  for (const index of order) {
    const shard = await shards.read(index);
    const steps = random.shuffle(
      teachingSteps(shard, survey.heldOut[index], 0, actions),
    );
    for (let from = 0; from < steps.length; from += batch_size) {
      await cloning.pause?.();
      const chosen = steps.slice(from, from + batch_size);
      const batch = gatherSteps(net, shard.steps, chosen, room);
      const shown = await backend.clone(weights, batch, gradient);
      checkFinite(shown.loss, shards.where, index, from / batch_size);
      loss += shown.loss * batch.rows;
      agreed += agreements(shown.logits, batch, actions);
      for (let i = 0; i < net.size; i++) {
        gradient[i] += weight_decay * weights[i];
      }
      norms += clipGradient(gradient, 0);
      batches++;
      stepAdam(adam, weights, gradient, learning_rate);
    }
  }
  return {
    accuracy: agreed / survey.steps,
    loss: loss / survey.steps,
    heldOut: await lookAtHeldOut(cloning),
    steps: survey.steps,
    gradNorm: norms / batches,
  };
}

/** How well the network agrees with what is held out. */
async function lookAtHeldOut(
  { backend, network, shards, survey }: Cloning,
): Promise<CloneEpoch["heldOut"]> {
  const { net, weights } = network;
  const { actions } = net.shape;
  const room = createCloneBatch(net, LOOK_ROWS);
  const seen = new Float64Array(actions);
  const agreed = new Float64Array(actions);
  let loss = 0;
  for (let index = 0; index < shards.count; index++) {
    const heldOut = survey.heldOut[index];
    if (!heldOut.includes(1)) continue;
    const shard = await shards.read(index);
    const steps = teachingSteps(shard, heldOut, 1, actions);
    for (let from = 0; from < steps.length; from += LOOK_ROWS) {
      const chosen = steps.slice(from, from + LOOK_ROWS);
      const batch = gatherSteps(net, shard.steps, chosen, room);
      const { logits } = await backend.forward(weights, batch);
      for (let row = 0; row < batch.rows; row++) {
        const action = batch.action[row];
        const at = row * actions;
        seen[action]++;
        if (likeliestAction(logits, at, actions) === action) agreed[action]++;
        loss -= logProbOf(logits, at, actions, action);
      }
    }
  }
  const sum = agreed.reduce((total, count) => total + count, 0);
  return {
    accuracy: sum / survey.heldOutSteps,
    loss: loss / survey.heldOutSteps,
    recall: Array.from(
      seen,
      (count, k) => count === 0 ? null : agreed[k] / count,
    ),
  };
}

/** Rows whose likeliest action is the one shown. */
function agreements(
  logits: Float32Array,
  { rows, action }: CloneBatch,
  actions: number,
): number {
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const likeliest = likeliestAction(logits, row * actions, actions);
    if (likeliest === action[row]) count++;
  }
  return count;
}

function checkFinite(
  loss: number,
  where: string,
  shard: number,
  batch: number,
): void {
  if (Number.isFinite(loss)) return;
  throw new TownletError(
    `The loss of minibatch ${batch} of shard ${shard} is ${loss}`,
    {
      code: "cloning.not-finite",
      where,
      hint: "Lower training.bc.learning_rate",
      exit: EXIT.failed,
    },
  );
}
