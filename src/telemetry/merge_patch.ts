/**
 * Merge patches: what has changed from one state to the next.
 *
 * RFC 7396, https://www.rfc-editor.org/rfc/rfc7396, over states that hold no
 * null, which is what makes the two functions inverse: applying to `a` what
 * changed from `a` to `b` gives `b`.
 * @module
 */

/** A state: a value of JSON that holds no null. */
export type State =
  | boolean
  | number
  | string
  | readonly State[]
  | { readonly [key: string]: State };

/** Members of a state. */
export type StateMembers = { readonly [key: string]: State };

/** What has changed: like a state, and null for what is gone. */
export type Patch =
  | null
  | State
  | { readonly [key: string]: Patch };

/** Members of a patch. */
export type PatchMembers = { readonly [key: string]: Patch };

/** Keys that no object may have: runtimes reach their insides through them. */
const FORBIDDEN = ["__proto__", "constructor", "prototype"];

/**
 * The merge patch that makes `a` into `b`, or null where nothing differs.
 *
 * Members recurse; everything else, lists too, is told whole.
 */
export function diffStates(
  a: StateMembers,
  b: StateMembers,
): PatchMembers | null {
  let patch: Record<string, Patch> | null = null;
  for (const key of Object.keys(b)) {
    const now = b[key];
    const before = Object.hasOwn(a, key) ? a[key] : undefined;
    if (before === now) continue;
    let change: Patch = now;
    if (isMembers(before) && isMembers(now)) {
      const inner = diffStates(before, now);
      if (inner === null) continue;
      change = inner;
    } else if (before !== undefined && isSame(before, now)) continue;
    (patch ??= {})[key] = change;
  }
  for (const key of Object.keys(a)) {
    if (!Object.hasOwn(b, key)) (patch ??= {})[key] = null;
  }
  return patch;
}

/**
 * The state after a patch; `state` itself stays as it is.
 *
 * @throws {TypeError} for keys that reach into the runtime
 */
export function applyPatch(
  state: StateMembers,
  patch: PatchMembers,
): StateMembers {
  const result: Record<string, State> = { ...state };
  for (const [key, change] of Object.entries(patch)) {
    if (FORBIDDEN.includes(key)) {
      throw new TypeError(`the key ${key} is not for states`);
    }
    if (change === null) delete result[key];
    else result[key] = applied(result[key], change);
  }
  return result;
}

function applied(before: State | undefined, change: Patch): State {
  if (!isMembers(change)) return change as State;
  return applyPatch(isMembers(before) ? before : {}, change);
}

function isMembers<T extends Patch>(
  value: T | undefined,
): value is T & { readonly [key: string]: State } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether two values that are not both members are the same. */
function isSame(a: State, b: State): boolean {
  if (a === b) return true;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) {
    return isMembers(a) && isMembers(b) && diffStates(a, b) === null;
  }
  return a.every((item, i) => isSame(item, b[i]));
}
