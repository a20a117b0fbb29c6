/** Policies by name. @module */
import { TownletError } from "../base/error.ts";
import type { Town } from "../world/town.ts";
import { idlePolicy, randomPolicy } from "./baselines.ts";
import type { Policy } from "./policy.ts";
import { scriptedPolicy } from "./scripted.ts";

/** Names of the policies that need nothing but the town. */
export const POLICY_NAMES = ["scripted", "idle", "random"] as const;

/** How the name of a policy begins that was learned. */
const LEARNED = "onnx:";

/** The path in `onnx:PATH`; null for the name of a policy of another kind. */
export function learnedPath(name: string): string | null {
  return name.startsWith(LEARNED) ? name.slice(LEARNED.length) : null;
}

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
        hint: `Choose one of: ${
          POLICY_NAMES.join(", ")
        }; what was learned is loaded with loadPolicy()`,
      });
  }
}
