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
import { Hooks } from "./security/hooks.ts";
import {
  FILE_BYTES_MAX,
  pathFrom,
  readFile,
  readText,
} from "./security/paths.ts";
import { withTransports } from "./security/permissions.ts";
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
  options: SimulationOptions & {
    /** Changes to the file, each `path=value`. */
    readonly overrides?: readonly string[];
  } = {},
): Promise<Simulation> {
  const { town, hooks } = await loadTown(file, options.overrides);
  await hooks.start();
  try {
    return new Simulation(town, { ...options, closes: hooks });
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
