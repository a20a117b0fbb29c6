/** Key `affordances.hooks`: code that may act when affordances start and end. @module */
import { z } from "zod";
import { DEFAULT_SPECIFIER, type HookSource } from "./hook_source.ts";
import { flag, identifier, int, oneOf, path } from "./schema.ts";

/** Which hooks load and how they are kept in bounds. */
export interface HookSettings {
  /** The only hooks that load, in the order they run. */
  readonly allow: readonly HookSource[];
  /** Folder that contains `hooks/`. */
  readonly root: string;
  /** Whether files without a digest load, in profile dev only. */
  readonly allow_unpinned: boolean;
  /** What a hook that fails does: end the run, or itself be left out. */
  readonly on_fault: "halt" | "disable";
  /** Milliseconds one call may take, 1 to 1000. */
  readonly call_timeout_ms: number;
  /** Milliseconds all calls of a tick may take, 1 to 5000. */
  readonly tick_budget_ms: number;
}

/** The exact form of a hook file's specifier. */
const HOOK_FILE = /^\.\/hooks\/[a-z0-9][a-z0-9_-]{0,63}\.js$/;

/** Largest number of hook files. */
const FILES_MAX = 16;

/** The exact form of the specifier of built-in hooks. */
const HOOK_TABLE = /^townlet:[a-z][a-z0-9_-]{0,63}$/;

const specifier: z.ZodType<string> = z.string().refine(
  (value) => HOOK_TABLE.test(value) || HOOK_FILE.test(value),
  {
    error: `must be ${DEFAULT_SPECIFIER} or ./hooks/NAME.js (rule H2)`,
    abort: true,
  },
).refine((value) => !HOOK_TABLE.test(value) || value === DEFAULT_SPECIFIER, {
  error: `is not built in, ${DEFAULT_SPECIFIER} is (rule H1)`,
});

const source: z.ZodType<HookSource> = z.strictObject({
  specifier: specifier.describe(
    "`townlet:default`, or `./hooks/NAME.js` below the hooks' root",
  ),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, {
    error: "must be 64 hexadecimal digits in lower case",
  }).nullable().prefault(null).describe("SHA-256 of the file in hexadecimal"),
  names: z.array(identifier()).prefault([]).describe(
    "Hooks the file says it has",
  ),
}).check((context) => {
  const { specifier, names, sha256 } = context.value;
  const builtIn = specifier === DEFAULT_SPECIFIER;
  if (builtIn && (sha256 !== null || names.length > 0)) {
    context.issues.push({
      code: "custom",
      message: "built-in hooks take neither sha256 nor names",
      input: context.value,
      path: [sha256 !== null ? "sha256" : "names"],
      params: { at: "key" },
    });
  }
  if (!builtIn && names.length === 0) {
    context.issues.push({
      code: "custom",
      message: "must list the hooks of the file",
      input: context.value,
      path: ["names"],
    });
  }
});

/** Schema of the key `affordances.hooks`. */
export const hooks: z.ZodType<HookSettings> = z.strictObject({
  allow: z.array(source).check((context) => {
    const seen = new Set<string>();
    let files = 0;
    context.value.forEach(({ specifier }, index) => {
      const message = seen.has(specifier)
        ? "is listed twice"
        : specifier !== DEFAULT_SPECIFIER && ++files > FILES_MAX
        ? `is one hook file too many; at most ${FILES_MAX} may be listed`
        : null;
      seen.add(specifier);
      if (message === null) return;
      context.issues.push({
        code: "custom",
        message,
        input: specifier,
        path: [index, "specifier"],
      });
    });
  }).prefault([{ specifier: DEFAULT_SPECIFIER }]).describe(
    "The only hooks that load, in the order they run",
  ),
  root: path().prefault(".").describe("Folder that contains `hooks/`"),
  allow_unpinned: flag().prefault(false).describe(
    "Whether files without a digest load, in profile dev only",
  ),
  on_fault: oneOf("halt", "disable").prefault("halt").describe(
    "What a hook that fails does: end the run, or itself be left out",
  ),
  call_timeout_ms: int(1, 1000).prefault(50).describe(
    "Milliseconds one call may take",
  ),
  tick_budget_ms: int(1, 5000).prefault(250).describe(
    "Milliseconds all calls of a tick may take",
  ),
}).describe("Code that may act when affordances start and end");
