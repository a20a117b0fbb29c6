/** How people name a town: a file, or one that comes with the program. @module */
import { fileURLToPath } from "node:url";
import { text } from "@optique/core/message";
import { string, type ValueParser } from "@optique/core/valueparser";
import { escapeText } from "../src/base/text.ts";

/** Towns that come with the program, each `configs/NAME.yaml`. */
const SHIPPED = ["town", "city", "hamlet"];

/** What comes before the name of a town that comes with the program. */
const SCHEME = "townlet:";

/** The town a command reads when none is named: its name and its path. */
export const DEFAULT_TOWN: { readonly name: string; readonly path: string } =
  Deno.build.standalone
    ? { name: `${SCHEME}town`, path: shippedPath("town") }
    : { name: "configs/town.yaml", path: "configs/town.yaml" };

const fileName = string({ metavar: "FILE" });

/**
 * Reads the path of a town, or `townlet:NAME` as the path of one that comes
 * with the program: in the source tree, or inside the binary.
 */
export const townFile: ValueParser<"sync", string> = {
  ...fileName,
  parse(input) {
    if (!input.startsWith(SCHEME)) return fileName.parse(input);
    const name = input.slice(SCHEME.length);
    if (SHIPPED.includes(name)) {
      return { success: true, value: shippedPath(name) };
    }
    const names = SHIPPED.map((name) => SCHEME + name).join(", ");
    return {
      success: false,
      error: [text(`${escapeText(input)} is none of ${names}`)],
    };
  },
};

function shippedPath(name: string): string {
  return fileURLToPath(new URL(`../configs/${name}.yaml`, import.meta.url));
}
