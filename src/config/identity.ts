/** What makes two configurations the same town. @module */
import { sha256Hex } from "../base/hash.ts";
import { canonicalJson } from "../base/order.ts";
import type { Config } from "./config.ts";

/** Sections that change how a run is watched, not what happens in it. */
const OUTWARD: ReadonlySet<string> = new Set<keyof Config>([
  "profile",
  "telemetry",
  "console",
  "snapshot",
  "serve",
  "log",
]);

/**
 * The part of a configuration that decides a town, as plain JSON: all of it
 * after defaults but profile, telemetry, console, snapshot, serve and log.
 */
export function keptConfig(
  config: Config,
): { readonly [section: string]: unknown } {
  const kept = Object.entries(config).filter(([key]) => !OUTWARD.has(key));
  return JSON.parse(canonicalJson(Object.fromEntries(kept)));
}

/**
 * SHA-256 of what decides a town, 64 hexadecimal digits: of its
 * {@link keptConfig} as JSON with keys in code-point order.
 */
export function configSha256(config: Config): string {
  return sha256Hex(canonicalJson(keptConfig(config)));
}
