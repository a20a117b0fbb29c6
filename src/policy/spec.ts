/** What a policy is made for: what it sees and what it chooses from. @module */
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
