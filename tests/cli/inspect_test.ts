/** `townlet inspect`, as a process. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { scratch, townlet } from "../helpers/townlet.ts";

const TOWN = `
config_id: t
features:
  stages: { relationships: B }
  systems: { lifecycle: "on" }
rewards:
  needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 }
jobs:
  baker: { start_tick: 300, end_tick: 600, wage_rate: 0.03, location: [4, 0] }
world:
  grid_size: [8, 4]
  objects:
    - { id: stove_1, type: stove, position: [1, 1] }
    - { id: shower_1, type: shower, position: [3, 1] }
population:
  residents:
    - { id: ana, profile: stoic, home: [0, 3] }
`;

Deno.test("inspect town draws the map and lists what is there", async () => {
  using folder = scratch();
  const file = `${folder.path}/t.yaml`;
  Deno.writeTextFileSync(file, TOWN);
  const { code, out, err } = await townlet("inspect", [
    "town",
    "--config",
    file,
  ]);
  assertEquals([code, err], [0, ""]);
  assertStringIncludes(
    out,
    "····@···\n·s·h····\n········\n⌂·······\ns stove, h shower, ⌂ home, @ work\n",
  );
  assertStringIncludes(out, "baker   300  600  0.03  4,0");
  assertStringIncludes(out, "ana       stoic");
});

Deno.test("inspect town explains only the marks that its map has", async () => {
  const { out } = await townlet("inspect", ["town"]);
  // Every workplace of the default town is an object.
  assertStringIncludes(out, "d desk, ⌂ home\n");
  assertStringIncludes(out, "baker       420    840  0.0085  6,16\n");
});

Deno.test("inspect town --json has objects, jobs, residents and actions", async () => {
  using folder = scratch();
  const file = `${folder.path}/t.yaml`;
  Deno.writeTextFileSync(file, TOWN);
  const { code, out } = await townlet("inspect", [
    "town",
    "--config",
    file,
    "--json",
  ]);
  assertEquals(code, 0);
  const town = JSON.parse(out);
  assertEquals(town.format, "townlet.town");
  assertEquals(town.grid, [8, 4]);
  assertEquals(town.objects[1], {
    id: "shower_1",
    type: "shower",
    position: [3, 1],
  });
  assertEquals(town.jobs[0].location, [4, 0]);
  assertEquals(town.residents.map(({ id }: { id: string }) => id), ["ana"]);
  assertEquals(town.actions.slice(0, 2), ["wait", "move_north"]);
});

Deno.test("inspect affordances tells ticks, effects and conditions", async () => {
  using folder = scratch();
  const file = `${folder.path}/t.yaml`;
  Deno.writeTextFileSync(file, TOWN);
  const { code, out } = await townlet("inspect", [
    "affordances",
    "--config",
    file,
    "--json",
  ]);
  assertEquals(code, 0);
  const { affordances } = JSON.parse(out);
  assertEquals(affordances[0].id, "use_shower");
  assertEquals(affordances[0].duration, 30);
  assertEquals(affordances[0].objects, 1);
  assertEquals(affordances[0].effects.hygiene, 0.45);
});

Deno.test("inspect without a part, or with a wrong one, is a usage error", async () => {
  assertEquals((await townlet("inspect", [])).code, 2);
  const typo = await townlet("inspect", ["twn"]);
  assertEquals(typo.code, 2);
  assertStringIncludes(typo.err, "Did you mean town?");
});
