/** The entry that allows a hook of a file. @module */
import { basename, dirname, resolve } from "node:path";
import { EXIT, TownletError } from "../../src/base/error.ts";
import type { HookSource } from "../../src/config/hook_source.ts";
import { readHook, type Refusal } from "../../src/security/hook_files.ts";
import { namesOf, openHook } from "../../src/security/hooks.ts";
import { explainFileError } from "../../src/security/paths.ts";

/** Names that a file of a hook may have. */
const NAME = /^[a-z0-9][a-z0-9_-]{0,63}\.js$/;

/**
 * Reads, checks and loads a hook, and gives the entry that allows it as it is.
 *
 * @throws {TownletError} with exit code 5 when it could never run
 */
export async function pinHook(file: string): Promise<HookSource> {
  const path = resolve(file);
  const name = basename(path);
  if (!NAME.test(name)) {
    throw refused(file, {
      rule: "H2",
      reason: "its name is not NAME.js with a to z, 0 to 9, _ and - in NAME",
      hint: "Rename it, such as tea_house.js; NAME has at most 64 letters",
    });
  }
  if (basename(dirname(path)) !== "hooks") {
    throw refused(file, {
      rule: "H2",
      reason: "it lies in no folder named hooks",
      hint:
        "Put it into the folder hooks beside the configuration that is to allow it",
    });
  }
  try {
    await Deno.lstat(file);
  } catch (error) {
    throw explainFileError(error, "read", file, "hook");
  }
  const specifier = `./hooks/${name}`;
  const read = await readHook(dirname(file), {
    specifier,
    sha256: null,
    names: [],
  });
  if ("rule" in read) throw refused(file, read);
  const loaded = await openHook(read.source);
  if ("rule" in loaded) throw refused(file, loaded);
  using sandbox = loaded;
  const names = namesOf(sandbox.names);
  if (names === null) {
    throw refused(file, {
      rule: "H8",
      reason: "its names are no list of plain names, each there once",
      hint: "Names are letters, digits and _ . # -, at most 64",
    });
  }
  return { specifier, sha256: read.sha256, names };
}

function refused(where: string, { rule, reason, hint }: Refusal): TownletError {
  return new TownletError(`The hook is refused: ${reason} (rule ${rule})`, {
    code: "hooks.refused",
    where,
    hint,
    exit: EXIT.refused,
  });
}
