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

/**
 * JSON with the members of every object in code-point order of their names.
 *
 * The members are written out here: a JavaScript object keeps names that look
 * like integers in front, whatever order they are put in.
 *
 * @throws {TypeError} for what JSON cannot write: undefined, a function, a symbol
 */
export function canonicalJson(value: unknown): string {
  const text = jsonOf(value);
  if (text === undefined) throw new TypeError(`JSON has no ${typeof value}`);
  return text;
}

/** As `JSON.stringify()`: undefined for what it leaves out of objects. */
function jsonOf(value: unknown): string | undefined {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) {
    return `[${Array.from(value, (item) => jsonOf(item) ?? "null").join()}]`;
  }
  const members = Object.entries(value)
    .sort(([a], [b]) => compareCodePoints(a, b))
    .flatMap(([name, member]) => {
      const text = jsonOf(member);
      return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`];
    });
  return `{${members.join()}}`;
}
