/** Pictures as files. @module */
import type { OutputKind } from "../../src/security/paths.ts";

/** A picture: what it may replace, and what to call it. */
export const SVG_FILE: OutputKind = {
  what: "picture",
  isKind: (head) => new TextDecoder().decode(head).startsWith("<svg "),
};
