/**
 * Losses, from what a network gives, and their slopes.
 *
 * Rows are weighted alike: every loss is a mean, and slopes are those of the
 * mean.
 *
 * @module
 */
import { exp, log } from "../base/exact_math.ts";
import type {
  CloneBatch,
  PpoBatch,
  PpoCoefficients,
  PpoLosses,
} from "./backend.ts";

/** What a network gave for a batch. */
interface Heads {
  /** Logits; −1e9 where the mask is 0. [rows × K] */
  readonly logits: Float64Array;
  /** Values. [rows] */
  readonly value: Float64Array;
}

/** Slopes of a loss: its derivatives with respect to the {@link Heads}. */
export interface HeadSlopes {
  /** With respect to the logits. [rows × K] */
  readonly logits: Float64Array;
  /** With respect to the values. [rows] */
  readonly value: Float64Array;
}

/**
 * Losses of proximal policy optimisation (Schulman et al., 2017, equations 7
 * and 9); writes the slopes of `total`, and the log-probability of the actions.
 */
export function ppoLosses(
  heads: Heads,
  batch: PpoBatch,
  coefficients: PpoCoefficients,
  slopes: HeadSlopes,
  logProb: Float32Array,
): PpoLosses {
  const { clip, valueClip, valueCoef, entropyCoef } = coefficients;
  const { rows, advantage, returns } = batch;
  const actions = rows === 0 ? 0 : batch.actionMask.length / rows;
  let policy = 0;
  let value = 0;
  let entropy = 0;
  for (let row = 0; row < rows; row++) {
    const at = row * actions;
    const action = at + batch.action[row];
    // The slopes' row holds log-probabilities, until they are what it is for.
    const logs = slopes.logits;
    writeLogSoftmax(heads.logits, at, actions, logs);
    const lp = logs[action];
    logProb[row] = lp;

    const ratio = exp(lp - batch.logProb[row]);
    const plain = ratio * advantage[row];
    const clipped = advantage[row] *
      (ratio < 1 - clip ? 1 - clip : ratio > 1 + clip ? 1 + clip : ratio);
    const pull = clipped < plain ? 0 : plain / rows;
    policy -= (clipped < plain ? clipped : plain) / rows;

    let h = 0;
    for (let k = at; k < at + actions; k++) h -= exp(logs[k]) * logs[k];
    entropy += h / rows;
    for (let k = at; k < at + actions; k++) {
      const p = exp(logs[k]);
      slopes.logits[k] = pull * (k === action ? p - 1 : p) +
        entropyCoef / rows * p * (logs[k] + h);
    }

    const v = heads.value[row];
    const miss = v - returns[row];
    const moved = v - batch.value[row];
    const inside = valueClip === 0 || Math.abs(moved) <= valueClip;
    const clippedMiss = inside
      ? miss
      : batch.value[row] + (moved > 0 ? valueClip : -valueClip) - returns[row];
    const free = miss * miss >= clippedMiss * clippedMiss;
    value += 0.5 * (free ? miss * miss : clippedMiss * clippedMiss) / rows;
    slopes.value[row] = free ? valueCoef * miss / rows : 0;
  }
  const total = policy + valueCoef * value - entropyCoef * entropy;
  return { policy, value, entropy, total, logProb };
}

/**
 * Mean cross-entropy of the actions shown, nats; writes its slopes. It does
 * not look at values.
 */
export function cloneLoss(
  heads: Heads,
  { rows, action, actionMask }: CloneBatch,
  slopes: HeadSlopes,
): number {
  const actions = rows === 0 ? 0 : actionMask.length / rows;
  const logs = slopes.logits;
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const at = row * actions;
    writeLogSoftmax(heads.logits, at, actions, logs);
    loss -= logs[at + action[row]] / rows;
    for (let k = at; k < at + actions; k++) logs[k] = exp(logs[k]) / rows;
    // Where the mask is 0 the logit does not depend on weights.
    const shown = at + action[row];
    if (actionMask[shown] !== 0) logs[shown] -= 1 / rows;
    slopes.value[row] = 0;
  }
  return loss;
}

/** Log-probabilities of one row of logits. */
function writeLogSoftmax(
  logits: Float64Array,
  at: number,
  actions: number,
  out: Float64Array,
): void {
  let most = -Infinity;
  for (let k = at; k < at + actions; k++) {
    if (logits[k] > most) most = logits[k];
  }
  let sum = 0;
  for (let k = at; k < at + actions; k++) sum += exp(logits[k] - most);
  const offset = most + log(sum);
  for (let k = at; k < at + actions; k++) out[k] = logits[k] - offset;
}
