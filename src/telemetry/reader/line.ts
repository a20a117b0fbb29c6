/** Bytes as they arrive, cut into lines. @module */
import { LINE_BYTES_MAX } from "../frame.ts";

/** A line and where it was. */
export interface Line {
  /** Its bytes without the end; of one that is too long, one byte too many. */
  readonly bytes: Uint8Array;
  /** Bytes before it. */
  readonly offset: number;
  /** Its number, from 1. */
  readonly number: number;
  /** False for what stands behind the last end of a line. */
  readonly ended: boolean;
}

const NEWLINE = 0x0a;

/** Bytes kept of a line: enough to tell that it is too long. */
const KEPT_MAX = LINE_BYTES_MAX + 1;

/** Cuts bytes into lines, piece by piece, and keeps no more than a line. */
export class LineSplitter {
  #pieces: Uint8Array[] = [];
  /** Bytes in the pieces. */
  #kept = 0;
  #start = 0;
  #offset = 0;
  #number = 1;

  /** The lines that end in some more bytes, which it may keep parts of. */
  push(bytes: Uint8Array): Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (;;) {
      const end = bytes.indexOf(NEWLINE, from);
      if (end < 0) break;
      this.#keep(bytes.subarray(from, end));
      this.#offset += end + 1 - from;
      lines.push(this.#take(true));
      from = end + 1;
    }
    this.#keep(bytes.subarray(from));
    this.#offset += bytes.length - from;
    return lines;
  }

  /** What is left behind the last end of a line, or null for nothing. */
  end(): Line | null {
    return this.#offset > this.#start ? this.#take(false) : null;
  }

  #keep(bytes: Uint8Array): void {
    const part = bytes.subarray(0, KEPT_MAX - this.#kept);
    if (part.length === 0) return;
    this.#pieces.push(part);
    this.#kept += part.length;
  }

  #take(ended: boolean): Line {
    const line = {
      bytes: this.#pieces.length === 1
        ? this.#pieces[0]
        : joined(this.#pieces, this.#kept),
      offset: this.#start,
      number: this.#number++,
      ended,
    };
    this.#pieces = [];
    this.#kept = 0;
    this.#start = this.#offset;
    return line;
  }
}

/** The lines of a source of bytes, one after the other. */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Line> {
  const splitter = new LineSplitter();
  for await (const chunk of chunks) yield* splitter.push(chunk);
  const last = splitter.end();
  if (last !== null) yield last;
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
