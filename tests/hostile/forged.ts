/** Snapshots changed by somebody who knows how they are made. @module */
import { sha256Hex } from "../../src/base/hash.ts";

/**
 * A snapshot with its header or its state changed; the digest and the length
 * fit the state, as a forger would see to.
 */
export function forged(
  text: string,
  change: (value: unknown) => unknown,
  part: "header" | "state",
): string {
  const [header, state] = text.trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );
  const line = JSON.stringify(part === "state" ? change(state) : state) ?? "";
  const fitting = {
    ...header,
    state_bytes: new TextEncoder().encode(line).length,
    state_sha256: sha256Hex(line),
  };
  const first = part === "header" ? change(fitting) : fitting;
  return `${JSON.stringify(first) ?? ""}\n${line}\n`;
}
