/** A look at what this process may do. @module */
import { EXIT, TownletError } from "../src/base/error.ts";
import type { Config } from "../src/config/config.ts";

/**
 * Kinds of permission. `import` is not among them: `--cached-only`, which all
 * our programs have, makes it look granted, because what is in the cache is
 * anybody's to load. The answer then is the same as for `--allow-import`.
 */
const KINDS = ["read", "write", "net", "env", "run", "ffi", "sys"] as const;

/**
 * Kinds of permission that are granted without a list.
 *
 * `import` is told beside another one only.
 */
export function broadPermissions(): string[] {
  const broad: string[] = KINDS.filter((name) => isGranted({ name }));
  return broad.length > 0 && isGranted({ name: "import" })
    ? [...broad, "import"]
    : broad;
}

/** Throws a TownletError (exit 5) if a kind is granted without a list. */
export function refuseBroadPermissions(): void {
  const broad = broadPermissions();
  if (broad.length === 0) return;
  throw new TownletError(
    `Permissions granted without a list: ${broad.join(", ")}`,
    {
      code: "security.overbroad",
      exit: EXIT.refused,
      hint: "Run the command through its task, which grants what it needs",
    },
  );
}

/** Refuses as above where a configuration is for production. */
export function checkProfile({ profile }: Config): void {
  if (profile === "production") refuseBroadPermissions();
}

function isGranted(descriptor: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(descriptor).state === "granted";
}
