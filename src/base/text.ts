/** Text from outside, made safe to show. @module */

/**
 * Control characters, line ends, and the marks that turn the direction of
 * text or hide in it.
 */
const UNSAFE =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** The text with every unsafe character written as `\u001b` and the like. */
export function escapeText(text: string): string {
  return text.replace(
    UNSAFE,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
