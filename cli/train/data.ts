/** Recorded data that a training learns from. @module */
import { TownletError } from "../../src/base/error.ts";
import { datasetFolder } from "../../src/config/training_settings.ts";
import { requireShape, requireSpec } from "../../src/policy/spec.ts";
import { openDataset } from "../../src/runs/dataset_files.ts";
import { pathFrom } from "../../src/security/paths.ts";
import type { Dataset } from "../../src/training/dataset/dataset.ts";
import { stepShape } from "../../src/training/dataset/manifest.ts";
import {
  acceptedShards,
  type Shards,
} from "../../src/training/demonstrations.ts";
import type { TrainRun } from "./run.ts";

/** Keys of `training` that name a dataset. */
export type DataKey = "replay_manifest" | "bc.manifest";

/** Who learns, as far as its data depends on it. */
type Learner = Pick<TrainRun, "config" | "town" | "file" | "mode"> & {
  readonly flags: Pick<TrainRun["flags"], "data">;
};

/** Recorded data that was opened. */
export interface OpenedData {
  /** Folders of its datasets. */
  readonly folders: readonly string[];
  /** They, each made for the town of the run. */
  readonly datasets: readonly Dataset[];
  /** Their shards that were accepted. */
  readonly shards: Shards;
}

/**
 * Opens the datasets of a training: those of `--data`, else those that the run
 * learned from before, else that of the configuration.
 *
 * @param before folders that the run learned from before it was interrupted
 * @throws {TownletError} where nobody names one, for one of another town, and
 * as `openDataset` does
 */
export async function openData(
  run: Learner,
  key: DataKey,
  before: readonly string[] = [],
): Promise<OpenedData> {
  const folders = foldersOf(run, key, before);
  const datasets: Dataset[] = [];
  for (const folder of folders) {
    const dataset = await openDataset(folder);
    const { obs_spec_hash, action_spec_hash } = dataset.manifest;
    requireSpec({ obs: obs_spec_hash, actions: action_spec_hash }, run.town, {
      where: folder,
      what: "dataset",
    });
    requireShape(stepShape(dataset.manifest), run.town, {
      where: folder,
      what: "dataset",
    });
    datasets.push(dataset);
  }
  return { folders, datasets, shards: acceptedShards(datasets) };
}

function foldersOf(
  { flags, config: { training }, file, mode }: Learner,
  key: DataKey,
  before: readonly string[],
): readonly string[] {
  if (flags.data.length > 0) return flags.data;
  if (before.length > 0) return before;
  const named = key === "bc.manifest"
    ? training.bc.manifest
    : training.replay_manifest;
  if (named === null) {
    throw new TownletError(`Mode ${mode} learns from a dataset`, {
      code: "train.data",
      hint:
        `Record one with capture, and name it with --data or training.${key}`,
    });
  }
  return [datasetFolder(pathFrom(file, named))];
}
