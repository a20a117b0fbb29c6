/** Power and water. @module */
import type { Town } from "./town.ts";
import type { World } from "./world.ts";

/** Utilities, in the order of `utilityBaseline`, and the flags they feed. */
export const UTILITIES = [
  { name: "power", stock: "power_on", kind: "blackout" },
  { name: "water", stock: "water_on", kind: "outage" },
] as const;

/** Whether a utility is on. */
export function utilityOn(
  town: Town,
  world: World,
  utility: "power" | "water",
): boolean {
  return !world.records.activeEvents.some(({ spec }) => {
    const { config } = town.specs[spec];
    return (config.kind === "blackout" || config.kind === "outage") &&
      config.utility === utility;
  });
}
