/** Section `jobs`: who works when, where and for how much. @module */
import { z } from "zod";
import {
  IDENTIFIER,
  identifier,
  int,
  named,
  real,
  type Tile,
  tile,
} from "./schema.ts";

/** A job; its shift is from `start_tick` to `end_tick`, both included. */
export interface Job {
  /** First tick of the shift, counted from the start of the day. */
  readonly start_tick: number;
  /** Last tick of the shift; before the start it counts as the start. */
  readonly end_tick: number;
  /** Wage of a tick; 0 takes `economy.wage_income`. */
  readonly wage_rate: number;
  /** Taken once a shift from who comes late. */
  readonly lateness_penalty: number;
  /** A tile, an object's id, or null: always at work. */
  readonly location: Tile | string | null;
}

/** Jobs by id, in file order. */
export type Jobs = Readonly<Record<string, Job>>;

const location = z.union([tile(), identifier()], {
  error: "must be [x, y], an object's id, or null",
}).meta({
  anyOf: [
    {
      type: "array",
      items: { type: "integer", minimum: 0 },
      minItems: 2,
      maxItems: 2,
    },
    { type: "string", pattern: IDENTIFIER.source },
  ],
});

const job: z.ZodType<Job> = z.strictObject({
  start_tick: int(0).prefault(0).describe(
    "First tick of the shift, counted from the start of the day",
  ),
  end_tick: int(0).prefault(0).describe(
    "Last tick of the shift; before the start it counts as the start",
  ),
  wage_rate: real(0).prefault(0).describe(
    "Wage of a tick; 0 takes `economy.wage_income`",
  ),
  lateness_penalty: real(0).prefault(0).describe(
    "Taken once a shift from who comes late",
  ),
  location: location.nullable().prefault(null).describe(
    "A tile, an object's id, or null: always at work",
  ),
}).transform((job) => ({
  ...job,
  end_tick: Math.max(job.start_tick, job.end_tick),
}));

/** Jobs of a town that names none of its own. */
const DEFAULT_JOBS: Jobs = {
  grocer: {
    start_tick: 180,
    end_tick: 360,
    wage_rate: 0.02,
    lateness_penalty: 0.1,
    location: [0, 0],
  },
  barista: {
    start_tick: 400,
    end_tick: 560,
    wage_rate: 0.025,
    lateness_penalty: 0.12,
    location: [1, 0],
  },
};

/** Largest number of jobs. */
const JOBS_MAX = 1000;

/** Schema of the section `jobs`. */
export const jobs: z.ZodType<Jobs> = named(job).refine(
  (all) => Object.keys(all).length <= JOBS_MAX,
  { error: `must not hold more than ${JOBS_MAX} jobs` },
).prefault(DEFAULT_JOBS).describe(
  "Jobs by id; without the section there are two, `{}` means none",
);
