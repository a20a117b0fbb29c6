/** Snapshots in files: plain or compressed, whole or not at all. @module */
import { constants, gunzipSync, gzipSync } from "node:zlib";
import { join } from "node:path";
import { TownletError } from "../base/error.ts";
import {
  explainFileError,
  FILE_BYTES_MAX,
  type OutputKind,
  readFile,
  writeFile,
} from "../security/paths.ts";
import { checkRoot, pathInRoot } from "../security/roots.ts";
import { unusable } from "./refusal.ts";
import {
  HEADER_BYTES_MAX,
  SNAPSHOT_FORMAT,
  STATE_BYTES_MAX,
} from "./snapshot.ts";

/** Most bytes of text that one compressed byte may stand for. */
const RATIO_MAX = 200;

/** Most bytes of text: both lines and their ends. */
const TEXT_BYTES_MAX = HEADER_BYTES_MAX + STATE_BYTES_MAX + 2;

/** Names of snapshots below a root. */
const NAME = /^snap-[0-9]{9,16}(-[a-z0-9-]{1,32})?\.tsnap(\.gz)?$/;

/** A snapshot as a file that is written. */
export const SNAPSHOT_FILE: OutputKind = {
  what: "snapshot",
  isKind: isSnapshot,
};

/** The name of a snapshot: its tick in nine digits, and its label if any. */
export function snapshotName(tick: number, label?: string): string {
  const suffix = label === undefined ? "" : `-${label}`;
  return `snap-${String(tick).padStart(9, "0")}${suffix}.tsnap`;
}

/**
 * Writes the text of a snapshot, compressed if the path ends in `.gz`; `from`
 * is a folder from which no symbolic link may lead to it.
 *
 * A snapshot that is there is replaced; any other file is refused. Throws as
 * `writeFile` of `security/paths.ts` does.
 */
export async function writeSnapshot(
  path: string,
  text: string,
  from?: string,
): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  await writeFile(path, path.endsWith(".gz") ? compress(bytes) : bytes, {
    ...SNAPSHOT_FILE,
    from,
  });
}

/**
 * Reads the text of a snapshot, compressed or not; `from` is a folder from
 * which no symbolic link may lead to it.
 *
 * Throws a TownletError: exit code 5 for links and missing permissions, 2 for
 * what is missing, too large, or unfolds to too much.
 */
export async function readSnapshot(
  path: string,
  from?: string,
): Promise<string> {
  const bytes = await readFile(path, {
    what: "snapshot",
    limit: FILE_BYTES_MAX.snapshot,
    from,
  });
  const plain = isCompressed(bytes) ? decompress(bytes, path) : bytes;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(plain);
  } catch {
    throw unusable("text", "The snapshot is not UTF-8 text", { where: path });
  }
}

/**
 * Path of the snapshot below a root that was written last.
 *
 * `keeps` are files the root must not contain. Throws a TownletError: exit
 * code 2 when there is none, 5 when the root is none.
 */
export async function newestSnapshot(
  root: string,
  options: { readonly keeps: readonly string[] },
): Promise<string> {
  await checkRoot(root, { what: "snapshots", keeps: options.keeps });
  let newest: { readonly path: string; readonly time: number } | null = null;
  try {
    for await (const { name, isFile } of Deno.readDir(root)) {
      if (!isFile || !NAME.test(name)) continue;
      const path = pathInRoot(root, name, "snapshot");
      const time = (await Deno.lstat(path)).mtime?.getTime() ?? 0;
      const isLater = newest === null || time > newest.time ||
        (time === newest.time && path > newest.path);
      if (isLater) newest = { path, time };
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      throw explainFileError(error, "read", root, "folder of snapshots");
    }
  }
  if (newest !== null) return newest.path;
  throw new TownletError("There is no snapshot yet", {
    code: "snapshot.none",
    where: root,
    hint: `Save one there, such as ${join(root, snapshotName(1000))}`,
  });
}

/** Gzip; a world of zeros is packed less, to stay within the ratio. */
function compress(bytes: Uint8Array): Uint8Array {
  const packed = gzipSync(bytes);
  return packed.length * RATIO_MAX >= bytes.length
    ? packed
    : gzipSync(bytes, { strategy: constants.Z_HUFFMAN_ONLY });
}

function decompress(bytes: Uint8Array, where: string): Uint8Array {
  const limit = Math.min(TEXT_BYTES_MAX, bytes.length * RATIO_MAX);
  try {
    return gunzipSync(bytes, { maxOutputLength: limit });
  } catch (error) {
    const isBomb = error instanceof RangeError;
    throw unusable(
      isBomb ? "size" : "gzip",
      isBomb
        ? "The snapshot unfolds to more than its size allows"
        : "The snapshot is not well compressed",
      { where },
    );
  }
}

function isCompressed(bytes: Uint8Array): boolean {
  return bytes.length > 1 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Whether a file begins as a snapshot does. */
function isSnapshot(head: Uint8Array): boolean {
  const begin = `{"format":"${SNAPSHOT_FORMAT}",`;
  const text = new TextDecoder().decode(
    isCompressed(head) ? unfold(head) : head,
  );
  return text.startsWith(begin);
}

/** What the beginning of a compressed file unfolds to, as far as it goes. */
function unfold(head: Uint8Array): Uint8Array {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return new Uint8Array();
  }
}
