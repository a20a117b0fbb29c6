/** From a town file on the command line to a compiled town. @module */
import { dirname, join } from "node:path";
import { requireFit } from "../src/config/check_manifest.ts";
import type { Config } from "../src/config/config.ts";
import { loadConfig } from "../src/config/load.ts";
import {
  CORE_MANIFEST,
  type Manifest,
  parseManifest,
} from "../src/config/manifest.ts";
import { FILE_BYTES_MAX, readFile, readText } from "../src/security/paths.ts";
import { compileTown, type Town } from "../src/world/town.ts";

/** What a town file holds. */
export interface LoadedTown {
  /** The configuration, after defaults and overrides. */
  readonly config: Config;
  /** The affordances it names, or the built-in ones. */
  readonly manifest: Manifest;
  /** Both, compiled. */
  readonly town: Town;
}

/**
 * Reads a town file, and the manifest it names, and compiles them.
 *
 * Throws a TownletError for whatever is wrong with them.
 */
export async function loadTown(
  file: string,
  overrides: readonly string[],
): Promise<LoadedTown> {
  const text = await readText(file, {
    what: "configuration",
    limit: FILE_BYTES_MAX.config,
  });
  const config = await loadConfig(text, { file, overrides });
  const manifest = await loadManifest(file, config);
  if (manifest !== CORE_MANIFEST) {
    await requireFit(config, manifest, { file, text });
  }
  return { config, manifest, town: compileTown(config, manifest) };
}

/** The manifest a configuration names, relative to its own folder. */
async function loadManifest(file: string, config: Config): Promise<Manifest> {
  const { manifest } = config.affordances;
  if (manifest === null) return CORE_MANIFEST;
  const path = join(dirname(file), manifest);
  const bytes = await readFile(path, {
    what: "manifest",
    limit: FILE_BYTES_MAX.manifest,
  });
  return parseManifest(bytes, { file: path });
}
