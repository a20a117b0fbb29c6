/** Personality profiles: traits, multipliers and biases. @module */
import { fractionOf } from "../base/random.ts";
import { compareCodePoints } from "../base/order.ts";

/** A personality profile. */
export interface Profile {
  /** Its name. */
  readonly id: string;
  /** Outgoing (positive) or reserved, −1 to 1. */
  readonly extroversion: number;
  /** Quick to forgive (positive) or resentful, −1 to 1. */
  readonly forgiveness: number;
  /** Ambitious (positive) or easy-going, −1 to 1. */
  readonly ambition: number;
  /** Factors on the decay of hunger, hygiene and energy. */
  readonly needs: readonly [number, number, number];
  /** Factors on parts of the reward. */
  readonly rewards: {
    /** On the social parts. */
    readonly social: number;
    /** On wage and punctuality. */
    readonly employment: number;
    /** On survival. */
    readonly survival: number;
  };
  /** Factors on scripted behaviour. */
  readonly behaviour: {
    /** On the wish to chat. */
    readonly chat_preference: number;
    /** On how early one leaves for work. */
    readonly work_affinity: number;
    /** On rivalry: smaller tolerates more. */
    readonly conflict_tolerance: number;
  };
}

const PLAIN = {
  needs: [1, 1, 1],
  rewards: { social: 1, employment: 1, survival: 1 },
  behaviour: { chat_preference: 1, work_affinity: 1, conflict_tolerance: 1 },
} as const;

/** All profiles; a World stores the index. */
export const PROFILES: readonly Profile[] = [
  { ...PLAIN, id: "balanced", extroversion: 0, forgiveness: 0, ambition: 0 },
  {
    id: "socialite",
    extroversion: 0.6,
    forgiveness: 0.1,
    ambition: -0.1,
    needs: [1, 1.1, 1],
    rewards: { ...PLAIN.rewards, social: 1.2 },
    behaviour: { ...PLAIN.behaviour, chat_preference: 1.3 },
  },
  {
    id: "industrious",
    extroversion: -0.2,
    forgiveness: -0.1,
    ambition: 0.5,
    needs: [1, 1, 0.9],
    rewards: { ...PLAIN.rewards, employment: 1.25 },
    behaviour: { ...PLAIN.behaviour, work_affinity: 1.4 },
  },
  {
    id: "stoic",
    extroversion: -0.3,
    forgiveness: 0.5,
    ambition: -0.2,
    needs: [0.95, 1, 1],
    rewards: { ...PLAIN.rewards, survival: 1.1 },
    behaviour: { ...PLAIN.behaviour, conflict_tolerance: 0.6 },
  },
];

/** Index of a profile by name, or -1. */
export function findProfile(id: string): number {
  return PROFILES.findIndex((profile) => profile.id === id);
}

/**
 * Draws a profile for an agent, by weights: the same for the same seed and id.
 *
 * @param distribution weight by profile name, at least one above 0
 * @param seed the world's seed, or null when none was given
 */
export function drawProfile(
  distribution: Readonly<Record<string, number>>,
  seed: number | null,
  agentId: string,
): number {
  const u = fractionOf(seed === null ? agentId : `${seed}:${agentId}`);
  const names = Object.keys(distribution).sort(compareCodePoints);
  const total = names.reduce((sum, name) => sum + distribution[name], 0);
  let cumulative = 0;
  for (const name of names) {
    cumulative += distribution[name] / total;
    if (u <= cumulative) return findProfile(name);
  }
  // Rounding can leave the sum a hair below 1.
  return findProfile(names[names.length - 1]);
}
