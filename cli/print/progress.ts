/** A line on the terminal that tells how far a run is. @module */
import { bar } from "./bar.ts";
import { printError, terminalWidth } from "./output.ts";

/** A progress line. */
export interface Progress {
  /** Shows a share of 0 to 1 and a text, not more often than needed. */
  show(share: number, text: () => string): void;
  /** Takes the line away. */
  clear(): void;
}

/** Milliseconds between two pictures. */
const PERIOD_MS = 100;

/** Characters of the bar. */
const BAR = 20;

/** Opens a progress line on the standard error, or one that shows nothing. */
export function openProgress(wanted: boolean): Progress {
  if (!wanted || !Deno.stderr.isTerminal()) {
    return { show: () => {}, clear: () => {} };
  }
  let next = performance.now() + PERIOD_MS;
  let shown = false;
  return {
    show(share, text) {
      const now = performance.now();
      if (now < next) return;
      next = now + PERIOD_MS;
      shown = true;
      printError(`\r\u001b[K${progressLine(share, text(), terminalWidth())}`);
    },
    clear() {
      if (shown) printError("\r\u001b[K");
      shown = false;
    },
  };
}

/**
 * A bar and a text where there is room for both, else what fits of the text:
 * a line that wraps cannot be taken away.
 */
export function progressLine(
  share: number,
  text: string,
  width: number = Infinity,
): string {
  const line = `${bar(share, BAR)} ${text}`;
  return line.length < width ? line : text.slice(0, Math.max(0, width - 1));
}
