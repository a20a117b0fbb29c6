/** What a schema finds wrong with a value, in words for people. @module */
import type { z } from "zod";
import { escapeText } from "../base/text.ts";
import { closestWord } from "./closest.ts";
import { type Finding, type KeyPath, showValue } from "./fault.ts";
import { formerKeyHint } from "./former_keys.ts";
import { type JsonSchema, schemaOf } from "./json_schema.ts";

/** Checks `value` as the part of a file at `path`. */
export function findingsOf<T>(
  schema: z.ZodType<T>,
  value: unknown,
  path: KeyPath,
): { readonly value: T } | { readonly findings: readonly Finding[] } {
  const result = schema.safeParse(value);
  if (result.success) return { value: result.data };
  const findings = result.error.issues.flatMap((issue) =>
    findingsOfIssue(issue, schema, value, path)
  );
  return { findings };
}

/**
 * Whether values at `path` may be or hide secrets.
 *
 * Faults there never repeat what they found.
 */
function isSecretPlace(path: KeyPath): boolean {
  return SECRET_PLACES.some((place) =>
    place.every((key, i) => i >= path.length || path[i] === key) &&
    path.length >= place.length
  );
}

const SECRET_PLACES: readonly KeyPath[] = [
  ["console", "auth"],
  ["console_auth"],
  ["telemetry", "sign"],
  ["serve", "metrics_token"],
];

/** Findings of one issue: one for each unknown key, else exactly one. */
function findingsOfIssue(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  root: unknown,
  base: KeyPath,
): readonly Finding[] {
  const inner = issue.path as KeyPath;
  const path = [...base, ...inner];
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, inner, root);
    return issue.keys.map((key) => unknownKey([...path, key], known));
  }
  if (!isPresent(root, inner)) {
    return [{
      path,
      at: "parent",
      what: missingKey(issue, path),
      got: null,
      hint: null,
    }];
  }
  const value = valueAt(root, inner);
  if (issue.code === "invalid_key") return [wrongName(issue, path)];
  if (issue.code === "custom" && issue.params?.at === "key") {
    return [{ path, at: "key", what: issue.message, got: null, hint: null }];
  }
  return [{
    path,
    at: "value",
    what: whatIsWrong(issue, value),
    got: isSecretPlace(path) ? null : showValue(value),
    hint: hintFor(issue, value, path),
  }];
}

/** The finding about a key that its mapping does not have. */
export function unknownKey(path: KeyPath, known: KnownKeys): Finding {
  const key = String(path[path.length - 1]);
  const hint = formerKeyHint(path) ??
    (isSecretPlace(path)
      ? `secrets are named, never written here; ${allowed(known)}`
      : guess(key, known) ?? allowed(known));
  return { path, at: "key", what: "unknown key", got: null, hint };
}

/** The keys a mapping can have. */
export interface KnownKeys {
  /** What has them, such as `a blackout`, or null. */
  readonly subject: string | null;
  /** Their names, in the order of the schema. */
  readonly keys: readonly string[];
}

function guess(key: string, { keys }: KnownKeys): string | null {
  const word = closestWord(key, keys);
  return word === null ? null : `did you mean ${word}?`;
}

function allowed({ subject, keys }: KnownKeys): string | null {
  if (keys.length === 0) return null;
  const shown = keys.length > 32 ? [...keys.slice(0, 32), "…"] : keys;
  return subject === null
    ? `known are ${shown.join(", ")}`
    : `${subject} allows ${shown.join(", ")}`;
}

/** A name of a mapping that breaks the rule of names. */
function wrongName(
  issue: z.core.$ZodIssueInvalidKey,
  path: KeyPath,
): Finding {
  const [inner] = issue.issues;
  const what = `the name ${inner.message}`;
  return { path, at: "key", what, got: null, hint: null };
}

/** What is said of a key that is missing. */
function missingKey(issue: z.core.$ZodIssue, path: KeyPath): string {
  if (issue.code === "custom") return issue.message;
  return path.length === 1 && issue.code === "invalid_type" &&
      issue.expected === "object"
    ? "required section is missing"
    : "required key is missing";
}

/** What is wrong with a value that is there. */
function whatIsWrong(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return typeof value === "number" && !Number.isFinite(value)
        ? "must be a finite number"
        : `must be ${KINDS.get(issue.expected) ?? issue.expected}`;
    case "too_small":
      return sizeFault(issue.origin, value) ??
        `must be ${issue.inclusive ? "at least" : "above"} ${issue.minimum}`;
    case "too_big":
      return sizeFault(issue.origin, value) ??
        `must be at most ${issue.maximum}`;
    case "invalid_value":
      return oneOfWords(issue.values.map(String));
    case "invalid_union": {
      const options = discriminators(issue);
      return options === null ? issue.message : oneOfWords(options);
    }
    default:
      return issue.message;
  }

  function sizeFault(origin: string, value: unknown): string | null {
    if (origin === "string") {
      return value === "" ? "must not be empty" : "must be shorter";
    }
    if (origin !== "array") return null;
    const limit = issue.code === "too_small"
      ? `at least ${issue.minimum}`
      : issue.code === "too_big"
      ? `at most ${issue.maximum}`
      : "";
    return `must have ${limit} items`;
  }
}

const KINDS: ReadonlyMap<string, string> = new Map([
  ["string", "text"],
  ["number", "a number"],
  ["int", "a whole number"],
  ["boolean", "true or false"],
  ["object", "a mapping"],
  ["record", "a mapping"],
  ["array", "a list"],
  ["tuple", "a list"],
]);

function oneOfWords(words: readonly string[]): string {
  return words.length === 1
    ? `must be ${words[0]}`
    : `must be one of ${words.join(", ")}`;
}

/** The words a key may have that says which kind a mapping is, or null. */
function discriminators(
  issue: z.core.$ZodIssueInvalidUnion,
): readonly string[] | null {
  const { options } = issue as { readonly options?: readonly unknown[] };
  return options === undefined ? null : options.map(String);
}

/** What to do about a value, or null. */
function hintFor(
  issue: z.core.$ZodIssue,
  value: unknown,
  path: KeyPath,
): string | null {
  if (isSecretPlace(path) && typeof value === "string") {
    const isBare = issue.code === "invalid_type" &&
      ["object", "array"].includes(issue.expected);
    if (isBare) return "secrets are named by env or file, never written here";
  }
  if (issue.code === "invalid_type") {
    if (value === null) return "write a value or remove the key";
    if (typeof value !== "string") return null;
    if (issue.expected === "boolean") {
      return /^(yes|no|on|off)$/i.test(value) ? "write true or false" : null;
    }
    const isNumber = issue.expected === "number" || issue.expected === "int";
    return isNumber && value.trim() !== "" && Number.isFinite(Number(value))
      ? "write it without quotes"
      : null;
  }
  const words = issue.code === "invalid_value"
    ? issue.values.map(String)
    : issue.code === "invalid_union"
    ? discriminators(issue) ?? []
    : [];
  if (typeof value === "boolean" && words.includes("on")) {
    return `write ${value ? "on" : "off"}`;
  }
  if (typeof value !== "string") return null;
  const word = closestWord(value, words);
  return word === null ? null : `did you mean ${word}?`;
}

/** Whether there is a value at `path`, even if null. */
function isPresent(root: unknown, path: KeyPath): boolean {
  return valueAt(root, path) !== undefined;
}

/** The value at `path`, or undefined. */
export function valueAt(root: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string | number, unknown>)[key]
        : undefined,
    root,
  );
}

/** The keys that the mapping at `path` can have. */
function knownKeys(
  schema: z.ZodType,
  path: KeyPath,
  root: unknown,
): KnownKeys {
  let node = jsonSchemaOf(schema);
  let value = root;
  let choice = choose(node, value);
  for (const key of path) {
    const { properties, additionalProperties, items } = choice.node;
    const next = typeof key === "number"
      ? items
      : properties !== undefined && Object.hasOwn(properties, key)
      ? properties[key]
      : additionalProperties;
    node = typeof next === "object" ? next : {};
    value = valueAt(value, [key]);
    choice = choose(node, value);
  }
  return {
    subject: choice.subject,
    keys: choice.node.propertyNames?.enum?.map(String) ??
      Object.keys(choice.node.properties ?? {}),
  };
}

/** JSON Schemas made so far: one fault seldom comes alone. */
const MADE = new WeakMap<z.ZodType, JsonSchema>();

function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const made = MADE.get(schema) ?? schemaOf(schema);
  MADE.set(schema, made);
  return made;
}

/** The alternative of a schema that fits the kind of a value. */
function choose(
  node: JsonSchema,
  value: unknown,
): { readonly node: JsonSchema; readonly subject: string | null } {
  if (node.oneOf === undefined && node.anyOf === undefined) {
    return { node, subject: null };
  }
  const options = optionsOf(node);
  if (Array.isArray(value)) {
    const list = options.find(({ items }) => typeof items === "object");
    return { node: list ?? node, subject: null };
  }
  const mappings = options.filter(({ properties }) => properties);
  if (mappings.length === 1) return { node: mappings[0], subject: null };
  for (const mapping of mappings) {
    for (const [key, { const: word, enum: words }] of entriesOf(mapping)) {
      const found = valueAt(value, [key]);
      if (found === undefined || ![word, ...words ?? []].includes(found)) {
        continue;
      }
      return { node: mapping, subject: subjectOf(key, String(found)) };
    }
  }
  return { node, subject: null };
}

/** All alternatives of a schema, those of alternatives too. */
function optionsOf(node: JsonSchema): readonly JsonSchema[] {
  const options = node.oneOf ?? node.anyOf;
  return options === undefined ? [node] : options.flatMap(optionsOf);
}

/** The keys of a mapping that say which kind it is: each kind has its own. */
function entriesOf(mapping: JsonSchema): readonly [string, JsonSchema][] {
  return Object.entries(mapping.properties ?? {}).filter(([key]) =>
    KIND_KEYS.has(key)
  );
}

/** Keys that say which kind a mapping is. */
const KIND_KEYS: ReadonlySet<string> = new Set([
  "kind",
  "type",
  "command",
  "key",
]);

/** `a blackout`, `command spawn`: what a mapping is, by the key that says so. */
function subjectOf(key: string, word: string): string {
  if (key !== "kind") return `${key} ${escapeText(word)}`;
  return `${/^[aeiou]/.test(word) ? "an" : "a"} ${escapeText(word)}`;
}
