/**
 * YAML into plain values, under limits that hold before anything looks at them.
 *
 * Only the core schema is read: no tags of one's own, no duplicate keys, `yes`
 * is text. The parser has no limits itself, so one walk over its result counts
 * what aliases would unfold to.
 * @module
 */
import { parse } from "../std/yaml.ts";

/** Largest text of a configuration, manifest or timeline: 1 MiB of UTF-8. */
export const TEXT_BYTES_MAX = 1 << 20;

/** Most uses of a value through aliases. */
export const REFERENCES_MAX = 64;

/** Most values, aliases counted as what they stand for. */
export const NODES_MAX = 100_000;

/** Deepest nesting of lists and mappings. */
export const DEPTH_MAX = 32;

/** Keys that no mapping may have: runtimes reach their insides through them. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set([
  "__proto__",
  "constructor",
  "prototype",
]);

/** What the parser makes of a key that is a mapping. */
const MAPPING_KEY = String({});

/** Why a text or value is refused as a whole. */
export interface TextFault {
  /** Line and column, from 1, where the parser knows them; else null. */
  readonly position: { readonly line: number; readonly column: number } | null;
  /** Keys and indexes that lead to the value; empty for the whole text. */
  readonly path: readonly (string | number)[];
  /** What is wrong, without a full stop. */
  readonly what: string;
}

/** What became of a text. */
export type YamlText =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly fault: TextFault };

/** Reads one YAML document and checks it with {@link limitFault}. */
export function readYaml(text: string): YamlText {
  if (new TextEncoder().encode(text).length > TEXT_BYTES_MAX) {
    return refusal("more than 1 MiB of text");
  }
  let value: unknown;
  try {
    value = parse(text, { schema: "core" });
  } catch (error) {
    if (error instanceof RangeError) {
      return refusal(`nested deeper than ${DEPTH_MAX}`);
    }
    if (error instanceof Error && error.name === "YamlSyntaxError") {
      return syntaxFault(error.message);
    }
    throw error;
  }
  const fault = limitFault(value);
  return fault === null ? { ok: true, value } : { ok: false, fault };
}

/**
 * The first limit that a parsed value breaks, or null.
 *
 * At most {@link REFERENCES_MAX} references, {@link NODES_MAX} values,
 * {@link DEPTH_MAX} levels, and none of {@link FORBIDDEN_KEYS}. The walk ends
 * at the first limit, so it is bounded whatever the aliases unfold to.
 */
export function limitFault(value: unknown): TextFault | null {
  const seen = new Set<object>();
  const path: (string | number)[] = [];
  let references = 0;
  let nodes = 0;
  const visit = (node: unknown): string | null => {
    if (++nodes > NODES_MAX) return `more than ${NODES_MAX} values`;
    if (typeof node !== "object" || node === null) return null;
    if (path.length >= DEPTH_MAX) return `nested deeper than ${DEPTH_MAX}`;
    if (seen.has(node) && ++references > REFERENCES_MAX) {
      return `more than ${REFERENCES_MAX} references to shared values`;
    }
    seen.add(node);
    const keys = Array.isArray(node) ? node.keys() : Object.keys(node);
    for (const key of keys) {
      if (key === MAPPING_KEY) return "a key must be text, not a mapping";
      path.push(key);
      if (typeof key === "string" && FORBIDDEN_KEYS.has(key)) {
        return `forbidden key ${key}`;
      }
      const what = visit((node as Record<string | number, unknown>)[key]);
      if (what !== null) return what;
      path.pop();
    }
    return null;
  };
  const what = visit(value);
  return what === null ? null : { position: null, path, what };
}

/** Takes the place out of the parser's message: its first line ends in it. */
function syntaxFault(message: string): YamlText {
  const [, what, line, column] =
    /^(.*?)(?: at line (\d+), column (\d+):?)?(?:\n|$)/s.exec(message) ?? [];
  const position = line === undefined
    ? null
    : { line: Number(line), column: Number(column) };
  return {
    ok: false,
    fault: { position, path: [], what: withoutContent(what ?? message) },
  };
}

/** The names of aliases and tags may be values that wanted quotes. */
function withoutContent(what: string): string {
  return what.replace(/(alias) ".*"/s, "$1")
    .replace(/(tag) !<(?!tag:yaml\.org,2002:).*>/s, "$1");
}

function refusal(what: string): YamlText {
  return { ok: false, fault: { position: null, path: [], what } };
}
