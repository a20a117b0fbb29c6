/** Section `stability`: what raises an alert and what promotes a policy. @module */
import { z } from "zod";
import { int, oneOf, real } from "./schema.ts";

/** An alert a promotion window can be told to overlook. */
export type AlertName =
  | "queue_fairness_pressure"
  | "rivalry_spike"
  | "starvation_spike"
  | "option_thrashing"
  | "reward_variance_spike"
  | "embedding_reuse_warning"
  | "affordance_failures_exceeded"
  | "lateness_spike"
  | "employment_exit_queue_overflow"
  | "employment_exit_backlog";

/** Names of the alerts a promotion window can be told to overlook. */
const ALERT_NAMES: readonly AlertName[] = [
  "queue_fairness_pressure",
  "rivalry_spike",
  "starvation_spike",
  "option_thrashing",
  "reward_variance_spike",
  "embedding_reuse_warning",
  "affordance_failures_exceeded",
  "lateness_spike",
  "employment_exit_queue_overflow",
  "employment_exit_backlog",
];

/** Thresholds of alerts and of the promotion gate. */
export interface StabilitySettings {
  /** Pressure in queues. */
  readonly fairness: {
    /** Lost turns or rotations in a tick that raise the alert, 1 to 1000. */
    readonly alert_limit: number;
  };
  /** Bursts of rivalry. */
  readonly rivalry_spike: {
    /** Strong conflicts in a tick that raise the alert, 1 to 1000. */
    readonly alert_limit: number;
  };
  /** Failed uses in a tick that are still fine, 0 to 100. */
  readonly affordance_fail_threshold: number;
  /** Lateness that is still fine, 0 to 100. */
  readonly lateness_threshold: number;
  /** Residents without food. */
  readonly starvation: {
    /** Ticks an incident counts, 1 to 100000. */
    readonly window_ticks: number;
    /** Incidents that are still fine, -1 to 10000; -1 switches the alert off. */
    readonly max_incidents: number;
    /** Hunger at which a resident starves, 0 to 1. */
    readonly hunger_threshold: number;
    /** Ticks of starving that make an incident, 1 to 10000. */
    readonly min_duration_ticks: number;
  };
  /** Rewards that scatter. */
  readonly reward_variance: {
    /** Ticks a sample counts, 1 to 100000. */
    readonly window_ticks: number;
    /** Variance that is still fine. */
    readonly max_variance: number;
    /** Samples needed for a judgement, 1 to 100000. */
    readonly min_samples: number;
  };
  /** Residents that cannot make up their minds. */
  readonly option_thrash: {
    /** Ticks a sample counts, 1 to 100000. */
    readonly window_ticks: number;
    /** Mean switches a tick that are still fine, 0 to 10. */
    readonly max_switch_rate: number;
    /** Samples needed for a judgement, 1 to 100000. */
    readonly min_samples: number;
  };
  /** When a policy may take over. */
  readonly promotion: {
    /** Quiet windows in a row that are needed, 1 to 10. */
    readonly required_passes: number;
    /** Length of a window in ticks, 1 to 100000. */
    readonly window_ticks: number;
    /** Alerts that do not spoil a window. */
    readonly allowed_alerts: readonly AlertName[];
  };
}

const windowTicks = int(1, 100_000);
const samples = int(1, 100_000);

/** Schema of the section `stability`. */
export const stability: z.ZodType<StabilitySettings> = z.strictObject({
  fairness: z.strictObject({
    alert_limit: int(1, 1000).prefault(5).describe(
      "Lost turns or rotations in a tick that raise the alert",
    ),
  }).prefault({}).describe("Pressure in queues"),
  rivalry_spike: z.strictObject({
    alert_limit: int(1, 1000).prefault(5).describe(
      "Strong conflicts in a tick that raise the alert",
    ),
  }).prefault({}).describe("Bursts of rivalry"),
  affordance_fail_threshold: int(0, 100).prefault(5).describe(
    "Failed uses in a tick that are still fine",
  ),
  lateness_threshold: int(0, 100).prefault(3).describe(
    "Lateness that is still fine",
  ),
  starvation: z.strictObject({
    window_ticks: windowTicks.prefault(1000).describe(
      "Ticks an incident counts",
    ),
    max_incidents: int(-1, 10_000).prefault(0).describe(
      "Incidents that are still fine; -1 switches the alert off",
    ),
    hunger_threshold: real(0, 1).prefault(0.05).describe(
      "Hunger at which a resident starves",
    ),
    min_duration_ticks: int(1, 10_000).prefault(30).describe(
      "Ticks of starving that make an incident",
    ),
  }).prefault({}).describe("Residents without food"),
  reward_variance: z.strictObject({
    window_ticks: windowTicks.prefault(1000).describe("Ticks a sample counts"),
    max_variance: real(0).prefault(0.25).describe(
      "Variance that is still fine",
    ),
    min_samples: samples.prefault(20).describe(
      "Samples needed for a judgement",
    ),
  }).prefault({}).describe("Rewards that scatter"),
  option_thrash: z.strictObject({
    window_ticks: windowTicks.prefault(600).describe("Ticks a sample counts"),
    max_switch_rate: real(0, 10).prefault(0.25).describe(
      "Mean switches a tick that are still fine",
    ),
    min_samples: samples.prefault(10).describe(
      "Samples needed for a judgement",
    ),
  }).prefault({}).describe("Residents that cannot make up their minds"),
  promotion: z.strictObject({
    required_passes: int(1, 10).prefault(2).describe(
      "Quiet windows in a row that are needed",
    ),
    window_ticks: windowTicks.prefault(1000).describe(
      "Length of a window in ticks",
    ),
    allowed_alerts: z.array(oneOf(...ALERT_NAMES)).prefault([]).describe(
      "Alerts that do not spoil a window",
    ),
  }).prefault({}).describe("When a policy may take over"),
}).describe("What raises an alert and what promotes a policy");
