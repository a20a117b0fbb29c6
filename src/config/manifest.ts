/**
 * Manifests: what objects can be used for, and objects that come with it.
 *
 * A manifest is a YAML list of entries. Preconditions are parsed here, so that
 * a bad one fails when the file is read and not in the middle of a day.
 * @module
 */
import { z } from "zod";
import { sha256Hex } from "../base/hash.ts";
import { escapeText } from "../base/text.ts";
import { type AffordanceEntry, affordanceEntry } from "./affordance_entry.ts";
import {
  ConfigError,
  type Fault,
  faultAt,
  type Finding,
  type KeyPath,
  type Position,
  showKind,
  showValue,
} from "./fault.ts";
import { findingsOf } from "./findings.ts";
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

const objectOfManifest: z.ZodType<ObjectEntry> = z.strictObject({
  id: identifier(),
  object_type: identifier(),
  stock: counts(1_000_000).prefault({}),
  position: tile().nullable().prefault(null),
}).transform(({ id, object_type, position, stock }) => ({
  id,
  type: object_type,
  position,
  stock,
}));

/**
 * Reads a manifest from its bytes or text.
 *
 * Throws one {@link ConfigError} with every fault of the file; each names the
 * entry by index (from 0) and id.
 */
export function parseManifest(
  source: string | Uint8Array,
  options: { readonly file: string },
): Manifest {
  const { file } = options;
  const entries = readEntries(source, file);
  const faults: Fault[] = [];
  const objects: ObjectEntry[] = [];
  const affordances: AffordanceEntry[] = [];
  const owners = new Map<unknown, number>();
  entries.forEach((entry, index) => {
    const where = `${file}: entry ${index}${titleOf(entry)}`;
    const report = (finding: Finding) =>
      void faults.push(faultAt(finding, { file: where, position: null }));
    if (!isMapping(entry)) {
      report(notKind("must be a mapping", entry));
      return;
    }
    const { type = "affordance", ...fields } = entry;
    const owner = owners.get(fields.id);
    if (owner === undefined) owners.set(fields.id, index);
    else if (fields.id !== undefined) {
      report(wrong(["id"], `entry ${owner} has it already`));
    }
    if (type === "affordance") {
      const result = findingsOf(affordanceEntry, fields, [index]);
      if ("value" in result) affordances.push(result.value);
      else result.findings.map(inEntry).forEach(report);
    } else if (type === "object") {
      const result = findingsOf(objectOfManifest, fields, [index]);
      if ("value" in result) objects.push(result.value);
      else result.findings.map(inEntry).forEach(report);
    } else report(wrong(["type"], "must be object or affordance", type));
  });
  if (affordances.length > AFFORDANCES_MAX) {
    const what = `must not have more than ${AFFORDANCES_MAX} affordances`;
    faults.push(faultAt(wrong([], what), { file, position: null }));
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return { file, sha256: sha256Hex(source), objects, affordances };
}

/** The list of entries; throws a {@link ConfigError} when there is none. */
function readEntries(
  source: string | Uint8Array,
  file: string,
): readonly unknown[] {
  const refuse = (finding: Finding, position: Position | null = null) =>
    new ConfigError([faultAt(finding, { file, position })]);
  let text: string;
  try {
    text = typeof source === "string"
      ? source
      : new TextDecoder("utf-8", { fatal: true }).decode(source);
  } catch {
    throw refuse(wrong([], "is not UTF-8 text"));
  }
  const yaml = readYaml(text);
  if (!yaml.ok) {
    const { position, path, what } = yaml.fault;
    throw refuse(wrong(path, what), position);
  }
  if (!Array.isArray(yaml.value)) {
    throw refuse(notKind("must be a list of entries", yaml.value));
  }
  return yaml.value;
}

/** A finding made here; `got` is shown when it is given. */
function wrong(
  path: KeyPath,
  what: string,
  ...got: readonly unknown[]
): Finding {
  const shown = got.length === 0 ? null : showValue(got[0]);
  return { path, at: "value", what, got: shown, hint: null };
}

/** A finding about a value of another kind; it may be no manifest at all. */
function notKind(what: string, value: unknown): Finding {
  return { ...wrong([], what), got: showKind(value) };
}

/** The same finding with its path counted from the entry. */
function inEntry(finding: Finding): Finding {
  return { ...finding, path: finding.path.slice(1) };
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The entry's id for messages, if it has one. */
function titleOf(entry: unknown): string {
  const id = isMapping(entry) ? entry.id : undefined;
  return typeof id === "string" && id !== ""
    ? ` '${escapeText(id.slice(0, 64))}'`
    : "";
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
