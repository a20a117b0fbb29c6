/** Orders that do not depend on the machine's locale. @module */

/**
 * Compares two texts by Unicode code point: negative, zero or positive.
 *
 * JavaScript's own order compares UTF-16 units, which puts an emoji before
 * U+FB00; this one does not.
 */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) {
      const xHigh = x >= 0xd800 && x <= 0xdfff;
      const yHigh = y >= 0xd800 && y <= 0xdfff;
      // Surrogates stand for code points above every other unit.
      if (xHigh !== yHigh) return xHigh ? 1 : -1;
      return x - y;
    }
  }
  return a.length - b.length;
}

/** JSON with the members of every object in code-point order of their names. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (member === null || typeof member !== "object") return member;
    if (Array.isArray(member)) return member;
    return Object.fromEntries(
      Object.entries(member).sort(([a], [b]) => compareCodePoints(a, b)),
    );
  });
}
