/** A file of metrics, which is replaced as a whole. @module */
import { writeFile } from "../../../security/paths.ts";
import { kindOf } from "./file_sink.ts";

/** Puts a text of metrics in the place of a file. */
export async function writeMetrics(path: string, text: string): Promise<void> {
  await writeFile(path, text, {
    ...kindOf(path),
    what: "metrics",
    isKind: (head) => new TextDecoder().decode(head).startsWith("# HELP "),
  });
}
