/** The configurations that come with the project. @module */

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
