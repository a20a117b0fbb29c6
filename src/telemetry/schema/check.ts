/** Holds values against shapes. @module */
import { type Shape, UNSAFE_KEYS } from "./shape.ts";

/** How values are held against shapes. */
export interface CheckOptions {
  /** Whether members nobody knows are wrong, and those that lack as well. */
  readonly strict: boolean;
  /** Whether members may be missing all the same: some were left out. */
  readonly redacted?: boolean;
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
  path = "",
): string | null {
  if (!fits(shape, value)) return `${path || "it"} is not ${wanted(shape)}`;
  if (Array.isArray(value)) {
    const { items } = shape;
    if (typeof items !== "object") return null;
    for (let i = 0; i < value.length; i++) {
      // A list comes whole, also in a change.
      const wrong = misfit(items, value[i], options, false, `${path}[${i}]`);
      if (wrong !== null) return wrong;
    }
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  return memberMisfit(shape, value, options, isChange, path);
}

function memberMisfit(
  shape: Shape,
  value: object,
  options: CheckOptions,
  isChange: boolean,
  path: string,
): string | null {
  const { properties, additionalProperties, required } = shape;
  // Of an object without either nothing is known.
  if (properties === undefined && additionalProperties === undefined) {
    return null;
  }
  for (const [name, member] of Object.entries(value)) {
    if (UNSAFE_KEYS.includes(name)) return `${path || "it"} has a key ${name}`;
    const inner = properties !== undefined && Object.hasOwn(properties, name)
      ? properties[name]
      : additionalProperties;
    const where = path === "" ? name : `${path}.${name}`;
    if (typeof inner !== "object") {
      if (options.strict) return `${where} is not known`;
    } else if (!(isChange && member === null)) {
      const wrong = misfit(inner, member, options, isChange, where);
      if (wrong !== null) return wrong;
    }
  }
  if (isChange || !options.strict || options.redacted) return null;
  for (const name of required ?? []) {
    if (!Object.hasOwn(value, name)) {
      return `${path === "" ? name : `${path}.${name}`} is missing`;
    }
  }
  return null;
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
  return typeof pattern !== "string" || new RegExp(pattern).test(value);
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
