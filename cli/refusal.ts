/**
 * What to say when a permission is missing: which, and the command line that
 * grants it, with all else that the run needs and no more.
 * @module
 */
import { EXIT, TownletError } from "../src/base/error.ts";
import type { Needs } from "../src/security/permissions.ts";
import { contains } from "../src/security/roots.ts";
import { shellWord } from "./print/text.ts";

/** How to go on with a binary, which takes no flags of permissions. */
const BINARY =
  "a binary gets permissions when it is compiled; make another with TOWNLET_CONFIG=FILE deno task compile:granted, or run from source";

/** Whether a permission of this process was missing. */
export function isMissingPermission(error: unknown): boolean {
  return error instanceof Deno.errors.NotCapable ||
    (error instanceof TownletError && isMissingPermission(error.cause));
}

/** An error, which says how to go on if a permission was missing. */
export async function explainRefusal(
  error: unknown,
  words: readonly string[],
  needs: () => Promise<Needs>,
): Promise<unknown> {
  if (!isMissingPermission(error) || !(error instanceof Error)) return error;
  const line = Deno.build.standalone
    ? BINARY
    : grantedLine(words, await needs());
  const told = error instanceof TownletError ? error : undefined;
  const missing = told?.hint === undefined ? "" : `${told.hint}: `;
  // The runtime would have people grant everything.
  const [message] = error.message.split(", run again with");
  return new TownletError(message, {
    code: told?.code ?? "security.permission",
    where: told?.where,
    exit: EXIT.refused,
    hint: `${missing}${line}`,
    cause: error,
  });
}

/** A command line that is granted what it needs. */
function grantedLine(words: readonly string[], needs: Needs): string {
  const line = words.filter((word) => word !== "--json").map(shellWord).join(
    " ",
  );
  // To say what a town needs is to read it, which may need a grant itself.
  const perms = needs.towns.every((file) => contains(".", file))
    ? `deno task -q perms ${line}`
    : `deno run $(deno task -q perms perms ${line}) cli/main.ts perms ${line}`;
  return `deno run $(${perms}) cli/main.ts ${words.map(shellWord).join(" ")}`;
}
