/** Policies by name. @module */
import { TownletError } from "../base/error.ts";
import type { Town } from "../world/town.ts";
import { idlePolicy, randomPolicy } from "./baselines.ts";
import type { Policy } from "./policy.ts";
import { scriptedPolicy } from "./scripted.ts";

/** Names of the policies that need nothing but the town. */
export const POLICY_NAMES = ["scripted", "idle", "random"] as const;

/**
 * A policy by name: `scripted`, `idle` or `random`.
 *
 * @throws {TownletError} for any other name
 */
export function openPolicy(name: string, town: Town): Policy {
  switch (name) {
    case "scripted":
      return scriptedPolicy(town);
    case "idle":
      return idlePolicy();
    case "random":
      return randomPolicy(town);
    default:
      throw new TownletError(`There is no policy ${name}`, {
        code: "policy.unknown",
        where: "policy.backend",
        hint: `Choose one of: ${POLICY_NAMES.join(", ")}`,
      });
  }
}
