/** Refusals of datasets. @module */
import { EXIT, TownletError } from "../../base/error.ts";
import { recordText } from "../../base/text.ts";

/** A dataset that makes no sense or cannot be used: exit code 2. */
export function unusable(
  code: string,
  message: string,
  options: { readonly where: string; readonly hint?: string },
): TownletError {
  return new TownletError(recordText(message), {
    code: `dataset.${code}`,
    ...options,
  });
}

/** A dataset refused for security: a digest, an unsafe path; exit code 5. */
export function refused(
  code: string,
  message: string,
  options: { readonly where: string; readonly hint?: string },
): TownletError {
  return new TownletError(recordText(message), {
    code: `dataset.${code}`,
    exit: EXIT.refused,
    ...options,
  });
}
