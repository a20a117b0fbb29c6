/** Town files, and the files that they name. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { loadTown, openTown } from "../src/app.ts";
import { TownletError } from "../src/base/error.ts";
import { scratch } from "./helpers/townlet.ts";

/** A town that names a manifest. */
function naming(manifest: string): string {
  return `config_id: swings
features: { stages: { relationships: B }, systems: {} }
rewards: { needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 } }
affordances: { manifest: ${manifest} }
population: { residents: [{ id: ada }] }
`;
}

const MANIFEST = `- type: affordance
  id: swing
  object_type: swing
  duration: 3
  effects: { energy: 0.1 }
`;

Deno.test("loadTown() finds a manifest beside the town, or where its whole path says", async () => {
  using folder = scratch();
  const file = `${folder.path}/town.yaml`;
  Deno.mkdirSync(`${folder.path}/more`);
  Deno.writeTextFileSync(`${folder.path}/more/m.yaml`, MANIFEST);
  for (
    const path of ["more/m.yaml", `${Deno.cwd()}/${folder.path}/more/m.yaml`]
  ) {
    Deno.writeTextFileSync(file, naming(path));
    const { town } = await loadTown(file);
    assertEquals(town.affordances.map(({ id }) => id), ["swing"]);
  }
  Deno.writeTextFileSync(file, naming("nowhere.yaml"));
  const error = await assertRejects(() => loadTown(file), TownletError);
  assertEquals([error.exit, error.where], [2, `${folder.path}/nowhere.yaml`]);
});

Deno.test("openTown() opens a town that runs, and closes what belongs to it", async () => {
  using simulation = await openTown("configs/hamlet.yaml", {
    seed: 3,
    overrides: ["population.wallet=7"],
  });
  assertEquals(simulation.runFor(10).ticks, 10);
  assertEquals(simulation.town.config.population.wallet, 7);
});
