// What the tests use of @std/assert, whose code comes without types here.
// deno-lint-ignore-file no-explicit-any

/** Fails unless `expr` is truthy. */
export declare function assert(expr: unknown, msg?: string): asserts expr;
/** Fails unless `expr` is falsy. */
export declare function assertFalse(expr: unknown, msg?: string): void;
/** Fails unless the values are deeply equal. */
export declare function assertEquals<T>(
  actual: T,
  expected: T,
  msg?: string,
): void;
/** Fails if the values are deeply equal. */
export declare function assertNotEquals<T>(
  actual: T,
  expected: T,
  msg?: string,
): void;
/** Fails unless the values are the same, by `Object.is`. */
export declare function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T;
/** Fails if the values are the same, by `Object.is`. */
export declare function assertNotStrictEquals<T>(
  actual: T,
  expected: T,
  msg?: string,
): void;
/** Fails unless the numbers differ by at most `tolerance` (1e-7 of `expected`). */
export declare function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void;
/** Fails if the value is null or undefined. */
export declare function assertExists<T>(
  actual: T,
  msg?: string,
): asserts actual is NonNullable<T>;
/** Fails unless the text contains `expected`. */
export declare function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void;
/** Fails unless the list contains all of `expected`. */
export declare function assertArrayIncludes<T>(
  actual: ArrayLike<T>,
  expected: ArrayLike<T>,
  msg?: string,
): void;
/** Fails unless the text matches. */
export declare function assertMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void;
/** Fails if the text matches. */
export declare function assertNotMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void;
/** Fails unless every member of `expected` is in `actual`, deeply. */
export declare function assertObjectMatch(
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void;
/** Fails unless `actual` is an instance of `type`. */
export declare function assertInstanceOf<
  T extends abstract new (...args: any[]) => any,
>(
  actual: unknown,
  type: T,
  msg?: string,
): asserts actual is InstanceType<T>;
/** Fails unless `actual > expected`. */
export declare function assertGreater<T>(
  actual: T,
  expected: T,
  msg?: string,
): void;
/** Fails unless `actual >= expected`. */
export declare function assertGreaterOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void;
/** Fails unless `actual < expected`. */
export declare function assertLess<T>(
  actual: T,
  expected: T,
  msg?: string,
): void;
/** Fails unless `actual <= expected`. */
export declare function assertLessOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void;
/** Fails unless `fn` throws; returns what it threw. */
export declare function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Fails unless `fn` throws a `type` whose message includes `includes`. */
export declare function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  type: abstract new (...args: any[]) => E,
  includes?: string,
  msg?: string,
): E;
/** Fails unless `fn` rejects; resolves to what it rejected with. */
export declare function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
/** Fails unless `fn` rejects with a `type` whose message includes `includes`. */
export declare function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  type: abstract new (...args: any[]) => E,
  includes?: string,
  msg?: string,
): Promise<E>;
/** Fails. */
export declare function fail(msg?: string): never;
/** Fails: this line should not have been reached. */
export declare function unreachable(msg?: string): never;
/** Whether the values are deeply equal. */
export declare function equal(a: unknown, b: unknown): boolean;
/** What a failed assertion throws. */
export declare class AssertionError extends Error {}
