/** What a training samples, as a dataset, where somebody asked for it. @module */
import { configSha256 } from "../../src/config/identity.ts";
import { observationSpec } from "../../src/observations/spec.ts";
import { policySpec } from "../../src/policy/spec.ts";
import { createDataset } from "../../src/runs/dataset_files.ts";
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
  const spec = observationSpec(town);
  const { obs, actions } = policySpec(town);
  const header = {
    layout: spec.layout,
    variant: spec.variant,
    feature_names: spec.featureNames,
    map_shape: spec.mapShape,
    map_channels: spec.mapChannels,
    map_dtype: spec.mapFormats.includes("u8") ? "u8" as const : "f32" as const,
    actions: town.actions,
    obs_spec_hash: obs,
    action_spec_hash: actions,
    config_id: town.config.config_id,
    config_sha256: configSha256(town.config),
    seed,
    // It learns on the way: no weights acted all the time.
    policy: "learning",
    policy_hash: null,
    ticks: 0,
    created_utc: new Date().toISOString(),
    tags: [mode],
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
