/** The ways of training by name, each loaded when it is asked for. @module */
import { EXIT, TownletError } from "../../src/base/error.ts";
import type { ModeName } from "../../src/runs/run_folder.ts";
import type { Mode } from "./run.ts";

/** The ways of training. */
export const TRAIN: Readonly<Record<ModeName, () => Promise<Mode>>> = {
  rollout: async () => (await import("./rollout.ts")).trainRollout,
  replay: async () => (await import("./replay.ts")).trainReplay,
  mixed: async () => (await import("./mixed.ts")).trainMixed,
  bc: async () => (await import("./bc.ts")).trainBc,
  anneal: notYet,
};

function notYet(): Promise<Mode> {
  throw new TownletError("This way of training is not there yet", {
    code: "train.mode",
    exit: EXIT.failed,
  });
}
