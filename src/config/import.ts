/** Configurations of the older Python towns, brought into the form of these. @module */
import { declareAffordances, OLD_OBJECTS } from "./import_scenario.ts";
import { importTelemetry } from "./import_telemetry.ts";
import { ECONOMY_KEYS } from "./economy.ts";
import { ConfigError, faultAt, type KeyPath } from "./fault.ts";
import { FORMER_KEYS } from "./former_keys.ts";
import { SPIKE_TARGETS } from "./perturbations.ts";
import { readYaml } from "./yaml_text.ts";
import { type Change, editYaml, type YamlEdit } from "./yaml_edit.ts";

/** A configuration after import. */
export interface Imported {
  /** The new text, with the comments of keys that stayed. */
  readonly yaml: string;
  /** What changed, in order. */
  readonly changes: readonly Change[];
}

/**
 * Rewrites the text of an older configuration.
 *
 * The result may still have faults of its own: load it to see. Rejects with a
 * {@link ConfigError} for a text that is not a YAML mapping.
 */
export async function importReference(
  text: string,
  { file = "configuration" }: { readonly file?: string } = {},
): Promise<Imported> {
  const yaml = readYaml(text);
  const fault = !yaml.ok
    ? yaml.fault
    : typeof yaml.value === "object" && yaml.value !== null &&
        !Array.isArray(yaml.value)
    ? null
    : { path: [], what: "must be a mapping of sections", position: null };
  if (fault !== null) {
    const { path, what, position } = fault;
    const finding = { path, what, at: "key", got: null, hint: null } as const;
    throw new ConfigError([
      faultAt(finding, { file, position: position ?? { line: 1, column: 1 } }),
    ]);
  }
  const edit = await editYaml(text, file);
  for (const step of STEPS) step(edit);
  return { yaml: edit.text(), changes: edit.changes };
}

/** Values that change come before keys that only move or go. */
const STEPS: readonly ((edit: YamlEdit) => void)[] = [
  importRewards,
  importEconomy,
  importAffordances,
  importPerturbations,
  importTelemetry,
  importConsole,
  importSnapshot,
  importTraining,
  importFormerKeys,
  importObjects,
  declareAffordances,
  keepMovement,
];

function importRewards(edit: YamlEdit): void {
  const rate = edit.get(["rewards", "wage_rate"]);
  if (typeof rate !== "number") return;
  edit.set(["rewards", "wage_rate"], rate > 0);
  edit.move(["rewards", "wage_rate"], ["rewards", "wage"]);
}

function importEconomy(edit: YamlEdit): void {
  for (const key of keysOf(edit, ["economy"])) {
    if (ECONOMY_KEYS.some((known) => known === key)) continue;
    edit.remove(["economy", key], "no rule reads it");
  }
}

function importAffordances(edit: YamlEdit): void {
  const path = ["affordances", "affordances_file"];
  const manifest = edit.get(path);
  if (
    typeof manifest === "string" &&
    /(^|\/)affordances\/core\.ya?ml$/.test(manifest)
  ) {
    edit.remove(path, "the built-in manifest has the same affordances");
  }
  const modules = edit.get(["affordances", "runtime", "hook_allowlist"]);
  for (const module of Array.isArray(modules) ? modules : []) {
    if (/^townlet\.(?:\w+\.)*hooks\.default$/.test(String(module))) continue;
    edit.tell(
      ["affordances", "runtime", "hook_allowlist"],
      `removed: hooks are JavaScript here, write ${
        typeof module === "string" ? module : "it"
      } anew`,
    );
  }
}

function importPerturbations(edit: YamlEdit): void {
  for (const name of keysOf(edit, ["perturbations", "events"])) {
    const path = ["perturbations", "events", name, "targets"];
    const targets = edit.get(path);
    if (!Array.isArray(targets)) continue;
    const known = targets.filter((target) => SPIKE_TARGETS.includes(target));
    if (known.length === targets.length) continue;
    edit.set(path, known.length === 0 ? ["market"] : known);
    edit.tell(
      path,
      known.length === 0
        ? "now market: none of the targets exists"
        : `now ${known.join(", ")}: the other targets do not exist`,
    );
  }
}

function importConsole(edit: YamlEdit): void {
  edit.move(["console_auth"], ["console", "auth"]);
  const path = ["console", "auth"];
  edit.move(
    [...path, "require_auth_for_viewer"],
    [...path, "require_for_viewer"],
  );
  const tokens = edit.get([...path, "tokens"]);
  if (!Array.isArray(tokens)) return;
  const kept: unknown[] = [];
  tokens.forEach((token: Record<string, unknown>, i) => {
    const { token: inline, token_env: variable, ...rest } = token ?? {};
    const label = rest.label ?? `token ${i + 1}`;
    const isNamed = variable !== undefined || rest.env !== undefined ||
      rest.file !== undefined;
    if (inline !== undefined || !isNamed) {
      edit.tell(
        [...path, "tokens", i],
        "removed: secrets are named by env or file, never written here",
      );
    }
    if (!isNamed) return;
    kept.push({
      ...rest,
      label,
      ...(variable === undefined ? {} : { env: variable }),
    });
  });
  edit.set([...path, "tokens"], kept);
}

function importSnapshot(edit: YamlEdit): void {
  edit.move(["snapshot", "storage", "root"], ["snapshot", "root"]);
  edit.remove(["snapshot", "storage"], "the root has a key of its own");
  edit.move(
    ["snapshot", "guardrails", "allow_downgrade"],
    ["snapshot", "allow_newer_minor"],
  );
}

function importTraining(edit: YamlEdit): void {
  const path = ["training", "rollout_ticks"];
  const ticks = edit.get(path);
  if (typeof ticks === "number" && ticks <= 0) {
    edit.remove(path, "ppo.rollout_length has a default");
  }
}

/** Everything that only has another name or none. */
function importFormerKeys(edit: YamlEdit): void {
  for (const former of FORMER_KEYS) {
    for (const path of pathsOf(edit, former.path.split("."))) {
      if ("why" in former) edit.remove(path, former.why);
      else {
        const now = former.now.split(".");
        edit.move(path, now.length > 1 ? now : [...path.slice(0, -1), ...now]);
      }
    }
  }
}

/** The three objects that every older town had. */
function importObjects(edit: YamlEdit): void {
  const listed = [
    ...asList(edit.get(["world", "objects"])),
    ...asList(edit.get(["scenario", "objects"])),
  ];
  const ids = listed.map((object) => (object as { id?: unknown } | null)?.id);
  const missing = OLD_OBJECTS.filter(({ id }) => !ids.includes(id));
  if (missing.length === 0) return;
  edit.set(["world", "objects"], [
    ...asList(edit.get(["world", "objects"])),
    ...missing,
  ]);
  edit.tell(
    ["world", "objects"],
    `added: ${missing.map(({ id }) => id).join(", ")}, which every town had`,
  );
}

/** Older towns knew no distance. */
function keepMovement(edit: YamlEdit): void {
  edit.set(["world", "movement"], "teleport");
  edit.set(["world", "reach"], "any");
  edit.tell(["world", "movement"], "added: teleport, as it was");
  edit.tell(["world", "reach"], "added: any, as it was");
}

/** Keys of the mapping at `path`. */
export function keysOf(edit: YamlEdit, path: KeyPath): readonly string[] {
  const value = edit.get(path);
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.keys(value)
    : [];
}

/** The list `value` is, else an empty one. */
function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** All paths of the text that a pattern with `*` means. */
function pathsOf(
  edit: YamlEdit,
  pattern: readonly string[],
  path: KeyPath = [],
): readonly KeyPath[] {
  const [first, ...rest] = pattern;
  if (first === undefined) {
    return edit.get(path) === undefined ? [] : [path];
  }
  if (first !== "*") return pathsOf(edit, rest, [...path, first]);
  const value = edit.get(path);
  const keys: readonly (string | number)[] = Array.isArray(value)
    ? [...value.keys()]
    : keysOf(edit, path);
  return keys.flatMap((key) => pathsOf(edit, rest, [...path, key]));
}
