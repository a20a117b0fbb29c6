/** Training by recorded episodes: passes of PPO over datasets. @module */
import { TownletError } from "../../src/base/error.ts";
import { observationSpec } from "../../src/observations/spec.ts";
import type { RandomState } from "../../src/policy/checkpoint.ts";
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
import { firstLearner } from "./learner.ts";
import { modeState, rememberedState } from "./mode_state.ts";
import { courseText } from "./progress.ts";
import { metricsOf } from "./rollout.ts";
import {
  isOver,
  logUpdate,
  openBackend,
  type Outcome,
  pause,
  type TrainRun,
  type TrainState,
} from "./run.ts";
import { saveState } from "./save.ts";
import { outcomeOf } from "./summary.ts";

/** Streams: one shuffles shards and episodes, one the steps of a batch. */
const STREAMS = {
  order: "training:replay:order",
  shuffle: "training:replay:shuffle",
} as const;

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
  /** What orders that pass, as it was at its beginning. */
  readonly order: RandomState;
  /** What shuffles the steps of a batch. */
  readonly shuffle: RandomState;
}

/** A replay as it is remembered, beside its streams. */
export interface RememberedReplay extends ReplayPlan {
  /** Passes done. */
  readonly epoch: number;
  /** Batches of the next pass that are done. */
  readonly batch: number;
}

/** Passes that are to be made. */
export interface ReplayPasses {
  /** Who learns; its steps are shuffled as the course says. */
  readonly replay: Omit<Replay, "random">;
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
  const { resumed } = run;
  const before = rememberedState<RememberedReplay>(run);
  const data = await openData(run, "replay_manifest", before?.data);
  const plan = replayPlan(run, data, before);
  const learner = firstLearner(run);
  const cycle = (resumed ?? run.init)?.meta.cycle ?? -1;
  const stateOf = ({ course, record }: ReplayResult): TrainState => ({
    ...learner,
    ...{ cycle, updates: course.updates, steps: course.steps },
    metrics: record === null ? resumed?.meta.metrics ?? {} : metricsOf(record),
    rng: streamsOf(course),
    others: new Map([modeState(remembered(plan, course))]),
  });
  const backend = await openBackend(run, learner.network.net);
  const first = courseOf(run, before);
  try {
    if (resumed === null) {
      await saveState(run, stateOf({ course: first, record: null }));
    }
    const result = await replayPasses(run, {
      replay: replayOf(run, { backend, ...learner }, data),
      shards: data.shards,
      plan,
      total: plannedSteps(data, plan),
      ...{ cycle, mode: "replay" },
      save: async (course, record) => {
        await saveState(run, stateOf({ course, record }));
      },
    }, first);
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

/** Where the replay goes on, or begins. */
export function courseOf(
  { seed, resumed }: TrainRun,
  before: RememberedReplay | null,
): ReplayCourse {
  const { epoch = 0, batch = 0 } = before ?? {};
  const { updates = 0, steps = 0, rng } = resumed?.meta ?? {};
  const order = streamState(openStream(seed, STREAMS.order, rng));
  const shuffle = streamState(openStream(seed, STREAMS.shuffle, rng));
  return { updates, steps, epoch, batch, order, shuffle };
}

/** What of a replay is remembered beside its streams. */
export function remembered(
  plan: ReplayPlan,
  { epoch, batch }: ReplayCourse,
): RememberedReplay {
  return { ...plan, epoch, batch };
}

/** The streams of a replay, by name. */
export function streamsOf(
  { order, shuffle }: ReplayCourse,
): Readonly<Record<string, RandomState>> {
  return { [STREAMS.order]: order, [STREAMS.shuffle]: shuffle };
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
  { shards, datasets }: OpenedData,
): ReplayPasses["replay"] {
  return {
    ...learner,
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
  { shards, plan, total, cycle, mode, save, ...passes }: ReplayPasses,
  course: ReplayCourse,
): Promise<ReplayResult> {
  const { config: { ppo }, flags, clock, progress, log } = run;
  const size = ppo.num_worlds * ppo.rollout_length;
  const begun = { steps: course.steps, seconds: clock() };
  const shuffle = reopened(course.shuffle);
  const replay = { ...passes.replay, random: shuffle.random };
  let record: ReplayRecord | null = null;
  let saved = course;
  while (course.epoch < plan.epochs && !isOver(run)) {
    const order = reopened(course.order);
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
        shuffle: streamState(shuffle),
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

/** A stream as it was. */
function reopened(state: RandomState): Stream {
  return openStream(0, "saved", { saved: state });
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
