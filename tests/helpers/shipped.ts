/** The configurations that come with the project. @module */

/** Names of the scenarios below `configs/scenarios/`. */
export const SCENARIOS = [
  "observation_baseline",
  "kitchen_breakfast",
  "queue_conflict",
  "employment_punctuality",
  "rivalry_decay",
  "demo_story_arc",
  "tea_house",
] as const;

/** Name of a scenario. */
export type ScenarioName = typeof SCENARIOS[number];

/** Texts of the towns and scenarios that come with it, and of manifests. */
export function shippedTexts(): {
  readonly towns: readonly string[];
  readonly manifests: readonly string[];
} {
  const read = (name: string) => Deno.readTextFileSync(`configs/${name}`);
  return {
    towns: [
      "hamlet.yaml",
      "town.yaml",
      ...SCENARIOS.map((name) => `scenarios/${name}.yaml`),
    ].map(read),
    manifests: ["town.manifest.yaml", "city.manifest.yaml"].map(read),
  };
}
