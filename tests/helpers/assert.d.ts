/** Throws unless the expression is truthy. */
export function assert(
  expression: unknown,
  message?: string,
): asserts expression;

/** Throws unless both are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void;

/** Throws if both are deeply equal. */
export function assertNotEquals<T>(
  actual: T,
  expected: T,
  message?: string,
): void;

/** Throws unless the numbers differ by at most the tolerance. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  message?: string,
): void;

/** Throws unless the text holds the piece. */
export function assertStringIncludes(
  actual: string,
  expected: string,
  message?: string,
): void;

/** Throws unless the text matches the pattern. */
export function assertMatch(
  actual: string,
  expected: RegExp,
  message?: string,
): void;

/** Runs a function that must throw such an error, and gives the error. */
export function assertThrows<E extends Error = Error>(
  run: () => unknown,
  // deno-lint-ignore no-explicit-any
  type?: abstract new (...args: any[]) => E,
  messageIncludes?: string,
): E;

/** Runs a function whose promise must reject so, and gives the error. */
export function assertRejects<E extends Error = Error>(
  run: () => PromiseLike<unknown>,
  // deno-lint-ignore no-explicit-any
  type?: abstract new (...args: any[]) => E,
  messageIncludes?: string,
): Promise<E>;
