/**
 * The one place where the parts meet: from a town file to a compiled town.
 *
 * @module
 */
import { dirname, isAbsolute } from "node:path";
import { requireFit } from "./config/check_manifest.ts";
import type { Config } from "./config/config.ts";
import { loadConfig } from "./config/load.ts";
import {
  CORE_MANIFEST,
  type Manifest,
  parseManifest,
} from "./config/manifest.ts";
import type { Transport } from "./config/transport.ts";
import { TownletError } from "./base/error.ts";
import { blendPolicy } from "./policy/blend.ts";
import type { OrtModule } from "./policy/onnx/runtime.ts";
import { learnedPath, openPolicy } from "./policy/open.ts";
import type { Policy } from "./policy/policy.ts";
import { scriptedPolicy } from "./policy/scripted.ts";
import { Hooks } from "./security/hooks.ts";
import {
  FILE_BYTES_MAX,
  pathFrom,
  readFile,
  readText,
} from "./security/paths.ts";
import { withTransports } from "./security/permissions.ts";
import { checkRoot, pathInRoot } from "./security/roots.ts";
import { Simulation, type SimulationOptions } from "./simulation.ts";
import { compileTown } from "./world/compile/town.ts";
import type { Town } from "./world/town.ts";

/** What a town file holds. */
export interface LoadedTown {
  /** The configuration, after defaults and overrides. */
  readonly config: Config;
  /** The affordances it names, or the built-in ones. */
  readonly manifest: Manifest;
  /** Both, compiled. */
  readonly town: Town;
  /** Its hooks that are files: start them before the first tick. */
  readonly hooks: Hooks;
}

/**
 * Reads a town file, and the manifest and hooks it names, and compiles them.
 * No hook runs yet.
 *
 * Needs read permission for these files.
 *
 * @param file path of the town file
 * @param overrides changes to it, each `path=value`
 * @param transports where its telemetry goes instead
 * @throws {TownletError} with everything that is wrong with them
 */
export async function loadTown(
  file: string,
  overrides: readonly string[] = [],
  transports: readonly Transport[] | null = null,
): Promise<LoadedTown> {
  const text = await readText(file, {
    what: "configuration",
    limit: FILE_BYTES_MAX.config,
  });
  const config = withTransports(
    await loadConfig(text, { file, overrides }),
    transports,
  );
  const manifest = await loadManifest(file, config);
  if (manifest !== CORE_MANIFEST) {
    await requireFit(config, manifest, { file, text });
  }
  const hooks = await Hooks.check(config.affordances.hooks, file);
  const town = compileTown(config, manifest, hooks.outside);
  return { config, manifest, town, hooks };
}

/** How a policy that was learned is loaded. */
export interface LoadPolicyOptions {
  /** True for the likeliest actions, false for draws (`policy.greedy`). */
  readonly greedy?: boolean;
  /** Whom it values: who has to decide (the default), or everybody. */
  readonly values?: "asked" | "all";
  /** Opens the runtime that models of others need; none unless given. */
  readonly runtime?: () => OrtModule | Promise<OrtModule>;
}

/**
 * A policy as the command line names it: `scripted`, `idle`, `random`, or
 * `onnx:PATH` of a checkpoint, of a run (its best), or of a file `.onnx`.
 *
 * A network of Townlet's own is computed in TypeScript; models of others need
 * the runtime, and answer later.
 *
 * @throws {TownletError} for what there is not, what was made for another
 * town, and (exit code 5) for what was changed or must not be read
 */
export async function loadPolicy(
  name: string,
  town: Town,
  options: LoadPolicyOptions = {},
): Promise<Policy> {
  const path = learnedPath(name);
  return path === null
    ? openPolicy(name, town)
    : await loadLearned(path, name, town, options);
}

/**
 * The policy of a run: the one that is named, else `policy.backend`, whose
 * checkpoint goes by a name below `policy.root`. One that is learned shares its
 * decisions with scripts, if `policy.blend` says so.
 *
 * @param file path of the town file
 * @param name as for {@link loadPolicy}; undefined for the configured policy
 * @throws {TownletError} as {@link loadPolicy} does
 */
export async function loadRunPolicy(
  town: Town,
  file: string,
  name: string | undefined,
  options: LoadPolicyOptions = {},
): Promise<Policy> {
  const { backend, root, blend } = town.config.policy;
  const own = learnedPath(name ?? backend);
  if (own === null) return openPolicy(name ?? backend, town);
  let path = own;
  if (name === undefined) {
    await checkRoot(root, { what: "checkpoints", keeps: [file] });
    path = pathInRoot(root, own, "checkpoint");
  }
  const learned = await loadLearned(path, name ?? backend, town, options);
  if (!blend.enabled) return learned;
  const scripted = scriptedPolicy(town);
  return blendPolicy({ learned, scripted, ratio: blend.ratio });
}

/** A learned policy at a path. What it needs is loaded with it. */
async function loadLearned(
  path: string,
  name: string,
  town: Town,
  options: LoadPolicyOptions,
): Promise<Policy> {
  const { greedy = town.config.policy.greedy, values, runtime } = options;
  const { networkPolicy } = await import("./policy/network_policy.ts");
  if (!path.endsWith(".onnx")) {
    const { loadCheckpoint } = await import("./runs/checkpoint_files.ts");
    const { madeFor } = await import("./policy/checkpoint.ts");
    const { network, meta } = await loadCheckpoint(path);
    const spec = madeFor(meta);
    return networkPolicy(town, network, { name, spec, greedy, values });
  }
  const bytes = await readFile(path, {
    what: "model",
    limit: FILE_BYTES_MAX.checkpoint,
  });
  const { readExported } = await import("./policy/onnx/exported.ts");
  const { modelSpec, openRuntimePolicy } = await import(
    "./policy/runtime_policy.ts"
  );
  const network = inFile(path, () => readExported(bytes));
  if (network !== null) {
    const spec = modelSpec(bytes, path);
    return networkPolicy(town, network, { name, spec, greedy, values });
  }
  if (runtime === undefined) {
    throw new TownletError("This model needs the runtime of networks", {
      code: "network.runtime",
      where: path,
      hint: "Give `runtime`, or take a policy that was trained here",
    });
  }
  return await openRuntimePolicy(await runtime(), bytes, town, {
    name,
    greedy,
    values,
  });
}

/** Reads something out of a file, which is named where it makes no sense. */
function inFile<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TownletError)) throw error;
    const { message, code, hint, exit, cause } = error;
    throw new TownletError(message, { code, where: path, hint, exit, cause });
  }
}

/**
 * Reads a town file and opens the town.
 *
 * Hooks that are files run in threads of their own, which end when the
 * simulation is disposed of; a town without them needs no such care. They need
 * a program that was started with the V8 flag
 * `--disallow-code-generation-from-strings` and with
 * `--unstable-worker-options`.
 *
 * @example
 * ```ts ignore
 * using simulation = await openTown("configs/town.yaml", { seed: 7 });
 * const { deaths, events } = simulation.runFor(1440);
 * ```
 *
 * @throws {TownletError} with everything that is wrong with the file
 */
export async function openTown(
  file: string,
  options: SimulationOptions & LoadPolicyOptions & {
    /** Changes to the file, each `path=value`. */
    readonly overrides?: readonly string[];
  } = {},
): Promise<Simulation> {
  const { town, hooks } = await loadTown(file, options.overrides);
  await hooks.start();
  try {
    const { policy: given } = options;
    const policy = typeof given === "object"
      ? given
      : await loadRunPolicy(town, file, given, options);
    return new Simulation(town, { ...options, policy, closes: hooks });
  } catch (error) {
    hooks[Symbol.dispose]();
    throw error;
  }
}

/** The manifest a configuration names, relative to its own folder. */
async function loadManifest(file: string, config: Config): Promise<Manifest> {
  const { manifest } = config.affordances;
  if (manifest === null) return CORE_MANIFEST;
  const path = pathFrom(file, manifest);
  const bytes = await readFile(path, {
    what: "manifest",
    limit: FILE_BYTES_MAX.manifest,
    from: isAbsolute(manifest) ? dirname(manifest) : dirname(file),
  });
  return parseManifest(bytes, { file: path });
}
