/**
 * A training and what is around it: what every mode is given, and what it
 * leaves behind.
 * @module
 */
import { setImmediate } from "node:timers";
import { Random } from "../../src/base/random.ts";
import type { Config } from "../../src/config/config.ts";
import type { Manifest } from "../../src/config/manifest.ts";
import { observationSpec } from "../../src/observations/spec.ts";
import type { Checkpoint, RandomState } from "../../src/policy/checkpoint.ts";
import { initNetwork } from "../../src/policy/network/init.ts";
import {
  type Net,
  type NetShape,
  type Network,
  openNet,
} from "../../src/policy/network/net.ts";
import type { WholeCheckpoint } from "../../src/runs/checkpoint_files.ts";
import type { MetricsLog } from "../../src/runs/metrics_log.ts";
import type { ModeName } from "../../src/runs/run_folder.ts";
import type { Adam } from "../../src/training/adam.ts";
import type { Backend } from "../../src/training/backend.ts";
import { openTsBackend } from "../../src/training/ts_backend.ts";
import type { TrainingTelemetry } from "../../src/telemetry/training.ts";
import type { UpdateRecord } from "../../src/training/update_record.ts";
import type { Town } from "../../src/world/town.ts";
import type { Interrupt } from "../interrupt.ts";
import type { Log } from "../print/log.ts";
import type { Progress } from "../print/progress.ts";
import type { EvaluationRecord } from "./evaluation.ts";
import type { TrainFlags } from "./flags.ts";

/** A training: what it was asked for, and where it writes. */
export interface TrainRun {
  /** The flags, as typed. */
  readonly flags: TrainFlags;
  /** Way of training. */
  readonly mode: ModeName;
  /** Folder of the run. */
  readonly folder: string;
  /** Its town file; paths in the configuration are seen from there. */
  readonly file: string;
  /** Its configuration. */
  readonly config: Config;
  /** Its affordances. */
  readonly manifest: Manifest;
  /** Both, compiled. */
  readonly town: Town;
  /** Base of all that is random in it. */
  readonly seed: number;
  /** What computes networks. */
  readonly backend: Backend["name"];
  /** Version of the runtime, for checkpoints. */
  readonly runtime: string;
  /** Episodes after each checkpoint, 0 for none. */
  readonly evalEpisodes: number;
  /** Updates between records. */
  readonly logEvery: number;
  /** Checkpoint to begin from, or null. */
  readonly init: Checkpoint | null;
  /** Checkpoint to go on from, or null: the run is new. */
  readonly resumed: WholeCheckpoint | null;
  /** What each update tells. */
  readonly metrics: MetricsLog;
  /** What was earned when it was tried out. */
  readonly evaluations: MetricsLog;
  /** The same as they were written, those of before, too. */
  readonly evaluated: EvaluationRecord[];
  /** Tells the outside, as the town file says. */
  readonly telemetry: TrainingTelemetry;
  /** Says things. */
  readonly log: Log;
  /** The line on the terminal. */
  readonly progress: Progress;
  /** Signals. */
  readonly interrupt: Interrupt;
  /** Seconds since the process took the run up. */
  clock(): number;
}

/** What a training has come to, as it is saved. */
export interface TrainState {
  /** The network. */
  readonly network: Network;
  /** What Adam remembers, or null. */
  readonly adam: Adam | null;
  /** Agent-steps of experience so far. */
  readonly steps: number;
  /** Updates so far. */
  readonly updates: number;
  /** Cycle of the schedules, −1 before the first. */
  readonly cycle: number;
  /** Streams of random numbers by name. */
  readonly rng: Readonly<Record<string, RandomState>>;
  /** What was measured last; null where there was nothing. */
  readonly metrics: Readonly<Record<string, number | null>>;
  /** What else going on needs, by name of file; kept in `last` only. */
  readonly others?: ReadonlyMap<string, Uint8Array>;
}

/** What a mode has done. */
export interface Outcome {
  /** Exit code, unless a signal ended it. */
  readonly exit: number;
  /** Members of the JSON object that tells of it. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Lines for people. */
  readonly lines: readonly string[];
}

/** A way of training. */
export type Mode = (run: TrainRun) => Promise<Outcome>;

/** Whether the training is to stop: somebody said so, or time is over. */
export function isOver({ flags, interrupt, clock }: TrainRun): boolean {
  const { minutes } = flags;
  return interrupt.asked.aborted ||
    minutes !== undefined && clock() >= 60 * minutes;
}

/**
 * Tells of an update, and writes its record down if its turn has come.
 *
 * @param tallies what happened while its steps were sampled, by `TALLIES`;
 * null where none were
 */
export async function logUpdate(
  { metrics, logEvery, telemetry }: TrainRun,
  record: UpdateRecord,
  tallies: ArrayLike<number> | null = null,
): Promise<void> {
  telemetry.tell(record, tallies);
  if (record.epoch % logEvery !== 0) return;
  await metrics.append({ ...record, log_stream_offset: metrics.records + 1 });
}

/** Gives signals a turn. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The net that the configuration asks for, in the sizes of its town. */
export function netOf(
  { config, town }: Pick<TrainRun, "config" | "town">,
): Net {
  const { featureNames, mapShape } = observationSpec(town);
  const shape: NetShape = {
    net: config.ppo.net,
    features: featureNames.length,
    map: mapShape,
    actions: town.actions.length,
  };
  return openNet(shape);
}

/** The network that a training begins with: a checkpoint's, or a new one. */
export function firstNetwork(run: TrainRun): Network {
  const from = run.resumed ?? run.init;
  if (from !== null) return from.network;
  const random = Random.seeded(String(run.seed), "training:init");
  return initNetwork(netOf(run), random);
}

/**
 * What computes a net, as it was asked for.
 *
 * @throws {TownletError} where the runtime of networks is not installed
 */
export async function openBackend(
  { backend }: TrainRun,
  net: Net,
): Promise<Backend> {
  if (backend === "ts") return openTsBackend(net);
  const { loadRuntime } = await import("network-runtime");
  const { openOrtBackend } = await import(
    "../../src/training/ort_backend.ts"
  );
  return await openOrtBackend(loadRuntime(), net);
}
