/** Telemetry of the older Python towns, brought into the form of these. @module */
import { stringify } from "../std/yaml.ts";
import type { YamlEdit } from "./yaml_edit.ts";

/**
 * Changes the section `telemetry`.
 *
 * An imported town sends nothing: its transport becomes `none`, and what it
 * would be in the new form stands beside it as a comment.
 */
export function importTelemetry(edit: YamlEdit): void {
  const path = ["telemetry", "transport"];
  const old = edit.get(path);
  if (typeof old === "object" && old !== null && !Array.isArray(old)) {
    const settings = translate(old as Record<string, unknown>);
    edit.set(path, { type: "none" });
    const isNone = JSON.stringify(settings) === NOTHING;
    if (!isNone) {
      const lines = stringify(settings).trimEnd().split("\n");
      edit.comment(path, ["What it was:", ...lines]);
      edit.tell(path, "now type: none; its settings are in comments");
    }
  }
  const isDiff = edit.get(["telemetry", "diff_enabled"]);
  if (isDiff === false) {
    edit.set(["telemetry", "diff_enabled"], "full");
    edit.move(["telemetry", "diff_enabled"], ["telemetry", "mode"]);
  } else if (isDiff !== undefined) {
    edit.remove(["telemetry", "diff_enabled"], "changes are sent by default");
  }
  edit.remove(
    ["telemetry", "worker"],
    "telemetry.backpressure and telemetry.worker have other keys",
  );
}

/** What a transport that sends nothing translates to. */
const NOTHING = JSON.stringify({ transport: { type: "none" } });

/** Keys that keep their value, by old name. */
const RENAMED: readonly (readonly [string, readonly string[]])[] = [
  ["type", ["transport", "type"]],
  ["endpoint", ["transport", "endpoint"]],
  ["file_path", ["transport", "file_path"]],
  ["enable_tls", ["transport", "tls", "enabled"]],
  ["ca_file", ["transport", "tls", "ca_file"]],
  ["cert_file", ["transport", "tls", "cert_file"]],
  ["key_file", ["transport", "tls", "key_file"]],
  ["allow_plaintext", ["transport", "allow_plaintext"]],
  ["dev_allow_plaintext", ["transport", "i_accept_plaintext_risk"]],
];

/** Keys whose seconds become milliseconds. */
const SECONDS: readonly (readonly [string, readonly string[]])[] = [
  ["connect_timeout_seconds", ["transport", "connect_timeout_ms"]],
  ["send_timeout_seconds", ["transport", "send_timeout_ms"]],
];

/** Keys of inner mappings. */
const INNER: readonly (readonly [string, string, readonly string[]])[] = [
  ["retry", "max_attempts", ["retry", "give_up_after"]],
  ["buffer", "max_batch_size", ["buffer", "batch_frames"]],
  ["buffer", "max_buffer_bytes", ["buffer", "max_bytes"]],
  ["buffer", "flush_interval_ticks", ["buffer", "flush_ticks"]],
];

/** The settings of `old` as the section `telemetry` now writes them. */
function translate(old: Readonly<Record<string, unknown>>): object {
  const settings = {};
  for (const [from, to] of RENAMED) put(settings, to, old[from]);
  for (const [from, to] of SECONDS) put(settings, to, milliseconds(old[from]));
  for (const [group, from, to] of INNER) {
    put(settings, to, inner(old[group], from));
  }
  const pause = milliseconds(inner(old.retry, "backoff_seconds"));
  put(settings, ["retry", "base_ms"], pause);
  return settings;
}

function inner(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function milliseconds(seconds: unknown): number | undefined {
  return typeof seconds === "number" ? Math.round(seconds * 1000) : undefined;
}

/** Sets a value that is there; mappings on the way are made. */
function put(settings: object, path: readonly string[], value: unknown): void {
  if (value === undefined || value === null) return;
  let mapping = settings as Record<string, unknown>;
  for (const key of path.slice(0, -1)) {
    mapping[key] ??= {};
    mapping = mapping[key] as Record<string, unknown>;
  }
  mapping[path[path.length - 1]] = value;
}
