/** How rules that read several values tell of faults. @module */
import { type Finding, type KeyPath, showValue } from "./fault.ts";
import type { Tile } from "./schema.ts";

/** Tells of a fault. */
export type Report = (
  path: KeyPath,
  what: string,
  more?: {
    /** What was found; it is shown. */
    readonly got?: unknown;
    /** What to do. */
    readonly hint?: string;
    /** Where to point, at the value unless said otherwise. */
    readonly at?: Finding["at"];
  },
) => void;

/** Tells of a tile that does not lie on the grid; null always does. */
export function reportTile(
  tile: Tile | null,
  path: KeyPath,
  grid: readonly [number, number],
  report: Report,
): void {
  if (tile === null || tile[0] < grid[0] && tile[1] < grid[1]) return;
  report(path, "must lie on the grid", {
    got: tile,
    hint: `world.grid_size is [${grid.join(", ")}]`,
  });
}

/** Everything that `rules` report, in their order. */
export function collectFindings(
  rules: (report: Report) => void,
): readonly Finding[] {
  const findings: Finding[] = [];
  rules((path, what, { got, hint = null, at = "value" } = {}) => {
    const shown = got === undefined ? null : showValue(got);
    findings.push({ path, at, what, got: shown, hint });
  });
  return findings;
}
