/** What makes two configurations the same town. @module */
import { sha256Hex } from "../base/hash.ts";
import { canonicalJson } from "../base/order.ts";
import type { Config } from "./config.ts";

/** Sections that change how a run is watched, not what happens in it. */
const OUTSIDE: ReadonlySet<string> = new Set<keyof Config>([
  "profile",
  "telemetry",
  "console",
  "snapshot",
  "serve",
  "log",
]);

/**
 * SHA-256 of what decides a town, 64 hexadecimal digits.
 *
 * It covers the configuration after defaults, as JSON with keys in code-point
 * order, without profile, telemetry, console, snapshot, serve and log.
 */
export function configSha256(config: Config): string {
  const inside = Object.entries(config).filter(([key]) => !OUTSIDE.has(key));
  return sha256Hex(canonicalJson(Object.fromEntries(inside)));
}
