/**
 * Holds the packages that were installed to what is said of them: their
 * licences, and that none would run a script but those known to. Words: Deno's cache folder.
 *
 * @module
 */
import { LEARNING_PACKAGES, PACKAGES } from "../cli/sbom.ts";

const SCRIPTS = ["preinstall", "install", "postinstall"];

/** Packages with a script: it is not run, and they are never loaded. */
const WITH_SCRIPTS = ["protobufjs"];

const [cache] = Deno.args;
const lock = JSON.parse(Deno.readTextFileSync("cli/learning/deno.lock"));
const all = { ...PACKAGES, ...LEARNING_PACKAGES };
const registries = [...Deno.readDirSync(`${cache}/npm`)]
  .map(({ name }) => `${cache}/npm/${name}`);
const faults: string[] = [];
for (const key of Object.keys(lock.npm)) {
  const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(key) ?? [];
  const { license, scripts = {} } = packageFile(`${name}/${version}`);
  const told = all[name].licence;
  if (license !== told) faults.push(`${key} is ${license}, told as ${told}`);
  for (const script of SCRIPTS.filter((one) => one in scripts)) {
    if (WITH_SCRIPTS.includes(name)) continue;
    faults.push(`${key} has a script for ${script}: ${scripts[script]}`);
  }
}
if (faults.length > 0) throw new Error(faults.join("\n"));

/** The package.json of a package in the cache, whichever registry it is from. */
function packageFile(
  folder: string,
): { license?: string; scripts?: Record<string, string> } {
  for (const registry of registries) {
    try {
      return JSON.parse(
        Deno.readTextFileSync(`${registry}/${folder}/package.json`),
      );
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Error(`${folder} is not in the cache`);
}
