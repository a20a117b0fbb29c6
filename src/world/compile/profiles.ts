/** What personality does, as numbers per profile. @module */
import { clamp } from "../../base/clamp.ts";
import type { Config } from "../../config/config.ts";
import { type Profile, PROFILES } from "../profiles.ts";
import type { Town } from "../town.ts";
import { NEEDS } from "../world.ts";

/** Tables with a row for each profile. */
export type ProfileTables = Pick<
  Town,
  | "decayRates"
  | "thresholds"
  | "avoidThreshold"
  | "arrivalBuffer"
  | "chatExtroversion"
  | "chatBias"
  | "chatPause"
  | "rewardBias"
>;

/** Works out rates, thresholds and biases of every profile. */
export function compileProfiles(config: Config): ProfileTables {
  const { personality_profiles, reward_multipliers } = config.features.behavior;
  const thresholds = NEEDS.map((need) => config.behavior[`${need}_threshold`]);
  const rates = NEEDS.map((need) => config.rewards.decay_rates[need]);
  const perProfile = (value: (profile: Profile) => number) =>
    new Float64Array(PROFILES.map(value));
  const bias = (raw: number) =>
    !personality_profiles || raw <= 0 ? 1 : clamp(raw, 0.1, 5);
  return {
    decayRates: new Float64Array(
      PROFILES.flatMap(({ needs }) =>
        rates.map((rate, k) =>
          rate * (reward_multipliers && needs[k] > 0 ? needs[k] : 1)
        )
      ),
    ),
    thresholds: new Float64Array(
      PROFILES.flatMap(({ needs }) =>
        thresholds.map((threshold, k) =>
          clamp(threshold * (reward_multipliers ? needs[k] : 1), 0, 1)
        )
      ),
    ),
    avoidThreshold: perProfile(({ behaviour }) =>
      clamp(
        config.conflict.rivalry.avoid_threshold /
          bias(behaviour.conflict_tolerance),
        0,
        1,
      )
    ),
    arrivalBuffer: perProfile(({ behaviour }) =>
      clamp(
        roundHalfEven(
          config.behavior.job_arrival_buffer * bias(behaviour.work_affinity),
        ),
        0,
        240,
      )
    ),
    chatExtroversion: perProfile(({ behaviour }) =>
      clamp(0.2 / bias(behaviour.chat_preference), 0, 1)
    ),
    chatBias: perProfile(({ behaviour }) =>
      clamp(bias(behaviour.chat_preference), 0.5, 1.5)
    ),
    chatPause: perProfile(({ behaviour }) =>
      Math.max(1, roundHalfEven(30 / bias(behaviour.chat_preference)))
    ),
    rewardBias: new Float64Array(
      PROFILES.flatMap(({ rewards: { social, employment, survival } }) =>
        reward_multipliers ? [social, employment, survival] : [1, 1, 1]
      ),
    ),
  };
}

/** Rounds to the nearest whole number, halves to the even one. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
