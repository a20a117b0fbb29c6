/** Refusals of snapshots. @module */
import { EXIT, TownletError } from "../base/error.ts";
import { recordText } from "../base/text.ts";

/**
 * A snapshot that cannot be used: exit code 2.
 *
 * The message may repeat what a file says; it is made safe to show, and short.
 */
export function unusable(
  code: string,
  message: string,
  options: { readonly where: string; readonly hint?: string },
): TownletError {
  return new TownletError(recordText(message), {
    code: `snapshot.${code}`,
    ...options,
  });
}

/** A snapshot refused for security: a digest, a signature, hooks; exit 5. */
export function refused(
  code: string,
  message: string,
  options: { readonly where: string; readonly hint?: string },
): TownletError {
  return new TownletError(recordText(message), {
    code: `snapshot.${code}`,
    exit: EXIT.refused,
    ...options,
  });
}
