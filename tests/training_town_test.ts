/** The training town: what it pays is worth learning. @module */
import { assert, assertEquals } from "@std/assert";
import { loadTown } from "../src/app.ts";
import { observationSpec } from "../src/observations/spec.ts";
import { openPolicy } from "../src/policy/open.ts";
import { evaluatePolicy, evaluationSeeds } from "../src/training/evaluate.ts";

const FILE = "configs/training/commons.yaml";

Deno.test("configs/training/commons.yaml is as training towns are", async () => {
  const { config, town } = await loadTown(FILE);
  assertEquals(config.observations.layout, "v2");
  assertEquals(config.rewards.clip, {
    clip_per_tick: 1,
    clip_per_episode: null,
    exempt_terminal: true,
    no_positive_within_death_ticks: 10,
  });
  assertEquals(config.features.systems.lifecycle, "on");
  const { featureNames, mapShape } = observationSpec(town);
  assertEquals([featureNames.length, mapShape], [67, [5, 5, 5]]);
});

Deno.test("configs/training/commons.yaml: scripts beat idleness and chance, and are beaten by care", async () => {
  const options = { seeds: evaluationSeeds(1, 4), ticks: 1440 };
  const rate = async (name: string, set: readonly string[] = []) => {
    const { town } = await loadTown(FILE, set);
    return await evaluatePolicy(town, () => openPolicy(name, town), options);
  };
  const idle = await rate("idle");
  const random = await rate("random");
  const scripted = await rate("scripted");
  const careful = await rate(
    "scripted",
    ["hunger", "hygiene", "energy"].map((need) =>
      `behavior.${need}_threshold=0.8`
    ),
  );
  const low = ({ return: { low } }: typeof idle) => low ?? NaN;
  const high = ({ return: { high } }: typeof idle) => high ?? NaN;
  assert(low(scripted) > high(idle), "idle");
  assert(low(scripted) > high(random), "random");
  assert(low(careful) > high(scripted), "careful");
  // Whoever does nothing starves, again and again; scripts hardly ever do.
  assert(idle.deaths > 40 && random.deaths > 40);
  assert(scripted.deaths < 2);
});
