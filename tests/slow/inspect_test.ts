/** `townlet inspect`, as a process. @module */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { loadTown } from "../../src/app.ts";
import { sha256Hex } from "../../src/base/hash.ts";
import { canonicalJson } from "../../src/base/order.ts";
import { varyingMetadata } from "../../src/observations/metadata.ts";
import { Observer } from "../../src/observations/observer.ts";
import { Simulation } from "../../src/simulation.ts";
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

/** The town in a file, with a second resident. */
function townFile(folder: string): string {
  const file = `${folder}/t.yaml`;
  Deno.writeTextFileSync(
    file,
    TOWN + "    - { id: bo, home: [2, 3], needs: { hunger: 0.25 } }\n",
  );
  return file;
}

Deno.test("inspect observations draws the window and lists features and actions", async () => {
  using folder = scratch();
  const config = townFile(folder.path);
  const words = ["observations", "--config", config, "--agent", "bo"];
  const { code, out, err } = await townlet("inspect", words);
  assertEquals([code, err], [0, ""]);
  assertStringIncludes(out, "bo at 2,3, tick 0 (day 1 00:00), variant hybrid");
  assertStringIncludes(
    out,
    [
      "░ ░ ░ · □ · □ · · · ·",
      "░ ░ ░ · · · · · · · ·",
      "░ ░ ░ o · @ · · · · ·",
    ].join("\n"),
  );
  assertStringIncludes(out, "@ bo, ░ beyond the edge, · nothing, □ object");
  assertStringIncludes(out, "need_hunger   0.2500   need_hygiene  0.5000");
  assertStringIncludes(out, "path_hint_north  0.6667");
  assertMatch(
    out,
    /^friends and rivals: social_ +slot0 +slot1 +slot2 +slot3$/m,
  );
  assertMatch(out, /\bmove_north +yes\b/);
  assertMatch(out, /\bmove_south +no\b/);
  assertMatch(out, /\bagent_count +1\b/);
  assertMatch(out, /\bfilled_slots +0 of 4\b/);
  // What is piped has no colours.
  assertEquals(out.includes("\u001b"), false);
});

Deno.test("inspect observations --json tells the observation by names", async () => {
  using folder = scratch();
  const file = townFile(folder.path);
  const { code, out, err } = await townlet("inspect", [
    "observations",
    "--config",
    file,
    "--ticks",
    "3",
    "--seed",
    "5",
    "--json",
  ]);
  assertEquals([code, err], [0, ""]);
  const data = JSON.parse(out);
  assertEquals(Object.keys(data), [
    "format",
    "version",
    "tick",
    "agent",
    "spec",
    "metadata",
    "map",
    "features",
    "action_mask",
  ]);
  assertEquals(
    [data.format, data.version, data.tick, data.agent],
    ["townlet.observation", 1, 3, "ana"],
  );
  const { specHash, ...spec } = data.spec;
  assertEquals(sha256Hex(canonicalJson(spec)), specHash);

  // The same run by hand.
  const { town } = await loadTown(file);
  const observer = new Observer(town);
  const simulation = new Simulation(town, { seed: 5, observe: observer });
  simulation.runFor(3);
  const batch = observer.peek(simulation.world);
  const { map, features, actionMask } = batch.row(0);
  const place = { spec: observer.spec, batch, row: 0 };
  assertEquals(data.map.flat(2), [...map]);
  assertEquals(Object.keys(data.features), spec.featureNames);
  assertEquals(Object.values(data.features), [...features]);
  assertEquals(Object.keys(data.action_mask), town.actions);
  assertEquals(Object.values(data.action_mask), [...actionMask]);
  assertEquals(data.metadata, varyingMetadata(town, simulation.world, place));
});

Deno.test("inspect observations works without a map", async () => {
  const words = ["observations", "--config", "configs/hamlet.yaml"];
  const flags = [
    "--set",
    "features.systems.observations=compact",
    "--set",
    "observations.compact.map_window=0",
  ];
  const { code, out } = await townlet("inspect", [...words, ...flags]);
  assertEquals(code, 0);
  assertStringIncludes(out, "variant compact");
  assertStringIncludes(out, "\n\nno map: features only\n\nneeds and money\n");
});

Deno.test("inspect observations of somebody who is not there is a usage error", async () => {
  using folder = scratch();
  const file = townFile(folder.path);
  const words = ["observations", "--config", file, "--agent"];
  const typo = await townlet("inspect", [...words, "anna"]);
  assertEquals([typo.code, typo.out], [2, ""]);
  assertEquals(
    typo.err,
    "error: There is no resident anna at tick 0\n  hint: Did you mean ana?\n",
  );
  const strange = await townlet("inspect", [...words, "\u001b[31mred"]);
  assertEquals([strange.code, strange.out], [2, ""]);
  assertStringIncludes(strange.err, "no resident \\u001b[31mred at tick 0");
  assertStringIncludes(strange.err, "inspect town lists the residents");
  assertEquals(strange.err.includes("\u001b"), false);
});

Deno.test("inspect observations of a town that is empty is a usage error", async () => {
  using folder = scratch();
  const file = townFile(folder.path);
  const timeline = ["ana", "bo"].map((agent) =>
    `    - { tick: 1, command: kill, args: { agent: ${agent} } }\n`
  );
  Deno.writeTextFileSync(
    file,
    Deno.readTextFileSync(file).replace(`"on"`, `"off"`) +
      `scenario:\n  timeline:\n${timeline.join("")}`,
  );
  const words = ["observations", "--config", file, "--ticks", "2"];
  const { code, err } = await townlet("inspect", words);
  assertEquals(code, 2);
  assertStringIncludes(err, "Nobody lives there at tick 2");
});

Deno.test("inspect without a part, or with a wrong one, is a usage error", async () => {
  assertEquals((await townlet("inspect", [])).code, 2);
  const typo = await townlet("inspect", ["twn"]);
  assertEquals(typo.code, 2);
  assertStringIncludes(typo.err, "Did you mean town?");
});
