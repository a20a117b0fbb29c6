/** How far a training is, in a line. @module */
import type { UpdateRecord } from "../../src/training/update_record.ts";
import { number } from "../print/text.ts";

/** Where a training is. */
export interface Course {
  /** Updates done. */
  readonly updates: number;
  /** Agent-steps of experience so far. */
  readonly steps: number;
  /** Agent-steps it is to have. */
  readonly total: number;
  /** Agent-steps before this process went on with it. */
  readonly before: number;
  /** Seconds since then. */
  readonly seconds: number;
  /** Seconds after which it is to stop, or undefined. */
  readonly mostSeconds: number | undefined;
  /** What the last update told. */
  readonly record: UpdateRecord;
}

/** Share of the training that is done, by steps or by time, 0 to 1. */
export function shareOf(
  { steps, total, seconds, mostSeconds = Infinity }: Course,
): number {
  return Math.min(1, Math.max(steps / total, seconds / mostSeconds));
}

/** Update, steps, return, divergence, entropy, speed and time left. */
export function courseText(course: Course): string {
  const { updates, steps, record } = course;
  const { episode_return_mean: earned, kl_approx, loss_entropy } = record;
  return [
    `update ${number(updates)}`,
    `${number(steps)} steps`,
    ...earned === null ? [] : [`return of a life ${number(earned, 2)}`],
    `KL ${number(kl_approx, 4)}`,
    `entropy ${number(loss_entropy, 2)}`,
    `${number(record.steps_per_second)} steps/s`,
    ...leftText(course),
  ].join(", ");
}

/** Time left, if there is speed to tell it by. */
function leftText(
  { steps, total, before, seconds, mostSeconds = Infinity }: Course,
): string[] {
  if (steps <= before || seconds <= 0) return [];
  const bySteps = (total - steps) / (steps - before) * seconds;
  const left = Math.max(0, Math.min(bySteps, mostSeconds - seconds));
  return [`${durationText(left)} left`];
}

/** `42 s`, `3 min 05 s`, `2 h 10 min`. */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const pad = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${pad(whole % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}
