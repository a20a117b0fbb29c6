/** `--verify-key`: the keys that signatures are checked with. @module */
import { text } from "@optique/core/message";
import { multiple } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import type { ValueParser, ValueParserResult } from "@optique/core/valueparser";
import { TownletError } from "../../src/base/error.ts";
import { readKey } from "../../src/security/key_files.ts";
import { says } from "../flags.ts";

/** A key of the command line: its name, and the file it is in. */
export interface NamedKey {
  /** Name of the key in signatures. */
  readonly id: string;
  /** Path of its file. */
  readonly file: string;
}

const namedKey: ValueParser<"sync", NamedKey> = {
  mode: "sync",
  metavar: "ID=FILE",
  placeholder: { id: "k1", file: "" },
  parse(input): ValueParserResult<NamedKey> {
    const at = input.indexOf("=");
    const id = input.slice(0, at);
    const file = input.slice(at + 1);
    return at > 0 && /^[A-Za-z0-9_-]{1,32}$/.test(id) && file !== ""
      ? { success: true, value: { id, file } }
      : { success: false, error: [text(`${input} is no ID=FILE`)] };
  },
  format: ({ id, file }) => `${id}=${file}`,
};

/** `--verify-key ID=FILE`, any number of times. */
export const verifyKeyFlag = multiple(
  option(
    "--verify-key",
    namedKey,
    says("A key that signs, and its name; may be repeated"),
  ),
);

/** Reads the keys; throws a TownletError for one that is named twice. */
export async function loadKeys(
  named: readonly NamedKey[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const keys = new Map<string, Uint8Array>();
  for (const { id, file } of named) {
    if (keys.has(id)) {
      throw new TownletError(`The key ${id} is given twice`, {
        code: "usage",
        hint: "Give each key a name of its own",
      });
    }
    const what = `key ${id}`;
    keys.set(
      id,
      await readKey(file, {
        allowLoose: false,
        onLoose: () => {},
        what,
      }),
    );
  }
  return keys;
}
