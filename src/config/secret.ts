/** References to secrets, which never stand in a configuration. @module */
import { z } from "zod";
import { path } from "./schema.ts";

/** Where a secret is. Exactly one of the two is not null. */
export interface SecretSource {
  /** Name of an environment variable, or null. */
  readonly env: string | null;
  /** Path of a file, or null. */
  readonly file: string | null;
}

/** A schema for the name of an environment variable. */
export function variable(): z.ZodType<string> {
  return z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, {
    error: "must be the name of an environment variable",
  });
}

/** Keys of a reference to a secret. */
export const secretShape = {
  env: variable().nullable().prefault(null).describe(
    "Name of an environment variable",
  ),
  file: path().nullable().prefault(null).describe("Path of a file"),
} as const;

/** A check that exactly one of `keys` is given. */
export function exactlyOne(
  ...keys: readonly string[]
): (context: z.core.ParsePayload<object>) => void {
  return (context) => {
    const given = Object.entries(context.value)
      .filter(([key, value]) => keys.includes(key) && value !== null);
    if (given.length === 1) return;
    context.issues.push({
      code: "custom",
      message: `must have exactly one of ${keys.join(", ")}`,
      input: context.value,
    });
  };
}
