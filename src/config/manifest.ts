/**
 * Manifests: what objects can be used for, and objects that come with it.
 *
 * A manifest is a YAML list of entries. Preconditions are parsed here, so that
 * a bad one fails when the file is read and not in the middle of a day.
 * @module
 */
import { z } from "zod";
import { TownletError } from "../base/error.ts";
import { sha256Hex } from "../base/hash.ts";
import {
  type AffordanceEntry,
  affordanceEntry,
  EFFECT_NAMES,
} from "./affordance_entry.ts";
import { counts, identifier, tile } from "./schema.ts";
import type { ObjectEntry } from "./world_settings.ts";
import { readYaml } from "./yaml_text.ts";

/** Most affordances a manifest may have. */
export const AFFORDANCES_MAX = 1000;

/** A manifest that was read. */
export interface Manifest {
  /** The file it came from. */
  readonly file: string;
  /** SHA-256 of its bytes, 64 hexadecimal digits. */
  readonly sha256: string;
  /** Its objects, in file order. */
  readonly objects: readonly ObjectEntry[];
  /** Its affordances, in file order. */
  readonly affordances: readonly AffordanceEntry[];
}

/** A manifest with faults; the message has one fault a line. */
export class ManifestError extends TownletError {
  /** Every fault, in file order: `file: entry 2 'id': key: what`. */
  readonly faults: readonly string[];

  /** Makes the error from its faults; there is at least one. */
  constructor(faults: readonly string[]) {
    super(faults.join("\n"), { code: "manifest.invalid" });
    this.faults = faults;
  }
}

const objectOfManifest: z.ZodType<ObjectEntry> = z.strictObject({
  id: identifier(),
  object_type: identifier(),
  stock: counts(1_000_000).default({}),
  position: tile().nullable().default(null),
}).transform(({ id, object_type, position, stock }) => ({
  id,
  type: object_type,
  position,
  stock,
}));

/**
 * Reads a manifest from its bytes or text.
 *
 * Throws one {@link ManifestError} with every fault of the file.
 */
export function parseManifest(
  source: string | Uint8Array,
  options: { readonly file: string },
): Manifest {
  const { file } = options;
  const entries = readEntries(source, file);
  const faults: string[] = [];
  const objects: ObjectEntry[] = [];
  const affordances: AffordanceEntry[] = [];
  const owners = new Map<unknown, number>();
  entries.forEach((entry, index) => {
    const where = `${file}: entry ${index}${titleOf(entry)}`;
    if (!isMapping(entry)) {
      faults.push(`${where}: must be a mapping (got ${got(entry)})`);
      return;
    }
    const { type = "affordance", ...fields } = entry;
    const owner = owners.get(fields.id);
    if (owner === undefined) owners.set(fields.id, index);
    else if (fields.id !== undefined) {
      faults.push(`${where}: id: entry ${owner} has it already`);
    }
    if (type !== "affordance" && type !== "object") {
      faults.push(
        `${where}: type: must be object or affordance (got ${got(type)})`,
      );
      return;
    }
    const result = type === "object"
      ? objectOfManifest.safeParse(fields)
      : affordanceEntry.safeParse(fields);
    if (!result.success) {
      for (const issue of result.error.issues) {
        faults.push(`${where}: ${describe(issue, fields)}`);
      }
      return;
    }
    if ("duration" in result.data) affordances.push(result.data);
    else objects.push(result.data);
  });
  if (affordances.length > AFFORDANCES_MAX) {
    faults.push(`${file}: more than ${AFFORDANCES_MAX} affordances`);
  }
  if (faults.length > 0) throw new ManifestError(faults);
  return { file, sha256: sha256Hex(source), objects, affordances };
}

/** The list of entries; throws a {@link ManifestError} when there is none. */
function readEntries(
  source: string | Uint8Array,
  file: string,
): readonly unknown[] {
  let text: string;
  try {
    text = typeof source === "string"
      ? source
      : new TextDecoder("utf-8", { fatal: true }).decode(source);
  } catch {
    throw new ManifestError([`${file}: is not UTF-8 text`]);
  }
  const yaml = readYaml(text);
  if (!yaml.ok) {
    const { position, path, what } = yaml.fault;
    const place = position === null
      ? ""
      : `:${position.line}:${position.column}`;
    const inside = path.length === 0 ? "" : ` ${pathText(path)}:`;
    throw new ManifestError([`${file}${place}:${inside} ${what}`]);
  }
  if (!Array.isArray(yaml.value)) {
    throw new ManifestError([
      `${file}: must be a list of entries (got ${got(yaml.value)})`,
    ]);
  }
  return yaml.value;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The entry's id for messages, if it has one. */
function titleOf(entry: unknown): string {
  const id = isMapping(entry) ? entry.id : undefined;
  return typeof id === "string" && id !== "" ? ` '${id.slice(0, 64)}'` : "";
}

/** What an issue says: `key: what (got value)`. */
function describe(issue: z.core.$ZodIssue, entry: unknown): string {
  const keys = issue.path as readonly (string | number)[];
  const value = keys.reduce<unknown>(
    (inside, key) =>
      typeof inside === "object" && inside !== null
        ? (inside as Record<string | number, unknown>)[key]
        : undefined,
    entry,
  );
  const path = keys.length === 0 ? "" : `${pathText(keys)}: `;
  if (issue.code === "unrecognized_keys") {
    const known = keys[0] === "effects"
      ? `; effects are ${EFFECT_NAMES.join(", ")}`
      : keys[0] === "hooks"
      ? "; hooks are before, after, fail"
      : "";
    return `${path}unknown key ${issue.keys.join(", ")}${known}`;
  }
  if (value === undefined) return `${path}is missing`;
  const what = Array.isArray(value) ? listFault(issue) : valueFault(issue);
  return typeof value === "string" && value !== "" && what.includes(value)
    ? `${path}${what}`
    : `${path}${what} (got ${got(value)})`;
}

/** What is wrong with a list. */
function listFault(issue: z.core.$ZodIssue): string {
  return issue.code === "too_small" || issue.code === "too_big"
    ? "must have two items"
    : valueFault(issue);
}

/** What is wrong with a value. */
function valueFault(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${KINDS.get(issue.expected) ?? issue.expected}`;
    case "too_small":
      return `must be at least ${issue.minimum}`;
    case "too_big":
      return `must be at most ${issue.maximum}`;
    case "invalid_key":
      return `name ${issue.issues[0].message}`;
    default:
      return issue.message;
  }
}

const KINDS: ReadonlyMap<string, string> = new Map([
  ["string", "a text"],
  ["number", "a finite number"],
  ["int", "a whole number"],
  ["object", "a mapping"],
  ["record", "a mapping"],
  ["tuple", "a list of two whole numbers"],
]);

function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === "number"
        ? `${text}[${key}]`
        : text === ""
        ? key
        : `${text}.${key}`,
    "",
  );
}

/** A value as a message shows it: JSON, cut short. */
function got(value: unknown): string {
  if (typeof value === "number") return String(value);
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

const CORE = `
- id: use_shower
  object_type: shower
  duration: 30
  effects: {hygiene: 0.45, energy: -0.03, money: -0.2}
  preconds: [occupied == false, power_on == true, water_on == true]
  hooks: {before: on_attempt_shower, after: on_finish_shower, fail: on_no_power}
- id: eat_meal
  object_type: fridge
  duration: 15
  effects: {hunger: 0.4, energy: 0.05}
  preconds: meal_available == true
  hooks: {before: on_attempt_eat, after: on_finish_eat}
- id: cook_meal
  object_type: stove
  duration: 40
  effects: {hunger: 0.1, energy: -0.05}
  preconds: power_on == true
  hooks: {before: on_attempt_cook, after: on_finish_cook, fail: on_cook_fail}
- id: rest_sleep
  object_type: bed
  duration: 60
  effects: {energy: 0.8}
  hooks: {before: on_attempt_sleep, after: on_finish_sleep}
`;

/**
 * The manifest of towns that name none: showering, eating, cooking, sleeping.
 *
 * It holds affordances only; objects come from the configuration.
 */
export const CORE_MANIFEST: Manifest = parseManifest(CORE, {
  file: "the built-in manifest",
});
