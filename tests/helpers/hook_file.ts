/** Files of hooks for tests. @module */
import { sha256Hex } from "../../src/base/hash.ts";
import type { HookSettings, HookSource } from "../../src/config/hooks.ts";

/** A hook that answers with what an expression of its context gives. */
export function hookText(answer: string, name = "on_x"): string {
  return `export default { names: ["${name}"], call(ctx) { return ${answer}; } };\n`;
}

/** Writes a hook into the folder `hooks` of a folder; gives its entry. */
export function writeHook(
  folder: string,
  name: string,
  text: string,
  names: readonly string[] = ["on_x"],
): HookSource {
  Deno.mkdirSync(`${folder}/hooks`, { recursive: true });
  Deno.writeTextFileSync(`${folder}/hooks/${name}.js`, text);
  return {
    specifier: `./hooks/${name}.js`,
    sha256: sha256Hex(new TextEncoder().encode(text)),
    names,
  };
}

/** Settings that allow these entries, in time enough for a busy machine. */
export function hookSettings(
  allow: readonly HookSource[],
  more: Partial<HookSettings> = {},
): HookSettings {
  return {
    allow,
    root: ".",
    allow_unpinned: false,
    on_fault: "halt",
    call_timeout_ms: 1000,
    tick_budget_ms: 5000,
    ...more,
  };
}
