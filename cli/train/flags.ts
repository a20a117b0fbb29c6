/** The flags of `townlet train`, and which of them go together. @module */
import { TownletError } from "../../src/base/error.ts";
import type { ModeName } from "../../src/runs/run_folder.ts";
import type { LogLevel } from "../flags.ts";
import { PROGRAM } from "../program.ts";

/** What may compute networks; `native` is known so that it can be refused. */
export const BACKENDS = ["wasm", "native", "ts"] as const;

/** The flags of a training, as typed. */
export interface TrainFlags {
  /** Town file. */
  readonly config: string | undefined;
  /** Way of training, or undefined: training.source. */
  readonly mode: ModeName | undefined;
  /** Folder of the run, or undefined: the next free one. */
  readonly out: string | undefined;
  /** Checkpoint to begin from. */
  readonly init: string | undefined;
  /** Run to go on with. */
  readonly resume: string | undefined;
  /** Seed, or undefined: the configuration's. */
  readonly seed: number | undefined;
  /** Keys to set, each `path=value`. */
  readonly set: readonly string[];
  /** What computes networks, or undefined: wasm, or the run's own. */
  readonly backend: typeof BACKENDS[number] | undefined;
  /** Threads that step worlds. */
  readonly workers: number;
  /** Minutes after which to stop. */
  readonly minutes: number | undefined;
  /** Passes over a dataset. */
  readonly epochs: number | undefined;
  /** Rounds of replay and rollout. */
  readonly cycles: number | undefined;
  /** Whether short minibatches are left out. */
  readonly dropLast: boolean;
  /** Whether datasets are shuffled. */
  readonly shuffle: boolean;
  /** Folder for a dataset of what was sampled. */
  readonly saveRollouts: string | undefined;
  /** Updates between records, or undefined: 1, or the run's own. */
  readonly logEvery: number | undefined;
  /** Records of a file of the logs, or undefined: no limit, or the run's own. */
  readonly logMaxRecords: number | undefined;
  /** Episodes after each checkpoint, or undefined: 5, or the run's own. */
  readonly evalEpisodes: number | undefined;
  /** Datasets. */
  readonly data: readonly string[];
  /** Whether to look at the data only. */
  readonly inspect: boolean;
  /** Whether anything but PASS is a failure. */
  readonly exitOnFailure: boolean;
  /** Whether to print one JSON object. */
  readonly json: boolean;
  /** Whether to print nothing. */
  readonly quiet: boolean;
  /** What to tell, or undefined: as configured. */
  readonly logLevel: LogLevel | undefined;
}

/** A flag that only some modes look at. */
interface Limited {
  readonly name: string;
  readonly given: (flags: TrainFlags) => boolean;
  readonly modes: readonly ModeName[];
}

const LIMITED: readonly Limited[] = [
  {
    name: "--data",
    given: ({ data }) => data.length > 0,
    modes: ["replay", "mixed", "bc", "anneal"],
  },
  {
    name: "--epochs",
    given: ({ epochs }) => epochs !== undefined,
    modes: ["replay", "mixed"],
  },
  {
    name: "--cycles",
    given: ({ cycles }) => cycles !== undefined,
    modes: ["mixed"],
  },
  {
    name: "--drop-last",
    given: ({ dropLast }) => dropLast,
    modes: ["replay", "mixed"],
  },
  {
    name: "--no-shuffle",
    given: ({ shuffle }) => !shuffle,
    modes: ["replay", "mixed"],
  },
  { name: "--inspect", given: ({ inspect }) => inspect, modes: ["replay"] },
  {
    name: "--exit-on-failure",
    given: ({ exitOnFailure }) => exitOnFailure,
    modes: ["anneal"],
  },
  {
    name: "--save-rollouts",
    given: ({ saveRollouts }) => saveRollouts !== undefined,
    modes: ["rollout", "mixed", "anneal"],
  },
];

/** What a run that goes on has of its own. */
const OF_THE_RUN: readonly (readonly [keyof TrainFlags, string])[] = [
  ["config", "a town file"],
  ["mode", "--mode"],
  ["out", "--out"],
  ["init", "--init"],
  ["seed", "--seed"],
];

/**
 * Refuses flags that make no sense together, all of them at once.
 *
 * @throws {TownletError} that names them
 */
export function checkFlags(flags: TrainFlags): void {
  const { config, resume, set, backend, json, quiet } = flags;
  const faults: string[] = [];
  if (resume === undefined && config === undefined) {
    faults.push(
      "a town file is missing, such as configs/training/commons.yaml",
    );
  }
  if (resume !== undefined) {
    const own = [
      ...OF_THE_RUN.filter(([key]) => flags[key] !== undefined)
        .map(([, name]) => name),
      ...set.length > 0 ? ["--set"] : [],
    ];
    faults.push(
      ...own.map((name) => `${name} cannot change a run that goes on`),
    );
  }
  if (backend === "native") {
    faults.push(
      "--backend native is not offered, as it would run code outside the sandbox; take wasm or ts",
    );
  }
  if (json && quiet) faults.push("--json and --quiet exclude each other");
  throwFaults(faults);
}

/**
 * Refuses flags that the mode does not look at, all of them at once.
 *
 * @throws {TownletError} that names them
 */
export function checkModeFlags(flags: TrainFlags, mode: ModeName): void {
  throwFaults(
    LIMITED.filter(({ given, modes }) => given(flags) && !modes.includes(mode))
      .map(({ name, modes }) =>
        `${name} means nothing to ${mode}, but to ${modes.join(", ")}`
      ),
  );
}

function throwFaults(faults: readonly string[]): void {
  if (faults.length === 0) return;
  throw new TownletError(faults.join("; "), {
    code: "usage",
    hint: `See ${PROGRAM} train --help`,
  });
}
