/** What a policy decided last, resident by resident, for tools. @module */
import { exp } from "../base/exact_math.ts";
import type { Town } from "../world/town.ts";
import type { Turn } from "../world/turn.ts";
import type { World } from "../world/world.ts";
import { topActions } from "./network/choose.ts";
import type { Policy } from "./policy.ts";

/** What was decided for a resident. Numbers are rounded to 6 decimals. */
export interface PolicySnapshot {
  /** Tick it was decided for. */
  readonly tick: number;
  /** Name of the action. */
  readonly selected_action: string;
  /** Its log-probability. */
  readonly log_prob: number;
  /** Value the policy expects from there on; 0 of one that expects nothing. */
  readonly value_pred: number;
  /** The likeliest actions, at most five, the likeliest first. */
  readonly top_actions: readonly {
    /** Name of the action. */
    readonly action: string;
    /** Its probability, 0 to 1. */
    readonly probability: number;
  }[];
}

/** A run, as far as decisions show in it; a simulation is one. */
export interface Decided {
  /** The town. */
  readonly town: Town;
  /** The world after the tick. */
  readonly world: World;
  /** The tick. */
  readonly turn: Turn;
  /** Who decided. */
  readonly policy: Policy;
}

/** Actions that are told of at most. */
const TOP = 5;

/**
 * What was decided in the tick just done, by the id of whom it was decided
 * for: those are the living who had to decide.
 */
export function policySnapshots(
  { town, world, turn, policy }: Decided,
): Record<string, PolicySnapshot> {
  const { rows, rowCount, choice, logProb, value } = turn;
  const { actions } = town;
  const snapshots: Record<string, PolicySnapshot> = {};
  for (let i = 0; i < rowCount; i++) {
    const agent = rows[i];
    if (world.alive[agent] === 0) continue;
    const { logits } = policy;
    const top = logits === undefined
      ? [{ action: choice[agent], probability: exp(logProb[agent]) }]
      : topActions(logits, agent * actions.length, actions.length, TOP);
    snapshots[world.records.agentIds[agent]] = {
      tick: world.tick[0],
      selected_action: actions[choice[agent]],
      log_prob: rounded(logProb[agent]),
      value_pred: rounded(value[agent]),
      top_actions: top.map(({ action, probability }) => ({
        action: actions[action],
        probability: rounded(probability),
      })),
    };
  }
  return snapshots;
}

/** To 6 decimals, and never −0. */
function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6 + 0;
}
