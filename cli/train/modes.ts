/** The ways of training by name, each loaded when it is asked for. @module */
import type { ModeName } from "../../src/runs/run_folder.ts";
import type { Mode } from "./run.ts";

/** The ways of training. */
export const TRAIN: Readonly<Record<ModeName, () => Promise<Mode>>> = {
  rollout: async () => (await import("./rollout.ts")).trainRollout,
  replay: async () => (await import("./replay.ts")).trainReplay,
  mixed: async () => (await import("./mixed.ts")).trainMixed,
  bc: async () => (await import("./bc.ts")).trainBc,
  anneal: async () => (await import("./anneal.ts")).trainAnneal,
};
