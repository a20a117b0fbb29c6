/** Tables as CSV (RFC 4180), with a heading. @module */
import { openStream } from "../../src/security/paths.ts";
import { type Row, type TableColumn, textOf } from "./columns.ts";
import type { TableSink } from "./table_sink.ts";

/** Characters collected before they are written. */
const PIECE = 65_536;

/** Opens a table; one that is there already is written anew. */
export async function openCsv(
  path: string,
  columns: readonly TableColumn[],
): Promise<TableSink> {
  const file = await openStream(path, {
    what: "table",
    append: false,
    isKind: (head) => /^t[,\r\n]/.test(new TextDecoder().decode(head)),
  });
  const encoder = new TextEncoder();
  let text = lineOf(columns.map(({ name }) => name));
  const flush = () => {
    const bytes = encoder.encode(text);
    text = "";
    for (let done = 0; done < bytes.length;) {
      done += file.writeSync(bytes.subarray(done));
    }
  };
  return {
    write(row: Row) {
      text += lineOf(columns.map(({ name }) => row[name]));
      if (text.length >= PIECE) flush();
    },
    async close() {
      flush();
      await file.sync();
    },
    [Symbol.dispose]: () => file.close(),
  };
}

function lineOf(values: readonly unknown[]): string {
  return `${values.map(cell).join(",")}\r\n`;
}

function cell(value: unknown): string {
  if (value === undefined) return "";
  const text = textOf(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
