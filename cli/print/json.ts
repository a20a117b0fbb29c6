/** Plain values as lines of JSON. @module */
import { escapeText } from "../../src/base/text.ts";

/**
 * The value as JSON on one line, without its end.
 *
 * What a terminal could obey or turn round is escaped, as it may be in JSON:
 * it reads back as the same value.
 */
export function jsonLine(value: unknown): string {
  return escapeText(JSON.stringify(value));
}
