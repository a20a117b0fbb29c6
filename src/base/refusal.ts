/** Refusals of files, made alike for each kind of file. @module */
import { EXIT, TownletError } from "./error.ts";
import { recordText } from "./text.ts";

/**
 * Makes a refusal. The message may repeat what a file says; it is made safe to
 * show, and short.
 */
export type Refuse = (
  code: string,
  message: string,
  options: { readonly where: string; readonly hint?: string },
) => TownletError;

/** What is refused because it cannot be used: exit code 2. */
export function unusableAs(kind: string): Refuse {
  return (code, message, options) =>
    new TownletError(recordText(message), {
      code: `${kind}.${code}`,
      ...options,
    });
}

/** What is refused for security, such as a digest: exit code 5. */
export function refusedAs(kind: string): Refuse {
  return (code, message, options) =>
    new TownletError(recordText(message), {
      code: `${kind}.${code}`,
      exit: EXIT.refused,
      ...options,
    });
}
