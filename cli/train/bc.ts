/** Training by demonstrations: behaviour cloning. @module */
import { join } from "node:path";
import type { Network } from "../../src/policy/network/net.ts";
import { RUN_CHECKPOINTS } from "../../src/runs/checkpoint_files.ts";
import { type Adam, createAdam } from "../../src/training/adam.ts";
import { cloneEpoch } from "../../src/training/cloning.ts";
import { type Survey, survey } from "../../src/training/demonstrations.ts";
import {
  openStream,
  type Stream,
  streamState,
} from "../../src/training/streams.ts";
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
import { modeState, rememberedState } from "./mode_state.ts";
import {
  firstNetwork,
  isOver,
  openBackend,
  type Outcome,
  type TrainRun,
  type TrainState,
} from "./run.ts";
import { adamOf, saveState } from "./save.ts";
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

/** What a pass changes. */
interface Learner {
  readonly network: Network;
  readonly adam: Adam;
  readonly stream: Stream;
}

/** The mode `bc`. */
export async function trainBc(run: TrainRun): Promise<Outcome> {
  const { config, town, seed, resumed, clock, progress, log } = run;
  const { bc } = config.training;
  const before = rememberedState<Remembered>(run);
  const { folders, shards } = await openData(run, "bc.manifest", before?.data);
  const found = await survey(shards, town.actions, String(seed));
  let learner = firstLearner(run);
  let updates = resumed?.meta.updates ?? 0;
  let steps = resumed?.meta.steps ?? 0;
  let seconds = before?.seconds ?? 0;
  let numbers: CloneNumbers = resumed?.meta.metrics ?? {};
  const stateNow = (): TrainState => ({
    network: learner.network,
    adam: learner.adam,
    steps,
    updates,
    cycle: -1,
    rng: { [SHUFFLE]: streamState(learner.stream) },
    metrics: numbers,
    others: new Map([modeState({ data: folders, seconds })]),
  });
  const backend = await openBackend(run, learner.network.net);
  try {
    while (updates < bc.epochs && !isOver(run)) {
      const start = clock();
      // A pass that is cut short leaves no trace: it is done again.
      const next = copyOf(learner);
      const pass = await untilStopped(run, (pause) =>
        cloneEpoch({
          ...{ backend, network: next.network, adam: next.adam, shards, pause },
          ...{ survey: found, settings: bc, random: next.stream.random },
        }));
      if (pass === null) break;
      learner = next;
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

/** What the run begins or goes on with. */
function firstLearner(run: TrainRun): Learner {
  const { seed, resumed, folder } = run;
  const network = firstNetwork(run);
  const { net } = network;
  return copyOf({
    network,
    adam: resumed?.optimizer
      ? adamOf(net, resumed.optimizer, join(folder, RUN_CHECKPOINTS.last))
      : createAdam(net.size),
    stream: openStream(seed, SHUFFLE, resumed?.meta.rng),
  });
}

function copyOf({ network, adam, stream }: Learner): Learner {
  return {
    network: { net: network.net, weights: network.weights.slice() },
    adam: { m: adam.m.slice(), v: adam.v.slice(), t: adam.t },
    stream: openStream(0, SHUFFLE, { [SHUFFLE]: streamState(stream) }),
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
