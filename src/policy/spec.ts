/** What a policy is made for: what it sees and what it chooses from. @module */
import { TownletError } from "../base/error.ts";
import { sha256Hex } from "../base/hash.ts";
import { observationSpec } from "../observations/spec.ts";
import type { Town } from "../world/town.ts";

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
