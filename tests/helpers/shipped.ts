/** The configurations that come with the project, opened. @module */
import { loadConfig } from "../../src/config/load.ts";
import { openSimulation, type Simulation } from "../../src/simulation.ts";

/** Names of the scenarios below `configs/scenarios/`. */
export const SCENARIOS = [
  "observation_baseline",
  "kitchen_breakfast",
  "queue_conflict",
  "employment_punctuality",
  "rivalry_decay",
  "demo_story_arc",
] as const;

/** Name of a scenario. */
export type ScenarioName = typeof SCENARIOS[number];

/** Opens a file below `configs/`, named without its ending. */
export async function openShipped(
  name: string,
  options: { readonly seed?: number } = {},
): Promise<Simulation> {
  const file = `configs/${name}.yaml`;
  const config = await loadConfig(await Deno.readTextFile(file), { file });
  return openSimulation(config, options);
}
