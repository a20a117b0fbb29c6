/**
 * Checkpoints in folders: written whole, replaced in one step, read with care.
 *
 * A checkpoint takes its place by two renames: the one before steps aside under
 * a name of its own, and the new one takes the place. Whatever moment a process
 * ends at, one of them is there; who reads looks for both.
 * @module
 */
import { basename, dirname, join } from "node:path";
import { EXIT, TownletError } from "../base/error.ts";
import {
  type Checkpoint,
  decodeCheckpoint,
  decodeMeta,
  META_FILE,
  OWN_FILES,
} from "../policy/checkpoint.ts";
import { checkNoLinks } from "../security/links.ts";
import {
  about,
  FILE_BYTES_MAX,
  readFile,
  writeFile,
} from "../security/paths.ts";

/** The checkpoints of a run: the one it plays best with, and the latest. */
export const RUN_CHECKPOINTS = { best: "best", last: "last" } as const;

/** Name of the file that makes a folder a run. */
export const RUN_FILE = "run.json";

const WHAT = "checkpoint";

/** Ending of the name of a checkpoint that is being written. */
const UNFINISHED = ".tmp";

/** A checkpoint and all that was kept with it. */
export interface WholeCheckpoint extends Checkpoint {
  /** Other files by name. */
  readonly others: ReadonlyMap<string, Uint8Array>;
}

/**
 * Writes the files of a checkpoint into a folder of its own, and replaces the
 * checkpoint that is there.
 *
 * @param from folder from which no symbolic link may lead there
 * @throws {TownletError} exit code 5 where something else is in the way
 */
export async function saveCheckpoint(
  folder: string,
  files: ReadonlyMap<string, Uint8Array>,
  from: string,
): Promise<void> {
  const unfinished = join(
    dirname(folder),
    `.${basename(folder)}.${crypto.randomUUID()}${UNFINISHED}`,
  );
  const before = beforeOf(folder);
  await about("write", folder, WHAT, async () => {
    await checkNoLinks(from, folder, WHAT);
    if (await isThere(folder)) await checkReplaceable(folder, from);
    try {
      for (const [name, bytes] of files) {
        await writeFile(join(unfinished, name), bytes, {
          what: WHAT,
          isKind: null,
          from,
        });
      }
      await checkNoLinks(from, folder, WHAT);
      if (await isThere(folder)) {
        await removeFolder(before);
        await Deno.rename(folder, before);
      }
      await Deno.rename(unfinished, folder);
    } catch (error) {
      await removeFolder(unfinished);
      throw error;
    }
    await removeFolder(before);
  });
}

/**
 * Reads the network of a checkpoint, and what the optimizer remembers.
 *
 * @param path a checkpoint, or a run: then its best, or its last where it has
 * none
 * @throws {TownletError} exit code 5 for links and wrong digests, else 2
 */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  const { folder, files } = await readFiles(path, OWN_FILES);
  return decodeCheckpoint(files, folder);
}

/** Reads a checkpoint as {@link loadCheckpoint} does, and all that is with it. */
export async function loadWholeCheckpoint(
  path: string,
): Promise<WholeCheckpoint> {
  const { folder, files } = await readFiles(path, null);
  const others = [...files].filter(([name]) =>
    name !== META_FILE && !OWN_FILES.includes(name)
  );
  return { ...decodeCheckpoint(files, folder), others: new Map(others) };
}

/** Removes what a process that was killed has left of checkpoints in a run. */
export async function removeUnfinished(run: string): Promise<void> {
  for (const name of Object.values(RUN_CHECKPOINTS)) {
    const folder = join(run, name);
    const before = beforeOf(folder);
    if (await isThere(folder)) await removeFolder(before);
    else if (await isThere(before)) await Deno.rename(before, folder);
  }
  const unfinished = Object.values(RUN_CHECKPOINTS).map((name) => `.${name}.`);
  for await (const { name, isDirectory } of Deno.readDir(run)) {
    const isOurs = isDirectory && name.endsWith(UNFINISHED) &&
      unfinished.some((start) => name.startsWith(start));
    if (isOurs) await removeFolder(join(run, name));
  }
}

/** Reads `meta.json` and those of the files it lists that are wanted. */
async function readFiles(
  path: string,
  wanted: readonly string[] | null,
): Promise<
  { readonly folder: string; readonly files: Map<string, Uint8Array> }
> {
  return await about("read", path, WHAT, async () => {
    const folder = await placeOf(path);
    const from = dirname(folder);
    let left = FILE_BYTES_MAX.checkpoint;
    const read = async (name: string) => {
      const kind = { what: WHAT, limit: left, from };
      const bytes = await readFile(join(folder, name), kind);
      left -= bytes.length;
      return bytes;
    };
    const bytes = await read(META_FILE);
    const meta = decodeMeta(bytes, join(folder, META_FILE));
    const files = new Map([[META_FILE, bytes]]);
    for (const name of Object.keys(meta.files)) {
      if (wanted !== null && !wanted.includes(name)) continue;
      files.set(name, await read(name));
    }
    return { folder, files };
  });
}

/** The folder of a checkpoint that a path means. */
async function placeOf(path: string): Promise<string> {
  const { best, last } = RUN_CHECKPOINTS;
  const places = await isThere(join(path, RUN_FILE))
    ? [join(path, best), join(path, last)]
    : [path];
  for (const place of places) {
    if (await isThere(join(place, META_FILE))) return place;
    const before = beforeOf(place);
    if (await mayBeThere(join(before, META_FILE))) return before;
  }
  throw new TownletError("There is no checkpoint", {
    code: "checkpoint.none",
    where: path,
    hint: "Name a run, or a folder with meta.json, policy.onnx and weights.npz",
  });
}

/** Where a checkpoint steps aside to while the next one takes its place. */
function beforeOf(folder: string): string {
  return join(dirname(folder), `.${basename(folder)}.before`);
}

/** Refuses to replace a folder that holds something else (rule F5). */
async function checkReplaceable(folder: string, from: string): Promise<void> {
  const meta = join(folder, META_FILE);
  if (await isThere(meta)) {
    const limit = FILE_BYTES_MAX.checkpoint;
    decodeMeta(await readFile(meta, { what: WHAT, limit, from }), meta);
    return;
  }
  throw new TownletError(
    "A folder that is no checkpoint stands in the way (rule F5)",
    {
      code: "checkpoint.other_kind",
      where: folder,
      hint: "Choose another place, or remove that folder",
      exit: EXIT.refused,
    },
  );
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Whether something is there, as far as this process may look. */
async function mayBeThere(path: string): Promise<boolean> {
  try {
    return await isThere(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return false;
    throw error;
  }
}

async function removeFolder(folder: string): Promise<void> {
  try {
    await Deno.remove(folder, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
