/** Hooks of files, played by functions of a test. @module */
import type { HookContext, OutsideHook } from "../../src/world/hooks.ts";

/** A hook that is called by these names, and answers so. */
export function outsideHook(
  names: readonly string[],
  ask: (context: HookContext, random: Uint32Array) => unknown,
  specifier = "./hooks/test.js",
): OutsideHook {
  return { specifier, sha256: "0".repeat(64), names, ask };
}
