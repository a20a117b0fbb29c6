/** `telemetry keygen`: a new key for signatures. @module */
import { dirname } from "node:path";
import { object } from "@optique/core/constructs";
import { constant, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { EXIT } from "../../src/base/error.ts";
import { escapeText } from "../../src/base/text.ts";
import { writeFile } from "../../src/security/paths.ts";
import type { Needs } from "../../src/security/permissions.ts";
import { KEY_BYTES } from "../../src/security/signing.ts";
import { commonFlags, jsonFlag, says } from "../flags.ts";
import { jsonLine } from "../print/json.ts";
import { print } from "../print/output.ts";

/** Flags of the command. */
export const keygenFlags = object({
  part: constant("keygen"),
  out: option("--out", string({ metavar: "FILE" }), says("File of the key")),
  json: jsonFlag,
  ...commonFlags,
});

/** What the flags say. */
export interface KeygenFlags {
  /** Path of the file. */
  readonly out: string;
  /** Whether to print JSON. */
  readonly json: boolean;
}

/** What the command needs. */
export function keygenNeeds({ out }: KeygenFlags): Partial<Needs> {
  return { writes: [dirname(out)] };
}

/** Runs the command. */
export async function runKeygen({ out, json }: KeygenFlags): Promise<number> {
  await writeKey(out);
  if (json) {
    const facts = { format: "townlet.keygen", version: 1, file: out };
    print(jsonLine({ ...facts, bytes: KEY_BYTES }) + "\n");
  } else {
    print(
      `${escapeText(out)} is a key of ${KEY_BYTES} bytes; only you may read it.
A town names it as seen from the town file; whoever checks its signatures has
the same file, and names it with --verify-key k1=FILE:

telemetry:
  sign:
    keys:
      - {id: k1, file: FILE, use: sign}
`,
    );
  }
  return EXIT.done;
}

/**
 * Writes 32 random bytes as text, for the owner's eyes (rule S6). A file that
 * holds something is never replaced.
 */
export async function writeKey(path: string): Promise<void> {
  const key = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  const text = `hex:${key.toHex()}\n`;
  key.fill(0);
  await writeFile(path, text, { what: "key", isKind: null });
}
