/** A channel of states: whole at first, then what has changed. @module */
import { diffStates, type State, type StateMembers } from "./merge_patch.ts";
import type { View } from "./view.ts";

/** Writes the frames of one channel of states, to one receiver. */
export interface StateChannel {
  /** The whole state as JSON; changes are told against it from now on. */
  key(view: View): string;
  /** What changed since the last frame, as JSON, or null for nothing. */
  patch(view: View): string | null;
}

/** How states are written. */
export interface StateOptions {
  /** Decimals that numbers keep, 3 to 12. */
  readonly precision: number;
  /** What is left out: keys from the top down, `*` for any one. */
  readonly redact: readonly (readonly string[])[];
  /** Told of every number that JSON cannot write. */
  readonly onNonfinite: () => void;
}

/** A state before it is tidied: undefined members are left out. */
export type Draft =
  | undefined
  | boolean
  | number
  | string
  | readonly Draft[]
  | { readonly [key: string]: Draft };

/** Members of a draft. */
export type DraftMembers = { readonly [key: string]: Draft };

/** A channel whose state is built anew and compared whole. */
export function plainChannel(
  build: (view: View) => DraftMembers,
  options: StateOptions,
): StateChannel {
  let last: StateMembers = {};
  return {
    key(view) {
      last = tidy(build(view), options);
      return JSON.stringify(last);
    },
    patch(view) {
      const now = tidy(build(view), options);
      const patch = diffStates(last, now);
      if (patch === null) return null;
      last = now;
      return JSON.stringify(patch);
    },
  };
}

/** A state as it is sent: rounded, redacted, without what is not there. */
export function tidy(draft: DraftMembers, options: StateOptions): StateMembers {
  return tidyMembers(draft, options, options.redact);
}

function tidyMembers(
  draft: DraftMembers,
  options: StateOptions,
  redact: StateOptions["redact"],
): StateMembers {
  const members: Record<string, State> = {};
  for (const key of Object.keys(draft)) {
    const below = redact.length === 0 ? redact : redact
      .filter(([first]) => first === key || first === "*")
      .map((keys) => keys.slice(1));
    if (below.some((keys) => keys.length === 0)) continue;
    const value = tidyValue(draft[key], options, below);
    if (value !== undefined) members[key] = value;
  }
  return members;
}

function tidyValue(
  draft: Draft,
  options: StateOptions,
  redact: StateOptions["redact"],
): State | undefined {
  if (typeof draft === "number") return tidyNumber(draft, options);
  if (typeof draft !== "object") return draft;
  if (!Array.isArray(draft)) {
    return tidyMembers(draft as DraftMembers, options, redact);
  }
  // Places in lists count as keys for what is left out, and a list keeps them.
  return draft.map((item) => tidyValue(item, options, []))
    .filter((item) => item !== undefined);
}

function tidyNumber(
  value: number,
  { precision, onNonfinite }: StateOptions,
): number | undefined {
  if (Number.isInteger(value)) return value + 0;
  if (Number.isFinite(value)) return roundTo(value, precision);
  onNonfinite();
  return undefined;
}

/** Powers of ten, by exponent. */
const POWERS: readonly number[] = Array.from(
  { length: 13 },
  (_, i) => Number(`1e${i}`),
);

/**
 * A number with so many decimals: halves go away from zero, and there is no
 * −0. Numbers too large to have so many decimals stay as they are.
 */
export function roundTo(value: number, precision: number): number {
  const power = POWERS[precision];
  const size = Math.abs(value) * power;
  if (size >= 2 ** 53) return value;
  const rounded = Math.round(size) / power;
  return value < 0 && rounded !== 0 ? -rounded : rounded;
}
