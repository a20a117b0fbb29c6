/** Logs of a run, read to be drawn. @module */
import { basename, join, resolve } from "node:path";
import { TownletError } from "../../src/base/error.ts";
import { readMetricsLog } from "../../src/runs/metrics_log.ts";
import { RUN_FILES } from "../../src/runs/run_folder.ts";
import { about } from "../../src/security/paths.ts";
import type { LogRecord, RunLogs } from "./curves.ts";

/**
 * Reads what a run told.
 *
 * @param run its folder
 * @throws {TownletError} where there is none, where a line is no record, and
 * where the run has told nothing yet
 */
export async function readRun(run: string): Promise<RunLogs> {
  const metrics = await readLog(run, RUN_FILES.metrics);
  if (metrics === null) {
    throw new TownletError("There is no run", {
      code: "plot.none",
      where: run,
      hint: "Name the folder of a training",
    });
  }
  if (metrics.length === 0) {
    throw new TownletError("The run has told nothing yet", {
      code: "plot.empty",
      where: join(run, RUN_FILES.metrics),
      hint: "Wait for its first update",
    });
  }
  // Whoever trains may choose to try nothing out.
  const evaluations = await readLog(run, RUN_FILES.evaluations) ?? [];
  return { name: basename(resolve(run)), metrics, evaluations };
}

/** The records of a log; null where there is none. */
async function readLog(
  run: string,
  name: string,
): Promise<readonly LogRecord[] | null> {
  try {
    return await about(
      "read",
      run,
      "run",
      () => readMetricsLog(join(run, name)),
    );
  } catch (error) {
    if (error instanceof TownletError && error.code === "file.missing") {
      return null;
    }
    throw error;
  }
}
