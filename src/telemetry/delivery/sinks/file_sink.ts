/**
 * Files of frames: one that is written, and those that are full.
 *
 * What is written goes to the end of the one file. Once it is full it gets a
 * number behind its name, and a new one takes its place; the highest number is
 * the latest.
 * @module
 */
import { basename, dirname, isAbsolute, join } from "node:path";
import { EXIT, TownletError } from "../../../base/error.ts";
import type { FileTransport } from "../../../config/transport.ts";
import {
  checkWay,
  fill,
  openStream,
  writeAll,
} from "../../../security/paths.ts";
import { type Link, type Sink, SinkFault } from "../sink.ts";

/** How files are written. */
export interface FileSinkOptions
  extends Pick<FileTransport, "file_path" | "file"> {
  /** Whether what is there is removed first. */
  readonly anew: boolean;
  /** Whether nobody else may be writing there. */
  readonly alone: boolean;
}

/** Bytes that are looked through at a time for the end of a line. */
const CHUNK_BYTES = 64 << 10;

const NEWLINE = 0x0a;

/** Opens a sink, and its file at once, so that what is wrong is told. */
export async function openFileSink(
  options: FileSinkOptions,
): Promise<Sink & { readonly bytes: number }> {
  const { file_path, anew } = options;
  let opened: Deno.FsFile | null = await openAppend(options);
  if (anew) {
    for (const full of await fullFiles(file_path)) await Deno.remove(full.path);
    await opened.truncate();
    await opened.seek(0, Deno.SeekMode.Start);
  }
  return {
    bytes: (await opened.stat()).size,
    async open() {
      const first = opened ?? await openAppend(options);
      opened = null;
      return fileLink(options, first);
    },
  };
}

async function openAppend(
  { file_path: path, alone }: FileSinkOptions,
): Promise<Deno.FsFile> {
  const kind = { ...kindOf(path), isKind: isTelemetry, append: true };
  const file = await openStream(path, kind);
  try {
    if (!await lock(file) && alone) {
      throw new TownletError("Another town writes to this file", {
        code: "telemetry.file_taken",
        where: path,
        hint: "Give each town, and each transport, a file of its own",
        exit: EXIT.failed,
      });
    }
    await cutToLine(file);
  } catch (error) {
    file.close();
    throw error;
  }
  return file;
}

/** Takes a file for oneself until it is closed; false: somebody else did. */
async function lock(file: Deno.FsFile): Promise<boolean> {
  // There, nobody could even read it.
  if (Deno.build.os === "windows") return true;
  // Some file systems know no locks.
  return await file.tryLock(true).catch(() => true);
}

/**
 * What a file is called in messages, and the folder from which no link may lead
 * to it.
 */
export function kindOf(
  path: string,
): { readonly what: string; readonly from: string } {
  return {
    what: "telemetry",
    from: isAbsolute(path) ? dirname(dirname(path)) : ".",
  };
}

/** Whether a file begins as one of frames does. */
function isTelemetry(head: Uint8Array): boolean {
  return /^\{"v":\d+,"sid":"/.test(new TextDecoder().decode(head));
}

function fileLink(options: FileSinkOptions, first: Deno.FsFile): Link {
  const { file_path: path, file: settings } = options;
  let file = first;
  return {
    acks: false,
    ended: new Promise(() => {}),
    write: (lines) => writeAll(file, lines),
    async rotate() {
      const full = await fullFiles(path);
      const last = full.at(-1)?.number ?? 0;
      const name = `${stemOf(path)}.${numberText(last + 1)}.ndjson`;
      await file.sync();
      await checkWay(path, kindOf(path));
      await checkThere(file, path);
      await Deno.rename(path, name);
      const next = await openAppend(options);
      file.close();
      file = next;
      if (settings.gzip) await compress(name);
      const kept = await fullFiles(path);
      for (const old of kept.slice(0, -settings.keep)) {
        await Deno.remove(old.path);
      }
    },
    async close() {
      try {
        await file.sync();
      } finally {
        file.close();
      }
    },
  };
}

/** The file must still stand where it was opened (rule F2). */
async function checkThere(file: Deno.FsFile, path: string): Promise<void> {
  const there = await Deno.lstat(path);
  const { ino, dev } = await file.stat();
  if (there.ino === ino && there.dev === dev) return;
  throw new SinkFault("the file was exchanged (rule F2)");
}

/** Full files of a path, lowest number first. */
async function fullFiles(
  path: string,
): Promise<{ readonly number: number; readonly path: string }[]> {
  const stem = `${basename(stemOf(path))}.`;
  const files: { readonly number: number; readonly path: string }[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(dirname(path))) {
      const rest = name.startsWith(stem) ? name.slice(stem.length) : "";
      const match = /^(\d{6,9})\.ndjson(?:\.gz)?$/.exec(rest);
      if (match === null || !isFile) continue;
      files.push({ number: Number(match[1]), path: join(dirname(path), name) });
    }
  } catch (error) {
    // The folder is made when the file is.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return files.sort((a, b) => a.number - b.number);
}

/** A path without the ending of its name. */
function stemOf(path: string): string {
  return path.replace(/(?<=[^/\\])\.[^./\\]*$/, "");
}

function numberText(number: number): string {
  return String(number).padStart(6, "0");
}

/** Puts a file's compressed form in its place. */
async function compress(path: string): Promise<void> {
  const temporary = `${path}.gz.${crypto.randomUUID()}.tmp`;
  const target = await Deno.open(temporary, {
    write: true,
    createNew: true,
    mode: 0o600,
  });
  let done = false;
  try {
    const source = await Deno.open(path);
    const compressed = source.readable.pipeThrough(
      new CompressionStream("gzip"),
    );
    for await (const bytes of compressed) await writeAll(target, bytes);
    await target.sync();
    await Deno.rename(temporary, `${path}.gz`);
    await Deno.remove(path);
    done = true;
  } finally {
    target.close();
    if (!done) await Deno.remove(temporary);
  }
}

/**
 * Takes off the end of a file what is no whole line, as a crash leaves it, and
 * goes there.
 */
async function cutToLine(file: Deno.FsFile): Promise<void> {
  const { size } = await file.stat();
  let end = size;
  const chunk = new Uint8Array(CHUNK_BYTES);
  while (end > 0) {
    const from = Math.max(0, end - CHUNK_BYTES);
    await file.seek(from, Deno.SeekMode.Start);
    const read = await fill(file, chunk.subarray(0, end - from));
    const at = chunk.subarray(0, read).lastIndexOf(NEWLINE);
    if (at >= 0) {
      end = from + at + 1;
      break;
    }
    end = from;
  }
  if (end < size) await file.truncate(end);
  await file.seek(end, Deno.SeekMode.Start);
}
