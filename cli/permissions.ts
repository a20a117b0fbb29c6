/** A look at what this process may do. @module */
import { EXIT, TownletError } from "../src/base/error.ts";

const KINDS = ["read", "write", "net", "env", "run", "ffi", "sys", "import"];

/** Kinds of permission that are granted without a list. */
export function broadPermissions(): string[] {
  return KINDS.filter((name) =>
    // `import` is a kind the types do not know yet.
    Deno.permissions.querySync({ name } as Deno.PermissionDescriptor).state ===
      "granted"
  );
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
