/**
 * What a process is to be allowed, worked out from what it is going to do.
 *
 * No file is opened here: what a configuration names comes in as data, and what
 * comes out is lists, and the flags of the runtime that grant them.
 * @module
 */
import { dirname, isAbsolute, normalize } from "node:path";
import { EXIT, TownletError } from "../base/error.ts";
import type { Config } from "../config/config.ts";
import { isHookFile } from "../config/hook_source.ts";
import { savesByItself } from "../config/snapshot_settings.ts";
import type { TelemetrySettings } from "../config/telemetry_settings.ts";
import { datasetFolder } from "../config/training_settings.ts";
import type { Transport, TransportTls } from "../config/transport.ts";
import { learnedPath } from "../policy/open.ts";
import { hooksFolder } from "./hook_files.ts";
import { OTEL_VARIABLES } from "./otel.ts";
import { pathFrom } from "./paths.ts";
import { checkOwn, contains } from "./roots.ts";

/** Flags of the runtime that every program has; none of them grants anything. */
const COMMON_FLAGS: readonly string[] = [
  "--no-prompt",
  "--cached-only",
  "--frozen",
  "--no-remote",
  "--ignore-env=LOG_TOKENS,LOG_STREAM",
  "--v8-flags=--disallow-code-generation-from-strings",
];

/** What a process is allowed, each a list; nothing is allowed without one. */
export interface Permissions {
  /** Files and folders it may read. */
  readonly read: readonly string[];
  /** Files and folders it may write. */
  readonly write: readonly string[];
  /** Addresses it may reach, or listen on, each `host:port`. */
  readonly net: readonly string[];
  /** Environment variables it may read. */
  readonly env: readonly string[];
  /** Programs it may start. */
  readonly run: readonly string[];
}

/** A part of what a town file names: each is opened by some commands only. */
export type TownPart =
  | "manifest"
  | "hooks"
  /** The folder of snapshots, to find the newest one there. */
  | "snapshots"
  /** The same, to write into it, if the run does. */
  | "saves"
  /** The folder of checkpoints, where the policy is one of them. */
  | "policy"
  /** The datasets it learns from. */
  | "datasets"
  | "telemetry"
  /** Where telemetry connects to, and the certificates for that. */
  | "connections";

/** What a process is going to do, as far as its permissions depend on it. */
export interface Needs {
  /** Town files it loads. */
  readonly towns: readonly string[];
  /** Changes to them, each `path=value`. */
  readonly set: readonly string[];
  /** What it opens of what they name. */
  readonly opens: readonly TownPart[];
  /** Where telemetry goes, or null: where the town files say. */
  readonly transports: readonly Transport[] | null;
  /** Other files and folders that it reads. */
  readonly reads: readonly string[];
  /** Folders that it writes files into. */
  readonly writes: readonly string[];
  /** Addresses it reaches or listens on, each `host:port`. */
  readonly net: readonly string[];
}

/** A process that touches nothing. */
export const NEEDS_NOTHING: Needs = {
  towns: [],
  set: [],
  opens: [],
  transports: null,
  reads: [],
  writes: [],
  net: [],
};

/** Folder of the code: a worker's modules are read with the permissions of the process. */
export const CODE_FOLDER = "src";

/** A town file and what it says. */
export interface NamedConfig {
  /** Path of the file. */
  readonly file: string;
  /** What it says. */
  readonly config: Config;
}

/**
 * The least a process must be allowed to do what it is going to do.
 *
 * `towns` is what the town files of `needs` say. A folder that is written is
 * read, too: a file is written whole under another name, and then renamed.
 */
export function permissionsFor(
  needs: Needs,
  towns: readonly NamedConfig[],
): Permissions {
  const named = towns.flatMap(({ file, config }) =>
    needs.opens.map((part) =>
      namedBy(part, file, withTransports(config, needs.transports))
    )
  );
  const write = [...needs.writes, ...named.flatMap(({ writes }) => writes)];
  return {
    read: widest([
      ...needs.towns,
      ...named.flatMap(({ reads }) => reads),
      ...needs.reads,
      ...write,
    ]),
    write: widest(write),
    net: once([...needs.net, ...named.flatMap(({ net }) => net)]),
    env: once(named.flatMap(({ env }) => env)),
    run: [],
  };
}

/**
 * The flags of the runtime for a program: the common ones, flags of the engine
 * if it wants any, and those that grant permissions.
 *
 * Throws a TownletError for what a list of flags cannot carry: it is split at
 * blanks and commas, and shells take many signs for more than a word. Throws
 * one, too (exit code 5), when the program itself could be written.
 */
export function programFlags(
  permissions: Permissions,
  v8Flags: readonly string[] = [],
): string[] {
  const common = COMMON_FLAGS.map((flag) =>
    flag.startsWith("--v8-flags=") ? [flag, ...v8Flags].join(",") : flag
  );
  const kinds = ["read", "write", "net", "env", "run"] as const;
  const grants = kinds.flatMap((kind) => {
    const list = permissions[kind];
    for (const item of list) checkCarried(item, kind === "net");
    if (kind === "write") list.forEach(checkNarrow);
    return list.length === 0 ? [] : [`--allow-${kind}=${list.join(",")}`];
  });
  return [...common, ...grants];
}

/** A configuration with other transports, or, for null, with its own. */
export function withTransports(
  config: Config,
  transports: readonly Transport[] | null,
): Config {
  if (transports === null) return config;
  return { ...config, telemetry: { ...config.telemetry, transports } };
}

/** What a configuration names that is opened. */
interface Named {
  /** Files and folders that are read. */
  readonly reads: readonly string[];
  /** Folders that are written. */
  readonly writes: readonly string[];
  /** Addresses. */
  readonly net: readonly string[];
  /** Environment variables. */
  readonly env: readonly string[];
}

const NOTHING_NAMED: Named = { reads: [], writes: [], net: [], env: [] };

/** What a part of a configuration names; the file tells where from. */
function namedBy(part: TownPart, file: string, config: Config): Named {
  switch (part) {
    case "manifest": {
      const { manifest } = config.affordances;
      if (manifest === null) return NOTHING_NAMED;
      return { ...NOTHING_NAMED, reads: [pathFrom(file, manifest)] };
    }
    case "hooks": {
      const { hooks } = config.affordances;
      if (!hooks.allow.some(isHookFile)) return NOTHING_NAMED;
      return { ...NOTHING_NAMED, reads: [hooksFolder(file, hooks)] };
    }
    case "saves":
      if (!savesByItself(config)) return NOTHING_NAMED;
      return {
        ...namedBy("snapshots", file, config),
        writes: [config.snapshot.root],
      };
    case "snapshots": {
      const { root } = config.snapshot;
      checkOwn(root, "snapshots", [file]);
      return { ...NOTHING_NAMED, reads: [outermost(root)] };
    }
    case "policy": {
      const { backend, root } = config.policy;
      if (learnedPath(backend) === null) return NOTHING_NAMED;
      checkOwn(root, "checkpoints", [file]);
      return { ...NOTHING_NAMED, reads: [outermost(root)] };
    }
    case "datasets": {
      const { replay_manifest, bc } = config.training;
      return {
        ...NOTHING_NAMED,
        reads: present([replay_manifest, bc.manifest])
          .map((path) => datasetFolder(pathFrom(file, path))),
      };
    }
    case "telemetry":
      return namedByTelemetry(file, config.telemetry);
    case "connections": {
      const { transports } = config.telemetry;
      return {
        ...NOTHING_NAMED,
        reads: transports.flatMap(credentials).map((path) =>
          pathFrom(file, path)
        ),
        net: transports.flatMap(address),
      };
    }
  }
}

function namedByTelemetry(file: string, telemetry: TelemetrySettings): Named {
  const { transports, sign, otel } = telemetry;
  const beside = (path: string) => pathFrom(file, path);
  const sends = transports.length > 0;
  const keys = sign.keys.filter(({ use }) => sends && use === "sign");
  return {
    reads: [
      ...transports.flatMap(credentials).map(beside),
      ...present(keys.map((key) => key.file)).map(beside),
      // The worker that sends is a module of its own.
      ...sends ? [CODE_FOLDER] : [],
    ],
    writes: transports.flatMap((one) =>
      "file_path" in one ? [dirname(one.file_path)] : []
    ),
    net: transports.flatMap(address),
    env: [
      ...present(keys.map((key) => key.env)),
      ...otel.enabled ? OTEL_VARIABLES : [],
    ],
  };
}

/** The one address a transport connects to, as it is written. */
function address(transport: Transport): string[] {
  if (transport.type === "tcp") return [transport.endpoint];
  if (transport.type !== "http") return [];
  const { hostname, port } = new URL(transport.endpoint);
  return [`${hostname}:${port || "443"}`];
}

/** Files of certificates and keys that a transport reads. */
function credentials(transport: Transport): string[] {
  if (transport.type === "tcp" && !transport.tls.enabled) return [];
  if (transport.type !== "tcp" && transport.type !== "http") return [];
  const { ca_file, cert_file, key_file }: TransportTls = transport.tls;
  return present([ca_file, cert_file, key_file]);
}

/**
 * The folder to read so that each part of a folder's way can be looked at: a
 * relative one is checked for links from its first part on.
 */
function outermost(folder: string): string {
  return isAbsolute(folder) ? folder : normalize(folder).split(/[/\\]/)[0];
}

function present(values: readonly (string | null)[]): string[] {
  return values.filter((value) => value !== null);
}

function once(values: readonly string[]): string[] {
  return [...new Set(values)];
}

/** Paths without those that lie in another one of them. */
function widest(paths: readonly string[]): string[] {
  const all = once(paths.map((path) => normalize(path)));
  // Of two ways to say the same the first stays.
  return all.filter((path, i) =>
    !all.some((other, k) =>
      k !== i && contains(other, path) && (k < i || !contains(path, other))
    )
  );
}

/** Refuses folders that hold the program: it must not write itself. */
function checkNarrow(folder: string): void {
  const holds = ["cli", CODE_FOLDER].some((own) =>
    contains(folder, own) || contains(own, folder)
  );
  if (!holds) return;
  throw new TownletError("The folder to write into holds the program", {
    code: "perms.wide",
    where: folder,
    hint: "Write into a folder of its own, such as out",
    exit: EXIT.refused,
  });
}

/**
 * Refuses what a list of flags cannot carry, or what a shell would take for
 * more than a word: people paste what is printed.
 */
function checkCarried(item: string, isAddress: boolean): void {
  const plain = isAddress
    ? /^[\p{L}\p{N}_.:[\]-]+$/u
    : Deno.build.os === "windows"
    ? /^[\p{L}\p{N}_./:@%+=\\-]+$/u
    : /^[\p{L}\p{N}_./:@%+=-]+$/u;
  if (plain.test(item)) return;
  throw new TownletError("A list of flags cannot carry this path", {
    code: "perms.path",
    where: item,
    hint: "Use a path of letters, digits and _ . / : @ % + = -",
  });
}
