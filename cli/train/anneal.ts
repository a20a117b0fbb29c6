/** Training by stages: from demonstrations to reinforcement. @module */
import { join } from "node:path";
import { EXIT, TownletError } from "../../src/base/error.ts";
import { decodeNpz, encodeNpz } from "../../src/base/npz.ts";
import { flatTensors, tensorArrays } from "../../src/policy/checkpoint.ts";
import type { Network } from "../../src/policy/network/net.ts";
import { RUN_CHECKPOINTS } from "../../src/runs/checkpoint_files.ts";
import { type StageResult, stagesInOrder } from "../../src/training/anneal.ts";
import { stagePassed } from "../../src/training/anneal_flags.ts";
import { survey } from "../../src/training/demonstrations.ts";
import {
  type AnnealResults,
  gateLines,
  judgeAnneal,
  stageLines,
} from "./anneal_results.ts";
import {
  type AnnealCourse,
  type AnnealWork,
  nextStage,
} from "./anneal_stages.ts";
import { openData } from "./data.ts";
import { modeState, rememberedState } from "./mode_state.ts";
import { metricsOf } from "./rollout.ts";
import {
  firstNetwork,
  isOver,
  openBackend,
  type Outcome,
  type TrainRun,
  type TrainState,
} from "./run.ts";
import { openSampled } from "./sampled.ts";
import { saveState } from "./save.ts";
import { outcomeOf } from "./summary.ts";

/** Name of the file with the weights that passed last. */
const PASSED_FILE = "passed.npz";

/** What is remembered between two stages. */
interface Remembered {
  /** Folders of the datasets. */
  readonly data: readonly string[];
  /** What came of the stages that are done. */
  readonly results: readonly StageResult[];
  /** Agent-steps of reinforcement so far. */
  readonly ppoSteps: number;
  /** What came of all of it; null before its end. */
  readonly judged: AnnealResults | null;
}

/**
 * The mode `anneal`: stages in the order of their cycles, with weights that
 * flow from each to the next. A stage of demonstrations that fails ends it, and
 * brings back the weights that passed last.
 */
export async function trainAnneal(run: TrainRun): Promise<Outcome> {
  const { config, town, seed, resumed, flags, file } = run;
  const stages = stagesInOrder(config.training.anneal_schedule);
  if (stages.length === 0) {
    throw new TownletError("There is no stage to anneal by", {
      code: "anneal.schedule",
      where: file,
      hint: "List some in training.anneal_schedule",
    });
  }
  const before = rememberedState<Remembered>(run);
  const data = stages.some(({ mode }) => mode === "bc")
    ? await openData(run, "bc.manifest", before?.data)
    : null;
  const shown = data === null ? null : {
    shards: data.shards,
    survey: await survey(data.shards, town.actions, String(seed)),
  };
  let course: AnnealCourse = {
    network: firstNetwork(run),
    results: before?.results ?? [],
    updates: resumed?.meta.updates ?? 0,
    steps: resumed?.meta.steps ?? 0,
    ppoSteps: before?.ppoSteps ?? 0,
  };
  let passed = passedBefore(run) ?? course.network;
  let judged = before?.judged ?? null;
  const stateNow = (): TrainState => ({
    ...{ network: course.network, adam: null },
    ...{ updates: course.updates, steps: course.steps },
    cycle: course.results.at(-1)?.cycle ?? -1,
    rng: {},
    metrics: metricsOf(course.results.at(-1) ?? {}),
    others: new Map([
      modeState({
        ...{ data: data?.folders ?? [], results: course.results },
        ...{ ppoSteps: course.ppoSteps, judged },
      }),
      [
        PASSED_FILE,
        encodeNpz(Object.fromEntries(
          tensorArrays(passed.net, passed.weights),
        )),
      ],
    ]),
  });
  const backend = await openBackend(run, course.network.net);
  try {
    if (resumed === null) await saveState(run, stateNow());
    const sampled = await openSampled(run);
    const { add: onRollout } = sampled;
    const work: AnnealWork = { run, backend, stages, shown, onRollout };
    while (!isDone() && !isOver(run)) {
      const next = await nextStage(work, course);
      if (next === null) break;
      const result = next.results[next.results.length - 1];
      if (stagePassed(result)) passed = next.network;
      course = hasFailed(result) ? { ...next, network: passed } : next;
      await saveState(run, stateNow());
      run.progress.clear();
      for (const line of stageLines([result])) run.log.info(line.trim());
    }
    await sampled.close();
  } finally {
    await backend.close();
  }
  if (judged === null && isDone()) {
    judged = await judgeAnneal(run, course.network, course.results);
    if (judged !== null) await saveState(run, stateNow());
  }
  const outcome = outcomeOf(run, stateNow(), null);
  if (judged === null) {
    const lines = stageLines(course.results);
    return {
      ...outcome,
      json: { ...outcome.json, results: course.results },
      lines: outcome.lines.toSpliced(1, 0, ...lines),
    };
  }
  return {
    exit: flags.exitOnFailure && judged.status !== "PASS"
      ? EXIT.failed
      : EXIT.done,
    json: { ...outcome.json, ...judged },
    lines: [
      `${judged.status}: ${outcome.lines[0]}`,
      ...stageLines(judged.results),
      ...gateLines(judged),
      ...outcome.lines.slice(1),
    ],
  };

  function isDone(): boolean {
    const last = course.results.at(-1);
    return course.results.length === stages.length ||
      last !== undefined && hasFailed(last);
  }
}

/** Whether a result ends the schedule. */
function hasFailed(result: StageResult): boolean {
  return result.mode === "bc" && !result.passed;
}

/** The weights that passed before the run was interrupted. */
function passedBefore({ resumed, folder }: TrainRun): Network | null {
  const bytes = resumed?.others.get(PASSED_FILE);
  if (bytes === undefined || !resumed) return null;
  const where = join(folder, RUN_CHECKPOINTS.last, PASSED_FILE);
  const { net } = resumed.network;
  const weights = flatTensors(net, decodeNpz(bytes, { where }), { where });
  return { net, weights };
}
