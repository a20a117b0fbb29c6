/** Plain JSON: what a snapshot may hold beside columns. @module */

/** A value that JSON gives back exactly as it was. */
export type Plain =
  | null
  | boolean
  | number
  | string
  | readonly Plain[]
  | { readonly [key: string]: Plain };

/** Keys that no object may have: runtimes reach their insides through them. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  "__proto__",
  "constructor",
  "prototype",
]);

/**
 * Checks that JSON gives the value back exactly.
 *
 * Throws a TypeError that names the place of the first thing it would lose or
 * change: numbers that are not finite, −0, undefined, functions, holes, class
 * instances, forbidden keys.
 */
export function checkPlain(
  value: unknown,
  place: string,
): asserts value is Plain {
  switch (typeof value) {
    case "boolean":
    case "string":
      return;
    case "number":
      if (Number.isFinite(value) && !Object.is(value, -0)) return;
      break;
    case "object":
      if (value === null) return;
      if (Array.isArray(value)) {
        for (let i = 0; i < value.length; i++) {
          checkPlain(value[i], `${place}[${i}]`);
        }
        return;
      }
      if (Object.getPrototypeOf(value) !== Object.prototype) break;
      for (const [key, member] of Object.entries(value)) {
        if (FORBIDDEN.has(key)) {
          throw new TypeError(`${place} has the forbidden key ${key}`);
        }
        checkPlain(member, `${place}.${key}`);
      }
      return;
  }
  const shown = Object.is(value, -0) ? "-0" : String(value);
  throw new TypeError(`${place} cannot be kept as JSON: ${shown}`);
}

/** Whether a parsed value is an object with members, not a list. */
export function isMembers(
  value: unknown,
): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Deepest nesting of JSON that is read. */
const NESTING_MAX = 64;

/** Most values of JSON that are read: 100 bytes of memory each are a GiB. */
const VALUES_MAX = 10_000_000;

/**
 * Why a text of JSON would cost too much to parse, or null: it nests deeper
 * than {@link NESTING_MAX} or has more than {@link VALUES_MAX} values.
 *
 * Counts brackets and commas, so that nothing is built before. What is no JSON
 * is left to the parser, which stops where it finds that.
 */
export function costFault(text: string): string | null {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"':
        at = closingQuote(text, at);
        break;
      case "[":
      case "{":
        if (++depth > NESTING_MAX) return "nests too deeply";
        values++;
        break;
      case "]":
      case "}":
        depth--;
        break;
      case ",":
        values++;
    }
    if (values > VALUES_MAX) return "has too many values";
  }
  return null;
}

/** Index of the quote that closes the one at `start`, or of the end. */
function closingQuote(text: string, start: number): number {
  for (let at = start;;) {
    at = text.indexOf('"', at + 1);
    if (at < 0) return text.length;
    let escapes = 0;
    while (text[at - 1 - escapes] === "\\") escapes++;
    if (escapes % 2 === 0) return at;
  }
}
