/** The stages of an anneal, each done whole or not at all. @module */
import { Random } from "../../src/base/random.ts";
import type { Network } from "../../src/policy/network/net.ts";
import { createAdam } from "../../src/training/adam.ts";
import {
  annealMembers,
  type AnnealStage,
  bcStageResult,
  ppoStageResult,
  reinforcementPlan,
  type StageResult,
} from "../../src/training/anneal.ts";
import type { Backend } from "../../src/training/backend.ts";
import { type CloneEpoch, cloneEpoch } from "../../src/training/cloning.ts";
import {
  demonstrationBatches,
  type Shards,
  type Survey,
} from "../../src/training/demonstrations.ts";
import { freshConflicts } from "../../src/training/fresh_rollouts.ts";
import {
  openPpoTrainer,
  type PpoTrainerOptions,
} from "../../src/training/ppo_trainer.ts";
import { configOfCycle } from "../../src/training/schedules.ts";
import type { UpdateRecord } from "../../src/training/update_record.ts";
import { cloneRecord, cloneText, untilStopped } from "./clone_record.ts";
import { logUpdate, pause, type TrainRun } from "./run.ts";

/** What stages are done with. */
export interface AnnealWork {
  /** The run. */
  readonly run: TrainRun;
  /** Computes the network. */
  readonly backend: Backend;
  /** All stages, in order. */
  readonly stages: readonly AnnealStage[];
  /** Demonstrations; null where no stage wants any. */
  readonly shown: { readonly shards: Shards; readonly survey: Survey } | null;
  /** Told of every rollout that is learned from. */
  readonly onRollout: PpoTrainerOptions["onRollout"];
}

/** How far an anneal is. */
export interface AnnealCourse {
  /** The network. */
  readonly network: Network;
  /** What came of the stages that are done. */
  readonly results: readonly StageResult[];
  /** Passes over demonstrations and updates so far. */
  readonly updates: number;
  /** Decisions and agent-steps learned from so far. */
  readonly steps: number;
  /** Those of them that were reinforcement. */
  readonly ppoSteps: number;
}

/** Seeds between two stages: each has worlds and streams of its own. */
const STAGE_SEEDS = 1000;
/** Distance of the seeds of fresh rollouts from those of trainings. */
const FRESH_SEEDS = 3_000_000;

/** Does the next stage; null when a signal asked to stop before it was done. */
export async function nextStage(
  work: AnnealWork,
  course: AnnealCourse,
): Promise<AnnealCourse | null> {
  const place = course.results.length;
  const stage = work.stages[place];
  const seed = work.run.seed + STAGE_SEEDS * (place + 1);
  const { net, weights } = course.network;
  const own = { ...course, network: { net, weights: weights.slice() } };
  return await (stage.mode === "bc" ? clone : reinforce)(
    work,
    own,
    stage,
    seed,
  );
}

async function clone(
  { run, backend, shown }: AnnealWork,
  { network, results, updates, steps, ppoSteps }: AnnealCourse,
  stage: AnnealStage,
  seed: number,
): Promise<AnnealCourse | null> {
  if (shown === null) throw new TypeError("a stage lacks its demonstrations");
  const { bc, anneal_accuracy_threshold } = run.config.training;
  const adam = createAdam(network.net.size);
  const random = Random.seeded(String(seed), "training:shuffle");
  let last: CloneEpoch | null = null;
  for (let epoch = 1; epoch <= stage.epochs; epoch++) {
    const start = run.clock();
    const pass = await untilStopped(run, (pause) =>
      cloneEpoch({
        ...{ backend, network, adam, random, settings: bc, pause },
        ...shown,
      }));
    if (pass === null) return null;
    last = pass;
    steps += pass.steps;
    updates++;
    await run.metrics.append(cloneRecord(run, pass, {
      ...{ updates, steps, seconds: run.clock() - start },
      learningRate: bc.learning_rate,
    }));
    run.log.info(
      `cycle ${stage.cycle}, bc, ${cloneText(epoch, stage.epochs, pass)}`,
    );
  }
  if (last === null) throw new RangeError("a stage has one pass at least");
  const result = bcStageResult(stage, last.heldOut, anneal_accuracy_threshold);
  return { network, updates, steps, ppoSteps, results: [...results, result] };
}

async function reinforce(
  { run, backend, stages, shown, onRollout }: AnnealWork,
  course: AnnealCourse,
  stage: AnnealStage,
  seed: number,
): Promise<AnnealCourse | null> {
  const { manifest, flags, clock, interrupt } = run;
  const { results } = course;
  const config = configOfCycle(run.config, stage.cycle);
  const plan = reinforcementPlan(
    stages,
    results,
    `rollout:${config.config_id}:${config.features.stages.social_rewards}`,
    config.training.anneal_enable_policy_blend,
  );
  const { num_worlds } = config.ppo;
  const workers = Math.min(flags.workers, num_worlds);
  using trainer = await openPpoTrainer({
    ...{ config, manifest, seed, backend, clock, workers, onRollout },
    network: course.network,
    steps: course.ppoSteps,
    updates: course.updates,
    cycle: stage.cycle - 1,
    share: plan.blend,
    ...shown === null || plan.cloneWeight === 0 ? {} : {
      demonstrations: {
        weight: plan.cloneWeight,
        next: demonstrationBatches(
          backend.net,
          shown.shards,
          shown.survey,
          {
            size: config.training.bc.batch_size,
            random: Random.seeded(String(seed), "training:demonstrations"),
          },
        ),
      },
    },
  });
  const cloned = course.steps - course.ppoSteps;
  const records: UpdateRecord[] = [];
  while (records.length < stage.epochs) {
    const { steps, ...record } = await trainer.update();
    records.push({ ...record, steps: cloned + steps });
    await pause();
    if (interrupt.asked.aborted) return null;
    if (records.length === stage.epochs) break;
    await log(records.length - 1, null);
  }
  const figures = {
    loss_total: records.reduce((sum, { loss_total }) => sum + loss_total, 0) /
      records.length,
    ...await freshConflicts({
      ...{ config, manifest, backend, workers, worlds: num_worlds },
      network: trainer.network,
      seed: run.seed + FRESH_SEEDS,
    }),
  };
  await log(records.length - 1, figures);
  return {
    network: trainer.network,
    results: [
      ...results,
      ppoStageResult(stage, plan, { ...records[records.length - 1] }, figures),
    ],
    updates: trainer.updates,
    steps: cloned + trainer.steps,
    ppoSteps: trainer.steps,
  };

  async function log(
    at: number,
    figures: Parameters<typeof annealMembers>[2],
  ): Promise<void> {
    const record = records[at];
    const members = annealMembers(stage, plan, figures);
    await logUpdate(run, { ...record, ...members });
    run.log.info(
      `cycle ${stage.cycle}, ppo, update ${at + 1}/${stage.epochs}: ` +
        `loss ${record.loss_total.toFixed(4)}, KL ${
          record.kl_approx.toFixed(4)
        }`,
    );
  }
}
