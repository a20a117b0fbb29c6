/** Training on fresh rollouts, until all steps are done or time is over. @module */
import { join } from "node:path";
import type { Config } from "../../src/config/config.ts";
import type { Network } from "../../src/policy/network/net.ts";
import { RUN_CHECKPOINTS } from "../../src/runs/checkpoint_files.ts";
import type { Adam } from "../../src/training/adam.ts";
import type { Backend } from "../../src/training/backend.ts";
import {
  openPpoTrainer,
  type PpoTrainer,
  type PpoTrainerOptions,
  type TrainerState,
} from "../../src/training/ppo_trainer.ts";
import type {
  DataMode,
  UpdateRecord,
} from "../../src/training/update_record.ts";
import { TALLIES } from "../../src/vector/tallies.ts";
import type { EvaluationRecord } from "./evaluation.ts";
import { courseText, shareOf } from "./progress.ts";
import {
  firstNetwork,
  isOver,
  logUpdate,
  openBackend,
  type Outcome,
  pause,
  type TrainRun,
  type TrainState,
} from "./run.ts";
import { rate, saveState } from "./save.ts";
import { openSampled } from "./sampled.ts";
import { outcomeOf } from "./summary.ts";
import { trainerFiles, trainerState } from "./trainer_files.ts";

/** Where a training on rollouts begins, and how far it goes. */
export interface RolloutPlan {
  /** Computes the network. */
  readonly backend: Backend;
  /** Agent-steps, those of before included, at which it is done. */
  readonly untilSteps: number;
  /** A training to go on with, in place of what follows. */
  readonly state?: TrainerState;
  /** Network to begin with. */
  readonly network?: Network;
  /** What its optimizer remembers (nothing). */
  readonly adam?: Adam;
  /** Agent-steps of before (0). */
  readonly steps?: number;
  /** Updates of before (0). */
  readonly updates?: number;
  /** Cycle of the run before (−1). */
  readonly cycle?: number;
  /** What records call the steps (`rollout`). */
  readonly mode?: DataMode;
  /** Hyper-parameters and town (the run's). */
  readonly config?: Config;
  /** Told of every rollout before it is learned from. */
  readonly onRollout?: PpoTrainerOptions["onRollout"];
  /** Streams and files of its checkpoints beside its own, by name (none). */
  readonly beside?: Required<Pick<TrainState, "rng" | "others">>;
}

/** What a training on rollouts has come to. */
export interface RolloutResult {
  /** As it was saved last. */
  readonly state: TrainState;
  /** The same, to go on with. */
  readonly trainer: TrainerState;
  /** What the last update told, or null: there was none. */
  readonly record: UpdateRecord | null;
}

/** The mode `rollout`. */
export async function trainRollout(run: TrainRun): Promise<Outcome> {
  const network = firstNetwork(run);
  const backend = await openBackend(run, network.net);
  try {
    const last = join(run.folder, RUN_CHECKPOINTS.last);
    const sampled = await openSampled(run);
    const { state, record } = await rollOut(run, {
      backend,
      onRollout: sampled.add,
      untilSteps: run.config.ppo.total_steps,
      ...run.resumed === null
        ? { network, cycle: run.init?.meta.cycle }
        : { state: trainerState(run, run.resumed, last) },
    });
    await sampled.close();
    return outcomeOf(run, state, record);
  } finally {
    await backend.close();
  }
}

/**
 * Updates a network until its steps are done, time is over or somebody says
 * stop; saves a checkpoint at the beginning, every so many updates and at the
 * end.
 */
export async function rollOut(
  run: TrainRun,
  plan: RolloutPlan,
): Promise<RolloutResult> {
  const { config, manifest, seed, flags, clock, progress, log } = run;
  const { untilSteps, beside, ...begin } = plan;
  const { checkpoint_every } = config.ppo;
  /** What happened while the steps of an update were sampled. */
  const tallies = new Float64Array(TALLIES.length);
  const trainer = await openPpoTrainer({
    config,
    manifest,
    seed,
    workers: Math.min(flags.workers, config.ppo.num_worlds),
    clock,
    ...begin,
    async onRollout(rollout) {
      rollout.tallies.forEach((value, i) => tallies[i] += value);
      await begin.onRollout?.(rollout);
    },
  });
  try {
    const before = { steps: trainer.steps, seconds: clock() };
    let record: UpdateRecord | null = null;
    const isDue = () =>
      trainer.steps >= untilSteps || trainer.updates % checkpoint_every === 0;
    let saved = await stateOf(run, trainer, null, beside);
    // A run that was stopped may owe a look at what it had come to.
    if (plan.state === undefined) await saveState(run, saved.state);
    else if (isDue()) await rate(run, saved.state);
    let stops = isOver(run);
    while (trainer.steps < untilSteps && !stops) {
      tallies.fill(0);
      record = await trainer.update();
      await logUpdate(run, record, tallies);
      const course = {
        updates: trainer.updates,
        steps: trainer.steps,
        total: untilSteps,
        before: before.steps,
        seconds: clock() - before.seconds,
        mostSeconds: flags.minutes && 60 * flags.minutes - before.seconds,
        record,
      };
      progress.show(shareOf(course), () => courseText(course));
      await pause();
      stops = isOver(run);
      if (!isDue() && !stops) continue;
      saved = await stateOf(run, trainer, record, beside);
      const earned = await saveState(run, saved.state);
      stops = isOver(run);
      progress.clear();
      log.info(courseText(course) + earnedText(earned));
    }
    return { ...saved, record };
  } finally {
    trainer.close();
  }
}

/** What a training has come to; without a record, as it was read. */
async function stateOf(
  run: TrainRun,
  trainer: PpoTrainer,
  record: UpdateRecord | null,
  beside: RolloutPlan["beside"],
): Promise<Pick<RolloutResult, "state" | "trainer">> {
  const saved = await trainer.save();
  const { network, adam, steps, updates, cycle } = saved;
  const metrics = record === null
    ? run.resumed?.meta.metrics ?? {}
    : metricsOf(record);
  const files = trainerFiles(saved, trainer.town);
  const others = new Map([...files, ...beside?.others ?? []]);
  const rng = { ...saved.rng, ...beside?.rng };
  const facts = { steps, updates, cycle, rng, metrics };
  return { state: { network, adam, ...facts, others }, trainer: saved };
}

/** The numbers of a record that are the same in every run. */
export function metricsOf(record: object): Record<string, number | null> {
  const numbers = Object.entries(record).filter(([name, value]) =>
    !TIMES.includes(name) && (typeof value === "number" || value === null)
  );
  return Object.fromEntries(numbers);
}

/** Members of a record that tell how fast it went. */
const TIMES: readonly string[] = [
  "epoch_duration_sec",
  "steps_per_second",
] satisfies (keyof UpdateRecord)[];

function earnedText(earned: EvaluationRecord | null): string {
  if (earned === null) return "";
  return `; tried out, return of an episode ${earned.return_mean.toFixed(2)}${
    earned.best ? ", the best so far" : ""
  }`;
}
