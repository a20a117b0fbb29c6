/** Frames of a recording, for programs that want no more than that. @module */
import { EXIT, TownletError } from "../../base/error.ts";
import { escapeText } from "../../base/text.ts";
import type { CheckOptions } from "./check.ts";
import type { Frame } from "./envelope.ts";
import { type Read, readRecording, type Source } from "./recording.ts";

/** What a reader insists on, and what it does with lines that are wrong. */
export interface ReaderOptions extends CheckOptions {
  /**
   * Told of each line that is wrong or cut off; reading goes on with the next
   * connection. Without it reading ends with an error.
   */
  readonly onFault?: (read: Read) => void;
}

/**
 * The frames of a recording, checked and without those that came twice.
 *
 * ```ts ignore
 * const view = new StateView();
 * for await (const frame of new TelemetryReader("out/town.ndjson")) {
 *   view.apply(frame);
 * }
 * console.log(view.state("agents"));
 * ```
 */
export class TelemetryReader implements AsyncIterable<Frame> {
  readonly #source: Source;
  readonly #options: ReaderOptions;

  /** Reads a file, a folder of files, or bytes as they arrive. */
  constructor(source: Source, options: ReaderOptions = {}) {
    this.#source = source;
    this.#options = options;
  }

  /**
   * Reads from the beginning, frame by frame.
   *
   * Throws a {@link TownletError}: `telemetry.line` for a line that is wrong
   * (exit code 1) unless somebody is told of faults, others for files that
   * cannot be read.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Frame> {
    const { onFault, ...check } = this.#options;
    for await (const read of readRecording(this.#source, check)) {
      const { verdict } = read;
      if (verdict.kind === "frame") yield verdict.frame;
      if (verdict.kind === "frame" || verdict.kind === "duplicate") continue;
      if (onFault !== undefined) onFault(read);
      else if (verdict.kind !== "truncated") {
        throw lineError(read, verdict.message);
      }
    }
  }
}

/** Where a line is, for people: `out/town.ndjson:12 (byte 4711)`. */
export function placeOf({ file, line }: Read): string {
  return `${file ?? "-"}:${line.number} (byte ${line.offset})`;
}

/** The error for a line that is wrong. */
export function lineError(read: Read, message: string): TownletError {
  return new TownletError(`This line ${escapeText(message)}`, {
    code: "telemetry.line",
    where: placeOf(read),
    hint: read.line.number === 1
      ? "A recording begins with a hello; see docs/telemetry.md"
      : undefined,
    exit: EXIT.failed,
  });
}
