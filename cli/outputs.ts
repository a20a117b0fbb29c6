/**
 * The files a run leaves behind: looked at before its first tick, and written
 * after its last, each whatever became of the others.
 * @module
 */
import { basename, join, resolve } from "node:path";
import project from "../deno.json" with { type: "json" };
import { TownletError } from "../src/base/error.ts";
import type { Config } from "../src/config/config.ts";
import { savesByItself } from "../src/config/snapshot_settings.ts";
import {
  checkOutput,
  type OutputKind,
  writeFile,
} from "../src/security/paths.ts";
import { sha256Hex } from "../src/base/hash.ts";
import type { Simulation } from "../src/simulation.ts";
import type { Plain } from "../src/snapshots/plain.ts";
import type { TownEvent } from "../src/world/events.ts";
import { jsonLine } from "./print/json.ts";
import type { Log } from "./print/log.ts";
import { type Report, REPORT_FORMAT } from "./report/report.ts";

/** The files that the flags of a run name, each or undefined. */
export interface Outputs {
  /** File for events, or `-` for the standard output. */
  readonly events: string | undefined;
  /** File for the report. */
  readonly report: string | undefined;
  /** File for the state at the end. */
  readonly snapshotSave: string | undefined;
  /** File for telemetry, `stdout` or `none`. */
  readonly telemetry: string | undefined;
}

const REPORT_FILE: OutputKind = {
  what: "report",
  isKind: (head) =>
    new TextDecoder().decode(head).startsWith(`{"format":"${REPORT_FORMAT}"`),
};

/** Whether `--telemetry` names a file. */
function isFile(telemetry: string | undefined): boolean {
  return telemetry !== "stdout" && telemetry !== "none";
}

/** Refuses two outputs of one path with a TownletError. */
export function checkDistinct(outputs: Outputs): void {
  const flags = new Map<string, string>();
  const named = [
    ["--events", outputs.events === "-" ? undefined : outputs.events],
    ["--report", outputs.report],
    ["--snapshot-save", outputs.snapshotSave],
    [
      "--telemetry",
      isFile(outputs.telemetry) ? outputs.telemetry : undefined,
    ],
  ] as const;
  for (const [flag, path] of named) {
    if (path === undefined) continue;
    const other = flags.get(resolve(path));
    if (other !== undefined) {
      throw new TownletError(`${other} and ${flag} name the same file`, {
        code: "usage",
        where: path,
        hint: "Give each a file of its own",
      });
    }
    flags.set(resolve(path), flag);
  }
}

/**
 * Checks that the report and the state can be written, and the folder of
 * snapshots where one is written when a tick fails. It must not contain the
 * files `keeps`.
 *
 * Throws as `checkOutput` of `security/paths.ts` does. The file for events
 * needs no look: it is opened before the first tick.
 */
export async function checkOutputs(
  { report, snapshotSave }: Outputs,
  config: Config,
  keeps: readonly string[],
): Promise<void> {
  if (snapshotSave !== undefined) {
    const { SNAPSHOT_FILE } = await import("../src/snapshots/files.ts");
    await checkOutput(snapshotSave, SNAPSHOT_FILE);
  }
  if (report !== undefined) await checkOutput(report, REPORT_FILE);
  if (savesByItself(config)) {
    const { root } = config.snapshot;
    const { checkRoot } = await import("../src/security/roots.ts");
    await checkRoot(root, { what: "snapshots", keeps });
  }
}

/** Writes the report into the file it was asked for in, if any. */
export async function writeReport(
  { report: file }: Pick<Outputs, "report">,
  report: Report,
  log: Log,
): Promise<void> {
  if (file === undefined) return;
  await writeFile(file, jsonLine(report) + "\n", REPORT_FILE);
  log.info(`report written to ${file}`);
}

/**
 * Saves the state after the last tick that could be done, below `failures/` of
 * the configured folder, and gives the path.
 *
 * @param keeps files that folder must not contain
 */
export async function saveFailure(
  simulation: Simulation,
  stories: Plain,
  keeps: readonly string[],
): Promise<string> {
  const { beforeRoot, checkRoot } = await import("../src/security/roots.ts");
  const { snapshotName } = await import("../src/snapshots/files.ts");
  const { root } = simulation.town.config.snapshot;
  await checkRoot(root, { what: "snapshots", keeps });
  const name = snapshotName(simulation.world.tick[0], "failed");
  const path = join(root, "failures", name);
  await saveState(path, simulation, stories, beforeRoot(root));
  return path;
}

/**
 * Saves a state, what was observed last and the stories that go with it, and
 * gives the event that tells of it; `from` is a folder from which no link may lead to it.
 */
export async function saveState(
  path: string,
  simulation: Simulation,
  stories: Plain,
  from?: string,
): Promise<TownEvent> {
  const { writeSnapshot } = await import("../src/snapshots/files.ts");
  const { BATCH_PART, encodeSnapshot, STORIES_PART } = await import(
    "../src/snapshots/snapshot.ts"
  );
  const { town, world } = simulation;
  const batch = simulation.saveBatch();
  const text = encodeSnapshot(town, world, {
    app: `townlet ${project.version}`,
    parts: {
      [STORIES_PART]: stories,
      ...batch === null ? {} : { [BATCH_PART]: batch },
    },
  });
  await writeSnapshot(path, text, from);
  return {
    event: "snapshot.saved",
    tick: world.tick[0],
    name: basename(path),
    sha256: sha256Hex(text.slice(text.indexOf("\n") + 1, -1)),
  };
}

/** Does something and gives what it throws, in a list: one or none. */
export async function failuresOf(
  act: () => unknown,
): Promise<readonly unknown[]> {
  try {
    await act();
    return [];
  } catch (error) {
    return [error];
  }
}
