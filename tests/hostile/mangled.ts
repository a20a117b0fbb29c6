/** Texts and values made wrong, a little or altogether. @module */
import fc from "fast-check";

/** Pieces of text that parsers stumble over. */
const PIECES = [
  "",
  " ",
  "\t",
  "\n",
  "\r\n",
  "\0",
  "\u001b[31m",
  "\u0085",
  "\u2028",
  "\u202e",
  "\ufeff",
  "\ud800",
  "é",
  "漢",
  "👩‍👩‍👧",
  ":",
  ": ",
  "- ",
  "? ",
  "{",
  "}",
  "[",
  "]",
  "[".repeat(40),
  "[".repeat(3000),
  "{a: ".repeat(3000),
  "- ".repeat(3000),
  "&a ",
  "*a",
  "<<: ",
  "!!binary ",
  "!evil ",
  "|",
  ">",
  "'",
  '"',
  "#",
  "%YAML 1.1",
  "---",
  "...",
  "@",
  "`",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  ".inf",
  "-.inf",
  ".nan",
  "-0",
  "0x7fffffff",
  "0o17",
  "1e309",
  "-1e309",
  "1e400000",
  "9".repeat(400),
  "99999999999",
  "9007199254740993",
  "0.1",
  "null",
  "~",
  "yes",
  "true",
  "2026-01-01",
  "${HOME}",
  "$(id)",
  "<img src=x onerror=alert(1)>",
  "../../etc/passwd",
  "x".repeat(2000),
];

/** Values that nobody expects where they stand. */
export const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  0.5,
  NaN,
  Infinity,
  -Infinity,
  1e308,
  2 ** 53,
  2 ** 31,
  -(2 ** 31) - 1,
  "",
  "5",
  "__proto__",
  "\u001b[31m\n",
  "\u202e",
  "x".repeat(70),
  "x".repeat(3000),
  [],
  {},
  [[]],
  [null],
  { toString: null, valueOf: null },
  { length: 2 ** 32 },
  JSON.parse('{"__proto__": {"polluted": true}}'),
  { constructor: { prototype: { polluted: true } } },
  nested(40),
  nested(5000),
];

/** Lists within lists. */
function nested(depth: number): unknown {
  let value: unknown = [];
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

/** A way to make a text wrong. */
interface Slip {
  readonly kind:
    | "insert"
    | "replace"
    | "erase"
    | "flip"
    | "drop line"
    | "repeat line"
    | "swap lines"
    | "indent line"
    | "value"
    | "cut";
  readonly at: number;
  readonly other: number;
  readonly piece: string;
}

const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

const slip: fc.Arbitrary<Slip> = fc.record({
  kind: fc.constantFrom<Slip["kind"]>(
    "insert",
    "replace",
    "erase",
    "flip",
    "drop line",
    "repeat line",
    "swap lines",
    "indent line",
    "value",
    "value",
    "cut",
  ),
  at: share,
  other: share,
  piece: fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 8 })),
});

/** One of the texts with one to four slips in it. */
export function mangledText(
  texts: readonly string[],
): fc.Arbitrary<string> {
  return fc.tuple(
    fc.constantFrom(...texts),
    fc.array(slip, { minLength: 1, maxLength: 4 }),
  ).map(([text, slips]) => slips.reduce(slipIn, text));
}

function slipIn(text: string, { kind, at, other, piece }: Slip): string {
  const place = Math.floor(at * text.length);
  const lines = text.split("\n");
  const line = Math.floor(at * lines.length);
  const second = Math.floor(other * lines.length);
  const rejoined = (...items: readonly string[]) =>
    lines.toSpliced(line, 1, ...items).join("\n");
  switch (kind) {
    case "insert":
      return text.slice(0, place) + piece + text.slice(place);
    case "replace":
      return text.slice(0, place) + piece + text.slice(place + piece.length);
    case "erase":
      return text.slice(0, place) +
        text.slice(place + 1 + Math.floor(other * 20));
    case "flip":
      return text.slice(0, place) +
        String.fromCharCode(text.charCodeAt(place) ^ (1 << (other * 8))) +
        text.slice(place + 1);
    case "drop line":
      return rejoined();
    case "repeat line":
      return rejoined(lines[line], lines[line]);
    case "swap lines":
      return rejoined(lines[second]).split("\n")
        .toSpliced(second, 1, lines[line]).join("\n");
    case "indent line":
      return rejoined(" ".repeat(1 + Math.floor(other * 6)) + lines[line]);
    case "value":
      return rejoined(lines[line].replace(/:\s.*$/, () => `: ${piece}`));
    case "cut":
      return text.slice(0, place);
  }
}

/** One change of a plain value: at a place, of a kind. */
export interface Change {
  /** Where, as a share of all places. */
  readonly at: number;
  /** What is done there. */
  readonly kind: "replace" | "remove" | "rename" | "repeat";
  /** What stands there afterwards: a plain value, or the number of one. */
  readonly value: { readonly plain: unknown } | { readonly nth: number };
  /** The name it has afterwards. */
  readonly name: string;
}

/** Changes for {@link changed}. */
export const change: fc.Arbitrary<Change> = fc.record({
  at: share,
  kind: fc.constantFrom<Change["kind"]>(
    "replace",
    "replace",
    "replace",
    "remove",
    "rename",
    "repeat",
  ),
  value: fc.oneof(
    // By number: some of them nest too deeply to be shown.
    fc.record({ nth: fc.nat(VALUES.length - 1) }),
    fc.record({
      plain: fc.oneof(fc.integer(), fc.double(), fc.string({ maxLength: 8 })),
    }),
  ),
  name: fc.oneof(
    fc.constantFrom("__proto__", "constructor", "toString", "", "1", "a.b"),
    fc.string({ maxLength: 6 }),
  ),
});

/** A deep copy of a JSON value with one change in it. */
export function changed(root: unknown, edit: Change): unknown {
  const count = placeCount(root);
  const value = "nth" in edit.value ? VALUES[edit.value.nth] : edit.value.plain;
  return changedAt(root, Math.floor(edit.at * count), { ...edit, value });
}

/** How many places there are for {@link changedAt}. */
export function placeCount(root: unknown): number {
  return placesOf({ root }).length;
}

/** A deep copy of a JSON value with one change, at the nth of its places. */
export function changedAt(
  root: unknown,
  nth: number,
  { kind, name, value }: Pick<Change, "kind" | "name"> & {
    readonly value: unknown;
  },
): unknown {
  const copy = { root: structuredClone(root) };
  const [holder, key] = placesOf(copy)[nth];
  if (Array.isArray(holder)) {
    const index = Number(key);
    const items = {
      replace: [value],
      rename: [value],
      remove: [],
      repeat: [holder[index], holder[index]],
    };
    holder.splice(index, 1, ...items[kind]);
  } else if (kind === "remove") {
    delete holder[key];
  } else if (kind === "replace") {
    define(holder, key, value);
  } else {
    define(holder, name, holder[key]);
    if (kind === "rename") delete holder[key];
  }
  return copy.root;
}

/** Every member of a value and of what is in it. */
function placesOf(
  value: object,
): readonly (readonly [Record<string, unknown>, string])[] {
  return Object.entries(value).flatMap(([key, inner]) => [
    [value as Record<string, unknown>, key] as const,
    ...(typeof inner === "object" && inner !== null ? placesOf(inner) : []),
  ]);
}

function define(
  holder: Record<string, unknown>,
  key: string,
  value: unknown,
): void {
  Object.defineProperty(holder, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
