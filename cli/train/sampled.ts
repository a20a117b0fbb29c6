/** What a training samples, as a dataset, where somebody asked for it. @module */
import {
  observationSpec,
  smallestMapFormat,
} from "../../src/observations/spec.ts";
import { createDataset } from "../../src/runs/dataset_files.ts";
import { datasetHeader } from "../../src/training/dataset/manifest.ts";
import type { Rollout } from "../../src/training/rollout.ts";
import { TALLIES } from "../../src/vector/tallies.ts";
import type { TrainRun } from "./run.ts";

/** Keeps what was sampled, or does nothing. */
export interface Sampled {
  /** Adds a rollout. */
  readonly add: ((rollout: Rollout) => Promise<void>) | undefined;
  /** Writes what is left. */
  close(): Promise<void>;
}

/** Begins the dataset that the flags of a run ask for, if any. */
export async function openSampled(run: TrainRun): Promise<Sampled> {
  const { flags: { saveRollouts: folder }, town, seed, file, mode, log } = run;
  if (folder === undefined) return { add: undefined, close: async () => {} };
  const header = {
    ...datasetHeader(town, {
      mapFormat: smallestMapFormat(observationSpec(town)),
      seed,
      // It learns on the way: no weights acted all the time.
      policy: "learning",
      policyHash: null,
      ticks: 0,
      createdUtc: new Date().toISOString(),
      tags: [mode],
    }),
  };
  const dataset = await createDataset(folder, header, { keeps: [file] });
  const tallies = new Float64Array(TALLIES.length);
  const { num_worlds } = town.config.ppo;
  let ticks = 0;
  return {
    async add(rollout) {
      for (const { start, end, bootstrap, ...episode } of rollout.sequences) {
        await dataset.add(rollout.steps, { start, end, bootstrap }, episode);
      }
      ticks += rollout.ticks;
      rollout.tallies.forEach((value, i) => tallies[i] += value);
    },
    async close() {
      header.ticks = Math.ceil(ticks / num_worlds);
      await dataset.close(tallies);
      log.info(`what was sampled is in ${folder}`);
    },
  };
}
