/** Where hooks come from: an entry of the list of those that are allowed. @module */

/** One listed source of hooks. */
export interface HookSource {
  /** `townlet:default`, or `./hooks/NAME.js` below the hooks' root. */
  readonly specifier: string;
  /** SHA-256 of the file in hexadecimal; null for built-in hooks. */
  readonly sha256: string | null;
  /** Hooks the file says it has; empty for built-in hooks. */
  readonly names: readonly string[];
}

/** Specifier of the hooks that are part of Townlet. */
export const DEFAULT_SPECIFIER = "townlet:default";

/** Whether an entry names a file. */
export function isHookFile({ specifier }: HookSource): boolean {
  return specifier !== DEFAULT_SPECIFIER;
}
