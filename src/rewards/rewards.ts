/** Rewards: what a tick was worth to every agent, and why. @module */
import { findTie } from "../world/ties.ts";
import type { Town } from "../world/town.ts";
import {
  END_CAUSES,
  ENDS,
  PART,
  REWARD_PARTS,
  type Turn,
} from "../world/turn.ts";
import { NEED_COUNT, type World } from "../world/world.ts";

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
  const { survival_tick, needs_weights, punctuality_bonus } = rewards;
  const { hunger, hygiene, energy } = needs_weights;
  const { clip_per_tick, clip_per_episode, exempt_terminal } = rewards.clip;
  const { roster, population, need, profile, onShift, onTimeTicks } = world;
  const { gloomUntil, episodeTick, episodeReturn, job } = world;
  const { rewardParts, rewardGuarded, rewardSocial, reward, paid } = turn;
  const { ends, anyEnds } = turn;
  const { survival: SURVIVAL, needs_penalty, wage: WAGE } = PART;
  const { punctuality: PUNCTUALITY, terminal_penalty, clip_adjustment } = PART;
  const { wage: wageOn } = rewards;
  const bias = town.rewardBias;
  const tick = world.tick[0];
  rewardParts.fill(0);
  rewardGuarded.fill(0);
  const stage = features.stages.social_rewards;
  // Most ticks pass without a word; then the social parts stay 0.
  const sociable = stage !== "OFF" &&
    (stage !== "C1" || turn.chats.length > 0 || turn.failedChats.length > 0);
  if (sociable) {
    rewardSocial.fill(0);
    rewardChats(town, world, turn);
    if (stage !== "C1") rewardAvoidance(town, world, turn);
  }
  for (let i = 0; i < population[0]; i++) {
    const agent = roster[i];
    const row = agent * PARTS;
    const at = agent * NEED_COUNT;
    const weights = profile[agent] * 3;
    const work = bias[weights + 1];
    const d0 = 1 - need[at];
    const d1 = 1 - need[at + 1];
    const d2 = 1 - need[at + 2];
    const needs = -(hunger * d0 * d0 + hygiene * d1 * d1 + energy * d2 * d2);
    const survival = survival_tick * bias[weights + 2];
    let wage = 0;
    if (wageOn && paid[agent] !== 0) {
      wage = paid[agent] > 0 ? paid[agent] * work : paid[agent] / work;
    }
    let punctuality = 0;
    if (onShift[agent] === 1) {
      const { start, end } = town.jobs[job[agent]];
      punctuality = punctuality_bonus * work * onTimeTicks[agent] /
        (end - start + 1);
    }
    const social = sociable && rewardSocial[agent] === 1
      ? weighSocial(rewardParts, row, bias[weights])
      : 0;
    const terminated = anyEnds && ends[agent] !== ENDS.not;
    const terminal = terminated ? terminalPenalty(town, ends[agent]) : 0;
    const raw = survival + needs + social + wage + punctuality +
      (exempt_terminal ? 0 : terminal);
    // A life's end takes gains back, then the tick's clip, then the episode's.
    let sum = raw;
    if (raw > 0 && (terminated || gloomUntil[agent] >= tick)) {
      sum = 0;
      rewardGuarded[agent] = 1;
    }
    if (sum > clip_per_tick) sum = clip_per_tick;
    else if (sum < -clip_per_tick) sum = -clip_per_tick;
    let adjustment = sum - raw;
    if (exempt_terminal) sum += terminal;
    if (clip_per_episode !== null) {
      const before = terminated || episodeTick[agent] === 0
        ? 0
        : episodeReturn[agent];
      const after = before + sum;
      if (after > clip_per_episode || after < -clip_per_episode) {
        const limit = after > 0 ? clip_per_episode : -clip_per_episode;
        adjustment += limit - before - sum;
        sum = limit - before;
      }
      episodeReturn[agent] = before + sum;
    }
    reward[agent] = sum;
    rewardParts[row + SURVIVAL] = survival;
    rewardParts[row + needs_penalty] = needs;
    // The others are 0 in most ticks, and were cleared.
    if (wage !== 0) rewardParts[row + WAGE] = wage;
    if (punctuality !== 0) rewardParts[row + PUNCTUALITY] = punctuality;
    if (terminal !== 0) rewardParts[row + terminal_penalty] = terminal;
    if (adjustment !== 0) rewardParts[row + clip_adjustment] = adjustment;
  }
}

/** Weighs the social parts by a profile's bias; gives their sum. */
function weighSocial(
  rewardParts: Float64Array,
  row: number,
  bias: number,
): number {
  let sum = 0;
  for (let part = PART.social_bonus; part <= PART.social_avoidance; part++) {
    const value = rewardParts[row + part];
    // Gains are multiplied, losses divided; distrust can make a chat a loss.
    rewardParts[row + part] = value >= 0 ? value * bias : value / bias;
    sum += rewardParts[row + part];
  }
  return sum;
}

/** Good chats please both sides; failed ones annoy both, the speaker more. */
function rewardChats(town: Town, world: World, turn: Turn): void {
  const { C1_chat_base } = town.config.rewards.social;
  const { chats, chatQualities, failedChats, rewardParts } = turn;
  for (let i = 0; i < chatQualities.length; i++) {
    const speaker = chats[2 * i];
    const listener = chats[2 * i + 1];
    turn.rewardSocial[speaker] = 1;
    turn.rewardSocial[listener] = 1;
    const quality = Math.min(1, Math.max(0, chatQualities[i]));
    rewardParts[speaker * PARTS + PART.social_bonus] +=
      pleasure(town, world, speaker, listener) * quality;
    rewardParts[listener * PARTS + PART.social_bonus] +=
      pleasure(town, world, listener, speaker) * quality;
  }
  for (let i = 0; i < failedChats.length; i += 2) {
    turn.rewardSocial[failedChats[i]] = 1;
    turn.rewardSocial[failedChats[i + 1]] = 1;
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
    turn.rewardSocial[roster[i]] = 1;
    turn.rewardParts[roster[i] * PARTS + PART.social_avoidance] = bonus;
  }
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
