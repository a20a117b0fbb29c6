/** Text from outside, made safe to show on a terminal. @module */
import { widthOf } from "./width.ts";

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
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The text with blanks after it up to `width` columns. */
export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

/** The text with blanks before it up to `width` columns. */
export function padStart(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - widthOf(text))) + text;
}

/** A number with a comma between thousands, and so many decimals. */
export function number(value: number, decimals = 0): string {
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split(".");
  const sign = value < 0 && Number(value.toFixed(decimals)) !== 0 ? "-" : "";
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ",");
  return sign + grouped + (fraction === undefined ? "" : `.${fraction}`);
}

/** `1 meal`, `2 meals`. */
export function count(value: number, noun: string, plural?: string): string {
  return `${number(value)} ${value === 1 ? noun : plural ?? `${noun}s`}`;
}
