/** Training by turns: recorded episodes, then fresh rollouts. @module */
import { join } from "node:path";
import { RUN_CHECKPOINTS } from "../../src/runs/checkpoint_files.ts";
import type { TrainerState } from "../../src/training/ppo_trainer.ts";
import { configOfCycle } from "../../src/training/schedules.ts";
import type { UpdateRecord } from "../../src/training/update_record.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import { openData } from "./data.ts";
import { firstLearner } from "./learner.ts";
import { modeState, rememberedState } from "./mode_state.ts";
import {
  courseOf,
  plannedSteps,
  remembered,
  type RememberedReplay,
  replayOf,
  replayPasses,
  replayPlan,
  streamsOf,
} from "./replay.ts";
import { metricsOf, rollOut } from "./rollout.ts";
import {
  isOver,
  openBackend,
  type Outcome,
  type TrainRun,
  type TrainState,
} from "./run.ts";
import { openSampled } from "./sampled.ts";
import { saveState } from "./save.ts";
import { outcomeOf } from "./summary.ts";
import { trainerFiles, trainerState } from "./trainer_files.ts";

/** What is remembered of the rounds. */
interface RememberedRounds extends RememberedReplay {
  /** Rounds in all. */
  readonly cycles: number;
  /** Rounds done. */
  readonly round: number;
  /** Steps at which the rollouts of the round end; null during its replay. */
  readonly untilSteps: number | null;
  /** Whether the worlds of rollouts before are in the checkpoint. */
  readonly hasWorlds: boolean;
}

/**
 * The mode `mixed`: every round replays, and goes on with the same network in
 * rollouts. The rounds share `ppo.total_steps` of rollouts among them, in
 * worlds that go on from round to round.
 */
export async function trainMixed(run: TrainRun): Promise<Outcome> {
  const { flags, resumed, folder } = run;
  const before = rememberedState<RememberedRounds>(run);
  const data = await openData(run, "replay_manifest", before?.data);
  const plan = replayPlan(run, data, before);
  const cycles = before?.cycles ?? flags.cycles ?? 1;
  const { total_steps } = run.config.ppo;
  // The learning rate falls over all there is to learn from.
  const total = cycles * plannedSteps(data, plan) + total_steps;
  const ppo = { ...run.config.ppo, total_steps: total };
  const config = { ...run.config, ppo };

  let round = before?.round ?? 0;
  let untilSteps = before?.untilSteps ?? null;
  let course = courseOf(run, before);
  const last = join(folder, RUN_CHECKPOINTS.last);
  let trainer = before?.hasWorlds && resumed !== null
    ? trainerState({ ...run, config }, resumed, last)
    : null;
  let learner = firstLearner(run);
  let record: UpdateRecord | null = null;
  const cycleNow = () =>
    trainer?.cycle ?? (resumed ?? run.init)?.meta.cycle ?? -1;
  const memory = (): RememberedRounds => ({
    ...remembered(plan, course),
    ...{ cycles, round, untilSteps, hasWorlds: trainer !== null },
  });
  const stateNow = (): TrainState => ({
    ...learner,
    ...{ updates: course.updates, steps: course.steps, cycle: cycleNow() },
    metrics: record === null ? resumed?.meta.metrics ?? {} : metricsOf(record),
    rng: { ...trainer?.rng, ...streamsOf(course) },
    others: new Map([
      ...trainer === null ? [] : worldFiles({ ...run, config }, trainer),
      modeState(memory()),
    ]),
  });
  const backend = await openBackend(run, learner.network.net);
  try {
    if (resumed === null) await saveState(run, stateNow());
    const sampled = await openSampled(run);
    while (round < cycles && !isOver(run)) {
      const goesOn = untilSteps !== null;
      if (untilSteps === null) {
        const done = await replayPasses(run, {
          replay: replayOf(run, { backend, ...learner }, data),
          shards: data.shards,
          ...{ plan, total, cycle: cycleNow(), mode: "mixed" },
          save: async (now, told) => {
            course = now;
            record = told ?? record;
            await saveState(run, stateNow());
          },
        }, course);
        course = done.course;
        if (course.epoch < plan.epochs) break;
        untilSteps = course.steps + Math.ceil(total_steps / cycles);
      }
      const { updates, steps } = course;
      const now = { ...learner, updates, steps };
      const done = await rollOut(run, {
        ...{ backend, untilSteps, config, mode: "mixed" },
        ...trainer === null
          ? { ...now, cycle: cycleNow() }
          : goesOn
          ? { state: trainer }
          : { state: { ...trainer, ...now, cycle: trainer.cycle + 1 } },
        onRollout: sampled.add,
        beside: {
          rng: streamsOf(course),
          others: new Map([modeState({ ...memory(), hasWorlds: true })]),
        },
      });
      trainer = done.trainer;
      learner = { network: trainer.network, adam: trainer.adam };
      record = done.record ?? record;
      course = {
        ...course,
        ...{ updates: trainer.updates, steps: trainer.steps },
        ...{ epoch: 0, batch: 0 },
      };
      if (trainer.steps < untilSteps) break;
      untilSteps = null;
      round++;
    }
    await sampled.close();
    return outcomeOf(run, stateNow(), record);
  } finally {
    await backend.close();
  }
}

/** The files of worlds that wait for the next rollouts. */
function worldFiles(
  { config, manifest }: TrainRun,
  trainer: TrainerState,
): Map<string, Uint8Array> {
  const town = compileTown(configOfCycle(config, trainer.cycle), manifest);
  return trainerFiles(trainer, town);
}
