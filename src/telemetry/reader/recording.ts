/** Recordings, read line by line and checked. @module */
import { type CheckOptions, StreamCheck, type Verdict } from "./check.ts";
import { chunksOf, filesOf } from "./files.ts";
import { type Line, readLines } from "./line.ts";

/** Bytes as they arrive, or the path of a file or a folder. */
export type Source = string | AsyncIterable<Uint8Array>;

/** A line of a recording, where it was, and what came of it. */
export interface Read {
  /** Path of the file, or null: it came as bytes. */
  readonly file: string | null;
  /** The line. */
  readonly line: Line;
  /** What came of it. */
  readonly verdict: Verdict | { readonly kind: "truncated" };
}

/**
 * The lines of a recording, each with what came of it.
 *
 * Throws a TownletError for files that cannot be read, and for none at all.
 */
export async function* readRecording(
  source: Source,
  options: CheckOptions,
): AsyncGenerator<Read> {
  if (typeof source !== "string") {
    return yield* readSource(null, source, options);
  }
  const seen = options.seen ?? new Map();
  for (const { path } of await filesOf(source)) {
    yield* readFile(path, { ...options, seen });
  }
}

/** The lines of one file. */
export async function* readFile(
  path: string,
  options: CheckOptions,
): AsyncGenerator<Read> {
  yield* readSource(path, chunksOf(path), options);
}

async function* readSource(
  file: string | null,
  chunks: AsyncIterable<Uint8Array>,
  options: CheckOptions,
): AsyncGenerator<Read> {
  const check = new StreamCheck(options);
  for await (const line of readLines(chunks)) {
    yield { file, line, verdict: verdictOn(line, check) };
  }
}

/** A line that has no end was cut off, or is still being written. */
export function verdictOn(line: Line, check: StreamCheck): Read["verdict"] {
  return line.ended ? check.accept(line.bytes) : { kind: "truncated" };
}
