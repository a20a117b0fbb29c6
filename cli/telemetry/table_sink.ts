/** Where the rows of a table go. @module */
import type { Row } from "./columns.ts";

/** Takes rows, one by one. */
export interface TableSink extends Disposable {
  /** Takes a row. */
  write(row: Row): void;
  /** Writes what is left; the table is whole then. */
  close(): Promise<void>;
}
