/** Standard output and error, written whole and in order. @module */
import { EXIT, TownletError } from "../../src/base/error.ts";

const encoder = new TextEncoder();

/** Thrown when whoever read our output went away: the run ends quietly. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

/**
 * Writes text to the standard output.
 *
 * Throws {@link OutputClosed} when nobody reads it any more.
 */
export function print(text: string): void {
  try {
    writeAll(Deno.stdout, text);
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) throw new OutputClosed();
    throw new TownletError("Cannot write to the standard output", {
      code: "output",
      exit: EXIT.failed,
      hint: error instanceof Error ? error.message : undefined,
      cause: error,
    });
  }
}

/** Writes text to the standard error; if nobody reads it, nobody minds. */
export function printError(text: string): void {
  try {
    writeAll(Deno.stderr, text);
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** Collects lines and prints them to the standard output in large pieces. */
export interface LinePrinter {
  /** Adds a line. */
  write(line: string): void;
  /** Prints what is left. */
  flush(): void;
}

/** Characters a {@link LinePrinter} collects before it prints. */
const PIECE = 32_768;

/** Opens a printer of many lines. */
export function openLinePrinter(): LinePrinter {
  let lines: string[] = [];
  let size = 0;
  const flush = () => {
    if (size === 0) return;
    const piece = lines.join("");
    lines = [];
    size = 0;
    print(piece);
  };
  return {
    write(line) {
      lines.push(line, "\n");
      size += line.length + 1;
      if (size >= PIECE) flush();
    },
    flush,
  };
}

/** Whether a stream is a terminal that shows colours. */
export function showsColours(stream: "stdout" | "stderr"): boolean {
  return isTerminal(stream) && !Deno.noColor;
}

/** Whether a stream is a terminal. */
export function isTerminal(stream: "stdout" | "stderr"): boolean {
  return (stream === "stdout" ? Deno.stdout : Deno.stderr).isTerminal();
}

/**
 * Columns of the terminal, or undefined where there is none, or one that does
 * not know: it says 0.
 */
export function terminalWidth(): number | undefined {
  try {
    return Deno.consoleSize().columns || undefined;
  } catch {
    return undefined;
  }
}

function writeAll(
  stream: typeof Deno.stdout | typeof Deno.stderr,
  text: string,
): void {
  const bytes = encoder.encode(text);
  let done = 0;
  while (done < bytes.length) done += stream.writeSync(bytes.subarray(done));
}
