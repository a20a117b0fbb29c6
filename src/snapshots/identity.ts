/**
 * Identity: which town a snapshot is of, and under which rules it grew up.
 *
 * @module
 */
import { sha256Hex } from "../base/hash.ts";
import { canonicalJson } from "../base/order.ts";
import { configSha256 } from "../config/identity.ts";
import { PROFILES } from "../world/profiles.ts";
import type { Town } from "../world/town.ts";

/** What must match before a snapshot is loaded. */
export interface Identity {
  /** Name of the town. */
  readonly config_id: string;
  /** SHA-256 of the part of the configuration that decides what happens. */
  readonly config_sha256: string;
  /** Seed of the run, or null: drawn from the name. */
  readonly seed: number | null;
  /** What residents see. */
  readonly observation_variant: string;
  /** Hooks in order; built-in ones have no digest. */
  readonly hooks: readonly {
    /** Its specifier. */
    readonly specifier: string;
    /** SHA-256 of its file, or null. */
    readonly sha256: string | null;
  }[];
  /** SHA-256 of the manifest. */
  readonly manifest_sha256: string;
  /** SHA-256 of the table of personality profiles. */
  readonly personalities_sha256: string;
}

/** The identity of a town and the seed it runs with. */
export function identityOf(town: Town, seed: number | null): Identity {
  const { config } = town;
  return {
    config_id: config.config_id,
    config_sha256: configSha256(config),
    seed,
    observation_variant: config.features.systems.observations,
    hooks: town.hooks,
    manifest_sha256: town.manifestSha256,
    personalities_sha256: sha256Hex(canonicalJson(PROFILES)),
  };
}

/**
 * Paths at which two plain values differ, such as `jobs.grocer.start_tick`,
 * in order of their names.
 */
export function differences(
  a: unknown,
  b: unknown,
  path = "",
): readonly string[] {
  if (
    typeof a !== "object" || typeof b !== "object" || a === null ||
    b === null || Array.isArray(a) !== Array.isArray(b)
  ) {
    return Object.is(a, b) ? [] : [path];
  }
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  const member = (of: object, key: string): unknown =>
    Object.getOwnPropertyDescriptor(of, key)?.value;
  return keys.flatMap((key) => {
    const inner = Array.isArray(a)
      ? `${path}[${key}]`
      : path === ""
      ? key
      : `${path}.${key}`;
    return differences(member(a, key), member(b, key), inner);
  });
}
