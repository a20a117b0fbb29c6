/** `townlet train`: teaches residents. @module */
import { object } from "@optique/core/constructs";
import { text } from "@optique/core/message";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { argument, negatableFlag, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { MODES } from "../../src/runs/run_folder.ts";
import { type Command, command } from "../command.ts";
import {
  commonFlags,
  jsonFlag,
  logLevelFlag,
  oneOf,
  quietFlag,
  realNumber,
  says,
  seedFlag,
  setFlag,
  wholeNumber,
} from "../flags.ts";
import { townFile } from "../town_file.ts";
import { BACKENDS } from "../train/flags.ts";
import { needsOf } from "../train/needs.ts";
import { train as runTraining } from "../train/train.ts";

/** Most threads, and most minutes, anybody may ask for. */
const WORKERS_MAX = 256;
const MINUTES_MAX = 1e6;

const path = (metavar: "DIR" | "RUN" | "CHECKPOINT") => string({ metavar });

/** Trains a policy and keeps what it has learned. */
export const train: Command = command({
  examples: [
    "train configs/training/commons.yaml",
    "train configs/training/commons.yaml --minutes 10 --workers 2",
    "train configs/training/commons.yaml --set ppo.learning_rate=1e-3 --out out/runs/fast",
    "train --resume out/runs/commons-1",
    "train configs/training/commons.yaml --mode bc --data out/demonstrations",
    "train configs/training/commons.yaml --init out/runs/commons-1",
  ],
  flags: object({
    config: optional(
      argument(townFile, says("Town file to train in")),
    ),
    mode: optional(
      option(
        "--mode",
        oneOf(MODES, "MODE"),
        says("Way of training, instead of training.source"),
      ),
    ),
    out: optional(
      option(
        "--out",
        path("RUN"),
        says("Folder of the run; without it the next below out/runs"),
      ),
    ),
    init: optional(
      option(
        "--init",
        path("CHECKPOINT"),
        says("Begin with the network of a checkpoint, or of a run"),
      ),
    ),
    resume: optional(
      option("--resume", path("RUN"), says("Go on with a run")),
    ),
    seed: seedFlag,
    set: setFlag,
    backend: optional(
      option(
        "--backend",
        oneOf(BACKENDS, "BACKEND"),
        says("What computes networks; wasm unless given"),
      ),
    ),
    workers: withDefault(
      option(
        "--workers",
        wholeNumber(1, WORKERS_MAX),
        says("Threads that step worlds; results do not depend on it"),
      ),
      1,
      { message: [text("1")] },
    ),
    minutes: optional(
      option(
        "--minutes",
        realNumber(0, MINUTES_MAX),
        says("Minutes after which to stop"),
      ),
    ),
    epochs: optional(
      option(
        "--epochs",
        wholeNumber(1),
        says("Passes over recorded data; replay and mixed (1)"),
      ),
    ),
    cycles: optional(
      option(
        "--cycles",
        wholeNumber(1),
        says("Rounds of replay and rollout; mixed (1)"),
      ),
    ),
    dropLast: option(
      "--drop-last",
      says("Leave out minibatches that are not full; replay and mixed"),
    ),
    shuffle: withDefault(
      negatableFlag(
        { positive: "--shuffle", negative: "--no-shuffle" },
        says("Whether recorded data is shuffled; replay and mixed"),
      ),
      true,
    ),
    saveRollouts: optional(
      option(
        "--save-rollouts",
        path("DIR"),
        says("Write what was sampled as a dataset"),
      ),
    ),
    logEvery: optional(
      option(
        "--log-every",
        wholeNumber(1),
        says("Updates between records of metrics.jsonl (1)"),
      ),
    ),
    logMaxRecords: optional(
      option(
        "--log-max-records",
        wholeNumber(0),
        says("Records of a file before the next is begun; 0 for no limit (0)"),
      ),
    ),
    evalEpisodes: optional(
      option(
        "--eval-episodes",
        wholeNumber(0, 100_000),
        says("Episodes played after each checkpoint; they decide best (5)"),
      ),
    ),
    data: multiple(
      option(
        "--data",
        path("DIR"),
        says("Recorded dataset to learn from; may be repeated"),
      ),
    ),
    inspect: option(
      "--inspect",
      says("Look at the recorded data, and learn nothing; replay"),
    ),
    exitOnFailure: option(
      "--exit-on-failure",
      says("Exit with 1 unless the result is PASS; anneal"),
    ),
    json: jsonFlag,
    quiet: quietFlag,
    logLevel: logLevelFlag,
    ...commonFlags,
  }),
  needs: (flags) => needsOf(flags),
  run: (flags) => runTraining(flags),
});
