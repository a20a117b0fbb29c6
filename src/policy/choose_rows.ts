/** Choosing for those at a decision point from rows of logits. @module */
import type { Random } from "../base/random.ts";
import { drawAction, likeliestAction, logProbOf } from "./network/choose.ts";
import type { Decisions } from "./policy.ts";

/** Who is at a decision point. */
interface Asked {
  /** Rows of agents; only the first `count` count. */
  readonly rows: Int32Array;
  /** How many there are. */
  readonly count: number;
  /** Actions of the catalogue, K. */
  readonly actions: number;
}

/** How to choose. */
interface Choosing {
  /** Draws from the softmax; null takes the likeliest. */
  readonly random: Random | null;
  /** Where the logits are kept by agent. [agents × K] */
  readonly kept: Float32Array;
}

/**
 * Writes action and log-probability of everybody asked, in their order.
 *
 * @param logits masked ones, row by row
 * @param place row of each agent in them
 */
export function chooseRows(
  logits: Float32Array,
  place: Int32Array,
  { rows, count, actions }: Asked,
  out: Decisions,
  { random, kept }: Choosing,
): void {
  for (let i = 0; i < count; i++) {
    const agent = rows[i];
    const from = place[agent] * actions;
    const action = random === null
      ? likeliestAction(logits, from, actions)
      : drawAction(logits, from, actions, random);
    out.action[agent] = action;
    out.logProb[agent] = logProbOf(logits, from, actions, action);
    const to = agent * actions;
    for (let k = 0; k < actions; k++) kept[to + k] = logits[from + k];
  }
}
