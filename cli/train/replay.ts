/** Training by recorded episodes: passes of PPO over datasets. @module */
import { join } from "node:path";
import { TownletError } from "../../src/base/error.ts";
import { observationSpec } from "../../src/observations/spec.ts";
import type { RandomState } from "../../src/policy/checkpoint.ts";
import { RUN_CHECKPOINTS } from "../../src/runs/checkpoint_files.ts";
import { createAdam } from "../../src/training/adam.ts";
import type { Shards } from "../../src/training/demonstrations.ts";
import {
  type Replay,
  replayBaseline,
  replayBatches,
  type ReplayRecord,
  replayUpdate,
} from "../../src/training/replay.ts";
import { learningRateAt } from "../../src/training/schedules.ts";
import {
  openStream,
  type Stream,
  streamState,
} from "../../src/training/streams.ts";
import type { DataMode } from "../../src/training/update_record.ts";
import { number } from "../print/text.ts";
import { openData, type OpenedData } from "./data.ts";
import { modeState, rememberedState } from "./mode_state.ts";
import { courseText } from "./progress.ts";
import { metricsOf } from "./rollout.ts";
import {
  firstNetwork,
  isOver,
  logUpdate,
  openBackend,
  type Outcome,
  pause,
  type TrainRun,
} from "./run.ts";
import { adamOf, saveState } from "./save.ts";
import { outcomeOf } from "./summary.ts";

/** Stream that shuffles the steps of a batch. */
export const SHUFFLE = "training:shuffle";
/** Stream that shuffles shards and episodes. */
const ORDER = "training:replay";

/** mean |log p − log p_old| above which somebody else has acted. */
const OFF_POLICY = 0.5;

/** What is replayed, and how. */
export interface ReplayPlan {
  /** Folders of the datasets. */
  readonly data: readonly string[];
  /** Passes over them. */
  readonly epochs: number;
  /** Whether short batches are left out. */
  readonly dropLast: boolean;
  /** Whether episodes are shuffled. */
  readonly shuffle: boolean;
}

/** How far a replay is. */
export interface ReplayCourse {
  /** Updates so far. */
  readonly updates: number;
  /** Agent-steps learned from so far. */
  readonly steps: number;
  /** Passes done. */
  readonly epoch: number;
  /** Batches of the next pass that are done. */
  readonly batch: number;
  /** Stream that orders it, as it was at its beginning. */
  readonly order: RandomState;
}

/** Passes that are to be made. */
export interface ReplayPasses {
  /** Who learns. */
  readonly replay: Replay;
  /** From what. */
  readonly shards: Shards;
  /** How. */
  readonly plan: ReplayPlan;
  /** Agent-steps after which the learning rate would be 0. */
  readonly total: number;
  /** Cycle of the schedules. */
  readonly cycle: number;
  /** What records call the steps. */
  readonly mode: DataMode;
  /** Saves what it has come to; called every so many updates. */
  save(course: ReplayCourse, record: ReplayRecord | null): Promise<void>;
}

/** What passes have come to. */
export interface ReplayResult {
  /** How far they are. */
  readonly course: ReplayCourse;
  /** What the last update told, or null: there was none. */
  readonly record: ReplayRecord | null;
}

/** The mode `replay`. */
export async function trainReplay(run: TrainRun): Promise<Outcome> {
  const { seed, resumed, folder } = run;
  const before = rememberedState<ReplayPlan & ReplayCourse>(run);
  const data = await openData(run, "replay_manifest", before?.data);
  const plan = replayPlan(run, data, before);
  const { net, weights } = firstNetwork(run);
  const network = { net, weights: weights.slice() };
  const adam = resumed?.optimizer
    ? adamOf(net, resumed.optimizer, join(folder, RUN_CHECKPOINTS.last))
    : createAdam(net.size);
  const shuffle = openStream(seed, SHUFFLE, resumed?.meta.rng);
  const cycle = (resumed ?? run.init)?.meta.cycle ?? -1;
  const stateOf = ({ course, record }: ReplayResult) => ({
    ...{ network, adam, cycle, updates: course.updates, steps: course.steps },
    rng: { [SHUFFLE]: streamState(shuffle) },
    metrics: record === null ? resumed?.meta.metrics ?? {} : metricsOf(record),
    others: new Map([modeState({ ...plan, ...course })]),
  });
  const backend = await openBackend(run, net);
  try {
    const result = await replayPasses(run, {
      replay: replayOf(run, { backend, network, adam }, shuffle, data),
      shards: data.shards,
      plan,
      total: plannedSteps(data, plan),
      ...{ cycle, mode: "replay" },
      save: async (course, record) => {
        await saveState(run, stateOf({ course, record }));
      },
    }, before ?? firstCourse(seed));
    const outcome = outcomeOf(run, stateOf(result), result.record);
    const { baseline_sample_count: episodes, baseline_reward_sum_mean: mean } =
      replayBaseline(data.datasets);
    const line = `Recorded: ${number(episodes)} episodes, return ${
      number(mean, 2)
    } on average`;
    return { ...outcome, lines: outcome.lines.toSpliced(1, 0, line) };
  } finally {
    await backend.close();
  }
}

/** What is replayed: as it was remembered, else as the flags say. */
export function replayPlan(
  { flags }: TrainRun,
  { folders }: OpenedData,
  before: ReplayPlan | null,
): ReplayPlan {
  return {
    data: folders,
    epochs: flags.epochs ?? before?.epochs ?? 1,
    dropLast: before?.dropLast ?? flags.dropLast,
    shuffle: before?.shuffle ?? flags.shuffle,
  };
}

/** Before the first pass. */
export function firstCourse(seed: number): ReplayCourse {
  const order = streamState(openStream(seed, ORDER));
  return { updates: 0, steps: 0, epoch: 0, batch: 0, order };
}

/** Steps of all passes of a plan. */
export function plannedSteps(
  { datasets }: OpenedData,
  { epochs }: ReplayPlan,
): number {
  const shards = datasets.flatMap(({ manifest }) => manifest.shards);
  return epochs * shards.reduce(
    (sum, { accepted, steps }) => accepted ? sum + steps : sum,
    0,
  );
}

/** Who learns from what was recorded. */
export function replayOf(
  { config, town, clock }: TrainRun,
  learner: Pick<Replay, "backend" | "network" | "adam">,
  { random }: Stream,
  { shards, datasets }: OpenedData,
): Replay {
  return {
    ...learner,
    random,
    settings: config.ppo,
    where: shards.where,
    features: observationSpec(town).featureNames,
    baseline: replayBaseline(datasets),
    clock,
  };
}

/**
 * Makes passes over recorded episodes, until they are done, time is over or
 * somebody says stop.
 *
 * A batch has as many steps as a rollout of one resident in each world. The
 * learning rate falls to 0 over `total` steps, where the schedule is linear.
 */
export async function replayPasses(
  run: TrainRun,
  { replay, shards, plan, total, cycle, mode, save }: ReplayPasses,
  course: ReplayCourse,
): Promise<ReplayResult> {
  const { config: { ppo }, flags, clock, progress, log } = run;
  const size = ppo.num_worlds * ppo.rollout_length;
  const begun = { steps: course.steps, seconds: clock() };
  let record: ReplayRecord | null = null;
  let saved = course;
  while (course.epoch < plan.epochs && !isOver(run)) {
    const order = openStream(0, ORDER, { [ORDER]: course.order });
    const random = plan.shuffle ? order.random : null;
    const { dropLast } = plan;
    let batches = 0;
    let stops = false;
    for await (
      const batch of replayBatches(shards, { size, random, dropLast })
    ) {
      batches++;
      if (batch.index < course.batch) continue;
      stops = isOver(run);
      if (stops) break;
      const { updates, steps } = course;
      const done = await replayUpdate(replay, batch, {
        ...{ updates, steps, cycle, mode },
        learningRate: learningRateAt({ ...ppo, total_steps: total }, steps),
      });
      if (begun.steps === steps && done.offPolicy > OFF_POLICY) {
        log.warn(offPolicyText(shards.where, done.offPolicy));
      }
      record = done.record;
      await logUpdate(run, record);
      course = {
        ...course,
        updates: updates + 1,
        steps: record.steps,
        batch: batch.index + 1,
      };
      const now = {
        ...{ updates: updates + 1, steps: record.steps, total, record },
        before: begun.steps,
        seconds: clock() - begun.seconds,
        mostSeconds: flags.minutes && 60 * flags.minutes - begun.seconds,
      };
      progress.show(Math.min(1, record.steps / total), () => courseText(now));
      await pause();
      if (course.updates % ppo.checkpoint_every !== 0) continue;
      await save(course, record);
      saved = course;
      progress.clear();
      log.info(courseText(now));
    }
    if (stops) break;
    if (batches === 0) throw nothingReplayed(shards.where, size);
    const next = { epoch: course.epoch + 1, batch: 0 };
    course = { ...course, ...next, order: streamState(order) };
  }
  if (saved !== course) await save(course, record);
  return { course, record };
}

function offPolicyText(where: string, offPolicy: number): string {
  return `${where} was recorded by another policy: log-probabilities differ by ${
    number(offPolicy, 2)
  } on average, and PPO assumes they do not`;
}

function nothingReplayed(where: string, size: number): TownletError {
  return new TownletError("There is no batch to learn from", {
    code: "replay.empty",
    where,
    hint:
      `Leave --drop-last out, or capture more: a batch has ${size} steps that nobody else decided`,
  });
}
