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
}

/** Blanks between two columns. */
const GAP = "  ";

/** The lines of a table: headings, then rows. Cells are safe to show already. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  paint: Paint,
): string[] {
  const widths = columns.map(({ heading }, i) =>
    Math.max(widthOf(heading), ...rows.map((row) => widthOf(row[i])))
  );
  const line = (cells: readonly string[]) =>
    columns.map(({ right }, i) =>
      right ? padStart(cells[i], widths[i]) : padEnd(cells[i], widths[i])
    ).join(GAP).trimEnd();
  return [
    paint.dim(line(columns.map(({ heading }) => heading))),
    ...rows.map(line),
  ];
}
