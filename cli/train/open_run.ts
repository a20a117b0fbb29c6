/** Opens a training: a new run, or one that goes on. @module */
import { dirname, join } from "node:path";
import project from "../../deno.json" with { type: "json" };
import { type LoadedTown, loadTown } from "../../src/app.ts";
import { TownletError } from "../../src/base/error.ts";
import type { Config } from "../../src/config/config.ts";
import { configSha256 } from "../../src/config/identity.ts";
import { configWarnings } from "../../src/config/warnings.ts";
import { madeFor } from "../../src/policy/checkpoint.ts";
import {
  policySpec,
  requireShape,
  requireSpec,
} from "../../src/policy/spec.ts";
import {
  loadCheckpoint,
  loadWholeCheckpoint,
  removeUnfinished,
  RUN_CHECKPOINTS,
  type WholeCheckpoint,
} from "../../src/runs/checkpoint_files.ts";
import { openMetricsLog, readMetricsLog } from "../../src/runs/metrics_log.ts";
import {
  checkRun,
  createRun,
  type ModeName,
  readRunInfo,
  RUN_FILES,
  type RunInfo,
  runInfo,
  type RunStatus,
  writeRunInfo,
  writeTown,
} from "../../src/runs/run_folder.ts";
import { permissionsFor } from "../../src/security/permissions.ts";
import { beforeRoot } from "../../src/security/roots.ts";
import type { CloseReason } from "../../src/telemetry/delivery/delivery.ts";
import { TrainingTelemetry } from "../../src/telemetry/training.ts";
import { baseSeed } from "../base_seed.ts";
import type { Interrupt } from "../interrupt.ts";
import { broadPermissions, checkProfile } from "../permissions.ts";
import { openLog } from "../print/log.ts";
import { openProgress } from "../print/progress.ts";
import { toStandardOutput } from "../run_telemetry.ts";
import { checkRollouts, checkTrainable } from "./check_town.ts";
import { readEvaluations } from "./evaluation.ts";
import { checkModeFlags, type TrainFlags } from "./flags.ts";
import { needsOf } from "./needs.ts";
import { netOf, type TrainRun } from "./run.ts";

/** Why telemetry ends, by how the run does. */
const REASON = {
  done: "complete",
  interrupted: "signal",
  failed: "error",
} as const satisfies Partial<Record<RunStatus, CloseReason>>;

/** What runs have where nobody says otherwise. */
const DEFAULTS = { evalEpisodes: 5, logEvery: 1, logMaxRecords: 0 };

/** A training that was opened. */
export interface OpenedRun {
  /** The training. */
  readonly run: TrainRun;
  /**
   * Ends it: says how in `run.json`, and closes its files. Gives false where
   * nothing had begun before it failed: then no folder is left.
   */
  end(status: keyof typeof REASON): Promise<boolean>;
}

/**
 * Opens the run that the flags ask for.
 *
 * @throws {TownletError} for everything that keeps it from beginning; nothing
 * is left behind then
 */
export async function openRun(
  flags: TrainFlags,
  interrupt: Interrupt,
): Promise<OpenedRun> {
  const { resume } = flags;
  return resume === undefined
    ? await openNew(flags, interrupt)
    : await openAgain(resume, flags, interrupt);
}

async function openNew(
  flags: TrainFlags,
  interrupt: Interrupt,
): Promise<OpenedRun> {
  const { config: file = "", init: from = null } = flags;
  const loaded = await loadTown(file, flags.set);
  const { config } = loaded;
  checkProfile(config);
  checkStandardOutput(flags, config);
  checkTrainable(loaded, file);
  const mode = flags.mode ?? config.training.source;
  checkModeFlags(flags, mode);
  if (mode !== "bc" && mode !== "replay") checkRollouts(loaded, file);
  const seed = baseSeed(flags.seed, config);
  const init = from === null ? null : await loadInit(from, loaded);
  const backend = flags.backend === "ts" ? "ts" : "wasm";
  const versions = await versionsOf(backend);
  const folder = await createRun(flags.out, config.config_id, [file]);
  try {
    const files = await writeTown(folder, file, config);
    const town = await loadTown(join(folder, RUN_FILES.config));
    const info = runInfo({
      mode,
      status: "running",
      config_id: config.config_id,
      config_file: file,
      set: flags.set,
      ...hashesOf(town),
      seed,
      backend,
      init: from,
      eval_episodes: flags.evalEpisodes ?? DEFAULTS.evalEpisodes,
      log_every: flags.logEvery ?? DEFAULTS.logEvery,
      log_max_records: flags.logMaxRecords ?? DEFAULTS.logMaxRecords,
      versions,
      permissions: permissionsOf(flags, mode, file, loaded),
      command: Deno.args,
      started: new Date().toISOString(),
      resumed: [],
      ended: null,
      files,
    });
    const parts = { flags, interrupt, folder, info, town, init };
    return await opened({ ...parts, resumed: null });
  } catch (error) {
    // It was empty, and holds nothing that anybody could want.
    await Deno.remove(folder, { recursive: true });
    throw error;
  }
}

async function openAgain(
  folder: string,
  flags: TrainFlags,
  interrupt: Interrupt,
): Promise<OpenedRun> {
  await checkRun(folder, []);
  const before = await readRunInfo(folder);
  checkModeFlags(flags, before.mode);
  const { backend } = flags;
  if (backend !== undefined && backend !== before.backend) {
    throw new TownletError(
      `The run was computed by ${before.backend}, and goes on with it alone`,
      {
        code: "run.backend",
        where: folder,
        hint:
          `Leave --backend out, or begin a new run with --init ${folder}/last`,
      },
    );
  }
  const town = await loadTown(join(folder, RUN_FILES.config));
  const versions = await versionsOf(before.backend);
  const info: RunInfo = {
    ...before,
    status: "running",
    eval_episodes: flags.evalEpisodes ?? before.eval_episodes,
    log_every: flags.logEvery ?? before.log_every,
    log_max_records: flags.logMaxRecords ?? before.log_max_records,
    versions,
    resumed: [...before.resumed, new Date().toISOString()],
    ended: null,
  };
  const resumed = await lastOf(folder);
  if (resumed === null) await requireFresh(folder);
  const init = resumed !== null || before.init === null
    ? null
    : await loadInit(before.init, town);
  const parts = { flags, interrupt, folder, info, town, init, resumed };
  const again = await opened(parts);
  for (const [name, version] of Object.entries(versions)) {
    const old = before.versions[name];
    if (old === version) continue;
    again.run.log.warn(
      `the run began with ${name} ${old}, and goes on with ${version}: weights may differ in their last bits`,
    );
  }
  return again;
}

/** What a run is opened with. */
interface Parts {
  readonly flags: TrainFlags;
  readonly interrupt: Interrupt;
  readonly folder: string;
  readonly info: RunInfo;
  readonly town: LoadedTown;
  readonly init: TrainRun["init"];
  readonly resumed: TrainRun["resumed"];
}

async function opened(
  { flags, interrupt, folder, info, town: loaded, init, resumed }: Parts,
): Promise<OpenedRun> {
  const { config, manifest, town } = loaded;
  const log = openLog(
    flags.quiet ? "error" : flags.logLevel ?? config.log.level,
  );
  for (const warning of configWarnings(config, manifest.objects)) {
    log.warn(warning);
  }
  const steps = resumed?.meta.steps ?? null;
  const metrics = await openLogOf(
    join(folder, RUN_FILES.metrics),
    steps,
    info.log_max_records,
  );
  const evaluations = await openLogOf(
    join(folder, RUN_FILES.evaluations),
    steps,
    0,
  );
  // Whoever holds the logs is alone here.
  await removeUnfinished(folder);
  await writeRunInfo(folder, info);
  const telemetry = await TrainingTelemetry.open(config, {
    seed: info.seed,
    updates: resumed?.meta.updates ?? 0,
    file: join(folder, RUN_FILES.config),
    app: project.version,
    onLog: (level, text) => log[level](text),
  });
  const start = performance.now();
  const run: TrainRun = {
    flags,
    mode: info.mode,
    folder,
    file: join(folder, RUN_FILES.config),
    config,
    manifest,
    town,
    seed: info.seed,
    backend: info.backend,
    runtime: Object.entries(info.versions)
      .map(([name, version]) => `${name} ${version}`).join(", "),
    evalEpisodes: info.eval_episodes,
    logEvery: info.log_every,
    init,
    resumed,
    metrics: metrics.log,
    evaluations: evaluations.log,
    evaluated: readEvaluations(
      evaluations.records,
      join(folder, RUN_FILES.evaluations),
    ),
    telemetry,
    log,
    progress: openProgress(!flags.quiet),
    interrupt,
    clock: () => (performance.now() - start) / 1000,
  };
  return {
    run,
    async end(status) {
      await telemetry.close(REASON[status]);
      metrics.log.close();
      evaluations.log.close();
      // What never began shall not stand in the way.
      const isEmpty = metrics.log.records === 0 && resumed === null;
      if (status === "failed" && isEmpty && await lastOf(folder) === null) {
        await Deno.remove(folder, { recursive: true });
        return false;
      }
      const ended = new Date().toISOString();
      await writeRunInfo(folder, { ...info, status, ended });
      return true;
    },
  };
}

/** A log, cut to what was known after so many steps; null is before the first. */
async function openLogOf(
  path: string,
  steps: number | null,
  maxRecords: number,
) {
  const from = beforeRoot(dirname(path));
  const all = steps === null ? [] : await readMetricsLog(path);
  const records = all.filter((one) => Number(one.steps) <= Number(steps));
  const keep = records.length;
  return {
    log: await openMetricsLog(path, { maxRecords, keep, from }),
    records,
  };
}

/** The last checkpoint of a run, or null: it has none yet. */
async function lastOf(folder: string): Promise<WholeCheckpoint | null> {
  try {
    return await loadWholeCheckpoint(join(folder, RUN_CHECKPOINTS.last));
  } catch (error) {
    if (error instanceof TownletError && error.code === "checkpoint.none") {
      return null;
    }
    throw error;
  }
}

/** Refuses a run that has learned, and lost what: it would all be written over. */
async function requireFresh(folder: string): Promise<void> {
  const records = await readMetricsLog(join(folder, RUN_FILES.metrics));
  if (records.length === 0) return;
  throw new TownletError("The run has lost its last checkpoint", {
    code: "run.last",
    where: join(folder, RUN_CHECKPOINTS.last),
    hint: `Bring it back, or begin a new run with --init ${folder}`,
  });
}

/** A checkpoint to begin from, if it is for this town and net. */
async function loadInit(
  path: string,
  loaded: LoadedTown,
): Promise<NonNullable<TrainRun["init"]>> {
  const checkpoint = await loadCheckpoint(path);
  const { network: { net }, meta } = checkpoint;
  const told = { where: path, what: "checkpoint" };
  requireSpec(madeFor(meta), loaded.town, told);
  requireShape(net.shape, loaded.town, told);
  const wanted = netOf(loaded);
  if (net.shape.net === wanted.shape.net) return checkpoint;
  throw new TownletError(
    `The checkpoint is a ${net.shape.net}, and ppo.net is ${wanted.shape.net}`,
    {
      code: "checkpoint.net",
      where: path,
      hint: `Train with --set ppo.net=${net.shape.net}`,
    },
  );
}

/** Refuses two that want the standard output. */
function checkStandardOutput({ json }: TrainFlags, config: Config): void {
  if (!json || !toStandardOutput(config)) return;
  throw new TownletError(
    "--json and telemetry.transport both want the standard output",
    {
      code: "usage",
      hint: "Leave --json out, or send telemetry to a file",
    },
  );
}

function hashesOf({ config, town }: LoadedTown) {
  const spec = policySpec(town);
  return {
    config_sha256: configSha256(config),
    obs_spec_hash: spec.obs,
    action_spec_hash: spec.actions,
    manifest_sha256: town.manifestSha256,
  };
}

function permissionsOf(
  flags: TrainFlags,
  mode: ModeName,
  file: string,
  { config }: LoadedTown,
): RunInfo["permissions"] {
  const needs = needsOf({ ...flags, mode });
  const { read, write } = permissionsFor(needs, [{ file, config }]);
  return { broad: broadPermissions(), read, write };
}

/** Versions of all that weights depend on, by name. */
async function versionsOf(
  backend: TrainRun["backend"],
): Promise<Record<string, string>> {
  const versions = {
    townlet: project.version,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
  };
  if (backend === "ts") return versions;
  const { loadRuntime } = await import("network-runtime");
  const { common } = loadRuntime().env.versions;
  return { ...versions, onnxruntime: common };
}
