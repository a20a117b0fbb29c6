/** The tables of a dataset as Parquet. @module */
import { join } from "node:path";
import type { Dataset } from "../../src/training/dataset/dataset.ts";
import type { TableColumn } from "../telemetry/columns.ts";
import { openParquet } from "../telemetry/parquet.ts";

/** A row of a table. */
type Row = Readonly<Record<string, number | string>>;

/** Writes `episodes.parquet` and `metrics.parquet` beside their tables. */
export async function writeParquet(
  { where, episodes, metrics }: Dataset,
): Promise<void> {
  await writeTable(
    join(where, "episodes.parquet"),
    episodes.map((episode) => ({ ...episode })),
  );
  await writeTable(
    join(where, "metrics.parquet"),
    metrics.map(({ shard, index, metrics }) => ({ shard, index, ...metrics })),
  );
}

async function writeTable(path: string, rows: readonly Row[]): Promise<void> {
  const [first = {}] = rows;
  const columns = Object.entries(first).map(([name, value]): TableColumn => ({
    name,
    kind: typeof value === "number" ? "number" : "text",
  }));
  using sink = await openParquet(path, columns);
  for (const row of rows) sink.write(row);
  await sink.close();
}
