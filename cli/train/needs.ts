/** What a training touches, as far as its flags say. @module */
import { join } from "node:path";
import { RUN_FILES } from "../../src/runs/run_folder.ts";
import {
  CODE_FOLDER,
  type Needs,
  NEEDS_NOTHING,
} from "../../src/security/permissions.ts";
import { foldersFor } from "../output_folders.ts";
import type { TrainFlags } from "./flags.ts";

/** What a training with these flags touches. */
export function needsOf(
  { config, set, out, init, resume, data, saveRollouts, workers }: TrainFlags,
): Needs {
  const outputs = [out, resume, saveRollouts].filter((path) =>
    path !== undefined
  );
  return {
    ...NEEDS_NOTHING,
    towns: [
      ...config === undefined ? [] : [config],
      ...resume === undefined ? [] : [join(resume, RUN_FILES.config)],
    ],
    set,
    opens: [
      ...["manifest", "telemetry"] as const,
      ...data.length === 0 ? ["datasets"] as const : [],
    ],
    reads: [
      ...init === undefined ? [] : [init],
      ...data,
      // Threads are modules of their own.
      ...workers > 1 ? [CODE_FOLDER] : [],
    ],
    writes: foldersFor(outputs),
  };
}
