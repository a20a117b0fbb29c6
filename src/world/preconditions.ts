/**
 * Conditions made into functions: what must hold before an affordance starts.
 *
 * A compiled condition is a tree of closures. It reads own data properties of
 * the values its scope gives and nothing else: no getters, no prototypes.
 * @module
 */
import { compareCodePoints } from "../base/order.ts";
import type { Comparison, Condition } from "../config/condition.ts";

/** A value a condition can meet: plain data, numbers finite. */
export type Value =
  | null
  | boolean
  | number
  | string
  | readonly Value[]
  | { readonly [key: string]: Value };

/** What a condition is asked about: one agent before one object, say. */
export interface Scope {
  /** The value of a context name; null for a name that means nothing here. */
  get(name: string): Value;
}

/**
 * A condition that cannot be answered: an order asked of values that have
 * none between them, or a sign before something that is no number.
 *
 * The condition counts as false, for the reason `precondition_error`.
 */
export class ConditionFault extends Error {
  /** Name of the class, for programs that cannot test it. */
  override readonly name = "ConditionFault";
  /** Why the condition counts as false. */
  readonly reason = "precondition_error";
}

/**
 * Makes a function that answers the condition for a scope.
 *
 * Null, false, 0, the empty text, the empty list and the empty map count as
 * false. The function throws a {@link ConditionFault} when the kinds of the
 * values do not fit.
 */
export function compileCondition(
  condition: Condition,
): (scope: Scope) => boolean {
  const read = compile(condition);
  return (scope) => isTrue(read(scope));
}

type Read = (scope: Scope) => Value;

function compile(condition: Condition): Read {
  switch (condition.kind) {
    case "literal": {
      const { value } = condition;
      return () => value;
    }
    case "name": {
      const { name } = condition;
      return (scope) => scope.get(name);
    }
    case "list": {
      const items = condition.items.map(compile);
      return (scope) => items.map((item) => item(scope));
    }
    case "member": {
      const of = compile(condition.of);
      const { key } = condition;
      return (scope) => memberOf(of(scope), key);
    }
    case "index": {
      const of = compile(condition.of);
      const at = compile(condition.at);
      return (scope) => partOf(of(scope), at(scope));
    }
    case "sign": {
      const of = compile(condition.of);
      const { sign } = condition;
      return (scope) => sign * numberAfterSign(of(scope));
    }
    case "not": {
      const of = compile(condition.of);
      return (scope) => !isTrue(of(scope));
    }
    case "and": {
      const parts = condition.parts.map(compile);
      return (scope) => parts.every((part) => isTrue(part(scope)));
    }
    case "or": {
      const parts = condition.parts.map(compile);
      return (scope) => parts.some((part) => isTrue(part(scope)));
    }
    case "compare":
      return compileComparison(condition.first, condition.rest);
  }
}

/** In a chain each value is read once, and none after the first failure. */
function compileComparison(
  first: Condition,
  rest: readonly { operator: Comparison; right: Condition }[],
): Read {
  const readFirst = compile(first);
  const links = rest.map(({ operator, right }) => ({
    holds: COMPARISONS[operator],
    read: compile(right),
  }));
  if (links.length === 1) {
    const { holds, read } = links[0];
    return (scope) => holds(readFirst(scope), read(scope));
  }
  return (scope) => {
    let left = readFirst(scope);
    for (const { holds, read } of links) {
      const right = read(scope);
      if (!holds(left, right)) return false;
      left = right;
    }
    return true;
  };
}

const COMPARISONS: Readonly<
  Record<Comparison, (left: Value, right: Value) => boolean>
> = {
  "==": isEqual,
  "!=": (left, right) => !isEqual(left, right),
  "<": (left, right) => order(left, right) < 0,
  "<=": (left, right) => order(left, right) <= 0,
  ">": (left, right) => order(left, right) > 0,
  ">=": (left, right) => order(left, right) >= 0,
  "in": isIn,
  "not in": (left, right) => !isIn(left, right),
};

function isTrue(value: Value): boolean {
  if (typeof value === "boolean") return value;
  if (value === null || typeof value !== "object") return Boolean(value);
  return isList(value) ? value.length > 0 : Object.keys(value).length > 0;
}

/** Deep for lists and maps; true and false equal 1 and 0. */
function isEqual(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (typeof left === "boolean") left = Number(left);
  if (typeof right === "boolean") right = Number(right);
  if (left === null || right === null) return false;
  if (typeof left !== "object" || typeof right !== "object") {
    return left === right;
  }
  const keys = Object.keys(left);
  if (
    isList(left) !== isList(right) || keys.length !== Object.keys(right).length
  ) return false;
  for (const key of keys) {
    if (!Object.hasOwn(right, key)) return false;
    if (!isEqual(ownData(left, key), ownData(right, key))) return false;
  }
  return true;
}

/**
 * Negative, zero or positive as left comes before, with or after right; NaN,
 * for which no comparison holds, where either of them is null.
 */
function order(left: Value, right: Value): number {
  if (left === null || right === null) return NaN;
  if (typeof left === "boolean") left = Number(left);
  if (typeof right === "boolean") right = Number(right);
  if (typeof left === "number" && typeof right === "number") {
    return left - right;
  }
  if (typeof left === "string" && typeof right === "string") {
    return compareCodePoints(left, right);
  }
  if (isList(left) && isList(right)) return orderOfLists(left, right);
  throw new ConditionFault(
    `${kindOf(left)} and ${kindOf(right)} have no order`,
  );
}

/** As in a dictionary: the first pair that differs decides, then the length. */
function orderOfLists(left: readonly Value[], right: readonly Value[]): number {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    if (!isEqual(left[i], right[i])) return order(left[i], right[i]);
  }
  return left.length - right.length;
}

/** An item of a list, a key of a map, a piece of a text. */
function isIn(left: Value, right: Value): boolean {
  if (typeof right === "string") {
    // Lists and maps have no text of their own, so they are in none.
    if (left !== null && typeof left === "object") return false;
    return right.includes(String(left));
  }
  if (right === null || typeof right !== "object") return false;
  if (isList(right)) return right.some((item) => isEqual(left, item));
  return typeof left === "string" && Object.hasOwn(right, left);
}

function memberOf(of: Value, key: string): Value {
  if (of === null || typeof of !== "object" || isList(of)) return null;
  return ownData(of, key);
}

function partOf(of: Value, at: Value): Value {
  if (typeof at === "string") return memberOf(of, at);
  if (typeof at !== "number" || !isList(of)) return null;
  return ownData(of, String(at));
}

/** A data property of the value itself, else null. */
function ownData(of: object, key: string): Value {
  const property = Object.getOwnPropertyDescriptor(of, key);
  return property !== undefined && "value" in property ? property.value : null;
}

function numberAfterSign(value: Value): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  throw new ConditionFault(`a sign before ${kindOf(value)}`);
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function kindOf(value: Value): string {
  if (value === null) return "null";
  if (typeof value === "string") return "a text";
  if (typeof value !== "object") return `a ${typeof value}`;
  return isList(value) ? "a list" : "a map";
}
