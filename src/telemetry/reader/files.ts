/**
 * The files of a recording: one, or several that were written one after the
 * other, or all that a collector wrote into a folder.
 * @module
 */
import { basename, dirname, join } from "node:path";
import { TownletError } from "../../base/error.ts";
import { compareCodePoints } from "../../base/order.ts";
import { explainFileError, openInput } from "../../security/paths.ts";
import { parseLine, readHello } from "./envelope.ts";
import { LineFault } from "./fault.ts";
import { readLines } from "./line.ts";

/** What to call them. */
const WHAT = "recording";

/** A file of a recording. */
export interface RecordingFile {
  /** Its path. */
  readonly path: string;
  /** What its hello says; null where it has none yet. */
  readonly head: Head | null;
}

/** Who wrote a file, by its first line. */
export interface Head {
  /** Name of the stream. */
  readonly sid: string;
  /** Number of the file within the stream. */
  readonly conn: number;
  /** Unix time in milliseconds, or null. */
  readonly ts: number | null;
}

/** Bytes read at once. */
const CHUNK_BYTES = 64 << 10;

/** A compressed file unfolds to so many times its size at most (rule F4). */
const RATIO_MAX = 200;

/** Bytes that any compressed file may unfold to. */
const UNFOLDED_FREE = 1 << 20;

/** Most bytes that a compressed file unfolds to. */
const UNFOLDED_MAX = 1 << 30;

/** What first lines say, remembered by file. */
export type Heads = Map<string, Head>;

/**
 * The files of a recording, in the order in which they were written.
 *
 * A path is a file, with the earlier parts of it that stand beside it, or a
 * folder with all its files. Throws a {@link TownletError} as for any file,
 * and when there is none.
 */
export async function filesOf(
  path: string,
  heads: Heads = new Map(),
): Promise<RecordingFile[]> {
  const { paths, isFolder } = await pathsOf(path);
  const files: RecordingFile[] = [];
  for (const path of paths) {
    files.push({ path, head: await headOf(path, heads) });
  }
  return isFolder ? inOrder(files) : files;
}

/** The bytes of a file, unfolded where its name says that it is compressed. */
export async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  using file = await openInput(path, { what: WHAT });
  const chunks = readChunks(file);
  yield* path.endsWith(".gz")
    ? unfolded(chunks, (await file.stat()).size, path)
    : chunks;
}

/** The bytes of an open file from where it is up to its end. */
export async function* readChunks(
  file: Deno.FsFile,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (;;) {
    const buffer = new Uint8Array(CHUNK_BYTES);
    const length = await file.read(buffer);
    if (length === null) return;
    yield buffer.subarray(0, length);
  }
}

async function pathsOf(
  path: string,
): Promise<{ readonly paths: readonly string[]; readonly isFolder: boolean }> {
  try {
    const info = await Deno.lstat(path);
    if (info.isDirectory) return { paths: await below(path), isFolder: true };
    const parts = info.isFile ? await partsOf(path) : [];
    return { paths: [...parts, path], isFolder: false };
  } catch (error) {
    const parts = error instanceof Deno.errors.NotFound
      ? await partsOf(path)
      : [];
    if (parts.length > 0) return { paths: parts, isFolder: false };
    throw explainFileError(error, "read", path, WHAT);
  }
}

/** All recordings in a folder. */
async function below(folder: string): Promise<readonly string[]> {
  const names = await namesIn(folder);
  const paths = names.filter((name) => /\.ndjson(?:\.gz)?$/.test(name))
    .map((name) => join(folder, name));
  if (paths.length > 0) return paths;
  throw new TownletError("There is no recording in this folder", {
    code: "file.missing",
    where: folder,
    hint: "Recordings are files that end in .ndjson or .ndjson.gz",
  });
}

/** Earlier parts of a file that was continued in others, by their numbers. */
async function partsOf(path: string): Promise<readonly string[]> {
  const stem = `${basename(path).replace(/(?<=.)\.[^.]*$/, "")}.`;
  try {
    const names = await namesIn(dirname(path));
    return names.flatMap((name) => {
      const rest = name.startsWith(stem) ? name.slice(stem.length) : "";
      const match = /^(\d{6,})\.ndjson(?:\.gz)?$/.exec(rest);
      // One that is just being compressed is there twice.
      const isTwice = name.endsWith(".gz") && names.includes(name.slice(0, -3));
      return match === null || isTwice
        ? []
        : [{ name, part: Number(match[1]) }];
    }).toSorted((a, b) => a.part - b.part)
      .map(({ name }) => join(dirname(path), name));
  } catch (error) {
    // Who may read a file only cannot look for others beside it.
    if (
      error instanceof Deno.errors.NotCapable ||
      error instanceof Deno.errors.NotFound
    ) return [];
    throw error;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.filter(({ isFile }) => isFile).map(({ name }) => name)
    .sort(compareCodePoints);
}

/** What the first line of a file says, or null for no hello. */
async function headOf(path: string, heads: Heads): Promise<Head | null> {
  const { dev, ino, birthtime } = await Deno.stat(path);
  const key = `${path} ${dev}:${ino} ${birthtime?.getTime()}`;
  const known = heads.get(key);
  if (known !== undefined) return known;
  for await (const { bytes, ended } of readLines(chunksOf(path))) {
    try {
      if (!ended) return null;
      const head = readHello(parseLine(bytes), true);
      heads.set(key, head);
      return head;
    } catch (error) {
      if (error instanceof LineFault) return null;
      throw error;
    }
  }
  return null;
}

/** Files of a stream by their numbers, streams by time, others at the end. */
function inOrder(files: readonly RecordingFile[]): RecordingFile[] {
  const began = new Map<string, number>();
  for (const { head } of files) {
    if (head === null) continue;
    const { sid, ts } = head;
    const before = began.get(sid) ?? Infinity;
    began.set(sid, Math.min(before, ts ?? Infinity));
  }
  const time = (head: Head | null) => head && began.get(head.sid) || Infinity;
  return files.toSorted(({ head: a }, { head: b }) => {
    if (a !== null && b !== null && a.sid === b.sid) return a.conn - b.conn;
    if (time(a) !== time(b)) return time(a) - time(b);
    return compareCodePoints(a?.sid ?? "~", b?.sid ?? "~");
  });
}

/** What compressed bytes unfold to, within limits. */
async function* unfolded(
  chunks: AsyncGenerator<Uint8Array<ArrayBuffer>>,
  size: number,
  path: string,
): AsyncGenerator<Uint8Array> {
  const limit = Math.min(
    UNFOLDED_MAX,
    Math.max(UNFOLDED_FREE, RATIO_MAX * size),
  );
  let length = 0;
  try {
    const stream = ReadableStream.from(chunks)
      .pipeThrough(new DecompressionStream("gzip"));
    for await (const chunk of stream) {
      length += chunk.length;
      if (length > limit) break;
      yield chunk;
    }
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new TownletError("The recording cannot be unfolded", {
      code: "file.compression",
      where: path,
      hint: "It is no gzip file, or was cut off",
      cause,
    });
  }
  if (length <= limit) return;
  throw new TownletError(
    `The recording unfolds to more than ${limit >> 20} MiB (rule F4)`,
    { code: "file.size", where: path },
  );
}
