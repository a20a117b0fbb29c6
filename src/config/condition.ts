/**
 * The language of preconditions: small texts such as
 * `power_on == true and stock.meals > 0`, read into plain data.
 *
 * There are names, numbers, texts in quotes, `true`, `false`, `null`, lists,
 * `.name`, `[index]`, signs, comparisons (which may be chained, as in
 * `1 < queue_length < 3`), `in`, `not`, `and` and `or`. There are no calls and
 * there is no arithmetic: a condition can only look.
 * @module
 */
import { TownletError } from "../base/error.ts";
import { escapeText } from "../base/text.ts";
import { isPlainText } from "./schema.ts";

/** Longest source of one condition, in UTF-16 code units. */
export const CONDITION_LENGTH_MAX = 1000;

/** Deepest nesting of parentheses, lists, indexes, signs and `not`. */
export const CONDITION_NESTING_MAX = 32;

/** A comparison between two values. */
export type Comparison =
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "in"
  | "not in";

/** A number, text, truth value or null, as written. */
export interface LiteralCondition {
  /** Which part of the language this is. */
  readonly kind: "literal";
  /** The value; numbers are finite. */
  readonly value: null | boolean | number | string;
}

/** A name of the context, such as `stock`. */
export interface NameCondition {
  /** Which part of the language this is. */
  readonly kind: "name";
  /** The name. */
  readonly name: string;
}

/** A list of values, in brackets or in parentheses. */
export interface ListCondition {
  /** Which part of the language this is. */
  readonly kind: "list";
  /** Its items. */
  readonly items: readonly Condition[];
}

/** One part of a value: `of.key`. */
export interface MemberCondition {
  /** Which part of the language this is. */
  readonly kind: "member";
  /** The value looked into. */
  readonly of: Condition;
  /** Name of the part. */
  readonly key: string;
}

/** One part of a value, chosen by another: `of[at]`. */
export interface IndexCondition {
  /** Which part of the language this is. */
  readonly kind: "index";
  /** The value looked into. */
  readonly of: Condition;
  /** The key or position. */
  readonly at: Condition;
}

/** A value with a sign before it. */
export interface SignCondition {
  /** Which part of the language this is. */
  readonly kind: "sign";
  /** -1 for a minus, 1 for a plus. */
  readonly sign: -1 | 1;
  /** The value after the sign. */
  readonly of: Condition;
}

/** True where the inner condition is not. */
export interface NotCondition {
  /** Which part of the language this is. */
  readonly kind: "not";
  /** The condition turned round. */
  readonly of: Condition;
}

/** Several conditions joined by one word; two or more. */
export interface JoinedCondition {
  /** The word that joins them. */
  readonly kind: "and" | "or";
  /** The conditions, in order. */
  readonly parts: readonly Condition[];
}

/** One or more comparisons in a chain; all must hold. */
export interface CompareCondition {
  /** Which part of the language this is. */
  readonly kind: "compare";
  /** The leftmost value. */
  readonly first: Condition;
  /** Each comparison with the value to its right; one or more. */
  readonly rest: readonly {
    readonly operator: Comparison;
    readonly right: Condition;
  }[];
}

/** A condition as plain data. */
export type Condition =
  | LiteralCondition
  | NameCondition
  | ListCondition
  | MemberCondition
  | IndexCondition
  | SignCondition
  | NotCondition
  | JoinedCondition
  | CompareCondition;

/**
 * Reads one condition.
 *
 * Throws a {@link TownletError} (`condition.syntax`, exit code 2) that names
 * the construct when the source holds anything the language does not have, is
 * longer than {@link CONDITION_LENGTH_MAX} or nests deeper than
 * {@link CONDITION_NESTING_MAX}.
 */
export function parseCondition(source: string): Condition {
  if (source.length > CONDITION_LENGTH_MAX) {
    throw unsupported(
      `${source.slice(0, 60)}…`,
      `more than ${CONDITION_LENGTH_MAX} characters`,
    );
  }
  if (!isPlainText(source.replaceAll(/[\t\r\n]/g, " "))) {
    throw unsupported(source, "control character");
  }
  const reader: Reader = {
    source,
    tokens: readTokens(source),
    at: 0,
    depth: 0,
  };
  const condition = readOr(reader);
  const left = peek(reader);
  if (left.kind !== "end") throw unexpected(reader, left);
  return condition;
}

/** Every context name a condition reads, once each, in order of first use. */
export function namesIn(condition: Condition): readonly string[] {
  const names = new Set<string>();
  collectNames(condition, names);
  return [...names];
}

function collectNames(condition: Condition, names: Set<string>): void {
  switch (condition.kind) {
    case "literal":
      return;
    case "name":
      names.add(condition.name);
      return;
    case "list":
      for (const item of condition.items) collectNames(item, names);
      return;
    case "index":
      collectNames(condition.of, names);
      collectNames(condition.at, names);
      return;
    case "member":
    case "sign":
    case "not":
      collectNames(condition.of, names);
      return;
    case "and":
    case "or":
      for (const part of condition.parts) collectNames(part, names);
      return;
    case "compare":
      collectNames(condition.first, names);
      for (const { right } of condition.rest) collectNames(right, names);
  }
}

/** A word, number, text or sign of the source. */
type Token =
  | { readonly kind: "number"; readonly value: number; readonly text: string }
  | { readonly kind: "text"; readonly value: string; readonly text: string }
  | { readonly kind: "name" | "sign" | "end"; readonly text: string };

interface Reader {
  readonly source: string;
  readonly tokens: readonly Token[];
  at: number;
  depth: number;
}

const SPACE = /[ \t\r\n]+/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y;
/** Operators of other languages too, so that a refusal names them whole. */
const SIGN =
  /\*\*|\/\/|<<|>>|&&|\|\||:=|==|!=|<=|>=|=>|->|[+\-*/%&|^@]=|[^'"]/uy;

const LITERALS: ReadonlyMap<string, null | boolean> = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);
const KEYWORDS: ReadonlySet<string> = new Set(["and", "or", "not", "in"]);
/** Names through which runtimes reach their own insides. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  "__proto__",
  "constructor",
  "prototype",
]);
/** Words and signs of neighbouring languages: what to call them. */
const FOREIGN: ReadonlyMap<string, string> = new Map([
  ["is", "'is'"],
  ["if", "conditional 'if'"],
  ["else", "conditional 'else'"],
  ["?", "conditional '?'"],
  ["for", "comprehension 'for'"],
  ["lambda", "lambda"],
  ["=>", "lambda '=>'"],
  ["->", "lambda '->'"],
  ["await", "'await'"],
  ["yield", "'yield'"],
  ["=", "assignment '='"],
  [":=", "assignment ':='"],
  [":", "slice ':'"],
  ["{", "dict literal"],
  ["`", "template string"],
  ["&&", "'&&' (the word is 'and')"],
  ["||", "'||' (the word is 'or')"],
  ["!", "'!' (the word is 'not')"],
]);

function readTokens(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0];
    if (text !== undefined) at += text.length;
    return text;
  };
  while (at < source.length) {
    if (match(SPACE) !== undefined) continue;
    let text = match(NAME);
    if (text !== undefined) {
      tokens.push({ kind: "name", text });
      continue;
    }
    text = match(NUMBER);
    if (text !== undefined) {
      const value = Number(text);
      const tail = match(NAME) ?? "";
      if (!Number.isFinite(value) || tail !== "") {
        throw unsupported(source, `number ${text}${tail}`);
      }
      tokens.push({ kind: "number", value, text });
      continue;
    }
    text = match(SIGN);
    if (text !== undefined) {
      tokens.push({ kind: "sign", text });
      continue;
    }
    const quoted = readText(source, at);
    tokens.push(quoted);
    at += quoted.text.length;
  }
  tokens.push({ kind: "end", text: "" });
  return tokens;
}

/** Reads a text in quotes; a backslash may stand before a quote or itself. */
function readText(source: string, start: number): Token {
  const quote = source[start];
  let value = "";
  for (let at = start + 1; at < source.length; at++) {
    let unit = source[at];
    if (unit === quote) {
      return { kind: "text", value, text: source.slice(start, at + 1) };
    }
    if (unit === "\n" || unit === "\r") break;
    if (unit === "\\") {
      unit = source[++at];
      if (unit !== "'" && unit !== '"' && unit !== "\\") {
        throw unsupported(source, `escape \\${unit ?? ""}`);
      }
    }
    value += unit;
  }
  throw unsupported(source, "text without its closing quote");
}

function readOr(reader: Reader): Condition {
  return readJoined(reader, "or", readAnd);
}

function readAnd(reader: Reader): Condition {
  return readJoined(reader, "and", readNot);
}

function readJoined(
  reader: Reader,
  kind: "and" | "or",
  readPart: (reader: Reader) => Condition,
): Condition {
  const first = readPart(reader);
  if (!take(reader, "name", kind)) return first;
  const parts = [first];
  do parts.push(readPart(reader)); while (take(reader, "name", kind));
  return { kind, parts };
}

function readNot(reader: Reader): Condition {
  if (!take(reader, "name", "not")) return readCompare(reader);
  return nested(reader, () => ({ kind: "not", of: readNot(reader) }));
}

function readCompare(reader: Reader): Condition {
  const first = readSigned(reader);
  const rest: { operator: Comparison; right: Condition }[] = [];
  for (;;) {
    const operator = readComparison(reader);
    if (operator === undefined) break;
    rest.push({ operator, right: readSigned(reader) });
  }
  return rest.length === 0 ? first : { kind: "compare", first, rest };
}

function readComparison(reader: Reader): Comparison | undefined {
  const { kind, text } = peek(reader);
  if (kind === "sign") {
    switch (text) {
      case "==":
      case "!=":
      case "<":
      case "<=":
      case ">":
      case ">=":
        reader.at++;
        return text;
    }
    return undefined;
  }
  if (take(reader, "name", "in")) return "in";
  if (!take(reader, "name", "not")) return undefined;
  if (take(reader, "name", "in")) return "not in";
  throw unsupported(reader.source, "'not' after a value without 'in'");
}

function readSigned(reader: Reader): Condition {
  const minus = take(reader, "sign", "-");
  if (!minus && !take(reader, "sign", "+")) return readParts(reader);
  return nested(reader, () => ({
    kind: "sign",
    sign: minus ? -1 : 1,
    of: readSigned(reader),
  }));
}

/** Reads a value and what follows it: `.name` and `[index]`. */
function readParts(reader: Reader): Condition {
  let of = readValue(reader);
  for (let parts = 0;; parts++) {
    const dot = take(reader, "sign", ".");
    if (!dot && !take(reader, "sign", "[")) return of;
    if (parts === CONDITION_NESTING_MAX) throw tooDeep(reader);
    if (dot) {
      of = { kind: "member", of, key: readName(reader) };
      continue;
    }
    const at = nested(reader, () => readOr(reader));
    expect(reader, "]");
    if (at.kind === "literal" && FORBIDDEN.has(String(at.value))) {
      throw unsupported(reader.source, `name ${at.value}`);
    }
    of = { kind: "index", of, at };
  }
}

function readValue(reader: Reader): Condition {
  const token = peek(reader);
  if (token.kind === "number" || token.kind === "text") {
    reader.at++;
    return { kind: "literal", value: token.value };
  }
  if (token.kind === "name") {
    const literal = LITERALS.get(token.text.toLowerCase());
    if (literal === undefined) return { kind: "name", name: readName(reader) };
    reader.at++;
    return { kind: "literal", value: literal };
  }
  if (take(reader, "sign", "[")) {
    const items = take(reader, "sign", "]") ? [] : readItems(reader, "]");
    return { kind: "list", items };
  }
  if (take(reader, "sign", "(")) {
    const items = readItems(reader, ")");
    return items.length === 1 ? items[0] : { kind: "list", items };
  }
  throw unexpected(reader, token);
}

/** Reads one or more conditions with commas between, and the closing sign. */
function readItems(reader: Reader, close: ")" | "]"): readonly Condition[] {
  return nested(reader, () => {
    const items: Condition[] = [];
    do items.push(readOr(reader)); while (take(reader, "sign", ","));
    expect(reader, close);
    return items;
  });
}

function readName(reader: Reader): string {
  const token = peek(reader);
  const { kind, text } = token;
  if (
    kind !== "name" || KEYWORDS.has(text) || FOREIGN.has(text) ||
    LITERALS.has(text.toLowerCase())
  ) throw unexpected(reader, token);
  if (FORBIDDEN.has(text)) throw unsupported(reader.source, `name ${text}`);
  reader.at++;
  return text;
}

function peek(reader: Reader): Token {
  return reader.tokens[reader.at];
}

/** Goes past the next token if it is this one. */
function take(reader: Reader, kind: "name" | "sign", text: string): boolean {
  const token = peek(reader);
  if (token.kind !== kind || token.text !== text) return false;
  reader.at++;
  return true;
}

function expect(reader: Reader, sign: string): void {
  if (!take(reader, "sign", sign)) throw unexpected(reader, peek(reader));
}

function nested<T>(reader: Reader, read: () => T): T {
  if (reader.depth === CONDITION_NESTING_MAX) throw tooDeep(reader);
  reader.depth++;
  const result = read();
  reader.depth--;
  return result;
}

function tooDeep(reader: Reader): TownletError {
  return unsupported(
    reader.source,
    `nesting deeper than ${CONDITION_NESTING_MAX}`,
  );
}

function unexpected(reader: Reader, token: Token): TownletError {
  return unsupported(reader.source, constructAt(reader, token));
}

/** What to call the token that does not belong where it stands. */
function constructAt(reader: Reader, token: Token): string {
  const { kind, text } = token;
  if (kind === "end") return "unexpected end";
  const foreign = FOREIGN.get(text);
  if (foreign !== undefined && kind !== "text") return foreign;
  const before = reader.tokens[reader.at - 1];
  if (kind === "text" && before?.kind === "name") return "template string";
  if (kind !== "sign") return `${kind} ${text}`;
  if (text === "(") return "call";
  if (/^[+\-*/%&|^@].*=$/.test(text)) return `assignment '${text}'`;
  if (/^([+\-*/%&|^@~]|<<|>>)/.test(text)) return `arithmetic '${text}'`;
  return `'${text}'`;
}

function unsupported(source: string, construct: string): TownletError {
  return new TownletError(
    escapeText(
      `Unsupported syntax in precondition '${source}': ${construct}`,
    ),
    {
      code: "condition.syntax",
      hint: "A precondition compares names, numbers and texts, joined by " +
        "and, or, not, in",
    },
  );
}
