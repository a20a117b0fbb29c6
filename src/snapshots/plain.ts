/** Plain JSON: what a snapshot may hold beside columns. @module */

/** A value that JSON gives back exactly as it was. */
export type Plain =
  | null
  | boolean
  | number
  | string
  | readonly Plain[]
  | { readonly [key: string]: Plain };

/** Keys that no object may have: runtimes reach their insides through them. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  "__proto__",
  "constructor",
  "prototype",
]);

/**
 * Checks that JSON gives the value back exactly.
 *
 * Throws a TypeError that names the place of the first thing it would lose or
 * change: numbers that are not finite, −0, undefined, functions, holes, class
 * instances, forbidden keys.
 */
export function checkPlain(
  value: unknown,
  place: string,
): asserts value is Plain {
  switch (typeof value) {
    case "boolean":
    case "string":
      return;
    case "number":
      if (Number.isFinite(value) && !Object.is(value, -0)) return;
      break;
    case "object":
      if (value === null) return;
      if (Array.isArray(value)) {
        for (let i = 0; i < value.length; i++) {
          checkPlain(value[i], `${place}[${i}]`);
        }
        return;
      }
      if (Object.getPrototypeOf(value) !== Object.prototype) break;
      for (const [key, member] of Object.entries(value)) {
        if (FORBIDDEN.has(key)) {
          throw new TypeError(`${place} has the forbidden key ${key}`);
        }
        checkPlain(member, `${place}.${key}`);
      }
      return;
  }
  const shown = Object.is(value, -0) ? "-0" : String(value);
  throw new TypeError(`${place} cannot be kept as JSON: ${shown}`);
}

/** Whether a parsed value is an object with members, not a list. */
export function isMembers(
  value: unknown,
): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Deepest nesting of JSON that is read. */
const NESTING_MAX = 64;

/** Whether a parsed value nests deeper than {@link NESTING_MAX}. */
export function nestsTooDeep(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; depth <= NESTING_MAX; depth++) {
    level = level.flatMap((outer) =>
      typeof outer === "object" && outer !== null ? Object.values(outer) : []
    );
    if (level.length === 0) return false;
  }
  return true;
}
