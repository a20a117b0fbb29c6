/**
 * Keys of the older Python towns that have another name here, or none.
 *
 * Faults about unknown keys take their hints from it.
 * @module
 */
import type { KeyPath } from "./fault.ts";

/** What became of a key. */
export type FormerKey =
  | {
    /** Where it was; `*` stands for any one key or list item. */
    readonly path: string;
    /** Its name now: beside the old one, or with dots from the top. */
    readonly now: string;
    /** How its value differs. */
    readonly note?: string;
  }
  | {
    /** Where it was; `*` stands for any one key or list item. */
    readonly path: string;
    /** Why there is no such key. */
    readonly why: string;
  };

/** Former keys by path. */
export const FORMER_KEYS: readonly FormerKey[] = [
  { path: "observations_config", now: "observations" },
  {
    path: "observations.hybrid.time_ticks_per_day",
    now: "world.ticks_per_day",
  },
  { path: "policy_runtime", now: "policy" },
  { path: "rewards.wage_rate", now: "rewards.wage", note: "true or false" },
  { path: "affordances.affordances_file", now: "affordances.manifest" },
  {
    path: "affordances.runtime",
    why: "the runtime is built in; hooks are listed in affordances.hooks",
  },
  {
    path: "perturbations.events.*.probability_per_day",
    now: "prob_per_day",
  },
  { path: "perturbations.events.*.magnitude_range", now: "magnitude" },
  {
    path: "perturbations.events.*.duration_min",
    why: "duration takes a range",
  },
  {
    path: "perturbations.grace_window_ticks",
    why: "no rule ever read it",
  },
  { path: "scenario.agents.*.personality_profile", now: "profile" },
  { path: "scenario.agents.*.personality", why: "profiles say what it is" },
  {
    path: "telemetry.diff_enabled",
    now: "telemetry.mode",
    note: "diff or full",
  },
  { path: "telemetry.transforms", why: "frames are not rewritten" },
  { path: "telemetry.scenario", why: "no rule ever read it" },
  { path: "telemetry.worker.backpressure", now: "telemetry.backpressure" },
  {
    path: "telemetry.worker.block_timeout_seconds",
    now: "telemetry.block_timeout_ms",
  },
  { path: "telemetry.transport.retry", now: "telemetry.retry" },
  { path: "telemetry.transport.buffer", now: "telemetry.buffer" },
  {
    path: "telemetry.transport.enable_tls",
    now: "telemetry.transport.tls.enabled",
  },
  {
    path: "telemetry.transport.verify_hostname",
    why: "names are always verified; tls.server_name says which",
  },
  {
    path: "telemetry.transport.ca_file",
    now: "telemetry.transport.tls.ca_file",
  },
  {
    path: "telemetry.transport.cert_file",
    now: "telemetry.transport.tls.cert_file",
  },
  {
    path: "telemetry.transport.key_file",
    now: "telemetry.transport.tls.key_file",
  },
  {
    path: "telemetry.transport.connect_timeout_seconds",
    now: "telemetry.transport.connect_timeout_ms",
  },
  {
    path: "telemetry.transport.send_timeout_seconds",
    now: "telemetry.transport.send_timeout_ms",
  },
  {
    path: "telemetry.transport.dev_allow_plaintext",
    now: "telemetry.transport.i_accept_plaintext_risk",
  },
  {
    path: "telemetry.transport.worker_poll_seconds",
    why: "the worker is woken, it does not poll",
  },
  { path: "console_auth", now: "console.auth" },
  { path: "snapshot.storage", now: "snapshot.root" },
  {
    path: "snapshot.autosave.cadence_ticks",
    now: "snapshot.autosave.every_ticks",
  },
  { path: "snapshot.capture_on_failure", now: "snapshot.on_failure" },
  {
    path: "snapshot.guardrails",
    why: "snapshot.allow_newer_minor and allow_config_drift say what loads",
  },
  { path: "snapshot.identity", why: "the identity follows from the file" },
  {
    path: "snapshot.migrations.handlers",
    why: "migrations are part of the program",
  },
  { path: "training.rollout_ticks", now: "ppo.rollout_length" },
  {
    path: "training.rollout_auto_seed_agents",
    why: "a town has the residents it lists",
  },
  { path: "training.bc.device", why: "training runs on the processor" },
  { path: "features.training", why: "the command decides what runs" },
  { path: "features.console", why: "the console has its own section" },
  {
    path: "features.observations.personality_ui",
    why: "features.observations.personality_channels covers it",
  },
  { path: "shaping", why: "needs and rewards are not shaped" },
  { path: "curiosity", why: "there is no reward for curiosity" },
  { path: "runtime", why: "the runtime is built in" },
  {
    path: "world.weather_seed",
    why: "there is no weather",
  },
  {
    path: "conflict.rivalry.handover_boost",
    why: "a handover is polite and adds no rivalry",
  },
  {
    path: "embedding_allocator.log_forced_reuse",
    why: "an alert tells of forced reuse",
  },
  { path: "employment.narration", why: "telemetry.narration tells" },
];

/** The hint for a former key, or null. */
export function formerKeyHint(path: KeyPath): string | null {
  const former = FORMER_KEYS.find((candidate) => matches(candidate.path, path));
  if (former === undefined) return null;
  return "now" in former
    ? ["renamed to " + former.now, former.note].filter(Boolean).join(", ")
    : `removed: ${former.why}`;
}

/** Whether `pattern` means `path`. */
function matches(pattern: string, path: KeyPath): boolean {
  const parts = pattern.split(".");
  return parts.length === path.length &&
    parts.every((part, i) => part === "*" || part === path[i]);
}
