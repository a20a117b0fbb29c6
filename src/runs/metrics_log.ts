/**
 * Logs of a training: a record a line, as JSON.
 *
 * What is written goes to the end of one file. A file that is full gets a
 * number behind its name, and a new one takes its place; the highest number is
 * the latest of those that are full.
 * @module
 */
import { basename, dirname, join } from "node:path";
import { EXIT, TownletError } from "../base/error.ts";
import {
  checkWay,
  type FileKind,
  openInput,
  openStream,
  readText,
  writeAll,
} from "../security/paths.ts";

/** How a log is opened. */
export interface LogOptions {
  /** Records of a file, 0 for no limit. */
  readonly maxRecords: number;
  /** Records to keep of those that are there; the others are cut off. */
  readonly keep: number;
  /** Folder from which no symbolic link may lead to it. */
  readonly from: string;
}

/** A log that is written. */
export interface MetricsLog {
  /** Records in all its files. */
  readonly records: number;
  /** Adds a record. */
  append(record: object): Promise<void>;
  /** Waits until all records have reached the disk. */
  sync(): Promise<void>;
  /** Ends it. */
  close(): void;
}

const WHAT = "log";

/** Most bytes of a file of a log that is read as a whole. */
const LOG_BYTES_MAX = 1 << 30;

/** Bytes that are looked through at a time. */
const CHUNK_BYTES = 64 << 10;

const NEWLINE = 0x0a;

/**
 * Opens a log, cut to the records to keep.
 *
 * @throws {TownletError} where another process writes to it (exit code 1), or
 * as `openStream` of `security/paths.ts` does
 */
export async function openMetricsLog(
  path: string,
  { maxRecords, keep, from }: LogOptions,
): Promise<MetricsLog> {
  // Whoever holds the file may cut it.
  let file = await openAppend(path, from);
  let inFile = 0;
  let records = 0;
  let fulls = 0;
  try {
    const cut = await cutTo(path, keep);
    if (cut.moved) {
      file.close();
      file = await openAppend(path, from);
    }
    await file.seek(0, Deno.SeekMode.End);
    ({ inFile, records, fulls } = cut);
  } catch (error) {
    file.close();
    throw error;
  }
  return {
    get records() {
      return records;
    },
    async append(record) {
      if (maxRecords > 0 && inFile >= maxRecords) {
        await file.sync();
        await checkWay(path, { what: WHAT, from });
        file.close();
        await Deno.rename(path, `${path}.${++fulls}`);
        file = await openAppend(path, from);
        inFile = 0;
      }
      const line = `${JSON.stringify(record)}\n`;
      await writeAll(file, new TextEncoder().encode(line));
      inFile++;
      records++;
    },
    sync: () => file.sync(),
    close: () => file.close(),
  };
}

/**
 * The records of a log in the order in which they were written; a last line
 * that was not finished is left out.
 *
 * @throws {TownletError} that names the line which is no record
 */
export async function readMetricsLog(
  path: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const kind: FileKind = {
    what: WHAT,
    limit: LOG_BYTES_MAX,
    from: dirname(path),
  };
  const parts = await fullFiles(path);
  const records: Readonly<Record<string, unknown>>[] = [];
  for (const part of [...parts, path]) {
    // After a cut, the latest full file may be the end.
    if (part === path && parts.length > 0 && !await isThere(path)) break;
    const lines = (await readText(part, kind)).split("\n").slice(0, -1);
    for (const [i, line] of lines.entries()) {
      records.push(recordOf(line, `${part}:${i + 1}`));
    }
  }
  return records;
}

async function openAppend(path: string, from: string): Promise<Deno.FsFile> {
  const file = await openStream(path, {
    what: WHAT,
    isKind: (head) => head[0] === 0x7b,
    append: true,
    from,
  });
  // Some systems know no locks.
  const isOurs = Deno.build.os === "windows" ||
    await file.tryLock(true).catch(() => true);
  if (isOurs) return file;
  file.close();
  throw new TownletError("Another training writes to this log", {
    code: "run.taken",
    where: path,
    hint: "Wait until it is done, or end it",
    exit: EXIT.failed,
  });
}

/** What is left of a log that was cut. */
interface Cut {
  /** Records in all its files. */
  readonly records: number;
  /** Records in the file that is written. */
  readonly inFile: number;
  /** Files that are full. */
  readonly fulls: number;
  /** Whether a file that was full is the one that is written now. */
  readonly moved: boolean;
}

/** Cuts off what comes after so many records, and a line without its end. */
async function cutTo(path: string, keep: number): Promise<Cut> {
  const parts = await fullFiles(path);
  let records = 0;
  for (const [i, part] of parts.entries()) {
    const { lines, bytes } = await linesOf(part, keep - records);
    records += lines;
    if (bytes === (await Deno.lstat(part)).size) continue;
    // The first file that is not kept whole is the one that is written.
    for (const later of parts.slice(i + 1)) await Deno.remove(later);
    await Deno.truncate(part, bytes);
    await Deno.rename(part, path);
    return { records, inFile: lines, fulls: i, moved: true };
  }
  const { lines, bytes } = await linesOf(path, keep - records);
  await Deno.truncate(path, bytes);
  records += lines;
  return { records, inFile: lines, fulls: parts.length, moved: false };
}

/** How many whole lines a file has, `most` at most, and their bytes. */
async function linesOf(
  path: string,
  most: number,
): Promise<{ readonly lines: number; readonly bytes: number }> {
  using file = await openInput(path, { what: WHAT });
  const chunk = new Uint8Array(CHUNK_BYTES);
  let lines = 0;
  let bytes = 0;
  for (let at = 0; lines < most;) {
    const read = await file.read(chunk);
    if (read === null) break;
    for (let i = 0; i < read && lines < most; i++) {
      if (chunk[i] !== NEWLINE) continue;
      lines++;
      bytes = at + i + 1;
    }
    at += read;
  }
  return { lines, bytes };
}

/** The full files of a log, the first first. */
async function fullFiles(path: string): Promise<readonly string[]> {
  const start = `${basename(path)}.`;
  const numbers: number[] = [];
  for await (const { name } of Deno.readDir(dirname(path))) {
    const rest = name.startsWith(start) ? name.slice(start.length) : "";
    if (/^[1-9]\d{0,8}$/.test(rest)) numbers.push(Number(rest));
  }
  return numbers.sort((a, b) => a - b)
    .map((number) => join(dirname(path), start + number));
}

function recordOf(
  line: string,
  where: string,
): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return { ...value };
    }
  } catch {
    // Told below.
  }
  throw new TownletError("The line is no record of a training", {
    code: "metrics.line",
    where,
    hint: "Take the log as it was written",
  });
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
