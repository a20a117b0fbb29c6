/** What is wrong with a configuration, and how it is said. @module */
import { EXIT, TownletError } from "../base/error.ts";
import { escapeText, recordText } from "../base/text.ts";

/** Keys and indexes that lead from the top of a file to a value. */
export type KeyPath = readonly (string | number)[];

/** A fault before its place in the file is known. */
export interface Finding {
  /** The value it is about. */
  readonly path: KeyPath;
  /** Where to point: at the value, at its key, or, for want of both, above. */
  readonly at: "value" | "key" | "parent";
  /** What is wrong, without a full stop. */
  readonly what: string;
  /** What was found, ready for people, or null. */
  readonly got: string | null;
  /** What to do, or null. */
  readonly hint: string | null;
}

/** One fault of a configuration. */
export interface Fault {
  /** The value it is about, such as `jobs.grocer.location[0]`. */
  readonly path: string;
  /** Line from 1, or null for faults of an override or an unplaced value. */
  readonly line: number | null;
  /** Column from 1, or null like the line. */
  readonly column: number | null;
  /** What is wrong. */
  readonly what: string;
  /** The whole line people see. */
  readonly text: string;
}

/** Faults that are told one by one; files made to annoy have thousands. */
const FAULTS_TOLD = 1000;

/**
 * A configuration with faults; its message has one fault a line.
 *
 * Its exit code is 5 where a fault breaks a rule of security, else 2.
 */
export class ConfigError extends TownletError {
  /** Every fault, in document order, those of overrides last. */
  readonly faults: readonly Fault[];

  /** Makes the error from its faults; there is at least one. */
  constructor(faults: readonly Fault[]) {
    const lines = faults.slice(0, FAULTS_TOLD).map(({ text }) => text);
    const more = faults.length - lines.length;
    if (more > 0) lines.push(`and ${more} more`);
    super(lines.join("\n"), {
      code: "config.invalid",
      exit: faults.some(isRefusal) ? EXIT.refused : EXIT.usage,
    });
    this.faults = faults;
  }
}

/** Whether a fault breaks a rule of security, which it then names. */
function isRefusal({ what }: Fault): boolean {
  return /\(rule [A-Z]\d+\)$/.test(what);
}

/** Line and column of a fault, from 1. */
export interface Position {
  /** Line, from 1. */
  readonly line: number;
  /** Column, from 1. */
  readonly column: number;
}

/** Says where a finding is: in `file`, or in an override. */
export function faultAt(
  finding: Finding,
  place:
    | { readonly file: string; readonly position: Position | null }
    | "--set",
): Fault {
  const path = pathText(finding.path);
  const position = place === "--set" ? null : place.position;
  const where = place === "--set"
    ? "--set"
    : position === null
    ? `${place.file}:`
    : `${place.file}:${position.line}:${position.column}`;
  const subject = path === "" ? "" : ` ${path}:`;
  const got = finding.got === null ? "" : ` (got ${finding.got})`;
  const hint = finding.hint === null ? "" : `; ${finding.hint}`;
  return {
    path,
    line: position?.line ?? null,
    column: position?.column ?? null,
    what: finding.what,
    text: recordText(`${where}${subject} ${finding.what}${got}${hint}`),
  };
}

/** Faults in document order; those without a place come last. */
export function inOrder(faults: readonly Fault[]): readonly Fault[] {
  const last = Number.MAX_SAFE_INTEGER;
  return faults.toSorted((a, b) =>
    (a.line ?? last) - (b.line ?? last) ||
    (a.column ?? last) - (b.column ?? last)
  );
}

/** A path as people read it: dots between keys, list items in brackets. */
export function pathText(path: KeyPath): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === "number"
        ? `${text}[${key}]`
        : text === ""
        ? shownKey(key)
        : `${text}.${shownKey(key)}`,
    "",
  );
}

/** Most characters of a key, or of a value, that are shown. */
const SHOWN = { key: 64, value: 40 } as const;

function shownKey(key: string): string {
  return escapeText(shorten(key, SHOWN.key));
}

/** A value as a fault shows it, cut short, without passwords. */
export function showValue(value: unknown): string {
  if (typeof value === "string") {
    return escapeText(JSON.stringify(shorten(withoutSecrets(value))));
  }
  if (Array.isArray(value)) {
    const flat = value.length <= 6 &&
      value.every((item) =>
        typeof item === "number" || typeof item === "string"
      );
    return flat
      ? escapeText(shorten(withoutSecrets(JSON.stringify(value))))
      : "a list";
  }
  if (typeof value === "object" && value !== null) return "a mapping";
  return String(value);
}

/** What a value is, for files that may be something else altogether. */
export function showKind(value: unknown): string {
  if (typeof value === "string") return "text";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a mapping";
  return value === null ? "null" : `a ${typeof value}`;
}

/** Addresses may carry a password before an `@` or in a parameter. */
function withoutSecrets(text: string): string {
  return text.replaceAll(
    /(^|")[^"\s/@]*@|\/\/[^"\s]*@/g,
    (found) =>
      found.startsWith("//")
        ? "//***@"
        : found.startsWith('"')
        ? '"***@'
        : "***@",
  ).replaceAll(/([?&][^"\s=&]*=)[^"\s&]+/g, "$1***");
}

/** At most so many characters of `text`. */
function shorten(text: string, room: number = SHOWN.value): string {
  if (text.length <= room) return text;
  const marks = [...text.slice(0, 2 * room)];
  return marks.length > room ? `${marks.slice(0, room - 1).join("")}…` : text;
}
