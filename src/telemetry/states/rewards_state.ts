/** What the channel `rewards` tells: the last tick's rewards. @module */
import { PART, REWARD_PARTS, type RewardPart } from "../../world/turn.ts";
import type { DraftMembers } from "../state_channel.ts";
import type { View } from "../view.ts";

/** The parts of a reward, in the order in which they are told. */
export const TOLD_PARTS: readonly RewardPart[] = [
  "needs_penalty",
  "survival",
  "wage",
  "punctuality",
  "social_bonus",
  "social_penalty",
  "social_avoidance",
  "terminal_penalty",
  "clip_adjustment",
];

/** The reward of everybody who lives in town; parts that are 0 are left out. */
export function rewardsState({ world, turn }: View): DraftMembers {
  const rows = world.roster.subarray(0, world.population[0]);
  return Object.fromEntries(
    Array.from(rows, (row) => {
      const parts = TOLD_PARTS.map((part) => {
        const at = row * REWARD_PARTS.length + PART[part];
        const value = turn.rewardParts[at];
        return [part, value === 0 ? undefined : value];
      });
      return [world.records.agentIds[row], {
        total: turn.reward[row],
        ...Object.fromEntries(parts),
      }];
    }),
  );
}
