/** Sizes for people. @module */
import { number } from "../print/text.ts";

/** Bytes as `312 bytes`, `8.1 KiB` or `64.0 MiB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1 << 10) return `${number(bytes)} bytes`;
  return bytes < 1 << 20
    ? `${number(bytes / (1 << 10), 1)} KiB`
    : `${number(bytes / (1 << 20), 1)} MiB`;
}
