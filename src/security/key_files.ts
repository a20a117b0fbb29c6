/**
 * Files of keys and certificates, which operators name.
 *
 * Unlike all other files they may be symbolic links: mounts of secrets and
 * tools that renew certificates work with them. What counts is the file they
 * lead to, and of a key that it is its owner's alone.
 * @module
 */
import { EXIT, TownletError } from "../base/error.ts";
import {
  about,
  checkPlain,
  checkSize,
  type FileKind,
  readAll,
} from "./paths.ts";
import { decodeKey } from "./signing.ts";

/** Most bytes of a file of a key. */
const KEY_BYTES_MAX = 4096;

/** Permission bits of those who do not own a file. */
const OTHERS = 0o077;

/** How a file of a key is read. */
export interface KeyFileOptions {
  /** What to call it, without an article. */
  readonly what: string;
  /** Whether a file that others may read is accepted. */
  readonly allowLoose: boolean;
  /** Told when one is. */
  readonly onLoose: () => void;
}

/**
 * Reads a file of a key, which only its owner may open (rule S2).
 *
 * Throws a {@link TownletError}: exit code 5 where others may open it or the
 * process may not read it, 2 where it is missing, too large or no file.
 */
export async function readKeyFile(
  path: string,
  { what, allowLoose, onLoose }: KeyFileOptions,
): Promise<Uint8Array> {
  const kind = { what, limit: KEY_BYTES_MAX };
  return await readLinked(path, kind, ({ mode }) => {
    // Windows has no such bits.
    if (((mode ?? 0) & OTHERS) === 0) return;
    if (allowLoose) return onLoose();
    throw new TownletError(
      `The ${what} is open to others than its owner (rule S2)`,
      {
        code: "key.mode",
        where: path,
        hint:
          "chmod 600 it; where a mount cannot, a town file may set telemetry.allow_loose_key_mode",
        exit: EXIT.refused,
      },
    );
  });
}

/**
 * The key that a file holds, as {@link decodeKey} reads it, with the rules of
 * {@link readKeyFile}. Whoever is done with it overwrites it.
 */
export async function readKey(
  path: string,
  options: KeyFileOptions,
): Promise<Uint8Array> {
  const bytes = await readKeyFile(path, options);
  const key = decodeKey(bytes, path);
  if (key !== bytes) bytes.fill(0);
  return key;
}

/**
 * The key that an environment variable holds, as {@link decodeKey} reads it.
 *
 * Throws a {@link TownletError} that names the variable alone: exit code 5
 * where the process may not read it or its key is too short, 2 where it is not
 * set.
 */
export function keyFromEnv(name: string): Uint8Array {
  let text: string | undefined;
  try {
    text = Deno.env.get(name);
  } catch (cause) {
    throw new TownletError("This process may not read the variable of a key", {
      code: "key.permission",
      where: name,
      hint: `Grant --allow-env=${name}`,
      exit: EXIT.refused,
      cause,
    });
  }
  if (text === undefined) {
    throw new TownletError("The variable of a key is not set", {
      code: "key.missing",
      where: name,
      hint: "Set it to what townlet telemetry keygen writes, or name a file",
    });
  }
  return decodeKey(new TextEncoder().encode(text), name);
}

/**
 * Reads a file that may be a symbolic link; the file it leads to is looked at,
 * once it is open, by `check`, too.
 *
 * Throws a {@link TownletError} as the readers of other files do.
 */
export async function readLinked(
  path: string,
  kind: FileKind,
  check: (info: Deno.FileInfo) => void = () => {},
): Promise<Uint8Array> {
  return await about("read", path, kind.what, async () => {
    // A pipe would be waited for when it is opened.
    checkPlain(await Deno.stat(path), path, kind.what);
    using file = await Deno.open(path);
    const info = await file.stat();
    checkPlain(info, path, kind.what);
    checkSize(info.size, path, kind);
    check(info);
    return await readAll(file, path, kind);
  });
}
