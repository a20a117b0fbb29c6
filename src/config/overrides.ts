/** Overrides of single keys: `path=value`, as the command line takes them. @module */
import { type Finding, type KeyPath, pathText, showValue } from "./fault.ts";
import { valueAt } from "./findings.ts";
import { DEPTH_MAX, readYaml } from "./yaml_text.ts";

/** An override that was read. */
export interface Override {
  /** The key it sets. */
  readonly path: KeyPath;
  /** The value it sets it to. */
  readonly value: unknown;
}

/** A plain value with the overrides in it, and what was wrong with them. */
export interface Overridden {
  /** The value; shared with the original where nothing changed. */
  readonly value: unknown;
  /** The overrides that were applied. */
  readonly applied: readonly Override[];
  /** Faults of the others. */
  readonly findings: readonly Finding[];
}

/**
 * Sets keys of a plain value.
 *
 * Each text is a path, `=` and a YAML value: `jobs.grocer.wage_rate=0.03`,
 * `world.grid_size=[64, 64]`, `world.objects[0].id=oven`. Keys with dots in
 * them go into brackets and quotes: `jobs["night.shift"]`. In profile
 * production some keys cannot be set.
 */
export function applyOverrides(
  value: unknown,
  texts: readonly string[],
): Overridden {
  const findings: Finding[] = [];
  const applied: Override[] = [];
  const strict = valueAt(value, ["profile"]) === "production";
  let result = value;
  for (const text of texts) {
    const override = readOverride(text);
    const finding = "what" in override
      ? override
      : strict
      ? protection(override.path)
      : null;
    if ("what" in override || finding !== null) {
      findings.push(finding ?? override as Finding);
      continue;
    }
    const changed = withValue(result, override.path, override.value);
    if ("what" in changed) {
      findings.push(changed);
      continue;
    }
    applied.push(override);
    result = changed.value;
  }
  if (!strict && valueAt(result, ["profile"]) === "production") {
    for (const { path } of applied) {
      const finding = path[0] === "profile" ? null : protection(path);
      if (finding !== null) findings.push(finding);
    }
  }
  return { value: result, applied, findings };
}

/** Whether `override` is what brought the value at `path` about. */
export function bringsAbout(
  override: Override,
  path: KeyPath,
  original: unknown,
): boolean {
  if (override.path.every((key, i) => path[i] === key)) return true;
  const common = path.findIndex((key, i) => override.path[i] !== key);
  const shared = common < 0 ? path : path.slice(0, common);
  return shared.length > 0 && valueAt(original, shared) === undefined;
}

/** Keys that overrides cannot set in profile production. */
const PROTECTED: readonly KeyPath[] = [
  ["profile"],
  ["console", "auth"],
  ["telemetry", "sign"],
  ["telemetry", "transport"],
  ["telemetry", "transports"],
  ["affordances", "hooks"],
];

function protection(path: KeyPath): Finding | null {
  const place = PROTECTED.find((keys) =>
    keys.every((key, i) => i >= path.length || path[i] === key)
  );
  if (place === undefined) return null;
  return refusal(
    path,
    `cannot be set in profile production`,
    `change ${pathText(place)} in the file`,
  );
}

/** Reads `path=value`. */
function readOverride(text: string): Override | Finding {
  const split = text.indexOf("=");
  const path = readPath(split < 0 ? text : text.slice(0, split));
  if (path === null || split < 0) {
    // What follows a path by another sign is its value, perhaps a secret.
    const shown = split < 0
      ? /^[\w.[\]-]*/.exec(text)?.[0]
      : text.slice(0, split);
    return {
      path: [],
      at: "value",
      what: "must be path=value",
      got: showValue(shown),
      hint: "for example rewards.wage=false or world.objects[0].id=oven",
    };
  }
  const yaml = readYaml(text.slice(split + 1));
  if (!yaml.ok) return refusal(path, "the value is not YAML", null);
  return { path, value: yaml.value };
}

/** Reads a path; null if it is none. */
function readPath(text: string): KeyPath | null {
  const part = /(?:^|\.)([^.[\]="]+)|\[(\d{1,6})\]|\["([^"]+)"\]/y;
  const path: (string | number)[] = [];
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (match === null) return null;
    const [, key, index, quoted] = match;
    path.push(index === undefined ? key ?? quoted : Number(index));
    if (path.length > DEPTH_MAX) return null;
  }
  return path.length === 0 || typeof path[0] === "number" ? null : path;
}

/** A copy of `root` with `value` at `path`; only the way to it is copied. */
function withValue(
  root: unknown,
  path: KeyPath,
  value: unknown,
  depth = 0,
): { readonly value: unknown } | Finding {
  if (depth === path.length) return { value };
  const key = path[depth];
  if (Array.isArray(root)) {
    if (typeof key !== "number" || key > root.length) {
      return refusal(
        path,
        `${pathText(path.slice(0, depth))} is a list of ${root.length} items`,
        `choose one by [0] to [${root.length}], the last of which adds one`,
      );
    }
    const inner = withValue(root[key], path, value, depth + 1);
    return "what" in inner
      ? inner
      : { value: root.toSpliced(key, 1, inner.value) };
  }
  const isEmpty = root === undefined || root === null;
  if (typeof key === "number" || !isEmpty && typeof root !== "object") {
    const what = typeof key === "number" ? "a list" : "a mapping";
    return refusal(
      path,
      `${pathText(path.slice(0, depth))} is not ${what}`,
      null,
    );
  }
  const inner = withValue(valueAt(root, [key]), path, value, depth + 1);
  if ("what" in inner) return inner;
  return { value: { ...(root as object | null), [key]: inner.value } };
}

function refusal(
  path: KeyPath,
  what: string,
  hint: string | null,
): Finding {
  return { path, at: "value", what, got: null, hint };
}
