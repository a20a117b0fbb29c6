/** What a policy is made for: what it sees and what it chooses from. @module */
import { TownletError } from "../base/error.ts";
import { sha256Hex } from "../base/hash.ts";
import { observationSpec } from "../observations/spec.ts";
import type { Town } from "../world/town.ts";
import type { NetShape } from "./network/net.ts";

/** Hashes of what a policy sees and chooses from. */
export interface PolicySpec {
  /** Hash of the observations, see `observationSpec()`. */
  readonly obs: string;
  /** Hash of the catalogue of actions, see {@link actionSpecHash}. */
  readonly actions: string;
}

/** SHA-256 of the names of actions as a JSON list, 64 hex digits. */
export function actionSpecHash(actions: readonly string[]): string {
  return sha256Hex(JSON.stringify(actions));
}

/** What a policy for this town must be made for. */
export function policySpec(town: Town): PolicySpec {
  return {
    obs: observationSpec(town).specHash,
    actions: actionSpecHash(town.actions),
  };
}

/**
 * Checks that what was made elsewhere is for a town like this one.
 *
 * @param where the file it comes from, or its name, for messages
 * @param what what it is, for messages
 * @throws {TownletError} that names both hashes
 */
export function requireSpec(
  made: PolicySpec,
  town: Town,
  { where, what = "policy" }: {
    readonly where: string;
    readonly what?: string;
  },
): void {
  const own = policySpec(town);
  const pairs = [
    ["observations", made.obs, own.obs],
    ["actions", made.actions, own.actions],
  ] as const;
  for (const [kind, theirs, ours] of pairs) {
    if (theirs === ours) continue;
    throw new TownletError(
      `The ${what} was made for other ${kind}: ${theirs}, and this town has ${ours}`,
      {
        code: "policy.spec",
        where,
        hint: `Take a town that has the same ${kind}`,
      },
    );
  }
}

/**
 * Checks the sizes of what was made elsewhere, which its hashes do not tell.
 *
 * @param where the file it comes from, or its name, for messages
 * @param what what it is, for messages
 * @throws {TownletError} that names both sizes
 */
export function requireShape(
  shape: Omit<NetShape, "net">,
  town: Town,
  { where, what = "network" }: {
    readonly where: string;
    readonly what?: string;
  },
): void {
  const spec = observationSpec(town);
  const sizes = [
    ["features", shape.features, spec.featureNames.length],
    ["map", shape.map.join("×"), spec.mapShape.join("×")],
    ["actions", shape.actions, town.actions.length],
  ] as const;
  for (const [kind, made, own] of sizes) {
    if (made === own) continue;
    throw new TownletError(
      `The ${what} has ${kind} ${made}, and this town ${own}`,
      {
        code: "policy.shape",
        where,
        hint: `Take a ${what} that was made for this town`,
      },
    );
  }
}
