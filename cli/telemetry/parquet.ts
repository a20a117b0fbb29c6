/** Tables as Parquet. @module */
import type { ColumnSource } from "hyparquet-writer";
import { openStream } from "../../src/security/paths.ts";
import { type Row, type TableColumn, textOf } from "./columns.ts";
import type { TableSink } from "./table_sink.ts";

/** Rows that are written together. */
const GROUP_ROWS = 20_000;

/** How every such file begins. */
const MAGIC = "PAR1";

/** Types of columns. */
const TYPES = { number: "DOUBLE", boolean: "BOOLEAN", text: "STRING" } as const;

/** Opens a table; one that is there already is written anew. */
export async function openParquet(
  path: string,
  columns: readonly TableColumn[],
): Promise<TableSink> {
  const { ByteWriter, ParquetWriter, schemaFromColumnData } = await import(
    "hyparquet-writer"
  );
  const file = await openStream(path, {
    what: "table",
    append: false,
    isKind: (head) => new TextDecoder().decode(head).startsWith(MAGIC),
  });
  const bytes = new ByteWriter();
  const flush = () => {
    const piece = bytes.getBytes();
    for (let done = 0; done < piece.length;) {
      done += file.writeSync(piece.subarray(done));
    }
    bytes.index = 0;
  };
  const writer = new ParquetWriter({
    writer: bytes,
    schema: schemaFromColumnData({ columnData: dataOf(columns, []) }),
    createdBy: "townlet",
  });
  let rows: Row[] = [];
  const writeGroup = () => {
    // Types are in the schema already.
    const columnData = dataOf(columns, rows)
      .map(({ name, data }) => ({ name, data }));
    writer.write({ columnData, rowGroupSize: GROUP_ROWS });
    rows = [];
    flush();
  };
  return {
    write(row) {
      rows.push(row);
      if (rows.length === GROUP_ROWS) writeGroup();
    },
    async close() {
      if (rows.length > 0) writeGroup();
      writer.finish();
      flush();
      await file.sync();
    },
    [Symbol.dispose]: () => file.close(),
  };
}

/** Rows column by column. */
function dataOf(
  columns: readonly TableColumn[],
  rows: readonly Row[],
): ColumnSource[] {
  return columns.map(({ name, kind }) => ({
    name,
    type: TYPES[kind],
    nullable: name !== "t",
    data: rows.map(({ [name]: value }) =>
      value === undefined ? null : kind === "text" ? textOf(value) : value
    ),
  }));
}
