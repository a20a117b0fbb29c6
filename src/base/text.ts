/** Text from outside, made safe to show. @module */

/**
 * Control characters, line ends, and the marks that turn the direction of
 * text or hide in it.
 */
const UNSAFE =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;

/**
 * Most bytes of UTF-8 of a text that becomes a line for people. With what
 * stands before it, colours and the line's end, a line has 2 KiB at most.
 */
export const RECORD_BYTES_MAX = 2000;

/** The text with every unsafe character written as `\u001b` and the like. */
export function escapeText(text: string): string {
  return text.replace(
    UNSAFE,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The text on one line, without any unsafe character. */
export function stripText(text: string): string {
  return text.replace(/\s+/g, " ").replace(UNSAFE, "").trim();
}

/**
 * The escaped text, cut to at most `room` bytes of UTF-8; what was cut ends
 * in `…`.
 */
export function recordText(text: string, room = RECORD_BYTES_MAX): string {
  const escaped = escapeText(text.slice(0, room));
  const { read } = new TextEncoder().encodeInto(escaped, new Uint8Array(room));
  if (read === escaped.length && text.length <= room) return escaped;
  const bytes = new Uint8Array(room - ELLIPSIS_BYTES);
  const kept = new TextEncoder().encodeInto(escaped, bytes).read;
  return `${escaped.slice(0, kept)}…`;
}

/** Bytes of `…`. */
const ELLIPSIS_BYTES = 3;
