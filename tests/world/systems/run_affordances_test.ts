import { assertEquals } from "@std/assert";
import { runAffordances } from "../../../src/world/systems/run_affordances.ts";
import { act, namesOf, tinyTown } from "../../helpers/tiny_town.ts";

Deno.test("runAffordances() counts every use down, object by object", () => {
  const sim = tinyTown({
    agents: 3,
    objects: [
      { id: "bed_1", type: "bed" },
      { id: "bed_2", type: "bed" },
      { id: "bed_3", type: "bed" },
    ],
  });
  const { town, world, turn } = sim;
  act(sim, {
    a: { kind: "request", object: "bed_3" },
    b: { kind: "request", object: "bed_1" },
    c: { kind: "request", object: "bed_2" },
  });
  act(sim, {
    a: { kind: "start", object: "bed_3", affordance: "rest_sleep" },
    b: { kind: "start", object: "bed_1", affordance: "rest_sleep" },
  });
  assertEquals([...world.runningLeft], [60, 0, 60]);
  turn.events = [];
  world.runningLeft[2] = 1;
  world.runningLeft[0] = 2;
  runAffordances(town, world, turn);
  assertEquals([...world.runningLeft], [1, 0, 0]);
  runAffordances(town, world, turn);
  assertEquals(
    turn.events.map((e) => e.event === "affordance.finished" && e.object),
    [false, "bed_3", false, "bed_1"],
  );
  assertEquals(namesOf(turn.events), [
    "sleep.completed",
    "affordance.finished",
    "sleep.completed",
    "affordance.finished",
  ]);
});
