/** Small towns to learn in, and what computes their nets. @module */
import type { Config } from "../../src/config/config.ts";
import { CORE_MANIFEST } from "../../src/config/manifest.ts";
import { observationSpec } from "../../src/observations/spec.ts";
import { openNet } from "../../src/policy/network/net.ts";
import type { Backend } from "../../src/training/backend.ts";
import {
  openPpoTrainer,
  type PpoTrainer,
  type PpoTrainerOptions,
} from "../../src/training/ppo_trainer.ts";
import { openTsBackend } from "../../src/training/ts_backend.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import { tinyConfig } from "./tiny_town.ts";

/**
 * A town in which people die and come back, one of them by a schedule, and one
 * row stays free.
 */
export const mortals: Config = tinyConfig({
  agents: [
    { id: "ann", at: [1, 1], needs: [0.08, 0.5, 0.5] },
    { id: "bob", at: [4, 4], needs: [0.9, 0.5, 0.5], profile: "socialite" },
    { id: "cy", at: [4, 3], needs: [0.12, 0.5, 0.5], profile: "socialite" },
  ],
  objects: [
    { id: "fridge", type: "fridge", at: [3, 3] },
    { id: "bed", type: "bed", at: [5, 5] },
  ],
  decay: 0.004,
  walk: true,
  config: {
    features: {
      stages: { relationships: "B" },
      systems: { lifecycle: "on", observations: "compact" },
    },
    lifecycle: { respawn_delay_ticks: 3 },
    world: { grid_size: [7, 7], agent_capacity: 5 },
    scenario: { agents: [{ id: "dot", schedule: [{ kind: "wait" }] }] },
    training: { episode_ticks: 30 },
    ppo: { num_worlds: 3, rollout_length: 20, total_steps: 4000 },
  },
});

/** A town in which going to work is paid and nothing else matters. */
export const workers: Config = tinyConfig({
  agents: [{ id: "ann", at: [1, 1], needs: [1, 1, 1], job: "smith" }],
  config: {
    features: { systems: { observations: "compact" } },
    jobs: {
      smith: { end_tick: 200, wage_rate: 0.5, location: [3, 3] },
    },
    rewards: { clip: { clip_per_tick: 1, clip_per_episode: null } },
    world: { grid_size: [6, 6], agent_capacity: 1 },
    observations: { layout: "v2" },
    training: { episode_ticks: 30 },
    ppo: {
      num_worlds: 8,
      rollout_length: 31,
      mini_batch_size: 120,
      learning_rate: 0.003,
      lr_schedule: "constant",
      gamma: 0.9,
    },
  },
});

/** The small net of a town, computed by plain TypeScript. */
export function backendFor(config: Config): Backend {
  const town = compileTown(config);
  const { featureNames, mapShape } = observationSpec(town);
  return openTsBackend(openNet({
    net: "mlp64",
    features: featureNames.length,
    map: mapShape,
    actions: town.actions.length,
  }));
}

/** A training of a town; updates take no time. */
export function openTraining(
  config: Config,
  options: Partial<PpoTrainerOptions> = {},
): Promise<PpoTrainer> {
  return openPpoTrainer({
    config,
    manifest: CORE_MANIFEST,
    seed: 5,
    backend: backendFor(config),
    clock: () => 0,
    ...options,
  });
}
