/** Training by demonstrations: behaviour cloning. @module */
import { cloneEpoch } from "../../src/training/cloning.ts";
import { type Survey, survey } from "../../src/training/demonstrations.ts";
import { openStream, streamState } from "../../src/training/streams.ts";
import { number } from "../print/text.ts";
import {
  type CloneNumbers,
  cloneNumbers,
  cloneRecord,
  cloneText,
  percent,
  untilStopped,
} from "./clone_record.ts";
import { openData } from "./data.ts";
import { copyLearner, firstLearner } from "./learner.ts";
import { modeState, rememberedState } from "./mode_state.ts";
import {
  isOver,
  openBackend,
  type Outcome,
  type TrainRun,
  type TrainState,
} from "./run.ts";
import { saveState } from "./save.ts";
import { outcomeOf } from "./summary.ts";

/** Name of the stream that shuffles. */
const SHUFFLE = "training:shuffle";

/** What is remembered between two passes. */
interface Remembered {
  /** Folders of the datasets. */
  readonly data: readonly string[];
  /** Seconds of the passes so far. */
  readonly seconds: number;
}

/** The mode `bc`. */
export async function trainBc(run: TrainRun): Promise<Outcome> {
  const { config, town, seed, resumed, clock, progress, log } = run;
  const { bc } = config.training;
  const before = rememberedState<Remembered>(run);
  const { folders, shards } = await openData(run, "bc.manifest", before?.data);
  const found = await survey(shards, town.actions, String(seed));
  let learner = firstLearner(run);
  let shuffle = streamState(openStream(seed, SHUFFLE, resumed?.meta.rng));
  let updates = resumed?.meta.updates ?? 0;
  let steps = resumed?.meta.steps ?? 0;
  let seconds = before?.seconds ?? 0;
  let numbers: CloneNumbers = resumed?.meta.metrics ?? {};
  const stateNow = (): TrainState => ({
    ...learner,
    ...{ steps, updates, cycle: -1 },
    rng: { [SHUFFLE]: shuffle },
    metrics: numbers,
    others: new Map([modeState({ data: folders, seconds })]),
  });
  const backend = await openBackend(run, learner.network.net);
  try {
    if (resumed === null) await saveState(run, stateNow());
    while (updates < bc.epochs && !isOver(run)) {
      const start = clock();
      // A pass that is cut short leaves no trace: it is done again.
      const next = copyLearner(learner);
      const stream = openStream(seed, SHUFFLE, { [SHUFFLE]: shuffle });
      const pass = await untilStopped(run, (pause) =>
        cloneEpoch({
          ...next,
          ...{ backend, shards, survey: found, settings: bc, pause },
          random: stream.random,
        }));
      if (pass === null) break;
      learner = next;
      shuffle = streamState(stream);
      updates++;
      steps += pass.steps;
      seconds += clock() - start;
      numbers = cloneNumbers(pass);
      await run.metrics.append(cloneRecord(run, pass, {
        ...{ updates, steps, seconds: clock() - start },
        learningRate: bc.learning_rate,
      }));
      const text = cloneText(updates, bc.epochs, pass);
      progress.show(updates / bc.epochs, () => text);
      log.info(text);
      const isDone = updates === bc.epochs || isOver(run);
      if (isDone || updates % config.ppo.checkpoint_every === 0) {
        await saveState(run, stateNow());
      }
    }
  } finally {
    await backend.close();
  }
  const outcome = outcomeOf(run, stateNow(), null);
  return {
    ...outcome,
    json: {
      ...outcome.json,
      manifest: shards.where,
      ...numbers,
      learning_rate: bc.learning_rate,
      batch_size: bc.batch_size,
      epochs: bc.epochs,
      weight_decay: bc.weight_decay,
      most_frequent: found.mostFrequent,
      duration_sec: seconds,
    },
    lines: outcome.lines.toSpliced(1, 0, ...accuracyLines(numbers, found)),
  };
}

/** How well the network chooses, beside what chooses always the same. */
function accuracyLines(
  { val_accuracy: accuracy, val_loss: loss }: CloneNumbers,
  { mostFrequent, heldOutSteps }: Survey,
): string[] {
  if (typeof accuracy !== "number" || typeof loss !== "number") return [];
  return [
    `Agrees with ${percent(accuracy)} of ${
      number(heldOutSteps)
    } decisions held out, loss ${number(loss, 4)}; ` +
    `the most frequent action alone is ${percent(mostFrequent)}`,
  ];
}
