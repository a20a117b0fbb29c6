/** Recordings that are still being written, read as they grow. @module */
import { openInput } from "../../security/paths.ts";
import { TownletError } from "../../base/error.ts";
import { type CheckOptions, type SeenStreams, StreamCheck } from "./check.ts";
import {
  filesOf,
  type Head,
  type Heads,
  readChunks,
  type RecordingFile,
} from "./files.ts";
import { LineSplitter } from "./line.ts";
import { type Read, readFile, verdictOn } from "./recording.ts";

/** Milliseconds between two looks. */
const LOOK_MS = 200;

/** When to stop. */
export interface FollowOptions extends CheckOptions {
  /** Aborted when somebody asks to stop. */
  readonly asked: AbortSignal;
}

/**
 * The lines of a recording, and those that are added to it, until somebody
 * asks to stop. Files that take the place of a full one, and those that come
 * into a folder, are read too; the folder may be empty at first.
 */
export async function* followRecording(
  source: string,
  { asked, ...check }: FollowOptions,
): AsyncGenerator<Read> {
  const seen: SeenStreams = check.seen ?? new Map();
  const options = { ...check, seen };
  const heads: Heads = new Map();
  const known = new Set<string>();
  using tails = new Tails();
  let files: readonly RecordingFile[] = await firstFiles(source, heads);
  while (!asked.aborted) {
    for (const { path, head } of files) {
      if (head === null || known.has(keyOf(head))) continue;
      known.add(keyOf(head));
      if (path.endsWith(".gz")) yield* readFile(path, options);
      else tails.add(await Tail.open({ path, head }, options));
    }
    let grew = false;
    for await (const read of tails.read()) {
      grew = true;
      yield read;
    }
    if (grew) continue;
    tails.closeFull();
    await pause(asked);
    files = await filesNow(source, heads);
  }
}

/** Files that are there at the beginning; a file that is not is a mistake. */
async function firstFiles(
  source: string,
  heads: Heads,
): Promise<readonly RecordingFile[]> {
  const info = await Deno.lstat(source).catch(() => null);
  return info?.isDirectory === true
    ? await filesNow(source, heads)
    : await filesOf(source, heads);
}

/** Files that are there now; for a moment there may be none. */
async function filesNow(
  source: string,
  heads: Heads,
): Promise<readonly RecordingFile[]> {
  try {
    return await filesOf(source, heads);
  } catch (error) {
    const isGone = error instanceof Deno.errors.NotFound ||
      (error instanceof TownletError && error.code === "file.missing");
    if (isGone) return [];
    throw error;
  }
}

/** Waits until it is time to look again, or somebody asks to stop. */
async function pause(asked: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, LOOK_MS);
  asked.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}

function keyOf({ sid, conn }: Head): string {
  return `${sid}.${conn}`;
}

/** The files that grow. */
class Tails implements Disposable {
  #tails: Tail[] = [];

  add(tail: Tail): void {
    this.#tails.push(tail);
  }

  /** What was added to them, file by file. */
  async *read(): AsyncGenerator<Read> {
    for (const tail of this.#tails) yield* tail.read();
  }

  /** Closes those that another one continues. */
  closeFull(): void {
    const isFull = ({ head }: Tail) =>
      this.#tails.some((other) =>
        other.head.sid === head.sid && other.head.conn > head.conn
      );
    this.#tails.filter(isFull).forEach((tail) => tail.close());
    this.#tails = this.#tails.filter((tail) => !isFull(tail));
  }

  [Symbol.dispose](): void {
    this.#tails.forEach((tail) => tail.close());
  }
}

/** A file that grows. */
class Tail {
  readonly head: Head;
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #options: CheckOptions;
  #splitter = new LineSplitter();
  #check: StreamCheck;
  #offset = 0;

  private constructor(
    { path, head }: { readonly path: string; readonly head: Head },
    file: Deno.FsFile,
    options: CheckOptions,
  ) {
    this.head = head;
    this.#path = path;
    this.#file = file;
    this.#options = options;
    this.#check = new StreamCheck(options);
  }

  static async open(
    file: { readonly path: string; readonly head: Head },
    options: CheckOptions,
  ): Promise<Tail> {
    const opened = await openInput(file.path, { what: "recording" });
    return new Tail(file, opened, options);
  }

  /** What was added since the last time. */
  async *read(): AsyncGenerator<Read> {
    await this.#beginAnew();
    for await (const chunk of readChunks(this.#file)) {
      this.#offset += chunk.length;
      for (const line of this.#splitter.push(chunk)) {
        const verdict = verdictOn(line, this.#check);
        yield { file: this.#path, line, verdict };
      }
    }
  }

  close(): void {
    this.#file.close();
  }

  /** A file that got shorter was begun anew, and so was its stream. */
  async #beginAnew(): Promise<void> {
    if ((await this.#file.stat()).size >= this.#offset) return;
    await this.#file.seek(0, Deno.SeekMode.Start);
    this.#offset = 0;
    this.#splitter = new LineSplitter();
    this.#options.seen?.clear();
    this.#check = new StreamCheck(this.#options);
  }
}
