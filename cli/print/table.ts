/** Tables of text, aligned by display width. @module */
import type { Paint } from "./paint.ts";
import { padEnd, padStart } from "./text.ts";
import { widthOf } from "./width.ts";

/** A column of a table. */
export interface Column {
  /** Its heading. */
  readonly heading: string;
  /** True for numbers: aligned to the right. */
  readonly right?: boolean;
  /** Where it is too narrow for all: 1 for what is left out first, and so on. */
  readonly spare?: number;
}

/** Blanks between two columns. */
const GAP = "  ";

/**
 * The lines of a table: headings, then rows. Cells are safe to show already.
 *
 * With `room`, columns that can be spared are left out until it is enough.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  paint: Paint,
  room: number = Infinity,
): string[] {
  const widths = columns.map(({ heading }, i) =>
    Math.max(widthOf(heading), ...rows.map((row) => widthOf(row[i])))
  );
  const shown = fitting(columns, widths, room);
  const line = (cells: readonly string[]) =>
    shown.map((i) =>
      columns[i].right
        ? padStart(cells[i], widths[i])
        : padEnd(cells[i], widths[i])
    ).join(GAP).trimEnd();
  return [
    paint.dim(line(columns.map(({ heading }) => heading))),
    ...rows.map(line),
  ];
}

/** Indexes of the columns that there is room for. */
function fitting(
  columns: readonly Column[],
  widths: readonly number[],
  room: number,
): readonly number[] {
  let shown = [...columns.keys()];
  const spare = shown.filter((i) => columns[i].spare !== undefined)
    .sort((a, b) => (columns[a].spare ?? 0) - (columns[b].spare ?? 0));
  const needed = () =>
    shown.reduce((sum, i) => sum + widths[i] + GAP.length, -GAP.length);
  for (const column of spare) {
    if (needed() <= room) break;
    shown = shown.filter((i) => i !== column);
  }
  return shown;
}
