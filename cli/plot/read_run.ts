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
  if (metrics.length === 0) {
    throw new TownletError("The run has told nothing yet", {
      code: "plot.empty",
      where: join(run, RUN_FILES.metrics),
      hint: "Wait for its first update",
    });
  }
  const evaluations = await readLog(run, RUN_FILES.evaluations).catch(
    (error) => {
      // Whoever trains may choose to try nothing out.
      if (error instanceof TownletError && error.code === "file.missing") {
        return [];
      }
      throw error;
    },
  );
  return { name: basename(resolve(run)), metrics, evaluations };
}

async function readLog(
  run: string,
  name: string,
): Promise<readonly LogRecord[]> {
  return await about(
    "read",
    run,
    "run",
    () => readMetricsLog(join(run, name)),
  );
}
