/** Errors as lines that are safe to show. @module */
import type { TownletError } from "../../src/base/error.ts";
import { recordText } from "../../src/base/text.ts";
import type { Paint } from "./paint.ts";

/**
 * The lines of an error: where and what, then the hint.
 *
 * Faults of a configuration are one a line, as editors and people read them.
 */
export function faultLines(
  error: TownletError,
  paint: Paint,
  where: string | undefined = error.where,
): readonly string[] {
  if (error.code === "config.invalid") return safeLines(error.message);
  const { code, message, hint } = error;
  // Refusals of hooks are several lines, each escaped where it was made.
  const [first, ...others] = code === "hooks.refused"
    ? message.split("\n")
    : [message];
  return [
    recordText(where === undefined ? first : `${where}: ${first}`),
    ...others.map((line) => recordText(line)),
    ...(hint === undefined
      ? []
      : [`  ${paint.dim("hint:")} ${recordText(hint)}`]),
  ];
}

/** The stack of an error and of what caused it, for those who mend it. */
export function stackLines(error: Error): readonly string[] {
  const { cause } = error;
  const own = safeLines(error.stack ?? String(error));
  if (!(cause instanceof Error)) return own;
  const [first, ...others] = stackLines(cause);
  return [...own, `caused by ${first}`, ...others];
}

function safeLines(text: string): readonly string[] {
  return text.split("\n").map((line) => recordText(line));
}
