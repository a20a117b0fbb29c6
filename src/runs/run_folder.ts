/**
 * Runs of a training: a folder that says by itself what it is.
 *
 * `config.yaml` is the town as it was trained in, after defaults and changes;
 * `run.json` tells how; `metrics.jsonl` and `evaluations.jsonl` what came of
 * it; `last/` and `best/` are checkpoints.
 * @module
 */
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { z } from "zod";
import { EXIT, TownletError } from "../base/error.ts";
import { sha256Hex } from "../base/hash.ts";
import { recordText } from "../base/text.ts";
import type { Config } from "../config/config.ts";
import { keptConfig } from "../config/identity.ts";
import { int, oneOf } from "../config/schema.ts";
import type { TransportTls } from "../config/transport.ts";
import {
  about,
  FILE_BYTES_MAX,
  pathFrom,
  readFile,
  readText,
  writeFile,
} from "../security/paths.ts";
import { beforeRoot, checkRoot } from "../security/roots.ts";
import { stringify } from "../std/yaml.ts";
import { RUN_FILE } from "./checkpoint_files.ts";

/** Ways of training. */
export const MODES = ["rollout", "replay", "mixed", "bc", "anneal"] as const;
/** A way of training. */
export type ModeName = typeof MODES[number];

/** First member of every `run.json`. */
const FORMAT = "townlet-run";

/** Version of the format. */
const VERSION = 1;

/** Folder of runs that nobody named. */
const RUNS = "out/runs";

/** Most bytes of a `run.json`. */
const INFO_BYTES_MAX = 1 << 20;

const WHAT = "run";

/** Names of the files of a run. */
export const RUN_FILES = {
  /** The town as it was trained in. */
  config: "config.yaml",
  /** Its affordances, where it named a file. */
  manifest: "manifest.yaml",
  /** What each update told. */
  metrics: "metrics.jsonl",
  /** What was earned when it was tried out. */
  evaluations: "evaluations.jsonl",
} as const;

/** How a training went on, or ended. */
export type RunStatus = "running" | "done" | "interrupted" | "failed";

/** What `run.json` holds. */
export interface RunInfo {
  /** Always `townlet-run`. */
  readonly format: typeof FORMAT;
  /** Version of the format. */
  readonly version: typeof VERSION;
  /** Way of training. */
  readonly mode: ModeName;
  /** How it went on, or ended. */
  readonly status: RunStatus;
  /** Name of the town. */
  readonly config_id: string;
  /** Town file that it was made of. */
  readonly config_file: string;
  /** Changes to that file, each `path=value`. */
  readonly set: readonly string[];
  /** SHA-256 of what decides the town in `config.yaml`. */
  readonly config_sha256: string;
  /** Hash of the observations. */
  readonly obs_spec_hash: string;
  /** Hash of the catalogue of actions. */
  readonly action_spec_hash: string;
  /** SHA-256 of the affordances. */
  readonly manifest_sha256: string;
  /** Seed of the training. */
  readonly seed: number;
  /** What computes updates. */
  readonly backend: "wasm" | "ts";
  /** Checkpoint it began from, or null: with chance. */
  readonly init: string | null;
  /** Episodes after each checkpoint. */
  readonly eval_episodes: number;
  /** Updates between records. */
  readonly log_every: number;
  /** Records of a file of the logs, 0 for no limit. */
  readonly log_max_records: number;
  /** Versions of what ran, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** What the process was granted without a list, and what it needed. */
  readonly permissions: {
    /** Kinds granted without a list. */
    readonly broad: readonly string[];
    /** Paths it had to read. */
    readonly read: readonly string[];
    /** Folders it had to write. */
    readonly write: readonly string[];
  };
  /** Words of the command line. */
  readonly command: readonly string[];
  /** When it began; UTC. */
  readonly started: string;
  /** When it went on, each time; UTC. */
  readonly resumed: readonly string[];
  /** When it ended, or null: not yet, or in a crash; UTC. */
  readonly ended: string | null;
  /** SHA-256 of files that must stay as they are, by name. */
  readonly files: Readonly<Record<string, string>>;
}

const texts = () => z.array(z.string()).readonly();

const INFO: z.ZodType<RunInfo> = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  mode: oneOf(...MODES),
  status: oneOf("running", "done", "interrupted", "failed"),
  config_id: z.string(),
  config_file: z.string(),
  set: texts(),
  config_sha256: z.string(),
  obs_spec_hash: z.string(),
  action_spec_hash: z.string(),
  manifest_sha256: z.string(),
  seed: int(0),
  backend: oneOf("wasm", "ts"),
  init: z.string().nullable(),
  eval_episodes: int(0),
  log_every: int(1),
  log_max_records: int(0),
  versions: z.record(z.string(), z.string()),
  permissions: z.strictObject({
    broad: texts(),
    read: texts(),
    write: texts(),
  }),
  command: texts(),
  started: z.string(),
  resumed: texts(),
  ended: z.string().nullable(),
  files: z.record(z.string(), z.string()),
});

/**
 * Makes the folder of a run: the one that was named, which must be empty or
 * new, or the next free one of the town below `out/runs`.
 *
 * @param keeps files it must not contain, such as the town file
 */
export async function createRun(
  named: string | undefined,
  configId: string,
  keeps: readonly string[],
): Promise<string> {
  if (named === undefined) return await nextRun(configId, keeps);
  await checkRun(named, keeps);
  return await about("write", named, WHAT, async () => {
    await Deno.mkdir(named, { recursive: true });
    for await (const _entry of Deno.readDir(named)) {
      throw new TownletError("The folder of the run is not empty", {
        code: "run.exists",
        where: named,
        hint: `Go on with --resume ${named}, or name another folder`,
      });
    }
    return named;
  });
}

/** Refuses folders no run may be in (rules F2 and F3). */
export async function checkRun(
  run: string,
  keeps: readonly string[],
): Promise<void> {
  await checkRoot(run, { what: "a run", keeps });
}

/** Writes the files that say which town a run trains in, with their digests. */
export async function writeTown(
  run: string,
  file: string,
  config: Config,
): Promise<Record<string, string>> {
  const { manifest } = config.affordances;
  const files: Record<string, string> = {};
  const write = async (name: string, content: string | Uint8Array) => {
    await writeFile(join(run, name), content, {
      what: "configuration",
      isKind: null,
      from: beforeRoot(run),
    });
    files[name] = sha256Hex(content);
  };
  if (manifest !== null) {
    const path = pathFrom(file, manifest);
    const limit = FILE_BYTES_MAX.manifest;
    const bytes = await readFile(path, { what: "manifest", limit });
    await write(RUN_FILES.manifest, bytes);
  }
  const value = effective(config, (path) => movedPath(run, file, path));
  const text = stringify(value, { schema: "core", useAnchors: false });
  await write(RUN_FILES.config, text);
  return files;
}

/** Writes `run.json`. */
export async function writeRunInfo(run: string, info: RunInfo): Promise<void> {
  const text = `${JSON.stringify(INFO.parse(info), null, 2)}\n`;
  await writeFile(join(run, RUN_FILE), text, {
    what: WHAT,
    isKind: (head) =>
      new TextDecoder().decode(head).startsWith(
        `{\n  "format": "${FORMAT}"`,
      ),
    from: beforeRoot(run),
  });
}

/**
 * Reads `run.json`, and looks whether the town is still the same.
 *
 * @throws {TownletError} exit code 5 where a file has another digest, else 2
 */
export async function readRunInfo(run: string): Promise<RunInfo> {
  const where = join(run, RUN_FILE);
  const from = beforeRoot(run);
  const text = await readText(where, {
    what: WHAT,
    limit: INFO_BYTES_MAX,
    from,
  });
  const info = INFO.safeParse(parsed(text));
  if (!info.success) {
    const faults = info.error.issues.slice(0, 4).map(({ path, message }) =>
      `${path.join(".") || "all of it"}: ${message}`
    );
    throw new TownletError(recordText(`Of the run: ${faults.join("; ")}`), {
      code: "run.info",
      where,
      hint: "Name the folder of a training",
    });
  }
  for (const name of [RUN_FILES.config, RUN_FILES.manifest]) {
    const expected = info.data.files[name];
    if (expected === undefined) continue;
    const path = join(run, name);
    const limit = FILE_BYTES_MAX.config;
    const bytes = await readFile(path, { what: "configuration", limit, from });
    if (sha256Hex(bytes) === expected) continue;
    throw new TownletError("The run was begun in another town (rule F6)", {
      code: "run.digest",
      where: path,
      hint: `Begin a new run from what was learned: --init ${run}/last`,
      exit: EXIT.refused,
    });
  }
  return info.data;
}

/** Makes a new `run.json` of what is known. */
export function runInfo(
  facts: Omit<RunInfo, "format" | "version">,
): RunInfo {
  return { format: FORMAT, version: VERSION, ...facts };
}

/** The next free folder for runs of a town. */
async function nextRun(
  configId: string,
  keeps: readonly string[],
): Promise<string> {
  const name = configId.replaceAll(/[^A-Za-z0-9_-]+/g, "-").slice(0, 64);
  await checkRun(RUNS, keeps);
  return await about("write", RUNS, WHAT, async () => {
    await Deno.mkdir(RUNS, { recursive: true });
    for (let n = 1;; n++) {
      const run = join(RUNS, `${name}-${n}`);
      try {
        await Deno.mkdir(run);
        return run;
      } catch (error) {
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      }
    }
  });
}

/**
 * A configuration as a file in the folder of a run: without what only runs of
 * a town look at, and with paths as seen from there.
 */
function effective(
  config: Config,
  moved: (path: string) => string,
): Readonly<Record<string, unknown>> {
  const orNull = (path: string | null) => path === null ? null : moved(path);
  const { affordances, training, telemetry, profile, snapshot, log } = config;
  const { transports, sign } = telemetry;
  return {
    ...keptConfig({
      ...config,
      affordances: {
        ...affordances,
        manifest: affordances.manifest === null ? null : RUN_FILES.manifest,
      },
      training: {
        ...training,
        replay_manifest: orNull(training.replay_manifest),
        bc: { ...training.bc, manifest: orNull(training.bc.manifest) },
      },
    }),
    profile,
    snapshot,
    log,
    telemetry: {
      ...telemetry,
      transports: transports.map((one) =>
        "tls" in one ? { ...one, tls: movedTls(one.tls, orNull) } : one
      ),
      sign: {
        ...sign,
        keys: sign.keys.map((key) => ({ ...key, file: orNull(key.file) })),
      },
    },
  };
}

function movedTls(
  tls: TransportTls,
  moved: (path: string | null) => string | null,
): TransportTls {
  return {
    ...tls,
    ca_file: moved(tls.ca_file),
    cert_file: moved(tls.cert_file),
    key_file: moved(tls.key_file),
  };
}

/** A path that a town file names, as it is seen from the folder of a run. */
function movedPath(run: string, file: string, path: string): string {
  return isAbsolute(path)
    ? path
    : relative(resolve(run), resolve(dirname(file), path));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
