/** A look at what this process may do. @module */
import { EXIT, TownletError } from "../src/base/error.ts";

const KINDS = ["read", "write", "net", "env", "run", "ffi", "sys"] as const;

/** Kinds of permission that are granted without a list. */
function broadPermissions(): string[] {
  const broad: string[] = KINDS.filter((name) => isGranted({ name }));
  // `--cached-only`, which every task has, makes `import` look granted: by
  // itself it says nothing.
  return broad.length > 0 && isGranted({ name: "import" })
    ? [...broad, "import"]
    : broad;
}

function isGranted(descriptor: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(descriptor).state === "granted";
}

/**
 * The warning that some kinds are granted without a list, or null.
 *
 * With `strict` throws a TownletError (exit 5) instead.
 */
export function checkPermissions(strict: boolean): string | null {
  const broad = broadPermissions();
  if (broad.length === 0) return null;
  const what = `granted without a list: ${broad.join(", ")}`;
  if (!strict) return `security.overbroad: ${what}`;
  throw new TownletError(`Permissions ${what}`, {
    code: "security.overbroad",
    exit: EXIT.refused,
    hint: "Run the command through its task, which grants what it needs",
  });
}
