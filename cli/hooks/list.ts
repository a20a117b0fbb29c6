/** The hooks a configuration allows, and which of them would run. @module */
import { escapeText } from "../../src/base/text.ts";
import type { HookSettings } from "../../src/config/hooks.ts";
import { isHookFile } from "../../src/config/hook_source.ts";
import type { Refusal } from "../../src/security/hook_files.ts";
import {
  checkHooks,
  type HookStatus,
  openListed,
} from "../../src/security/hooks.ts";
import { BUILT_IN_HOOKS } from "../../src/world/hooks.ts";
import type { Paint } from "../print/paint.ts";

/** One entry of the list of allowed hooks, and what becomes of it. */
export interface HookRow {
  /** Its specifier. */
  readonly specifier: string;
  /** Where its code is. */
  readonly kind: "built_in" | "file";
  /** Digest of the file; null when it is compiled in, or nobody knows. */
  readonly sha256: string | null;
  /** Whether the configuration names that digest. */
  readonly pinned: boolean;
  /** Names under which it is called. */
  readonly names: readonly string[];
  /** Whether it would run. */
  readonly state: "runs" | "refused";
  /** The rule that refuses it, or null: none does. */
  readonly rule: string | null;
  /** What is wrong with it, or null: nothing. */
  readonly reason: string | null;
  /** What to do about it, or null: nothing. */
  readonly hint: string | null;
}

/** Checks each hook, loads it in a sandbox of its own, and ends it again. */
export async function listHooks(
  settings: HookSettings,
  config: string,
): Promise<readonly HookRow[]> {
  const all = await checkHooks(settings, config);
  return await Promise.all(
    all.map(async (status) =>
      rowOf(status, status.refusal ?? await tryOut(status))
    ),
  );
}

/** Loads a hook; gives why it cannot be, or null. */
async function tryOut({ entry, code }: HookStatus): Promise<Refusal | null> {
  if (code === null) return null;
  const loaded = await openListed(entry.names, code.source);
  if ("rule" in loaded) return loaded;
  loaded[Symbol.dispose]();
  return null;
}

function rowOf({ entry, code }: HookStatus, refusal: Refusal | null): HookRow {
  const { specifier, sha256, names } = entry;
  const fromFile = isHookFile(entry);
  return {
    specifier,
    kind: fromFile ? "file" : "built_in",
    sha256: sha256 ?? code?.sha256 ?? null,
    pinned: sha256 !== null,
    names: fromFile ? names : Object.keys(BUILT_IN_HOOKS.get(specifier) ?? {}),
    state: refusal === null ? "runs" : "refused",
    rule: refusal?.rule ?? null,
    reason: refusal?.reason ?? null,
    hint: refusal?.hint ?? null,
  };
}

/** The rows as lines. */
export function showHooks(rows: readonly HookRow[], paint: Paint): string[] {
  if (rows.length === 0) return ["No hooks are allowed"];
  return rows.flatMap((row) => {
    const { specifier, sha256, pinned, names, rule, reason, hint } = row;
    const state = rule === null
      ? paint.green("runs")
      : paint.red(`is refused (rule ${rule})`);
    const told = (label: string, text: string) =>
      `  ${paint.dim(label.padEnd(LABEL_WIDTH))}${escapeText(text)}`;
    return [
      `${escapeText(specifier)} ${state}`,
      ...reason === null ? [] : [told("reason", reason)],
      ...hint === null ? [] : [told("hint", hint)],
      told("names", names.join(", ")),
      ...sha256 === null
        ? []
        : [told("sha256", `${sha256}${pinned ? "" : " (not pinned)"}`)],
    ];
  });
}

/** Columns of a label. */
const LABEL_WIDTH = 8;
