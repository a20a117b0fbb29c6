/** Nothing from outside becomes a pattern, markup or a format. @module */
import { assertEquals } from "@std/assert";
import { loadConfig } from "../../src/config/load.ts";
import { SHORTEST } from "../helpers/config_text.ts";
import { codeOf, filesBelow } from "../helpers/sources.ts";

/** Places that make a pattern of a text, and where that text comes from. */
const PATTERNS: Readonly<Record<string, string>> = {
  "src/telemetry/schema/check.ts": "schemas of our own, in the same folder",
};

/** Ways to hand a text to a reader of markup or of a format. */
const MARKUP =
  /\b(?:innerHTML|outerHTML|insertAdjacentHTML|DOMParser|srcdoc|document\s*\.\s*write|format\s*\(\s*["'`]%)/;

const files = [...filesBelow("src", ".ts"), ...filesBelow("cli", ".ts")];

function filesWith(pattern: RegExp): readonly string[] {
  return files.filter((file) =>
    pattern.test(codeOf(Deno.readTextFileSync(file)))
  );
}

Deno.test("I5: patterns are literals, but for those made of constants", () => {
  assertEquals(filesWith(/\bRegExp\s*\(/), Object.keys(PATTERNS));
});

Deno.test("I5: no text is handed to a reader of markup", () => {
  assertEquals(filesWith(MARKUP), []);
});

Deno.test("I6: nothing in a configuration is replaced from the environment", async () => {
  const text = SHORTEST.replace(
    "config_id: t",
    "config_id: ${HOME} $(id) %PATH%",
  );
  assertEquals((await loadConfig(text)).config_id, "${HOME} $(id) %PATH%");
  // The environment is asked where people ask for it, for keys that a town
  // names by their variable, and for where the runtime exports to.
  assertEquals(
    filesWith(/\bDeno\s*\.\s*env\b|\bprocess\s*\.\s*env\b/)
      .filter((file) => !file.startsWith("cli/")),
    ["src/security/key_files.ts", "src/security/otel.ts"],
  );
});
