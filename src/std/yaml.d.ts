/** What is used of the standard library's YAML. @module */

/**
 * Reads one YAML document.
 *
 * Throws an error named `YamlSyntaxError`, whose message ends in the place and
 * a picture of it, and a `RangeError` when the text nests too deeply.
 */
export function parse(
  content: string,
  options: { readonly schema: "core" },
): unknown;

/** Writes a plain value as one YAML document, in block style. */
export function stringify(
  value: unknown,
  options?: {
    readonly schema?: "core";
    /** Whether a value met again becomes an alias; so it does by default. */
    readonly useAnchors?: boolean;
  },
): string;
