/**
 * Choosing from logits.
 *
 * Logits of actions that may not be chosen are −1e9, so that their share of
 * the softmax is 0: they are never drawn.
 *
 * @module
 */
import { exp, log } from "../../base/exact_math.ts";
import type { Random } from "../../base/random.ts";

/** An action and how likely it is. */
export interface LikelyAction {
  /** Index in the catalogue. */
  readonly action: number;
  /** Its share of the softmax, 0 to 1. */
  readonly probability: number;
}

/**
 * Draws from the softmax of the `actions` logits from `at`, by the inverse of
 * its distribution: one `random.float()`.
 *
 * @throws {RangeError} when logits are no finite numbers
 */
export function drawAction(
  logits: Float32Array,
  at: number,
  actions: number,
  random: Random,
): number {
  const highest = highestOf(logits, at, actions);
  const target = random.float() * sumOf(logits, at, actions, highest);
  let reached = 0;
  for (let k = 0; k < actions; k++) {
    reached += exp(logits[at + k] - highest);
    if (target < reached) return k;
  }
  throw new RangeError("logits must be finite numbers");
}

/**
 * The likeliest of the `actions` logits from `at`; the first of equals.
 *
 * @throws {RangeError} when logits are no finite numbers
 */
export function likeliestAction(
  logits: Float32Array,
  at: number,
  actions: number,
): number {
  const highest = highestOf(logits, at, actions);
  for (let k = 0; k < actions; k++) {
    if (logits[at + k] === highest && highest < Infinity) return k;
  }
  throw new RangeError("logits must be finite numbers");
}

/** Log of the share that an action has of the softmax; 0 when it has all. */
export function logProbOf(
  logits: Float32Array,
  at: number,
  actions: number,
  action: number,
): number {
  const highest = highestOf(logits, at, actions);
  return logits[at + action] - highest -
    log(sumOf(logits, at, actions, highest));
}

/** The `limit` likeliest actions that may be chosen, the likeliest first. */
export function topActions(
  logits: Float32Array,
  at: number,
  actions: number,
  limit: number,
): readonly LikelyAction[] {
  const highest = highestOf(logits, at, actions);
  const sum = sumOf(logits, at, actions, highest);
  return Array.from({ length: actions }, (_, action) => ({
    action,
    probability: exp(logits[at + action] - highest) / sum,
  }))
    .filter(({ probability }) => probability > 0)
    .sort((a, b) => b.probability - a.probability || a.action - b.action)
    .slice(0, limit);
}

function highestOf(logits: Float32Array, at: number, actions: number): number {
  let highest = logits[at];
  for (let k = 1; k < actions; k++) highest = Math.max(highest, logits[at + k]);
  return highest;
}

/** Sum of the exponentials, the highest logit's being 1. */
function sumOf(
  logits: Float32Array,
  at: number,
  actions: number,
  highest: number,
): number {
  let sum = 0;
  for (let k = 0; k < actions; k++) sum += exp(logits[at + k] - highest);
  return sum;
}
