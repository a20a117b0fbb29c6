/** A picture on the terminal that is drawn anew as things change. @module */
import { print, showsColours } from "../print/output.ts";
import { openPaint, type Paint } from "../print/paint.ts";

/** Milliseconds between two pictures. */
const PERIOD_MS = 250;

/** Room on a terminal. */
export interface Size {
  /** Columns. */
  readonly width: number;
  /** Lines. */
  readonly height: number;
}

/** A picture, or none. */
export interface Screen extends Disposable {
  /** Whether there is a picture. */
  readonly live: boolean;
}

/** Colours of the standard output. */
export function paintOut(): Paint {
  return openPaint(showsColours("stdout"));
}

/** Begins to draw, where it is wanted; the last picture stays. */
export function openScreen(
  wanted: boolean,
  picture: (size: Size) => readonly string[],
): Screen {
  if (!wanted) return { live: false, [Symbol.dispose]: () => {} };
  const draw = () => {
    const { columns, rows } = Deno.consoleSize();
    const lines = picture({ width: columns || 80, height: (rows || 24) - 1 });
    print(
      `\u001b[H${lines.map((line) => `${line}\u001b[K\n`).join("")}\u001b[J`,
    );
  };
  print("\u001b[2J");
  const timer = setInterval(draw, PERIOD_MS);
  return {
    live: true,
    [Symbol.dispose]() {
      clearInterval(timer);
      draw();
    },
  };
}
