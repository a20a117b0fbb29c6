/** Section `employment`: lateness, absence and losing a job. @module */
import { z } from "zod";
import { flag, int, real } from "./schema.ts";

/** Rules of shifts and of the exit queue. */
export interface Employment {
  /** Ticks into a shift that still count as on time, 0 to 120. */
  readonly grace_ticks: number;
  /** Ticks into a shift after which who is away is absent, 0 to 600. */
  readonly absent_cutoff: number;
  /** Ticks since last seen at work after which who is away is absent, 0 to 600. */
  readonly absence_slack: number;
  /** Taken each tick from who is late and away, 0 to 1. */
  readonly late_tick_penalty: number;
  /** Taken once for each spell of absence, 0 to 5. */
  readonly absence_penalty: number;
  /** Absent shifts within seven days that lead to the exit queue; 0 for never. */
  readonly max_absent_shifts: number;
  /** Shifts over which attendance is averaged, 1 to 14. */
  readonly attendance_window: number;
  /** Exits a day; 0 for no limit. */
  readonly daily_exit_cap: number;
  /** Length of the exit queue that counts as overflow; 0 for never. */
  readonly exit_queue_limit: number;
  /** Ticks after which a queued exit happens whatever the cap. */
  readonly exit_review_window: number;
  /** Whether absences can cost a resident the town. */
  readonly enforce_job_loop: boolean;
}

/** A rule whose value a command may change. */
export type EmploymentParameter =
  | "grace_ticks"
  | "absent_cutoff"
  | "absence_slack"
  | "late_tick_penalty"
  | "absence_penalty"
  | "max_absent_shifts";

/** Schemas of the rules a command may change. */
export const EMPLOYMENT_PARAMETERS: Readonly<
  Record<EmploymentParameter, z.ZodType<number>>
> = {
  grace_ticks: int(0, 120),
  absent_cutoff: int(0, 600),
  absence_slack: int(0, 600),
  late_tick_penalty: real(0, 1),
  absence_penalty: real(0, 5),
  max_absent_shifts: int(0, 20),
};

/** Schema of the section `employment`. */
export const employment: z.ZodType<Employment> = z.strictObject({
  grace_ticks: EMPLOYMENT_PARAMETERS.grace_ticks.prefault(5).describe(
    "Ticks into a shift that still count as on time",
  ),
  absent_cutoff: EMPLOYMENT_PARAMETERS.absent_cutoff.prefault(30).describe(
    "Ticks into a shift after which who is away is absent",
  ),
  absence_slack: EMPLOYMENT_PARAMETERS.absence_slack.prefault(20).describe(
    "Ticks since last seen at work after which who is away is absent",
  ),
  late_tick_penalty: EMPLOYMENT_PARAMETERS.late_tick_penalty.prefault(0.005)
    .describe("Taken each tick from who is late and away"),
  absence_penalty: EMPLOYMENT_PARAMETERS.absence_penalty.prefault(0.2).describe(
    "Taken once for each spell of absence",
  ),
  max_absent_shifts: EMPLOYMENT_PARAMETERS.max_absent_shifts.prefault(3)
    .describe(
      "Absent shifts within seven days that lead to the exit queue; 0 for never",
    ),
  attendance_window: int(1, 14).prefault(3).describe(
    "Shifts over which attendance is averaged",
  ),
  daily_exit_cap: int(0, 50).prefault(2).describe(
    "Exits a day; 0 for no limit",
  ),
  exit_queue_limit: int(0, 100).prefault(8).describe(
    "Length of the exit queue that counts as overflow; 0 for never",
  ),
  exit_review_window: int(1, 100_000).prefault(1440).describe(
    "Ticks after which a queued exit happens whatever the cap",
  ),
  enforce_job_loop: flag().prefault(false).describe(
    "Whether absences can cost a resident the town",
  ),
}).describe("Lateness, absence and losing a job");
