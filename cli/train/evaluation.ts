/** What a network earns while it is trained, on seeds of its own. @module */
import { z } from "zod";
import { TownletError } from "../../src/base/error.ts";
import { networkPolicy } from "../../src/policy/network_policy.ts";
import { policyHash } from "../../src/policy/network/net.ts";
import { evaluatePolicy } from "../../src/training/evaluate.ts";
import { pause, type TrainRun, type TrainState } from "./run.ts";

/**
 * Distance of the seeds of these evaluations from those of trainings. The
 * command `evaluate` plays others: what was chosen by these does not flatter it.
 */
const TRIAL_SEEDS = 2_000_000;

/** A line of `evaluations.jsonl`. */
export interface EvaluationRecord {
  /** Updates done. */
  readonly updates: number;
  /** Agent-steps of experience. */
  readonly steps: number;
  /** Cycle of the schedules. */
  readonly cycle: number;
  /** Episodes played. */
  readonly episodes: number;
  /** What residents earned in an episode; mean. */
  readonly return_mean: number;
  /** Where its true mean is, or null: one episode does not tell. */
  readonly return_ci95: readonly [number, number] | null;
  /** Lives that ended in an episode; mean. */
  readonly deaths_mean: number;
  /** Share of the choices that made no sense. */
  readonly invalid_action_rate: number;
  /** SHA-256 of the weights. */
  readonly policy_hash: string;
  /** Whether it was better than all before. */
  readonly best: boolean;
}

/** What a line that was written before must be. */
const EVALUATION: z.ZodType<EvaluationRecord> = z.strictObject({
  updates: z.int().min(0),
  steps: z.int().min(0),
  cycle: z.int(),
  episodes: z.int().min(0),
  return_mean: z.number(),
  return_ci95: z.tuple([z.number(), z.number()]).nullable(),
  deaths_mean: z.number(),
  invalid_action_rate: z.number(),
  policy_hash: z.string(),
  best: z.boolean(),
});

/**
 * The lines that a run goes on from.
 *
 * @throws {TownletError} for one that no training writes
 */
export function readEvaluations(
  records: readonly unknown[],
  where: string,
): EvaluationRecord[] {
  return records.map((record, i) => {
    const read = EVALUATION.safeParse(record);
    if (read.success) return read.data;
    const [{ path, message }] = read.error.issues;
    throw new TownletError(`${path.join(".") || "It"}: ${message}`, {
      code: "run.evaluations",
      where: `${where}:${i + 1}`,
      hint: "Begin a new run from its checkpoint with --init",
    });
  });
}

/**
 * Plays episodes with a network; null when the training was told to stop
 * before they were over.
 */
export async function tryOut(
  run: TrainRun,
  { network, updates, steps, cycle }: TrainState,
): Promise<EvaluationRecord | null> {
  const { town, config, interrupt, evalEpisodes, evaluated, seed } = run;
  const { greedy } = config.policy;
  const seeds = Array.from(
    { length: evalEpisodes },
    (_, i) => seed + TRIAL_SEEDS + i,
  );
  try {
    const found = await evaluatePolicy(
      town,
      () => networkPolicy(town, network, { greedy }),
      {
        seeds,
        ticks: config.training.episode_ticks,
        onSeed: async () => {
          await pause();
          interrupt.asked.throwIfAborted();
        },
      },
    );
    const { mean, low, high } = found.return;
    return {
      updates,
      steps,
      cycle,
      episodes: evalEpisodes,
      return_mean: mean,
      return_ci95: low === null || high === null ? null : [low, high],
      deaths_mean: found.deaths,
      invalid_action_rate: found.invalid,
      policy_hash: policyHash(network),
      best: mean > bestOf(evaluated),
    };
  } catch (error) {
    if (interrupt.asked.aborted) return null;
    throw error;
  }
}

/** The highest return so far, −Infinity before the first. */
function bestOf(evaluated: readonly EvaluationRecord[]): number {
  return Math.max(-Infinity, ...evaluated.map((one) => one.return_mean));
}
