/** Columns that text takes on a terminal. @module */

/** Ranges of characters two columns wide, by first and last code point. */
const WIDE = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x23e9, 0x23ec],
  [0x2614, 0x2615],
  [0x2648, 0x2653],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
] as const;

/** Marks that join the character before them, and invisible ones. */
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]$/u;

/** Colour sequences of our own making. */
// deno-lint-ignore no-control-regex
const COLOURS = /\u001b\[[0-9;]*m/g;

/** Columns the text takes; colours take none. */
export function widthOf(text: string): number {
  let width = 0;
  for (const char of text.replace(COLOURS, "")) width += columnsOf(char);
  return width;
}

function columnsOf(char: string): number {
  const point = char.codePointAt(0) ?? 0;
  if (point >= 0x20 && point < 0x7f) return 1;
  if (NO_WIDTH.test(char)) return 0;
  return WIDE.some(([first, last]) => point >= first && point <= last) ? 2 : 1;
}
