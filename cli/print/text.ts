/** Text as columns and words of a terminal. @module */
import { escapeText } from "../../src/base/text.ts";
import { widthOf } from "./width.ts";

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

/** A word as a shell reads it back. */
export function shellWord(word: string): string {
  const shown = escapeText(word);
  return /^[\w./:=@%+,-]+$/.test(shown)
    ? shown
    : `'${shown.replaceAll("'", `'\\''`)}'`;
}
