/** Holds values against shapes. @module */
import { type Shape, UNSAFE_KEYS } from "./shape.ts";

/** Members of a value of JSON. */
type Members = { readonly [name: string]: unknown };

/** How values are held against shapes. */
export interface CheckOptions {
  /** Whether members nobody knows are wrong, and those that lack as well. */
  readonly strict: boolean;
  /** Whether members may be missing all the same: some were left out. */
  readonly redacted?: boolean;
}

/** What is wrong with a value, and where in it. */
interface Misfit {
  /** Members and places from the outside in, joined: `ada.pos[1]`. */
  readonly path: string;
  /** What is wrong there: `is not a number`. */
  readonly what: string;
}

/**
 * What is wrong with a value, and where: the first thing found, or null.
 *
 * In a change, members of objects may be missing, and null where they go.
 */
export function misfit(
  shape: Shape,
  value: unknown,
  options: CheckOptions,
  isChange: boolean,
): string | null {
  const wrong = misfitOf(shape, value, options, isChange);
  return wrong === null ? null : `${wrong.path || "it"} ${wrong.what}`;
}

function misfitOf(
  shape: Shape,
  value: unknown,
  options: CheckOptions,
  isChange: boolean,
): Misfit | null {
  if (!fits(shape, value)) return { path: "", what: `is not ${wanted(shape)}` };
  if (typeof value !== "object" || value === null) return null;
  return Array.isArray(value)
    ? itemMisfit(shape, value, options)
    : memberMisfit(shape, value as Members, options, isChange);
}

function itemMisfit(
  { items }: Shape,
  list: readonly unknown[],
  options: CheckOptions,
): Misfit | null {
  if (typeof items !== "object") return null;
  for (let i = 0; i < list.length; i++) {
    // A list comes whole, also in a change.
    const wrong = misfitOf(items, list[i], options, false);
    if (wrong !== null) return inside(`[${i}]`, wrong);
  }
  return null;
}

function memberMisfit(
  { properties, additionalProperties, required }: Shape,
  value: Members,
  options: CheckOptions,
  isChange: boolean,
): Misfit | null {
  // Of an object without either nothing is known.
  if (properties === undefined && additionalProperties === undefined) {
    return null;
  }
  const names = Object.keys(value);
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    if (UNSAFE_KEYS.includes(name)) {
      return { path: "", what: `has a key ${name}` };
    }
    const inner = properties !== undefined && Object.hasOwn(properties, name)
      ? properties[name]
      : additionalProperties;
    if (typeof inner !== "object") {
      if (options.strict) return { path: name, what: "is not known" };
    } else if (!isChange || value[name] !== null) {
      const wrong = misfitOf(inner, value[name], options, isChange);
      if (wrong !== null) return inside(name, wrong);
    }
  }
  if (isChange || !options.strict || options.redacted) return null;
  const missing = required?.find((name) => !Object.hasOwn(value, name));
  return missing === undefined ? null : { path: missing, what: "is missing" };
}

/** The same, seen from one level farther out. */
function inside(name: string, { path, what }: Misfit): Misfit {
  const joint = path === "" || path.startsWith("[") ? "" : ".";
  return { path: name + joint + path, what };
}

/** Whether the value itself fits, whatever is in it. */
function fits(shape: Shape, value: unknown): boolean {
  const { type, minimum, maximum } = shape;
  if (shape.const !== undefined) return value === shape.const;
  if (shape.enum !== undefined) return shape.enum.includes(value);
  switch (type) {
    case "integer":
    case "number":
      return typeof value === "number" &&
        (type === "number" || Number.isSafeInteger(value)) &&
        !(value < (minimum ?? -Infinity)) && !(value > (maximum ?? Infinity));
    case "string":
      return typeof value === "string" && fitsText(shape, value);
    case "boolean":
      return typeof value === "boolean";
    case "array":
      return Array.isArray(value) && fitsLength(shape, value.length);
    case "object":
      return typeof value === "object" && value !== null &&
        !Array.isArray(value);
    default:
      return true;
  }
}

function fitsText({ pattern, maxLength }: Shape, value: string): boolean {
  if (maxLength !== undefined && [...value].length > Number(maxLength)) {
    return false;
  }
  return typeof pattern !== "string" || regExpOf(pattern).test(value);
}

const regExps = new Map<string, RegExp>();

/** Patterns of shapes are few, and each is made once. */
function regExpOf(pattern: string): RegExp {
  const made = regExps.get(pattern) ?? new RegExp(pattern);
  regExps.set(pattern, made);
  return made;
}

function fitsLength({ minItems, maxItems }: Shape, length: number): boolean {
  return length >= Number(minItems ?? 0) &&
    length <= Number(maxItems ?? Infinity);
}

/** What was wanted, in words. */
function wanted(shape: Shape): string {
  const { type, minimum, maximum } = shape;
  if (shape.const !== undefined) return JSON.stringify(shape.const);
  if (shape.enum !== undefined) return shape.enum.join(" or ");
  const range = minimum === undefined
    ? ""
    : maximum === undefined
    ? ` from ${minimum}`
    : ` from ${minimum} to ${maximum}`;
  switch (type) {
    case "integer":
      return `a whole number${range}`;
    case "number":
      return `a number${range}`;
    case "string":
      return shape.pattern === undefined ? "a text" : "such a text";
    case "boolean":
      return "true or false";
    case "array":
      return "such a list";
    default:
      return "an object";
  }
}
