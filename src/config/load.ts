/** YAML text in, Config out. @module */
import { runChecks } from "./checks.ts";
import { type Config, type ConfigEntry, SECTIONS } from "./config.ts";
import {
  ConfigError,
  type Fault,
  faultAt,
  type Finding,
  inOrder,
  showKind,
} from "./fault.ts";
import { findingsOf, unknownKey } from "./findings.ts";
import { locate } from "./locate.ts";
import { applyOverrides, bringsAbout, type Override } from "./overrides.ts";
import { resolveConfig } from "./resolve.ts";
import { limitFault, readYaml, type TextFault } from "./yaml_text.ts";

/** How a configuration is loaded. */
export interface LoadOptions {
  /** Name of the file in messages. */
  readonly file?: string;
  /** Keys to set beside the file, each `path=value` with a YAML value. */
  readonly overrides?: readonly string[];
}

/**
 * Reads a configuration from the text of a YAML file.
 *
 * Rejects with one {@link ConfigError} that has every fault, in document
 * order, with its line and column. Nothing but the text is read: paths in it
 * are left to whoever opens them.
 */
export async function loadConfig(
  text: string,
  options: LoadOptions = {},
): Promise<Config> {
  const { file = "configuration", overrides = [] } = options;
  const yaml = readYaml(text);
  if (!yaml.ok) {
    const finding = tooMuch(yaml.fault);
    const position = yaml.fault.position ?? (await locate(text, [finding]))[0];
    throw new ConfigError([faultAt(finding, { file, position })]);
  }
  const { value, applied, findings } = applyOverrides(yaml.value, overrides);
  const limit = applied.length === 0 ? null : limitFault(value);
  const refused = limit === null ? findings : [...findings, tooMuch(limit)];
  if (refused.length > 0) {
    throw new ConfigError(refused.map((finding) => faultAt(finding, "--set")));
  }
  const result = readConfig(value);
  if ("config" in result) return result.config;
  throw new ConfigError(
    await placeFaults(result.findings, {
      text,
      file,
      applied,
      value: yaml.value,
    }),
  );
}

/**
 * Makes a configuration of a plain value with the keys of a file.
 *
 * Throws one {@link ConfigError} that has every fault, without places.
 */
export function configFrom(value: unknown, file = "configuration"): Config {
  const limit = limitFault(value);
  const result = limit === null ? readConfig(value) : {
    findings: [tooMuch(limit)],
  };
  if ("config" in result) return result.config;
  const place = { file, position: null };
  throw new ConfigError(
    result.findings.map((finding) => faultAt(finding, place)),
  );
}

/** A text or value that is refused as a whole. */
function tooMuch({ path, what }: TextFault): Finding {
  return { path, at: "key", what, got: null, hint: null };
}

/** Schema, then rules across sections, then defaults across sections. */
function readConfig(
  value: unknown,
): { readonly config: Config } | { readonly findings: readonly Finding[] } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const isEmpty = value === null || value === undefined;
    return {
      findings: [{
        path: [],
        at: "value",
        what: isEmpty ? "the file is empty" : "must be a mapping of sections",
        got: isEmpty ? null : showKind(value),
        hint: isEmpty ? "config_id, features and rewards are required" : null,
      }],
    };
  }
  const members: Readonly<Record<string, unknown>> = { ...value };
  const entry: Record<string, unknown> = {};
  const findings: Finding[] = [];
  for (const key of Object.keys(members)) {
    if (Object.hasOwn(SECTIONS, key) || isFreeForm(key)) continue;
    const known = { subject: null, keys: Object.keys(SECTIONS) };
    findings.push(unknownKey([key], known));
  }
  for (const [key, schema] of Object.entries(SECTIONS)) {
    const read = findingsOf<unknown>(schema, members[key], [key]);
    if ("findings" in read) findings.push(...read.findings);
    else entry[key] = read.value;
  }
  findings.push(...runChecks(entry as Partial<ConfigEntry>));
  // Without findings every section is there, read by its own schema.
  return findings.length > 0
    ? { findings: withoutRepeats(findings).map(explainDefault(members)) }
    : { config: resolveConfig(entry as unknown as ConfigEntry) };
}

/** Findings about jobs nobody wrote say where these come from. */
function explainDefault(
  members: Readonly<Record<string, unknown>>,
): (finding: Finding) => Finding {
  return (finding) =>
    finding.path[0] === "jobs" && members.jobs === undefined
      ? {
        ...finding,
        hint: "this job is built in: write jobs of your own, or jobs: {}",
      }
      : finding;
}

/** Findings, those that say the same once. */
function withoutRepeats(findings: readonly Finding[]): readonly Finding[] {
  const told = new Set<string>();
  return findings.filter((finding) => {
    const text = JSON.stringify([finding.path, finding.what]);
    if (told.has(text)) return false;
    told.add(text);
    return true;
  });
}

/** Whether a top-level key may hold anything and is not read. */
function isFreeForm(key: string): boolean {
  return key === "meta" || key === "docs" || key.startsWith("x-");
}

/** Faults in document order, those that overrides brought about last. */
async function placeFaults(
  findings: readonly Finding[],
  source: {
    readonly text: string;
    readonly file: string;
    readonly applied: readonly Override[];
    readonly value: unknown;
  },
): Promise<readonly Fault[]> {
  const { text, file, applied, value } = source;
  const places = await locate(text, findings);
  const faults = findings.map((finding, i) => {
    const isSet = applied.some((override) =>
      bringsAbout(override, finding.path, value)
    );
    return faultAt(finding, isSet ? "--set" : { file, position: places[i] });
  });
  return inOrder(faults);
}
