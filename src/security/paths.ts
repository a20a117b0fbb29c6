/**
 * Files that people name: read under a limit, written whole or not at all.
 *
 * Rules kept here: sizes are looked at before anything is read; a symbolic
 * link is neither followed nor replaced; what stands in a file's place is only
 * replaced when it is empty or of the kind being written; and what is written
 * appears under its name complete, for its owner's eyes.
 * @module
 */
import { basename, dirname, isAbsolute, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT, TownletError } from "../base/error.ts";
import { checkNoLinks } from "./links.ts";

/** Most bytes of each kind of file that is read. */
export const FILE_BYTES_MAX = {
  /** A configuration. */
  config: 1 << 20,
  /** A manifest of affordances. */
  manifest: 1 << 20,
  /** A timeline of commands. */
  timeline: 1 << 20,
  /** A snapshot, compressed or not. */
  snapshot: 256 << 20,
  /** A checkpoint, all its files together. */
  checkpoint: 512 << 20,
} as const;

/** What a file is, for messages and limits. */
export interface FileKind {
  /** What to call it, without an article: `configuration`. */
  readonly what: string;
  /** Most bytes it may have. */
  readonly limit: number;
  /** Folder from which no symbolic link may lead to it; any may unless given. */
  readonly from?: string;
}

/** What is written, for messages and for telling its own kind. */
export interface OutputKind {
  /** What to call it, without an article: `report`. */
  readonly what: string;
  /**
   * Whether a file that begins so is of this kind and may be replaced; gets
   * its first 512 bytes at most, and is not asked about empty files. Null is
   * for what never replaces anything.
   */
  readonly isKind: ((head: Uint8Array) => boolean) | null;
  /** Folder from which no symbolic link may lead to it; any may unless given. */
  readonly from?: string;
}

/** Bytes of an existing file that decide what kind it is. */
const HEAD_BYTES = 512;

/** The path that a file names: as it is, or seen from the file's folder. */
export function pathFrom(file: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path);
}

/**
 * Reads a file named on the command line.
 *
 * Throws a {@link TownletError}: exit code 5 for symbolic links and missing
 * permissions, 2 for files that are missing, too large or no files at all.
 */
export async function readFile(
  path: string,
  kind: FileKind,
): Promise<Uint8Array> {
  return await about("read", path, kind.what, async () => {
    await checkWay(path, kind);
    const before = await Deno.lstat(path);
    checkRegular(before, path, kind.what);
    checkSize(before.size, path, kind);
    if (isEmbedded(path)) return await Deno.readFile(path);
    using file = await Deno.open(path);
    checkSame(before, await file.stat(), path);
    // A folder may have become a link before both looks at the file.
    await checkWay(path, kind);
    return await readAll(file, path, kind);
  });
}

/**
 * Opens a file named on the command line that is read piece by piece: it may
 * be larger than memory. Throws as {@link readFile} does, but knows no limit.
 */
export async function openInput(
  path: string,
  { what }: Pick<FileKind, "what">,
): Promise<Deno.FsFile> {
  return await about("read", path, what, async () => {
    const before = await Deno.lstat(path);
    checkRegular(before, path, what);
    const file = await Deno.open(path);
    try {
      checkSame(before, await file.stat(), path);
    } catch (error) {
      file.close();
      throw error;
    }
    return file;
  });
}

/**
 * Reads a text named on the command line, with the rules of {@link readFile};
 * text that is not UTF-8 is refused with exit code 2.
 */
export async function readText(path: string, kind: FileKind): Promise<string> {
  const bytes = await readFile(path, kind);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new TownletError(`The ${kind.what} is not UTF-8 text`, {
      code: "file.encoding",
      where: path,
      cause,
    });
  }
}

/**
 * Writes a file named on the command line: its folders are made, its content
 * goes to a new file beside it (mode 0600), reaches the disk, and takes the
 * name in one step. A crash leaves the old file or the new one.
 *
 * Throws a {@link TownletError}: exit code 5 where a symbolic link or a file
 * of another kind stands in its place or a permission is missing, 2 where the
 * path cannot be written.
 */
export async function writeFile(
  path: string,
  content: string | Uint8Array,
  kind: OutputKind,
): Promise<void> {
  const bytes = typeof content === "string"
    ? new TextEncoder().encode(content)
    : content;
  await about("write", path, kind.what, async () => {
    const { file, temporary } = await openBeside(path, kind);
    let done = false;
    try {
      try {
        await writeAll(file, bytes);
        await file.sync();
      } finally {
        file.close();
      }
      // What stands there may have changed while the bytes were written.
      await checkWay(path, kind);
      await checkReplaceable(path, kind);
      await Deno.rename(temporary, path);
      done = true;
    } finally {
      if (!done) await orNull(Deno.remove(temporary));
    }
  });
}

/**
 * Checks that a file can be written, before the work that will fill it: makes
 * its folders, looks at what stands in its place, and makes and removes a file
 * beside it. Throws as {@link writeFile} does.
 */
export async function checkOutput(
  path: string,
  kind: OutputKind,
): Promise<void> {
  await about("write", path, kind.what, async () => {
    const { file, temporary } = await openBeside(path, kind);
    file.close();
    await Deno.remove(temporary);
  });
}

/**
 * Opens a file named on the command line for lines that come one by one.
 *
 * A file that exists must be empty or of the same kind; with `append` the
 * lines go to its end, else it starts over. New files have mode 0600. Throws
 * as {@link writeFile} does.
 */
export async function openStream(
  path: string,
  kind: OutputKind & { readonly append: boolean },
): Promise<Deno.FsFile> {
  return await about("write", path, kind.what, async () => {
    checkNotFolder(path, kind.what);
    await checkWay(path, kind);
    await makeFolder(path);
    const before = await lstatOrNull(path);
    if (before !== null) checkRegular(before, path, kind.what);
    const file = await Deno.open(path, {
      read: true,
      write: true,
      ...before === null ? { createNew: true, mode: 0o600 } : {},
    });
    try {
      const opened = await file.stat();
      checkSame(before ?? await Deno.lstat(path), opened, path);
      // A folder may have become a link before both looks at the file.
      await checkWay(path, kind);
      await checkKind(file, path, kind);
      if (kind.append) await file.seek(0, Deno.SeekMode.End);
      else {
        await file.truncate(0);
        await file.seek(0, Deno.SeekMode.Start);
      }
    } catch (error) {
      file.close();
      throw error;
    }
    return file;
  });
}

/** Opens the new file whose bytes are to take the place of a path. */
async function openBeside(
  path: string,
  kind: OutputKind,
): Promise<{ readonly file: Deno.FsFile; readonly temporary: string }> {
  checkNotFolder(path, kind.what);
  await checkWay(path, kind);
  await makeFolder(path);
  await checkReplaceable(path, kind);
  const temporary = temporaryFor(path);
  const file = await Deno.open(temporary, {
    write: true,
    createNew: true,
    mode: 0o600,
  });
  try {
    checkSame(await Deno.lstat(temporary), await file.stat(), path);
    await checkWay(path, kind);
  } catch (error) {
    file.close();
    await orNull(Deno.remove(temporary));
    throw error;
  }
  return { file, temporary };
}

/** Looks for links on the way to the folder of a path, where none may be. */
export async function checkWay(
  path: string,
  { from, what }: { readonly from?: string; readonly what: string },
): Promise<void> {
  if (from === undefined) return;
  try {
    await checkNoLinks(from, dirname(path), what);
  } catch (error) {
    // Who may read a file and no folder on the way was granted the file.
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
  }
}

/** A path that ends in a separator names a folder, there or not. */
function checkNotFolder(path: string, what: string): void {
  if (!path.endsWith("/") && !path.endsWith(sep)) return;
  throw new TownletError(
    `The path of the ${what} ends in ${path.at(-1)}, as folders do`,
    {
      code: "file.irregular",
      where: path,
      hint: "Name a file",
    },
  );
}

/** The name under which a file is written before it takes its own. */
function temporaryFor(path: string): string {
  const name = `.${basename(path)}.${crypto.randomUUID()}.tmp`;
  return join(dirname(path), name);
}

async function makeFolder(path: string): Promise<void> {
  const folder = dirname(path);
  if ((await statOrNull(folder)) === null) {
    await Deno.mkdir(folder, { recursive: true });
  }
}

async function checkReplaceable(path: string, kind: OutputKind): Promise<void> {
  const before = await lstatOrNull(path);
  if (before === null) return;
  checkRegular(before, path, kind.what);
  using file = await Deno.open(path);
  checkSame(before, await file.stat(), path);
  await checkKind(file, path, kind);
}

async function checkKind(
  file: Deno.FsFile,
  path: string,
  kind: OutputKind,
): Promise<void> {
  const head = new Uint8Array(HEAD_BYTES);
  const length = await fill(file, head);
  if (length === 0 || kind.isKind?.(head.subarray(0, length))) return;
  throw new TownletError(
    kind.isKind === null
      ? "There is a file already, which is not replaced (rule F5)"
      : `A file that is no ${kind.what} stands in the way (rule F5)`,
    {
      code: "file.other_kind",
      where: path,
      hint: "Choose another name, or remove that file",
      exit: EXIT.refused,
    },
  );
}

/**
 * Whether a file lies inside the compiled binary. Nobody can exchange it there,
 * and it has no inode to compare.
 */
function isEmbedded(path: string): boolean {
  return Deno.build.standalone && import.meta.url.startsWith("file:") &&
    normalize(path).startsWith(
      fileURLToPath(new URL("../../", import.meta.url)),
    );
}

function checkRegular(info: Deno.FileInfo, path: string, what: string): void {
  if (info.isSymlink) {
    throw new TownletError(
      `The ${what} is a symbolic link, which is not followed (rule F2)`,
      {
        code: "file.link",
        where: path,
        hint: "Name the file it points to",
        exit: EXIT.refused,
      },
    );
  }
  checkPlain(info, path, what);
}

/** Throws a {@link TownletError} for what is no file: a folder, a pipe. */
export function checkPlain(
  info: Deno.FileInfo,
  path: string,
  what: string,
): void {
  if (info.isFile) return;
  throw new TownletError(
    `The ${what} is ${info.isDirectory ? "a folder" : "no plain file"}`,
    { code: "file.irregular", where: path, hint: "Name a file" },
  );
}

/** Throws a {@link TownletError} for more bytes than a kind of file may have. */
export function checkSize(size: number, path: string, kind: FileKind): void {
  const { what, limit } = kind;
  if (size <= limit) return;
  // A limit may be what others have left of one.
  const most = limit < 1 << 20
    ? `${Math.floor(limit / (1 << 10))} KiB`
    : `${Math.floor(limit / (1 << 20))} MiB`;
  throw new TownletError(`The ${what} is larger than ${most}`, {
    code: "file.size",
    where: path,
  });
}

/** The open file must be the one that was looked at. */
function checkSame(
  before: Deno.FileInfo,
  opened: Deno.FileInfo,
  path: string,
): void {
  if (before.ino === opened.ino && before.dev === opened.dev) return;
  throw new TownletError(
    "The file was exchanged while it was opened (rule F2)",
    { code: "file.exchanged", where: path, exit: EXIT.refused },
  );
}

/** Reads to the end, but never past the limit: files can grow. */
export async function readAll(
  file: Deno.FsFile,
  path: string,
  kind: FileKind,
): Promise<Uint8Array> {
  let bytes = new Uint8Array(
    Math.min((await file.stat()).size, kind.limit) + 1,
  );
  for (let length = 0;;) {
    const read = await fill(file, bytes.subarray(length));
    length += read;
    if (length < bytes.length) return bytes.subarray(0, length);
    checkSize(length, path, kind);
    const larger = new Uint8Array(Math.min(2 * length, kind.limit + 1));
    larger.set(bytes);
    bytes = larger;
  }
}

/** Fills the bytes as far as the file goes and says how far. */
export async function fill(
  file: Deno.FsFile,
  bytes: Uint8Array,
): Promise<number> {
  let length = 0;
  while (length < bytes.length) {
    const read = await file.read(bytes.subarray(length));
    if (read === null) break;
    length += read;
  }
  return length;
}

/** Writes all of the bytes. */
export async function writeAll(
  file: Deno.FsFile,
  bytes: Uint8Array,
): Promise<void> {
  for (let length = 0; length < bytes.length;) {
    length += await file.write(bytes.subarray(length));
  }
}

async function lstatOrNull(path: string): Promise<Deno.FileInfo | null> {
  return await orNull(Deno.lstat(path));
}

async function statOrNull(path: string): Promise<Deno.FileInfo | null> {
  return await orNull(Deno.stat(path));
}

async function orNull<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Does something with a file and explains what the system says against it. */
export async function about<T>(
  action: "read" | "write",
  path: string,
  what: string,
  act: () => Promise<T>,
): Promise<T> {
  if (path === "" || path.includes("\0")) {
    throw new TownletError(`The path of the ${what} is empty or has a NUL`, {
      code: "file.path",
    });
  }
  try {
    return await act();
  } catch (cause) {
    throw explainFileError(cause, action, path, what);
  }
}

/**
 * What to tell people when the system refuses a file: a {@link TownletError},
 * with exit code 5 and the grant to give where a permission is missing.
 */
export function explainFileError(
  cause: unknown,
  action: "read" | "write",
  path: string,
  what: string,
): unknown {
  if (cause instanceof TownletError) return cause;
  const where = path;
  if (cause instanceof Deno.errors.NotCapable) {
    const folder = dirname(path);
    return new TownletError(
      `This process may not ${action} the ${what}`,
      {
        code: "file.permission",
        where,
        hint: action === "write"
          ? `Write below out/, or grant --allow-read=${folder} --allow-write=${folder}`
          : `Grant --allow-read=${path}`,
        exit: EXIT.refused,
        cause,
      },
    );
  }
  if (cause instanceof Deno.errors.PermissionDenied) {
    return new TownletError(
      `The system does not let the ${what} be ${
        action === "read" ? "read" : "written"
      }`,
      {
        code: "file.permission",
        where,
        hint: "Look at the owner and mode of the file and its folder",
        exit: EXIT.refused,
        cause,
      },
    );
  }
  if (cause instanceof Deno.errors.NotFound) {
    return new TownletError(`There is no such ${what}`, {
      code: "file.missing",
      where,
      cause,
    });
  }
  if (!(cause instanceof Error)) return cause;
  return new TownletError(
    `The ${what} cannot be ${action === "read" ? "read" : "written"}`,
    { code: "file.unusable", where, hint: firstLine(cause.message), cause },
  );
}

/** What the system said, without the path it repeats. */
function firstLine(message: string): string {
  return message.split(/[\n:]/, 1)[0].slice(0, 200);
}
