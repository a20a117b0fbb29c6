/**
 * Holds the packages that were installed to what is said of them: their
 * licences, and that none would run a script. Words: Deno's cache folder.
 *
 * @module
 */
import { PACKAGES } from "../cli/sbom.ts";

const SCRIPTS = ["preinstall", "install", "postinstall"];

const [cache] = Deno.args;
const lock = JSON.parse(Deno.readTextFileSync("deno.lock"));
const registries = [...Deno.readDirSync(`${cache}/npm`)]
  .map(({ name }) => `${cache}/npm/${name}`);
const faults: string[] = [];
for (const key of Object.keys(lock.npm)) {
  const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(key) ?? [];
  const { license, scripts = {} } = packageFile(`${name}/${version}`);
  const told = PACKAGES[name].licence;
  if (license !== told) faults.push(`${key} is ${license}, told as ${told}`);
  for (const script of SCRIPTS.filter((one) => one in scripts)) {
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
