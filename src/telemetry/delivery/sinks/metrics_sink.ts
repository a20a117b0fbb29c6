/** A file of metrics, which is replaced as a whole. @module */
import {
  checkOutput,
  type OutputKind,
  writeFile,
} from "../../../security/paths.ts";
import { kindOf } from "./file_sink.ts";

/** Checks that a file of metrics can be written; throws as writing does. */
export async function checkMetrics(path: string): Promise<void> {
  await checkOutput(path, metricsKind(path));
}

/** Puts a text of metrics in the place of a file. */
export async function writeMetrics(path: string, text: string): Promise<void> {
  await writeFile(path, text, metricsKind(path));
}

function metricsKind(path: string): OutputKind {
  return {
    ...kindOf(path),
    what: "metrics",
    isKind: (head) => new TextDecoder().decode(head).startsWith("# HELP "),
  };
}
