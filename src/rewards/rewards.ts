/** Rewards: what a tick was worth to every agent, and why. @module */
import { findTie } from "../world/ties.ts";
import type { Town } from "../world/town.ts";
import { END_CAUSES, PART, REWARD_PARTS, type Turn } from "../world/turn.ts";
import { NEED_COUNT, NEEDS, type World } from "../world/world.ts";

const PARTS = REWARD_PARTS.length;
/** Deficit of a need above which a chat is no pleasure. */
const JOYLESS_DEFICIT = 0.85;

/**
 * Works out the reward of the tick for every living agent.
 *
 * Those whose life ends in this tick are still there. Writes `reward`,
 * `rewardParts` and `rewardGuarded` of the turn, and the running total of the
 * episode.
 */
export function computeRewards(town: Town, world: World, turn: Turn): void {
  const { rewards, features } = town.config;
  const social = features.stages.social_rewards;
  const { survival, needs_penalty, wage, punctuality } = PART;
  const weights = rewards.needs_weights;
  const [w0, w1, w2] = NEEDS.map((need) => weights[need]);
  const { roster, population, need, onShift, onTimeTicks, job } = world;
  const { rewardParts, paid } = turn;
  for (let i = 0; i < population[0]; i++) {
    const agent = roster[i];
    const row = agent * PARTS;
    const at = agent * NEED_COUNT;
    const d0 = Math.max(0, 1 - need[at]);
    const d1 = Math.max(0, 1 - need[at + 1]);
    const d2 = Math.max(0, 1 - need[at + 2]);
    rewardParts.fill(0, row, row + PARTS);
    rewardParts[row + survival] = rewards.survival_tick;
    rewardParts[row + needs_penalty] = -(w0 * d0 * d0 + w1 * d1 * d1 +
      w2 * d2 * d2);
    if (rewards.wage) rewardParts[row + wage] = paid[agent];
    if (onShift[agent] === 1) {
      const { start, end } = town.jobs[job[agent]];
      rewardParts[row + punctuality] = rewards.punctuality_bonus *
        onTimeTicks[agent] / (end - start + 1);
    }
  }
  if (social !== "OFF") {
    rewardChats(town, world, turn);
    if (social !== "C1") rewardAvoidance(town, world, turn);
  }
  for (let i = 0; i < population[0]; i++) {
    total(town, world, turn, roster[i]);
  }
}

/** Good chats please both sides; failed ones annoy both, the speaker more. */
function rewardChats(town: Town, world: World, turn: Turn): void {
  const { C1_chat_base } = town.config.rewards.social;
  const { chats, chatQualities, failedChats, rewardParts } = turn;
  for (let i = 0; i < chatQualities.length; i++) {
    const speaker = chats[2 * i];
    const listener = chats[2 * i + 1];
    const quality = Math.min(1, Math.max(0, chatQualities[i]));
    rewardParts[speaker * PARTS + PART.social_bonus] +=
      pleasure(town, world, speaker, listener) * quality;
    rewardParts[listener * PARTS + PART.social_bonus] +=
      pleasure(town, world, listener, speaker) * quality;
  }
  for (let i = 0; i < failedChats.length; i += 2) {
    rewardParts[failedChats[i] * PARTS + PART.social_penalty] -= 0.5 *
      C1_chat_base;
    rewardParts[failedChats[i + 1] * PARTS + PART.social_penalty] -= 0.25 *
      C1_chat_base;
  }
}

/** What talking to somebody is worth, from one's own view. */
function pleasure(
  town: Town,
  world: World,
  agent: number,
  other: number,
): number {
  for (let k = 0; k < NEED_COUNT; k++) {
    if (1 - world.need[agent * NEED_COUNT + k] > JOYLESS_DEFICIT) return 0;
  }
  const { C1_chat_base, C1_coeff_trust, C1_coeff_fam } =
    town.config.rewards.social;
  const tie = findTie(town, world, agent, other);
  if (tie < 0) return C1_chat_base;
  return C1_chat_base + C1_coeff_trust * world.tieTrust[tie] +
    C1_coeff_fam * world.tieFamiliarity[tie];
}

function rewardAvoidance(town: Town, world: World, turn: Turn): void {
  const { roster, population } = world;
  const bonus = town.config.rewards.social.C2_avoid_conflict;
  for (let i = 0; i < population[0]; i++) {
    if (turn.avoided[roster[i]] === 0) continue;
    turn.rewardParts[roster[i] * PARTS + PART.social_avoidance] = bonus;
  }
}

/** Adds the parts up: biases, the end of a life, guardrail, clips. */
function total(town: Town, world: World, turn: Turn, agent: number): void {
  const { rewardParts, ends } = turn;
  const { clip } = town.config.rewards;
  const row = agent * PARTS;
  if (world.profile[agent] !== 0) applyBiases(town, world, turn, agent);
  let sum = 0;
  for (let part = row; part < row + PART.terminal_penalty; part++) {
    sum += rewardParts[part];
  }
  const terminated = ends[agent] !== 0;
  const terminal = terminated ? terminalPenalty(town, ends[agent]) : 0;
  rewardParts[row + PART.terminal_penalty] = terminal;
  if (!clip.exempt_terminal) sum += terminal;
  const raw = sum;
  const gloomy = terminated || world.gloomUntil[agent] >= world.tick[0];
  const guarded = gloomy && sum > 0;
  if (guarded) sum = 0;
  turn.rewardGuarded[agent] = guarded ? 1 : 0;
  sum = Math.min(clip.clip_per_tick, Math.max(-clip.clip_per_tick, sum));
  let adjustment = sum - raw;
  if (clip.exempt_terminal) sum += terminal;
  const { episodeReturn } = world;
  if (terminated || world.episodeTick[agent] === 0) episodeReturn[agent] = 0;
  const limit = clip.clip_per_episode;
  if (limit !== null) {
    const before = episodeReturn[agent];
    const after = Math.min(limit, Math.max(-limit, before + sum));
    // Only what the limit takes away changes the sum, not rounding.
    if (after !== before + sum) {
      adjustment += after - before - sum;
      sum = after - before;
    }
  }
  episodeReturn[agent] += sum;
  rewardParts[row + PART.clip_adjustment] = adjustment;
  turn.reward[agent] = sum;
}

function terminalPenalty(town: Town, ends: number): number {
  const { faint_penalty, eviction_penalty } = town.config.rewards;
  switch (END_CAUSES[ends]) {
    case "faint":
      return faint_penalty;
    case "eviction":
      return eviction_penalty;
    default:
      return 0;
  }
}

/** Profiles weigh parts: gains are multiplied, losses divided. */
function applyBiases(
  town: Town,
  world: World,
  turn: Turn,
  agent: number,
): void {
  const bias = town.rewardBias;
  const of = world.profile[agent] * 3;
  const row = agent * PARTS;
  const weigh = (part: number, factor: number) => {
    const value = turn.rewardParts[row + part];
    turn.rewardParts[row + part] = value >= 0 ? value * factor : value / factor;
  };
  weigh(PART.social_bonus, bias[of]);
  weigh(PART.social_penalty, bias[of]);
  weigh(PART.social_avoidance, bias[of]);
  weigh(PART.wage, bias[of + 1]);
  weigh(PART.punctuality, bias[of + 1]);
  weigh(PART.survival, bias[of + 2]);
}

/** A reward and its parts, by name. */
export interface RewardBreakdown {
  /** The reward of the tick. */
  readonly total: number;
  /** Its parts by name; they add up to the total. */
  readonly parts: Readonly<Record<typeof REWARD_PARTS[number], number>>;
  /** Survival and needs together. */
  readonly homeostasis: number;
  /** Wage and punctuality together. */
  readonly work: number;
  /** The three social parts together. */
  readonly social: number;
  /** The needs part. */
  readonly needs: number;
  /** True when a gain was taken back because of a life's end. */
  readonly guardrail_active: boolean;
  /** True when a clip changed the reward. */
  readonly clipped: boolean;
}

/** The reward of an agent in the tick just done, with its parts. */
export function rewardBreakdown(turn: Turn, agent: number): RewardBreakdown {
  const at = (part: number) => turn.rewardParts[agent * PARTS + part];
  return {
    total: turn.reward[agent],
    parts: Object.fromEntries(
      REWARD_PARTS.map((name, part) => [name, at(part)]),
    ) as RewardBreakdown["parts"],
    homeostasis: at(PART.survival) + at(PART.needs_penalty),
    work: at(PART.wage) + at(PART.punctuality),
    social: at(PART.social_bonus) + at(PART.social_penalty) +
      at(PART.social_avoidance),
    needs: at(PART.needs_penalty),
    guardrail_active: turn.rewardGuarded[agent] === 1,
    clipped: at(PART.clip_adjustment) !== 0,
  };
}
