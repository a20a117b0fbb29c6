/**
 * Files of hooks: which may be read at all, and which of them may run.
 *
 * @module
 */
import { join } from "node:path";
import { sha256Hex } from "../base/hash.ts";
import { escapeText } from "../base/text.ts";
import type { HookSettings } from "../config/hooks.ts";
import type { HookSource } from "../config/hook_source.ts";
import { TownletError } from "../base/error.ts";
import { explainFileError, pathFrom, readFile } from "./paths.ts";

/** Most bytes of a hook. */
const HOOK_BYTES_MAX = 256 << 10;

/** A hook that may run: its bytes were read once, and are kept as text. */
export interface HookCode {
  /** `./hooks/NAME.js`. */
  readonly specifier: string;
  /** SHA-256 of the bytes: 64 hexadecimal digits. */
  readonly sha256: string;
  /** Whether the configuration named that digest. */
  readonly pinned: boolean;
  /** The text that runs. */
  readonly source: string;
}

/** Why a hook does not run. */
export interface Refusal {
  /** The rule, such as `H4`. */
  readonly rule: string;
  /** What is wrong, for people, without a full stop. */
  readonly reason: string;
  /** What to do about it. */
  readonly hint: string;
}

/** Path of the folder `hooks` that a configuration means. */
export function hooksFolder(config: string, { root }: HookSettings): string {
  return join(pathFrom(config, root), "hooks");
}

/** Reads a hook that a configuration lists, and looks at it. */
export async function readHook(
  folder: string,
  { specifier, sha256 }: HookSource,
): Promise<HookCode | Refusal> {
  const name = specifier.slice("./hooks/".length);
  const bytes = await readBytes(folder, name);
  if ("rule" in bytes) return bytes;
  const found = sha256Hex(bytes);
  if (sha256 !== null && found !== sha256) {
    return {
      rule: "H4",
      reason: `its digest is ${found}, not the one that is pinned`,
      hint:
        "Read what changed; if it is what you want, hooks pin FILE prints the new entry",
    };
  }
  const source = textOf(bytes);
  return typeof source === "string"
    ? { specifier, sha256: found, pinned: sha256 !== null, source }
    : source;
}

/** The bytes of a plain file that lies where its name says. */
async function readBytes(
  folder: string,
  name: string,
): Promise<Uint8Array | Refusal> {
  const path = join(folder, name);
  try {
    const { isSymlink, isDirectory } = await Deno.lstat(folder);
    if (isSymlink || !isDirectory) {
      const what = isSymlink ? "link" : "file";
      return misplaced(`${escapeText(folder)} is a ${what}`);
    }
    const file = await Deno.lstat(path);
    if (file.isSymlink || !file.isFile) {
      return misplaced(`it is ${file.isSymlink ? "a link" : "no plain file"}`);
    }
    if (file.size > HOOK_BYTES_MAX) {
      return {
        rule: "H3",
        reason: `it has more than ${HOOK_BYTES_MAX >> 10} KiB`,
        hint: "Make it shorter; most hooks need a few lines",
      };
    }
    const bytes = await readFile(path, { what: "hook", limit: HOOK_BYTES_MAX });
    const real = await Deno.realPath(path);
    if (real !== join(await Deno.realPath(folder), name)) {
      return misplaced(`it really is ${escapeText(real)}`);
    }
    return bytes;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return {
        rule: "H3",
        reason: `there is no file ${escapeText(path)}`,
        hint:
          "Put it there; affordances.hooks.root says what folder has hooks/",
      };
    }
    const told = explainFileError(error, "read", path, "hook");
    if (!(told instanceof TownletError)) throw told;
    // Nothing is wrong with the hook then.
    if (told.cause instanceof Deno.errors.NotCapable) throw told;
    return {
      rule: "H3",
      reason: escapeText(`${told.where}: ${told.message}`),
      hint: told.hint ?? "Look for the file",
    };
  }
}

function misplaced(reason: string): Refusal {
  return {
    rule: "H3",
    reason,
    hint: "Put the file itself into the folder hooks below the root",
  };
}

/** The text of a hook that can only be what it is, or why it is refused. */
function textOf(bytes: Uint8Array): string | Refusal {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return {
      rule: "H5",
      reason: "it is not UTF-8 text",
      hint: "Save it as UTF-8",
    };
  }
  const found = /import|export(?!\s+default\b)/.exec(text);
  if (found === null) return text;
  const before = text.slice(0, found.index).split(/\r\n|[\n\r\u2028\u2029]/);
  const column = before[before.length - 1].length + 1;
  const what = found[0] === "import"
    ? "the letters import"
    : "export without default";
  return {
    rule: "H5",
    reason: `line ${before.length}, column ${column} has ${what}`,
    hint:
      "A hook is one file with an export default; comments and texts count too, so choose another word",
  };
}
