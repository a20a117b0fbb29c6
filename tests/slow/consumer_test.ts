/** Programs of somebody else import the package and run towns. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { openConsumer } from "../helpers/consumer.ts";
import { scratch } from "../helpers/townlet.ts";

const TOWN = `
config_id: elsewhere
features:
  stages: { relationships: B }
  systems: { lifecycle: "on" }
rewards:
  needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 }
world:
  grid_size: [8, 8]
  objects:
    - { id: fridge_1, type: fridge, position: [3, 3] }
population:
  needs: { hunger: 0.3, hygiene: 0.9, energy: 0.9 }
  wallet: 5
  residents:
    - { id: ana, home: [0, 0] }
`;

const PROGRAM = `
import { loadConfig, openSimulation } from "jsr:@townlet/townlet@^0.1.0";

const config = await loadConfig(${JSON.stringify(TOWN)});
const simulation = openSimulation(config, { seed: 1 });
const summary = simulation.runFor(50);
console.log(JSON.stringify({
  summary,
  tick: simulation.world.tick[0],
  hash: simulation.hash(),
}));
`;

Deno.test("a program imports the package as jsr:@townlet/townlet and runs 50 ticks", async () => {
  using folder = scratch();
  const deno = openConsumer(folder.path);
  Deno.writeTextFileSync(`${folder.path}/main.ts`, PROGRAM);
  const { code, out, err } = await deno(
    ...["run", "--check", "--no-prompt", "--cached-only", "main.ts"],
  );
  assertEquals(code, 0, err);
  const { summary, tick, hash } = JSON.parse(out);
  assertEquals([summary.ticks, summary.tick, tick], [50, 50, 50]);
  assertEquals(summary.events["affordance.finished"], 1);
  assertEquals(hash.length, 64);
});

const VECTOR = `
import { loadConfig, openVectorTown } from "jsr:@townlet/townlet@^0.1.0";

const config = await loadConfig(${JSON.stringify(TOWN)});
const hashes = [];
for (const workers of [1, 2]) {
  using vector = await openVectorTown(config, { worlds: 2, workers });
  for (let i = 0; i < 50; i++) vector.step();
  hashes.push(vector.hashes());
}
console.log(JSON.stringify(hashes));
`;

Deno.test("the package's workers start in a program that may read the package", async () => {
  using folder = scratch();
  const deno = openConsumer(folder.path);
  Deno.writeTextFileSync(`${folder.path}/main.ts`, VECTOR);
  const { code, out, err } = await deno(
    ...["run", "--no-prompt", "--cached-only", "--allow-read=../../src"],
    ...["--unstable-worker-options", "main.ts"],
  );
  assertEquals(code, 0, err);
  const [one, two] = JSON.parse(out);
  assertEquals(one.length, 2);
  assertEquals(two, one);
});

Deno.test("R5: a program that cannot take permissions from workers gets none", async () => {
  using folder = scratch();
  const deno = openConsumer(folder.path);
  Deno.writeTextFileSync(`${folder.path}/main.ts`, VECTOR);
  const { code, out, err } = await deno(
    ...["run", "--no-prompt", "--cached-only", "--allow-read=../../src"],
    "main.ts",
  );
  // It is the runtime that says so, and ends the program.
  assertEquals([code, out], [70, ""]);
  assertStringIncludes(err, "--unstable-worker-options");
});
