import { assertEquals } from "@std/assert";
import { SYSTEMS, tick } from "../../src/world/tick.ts";
import {
  named,
  namesOf,
  play,
  setNeeds,
  tinyTown,
} from "../helpers/tiny_town.ts";

Deno.test("a tick has its systems in this order", () => {
  assertEquals(SYSTEMS.map(({ name }) => name), [
    "respawnAgents",
    "applyCommands",
    "stepPerturbations",
    "applyActions",
    "serveQueues",
    "runAffordances",
    "decayNeeds",
    "workShifts",
    "fadeTies",
    "restockShelves",
    "resetAtNight",
    "endLives",
    "countEpisodes",
  ]);
});

Deno.test("tick() sets the clock first and forgets the results of the last", () => {
  const sim = tinyTown({ agents: 2 });
  const { town, world, turn } = sim;
  sim.command({ name: "set_exit_cap", args: { cap: 1 } });
  turn.avoided[0] = 1;
  turn.paid[0] = 5;
  turn.chats.push(0, 1);
  turn.chatQualities.push(1);
  turn.failedChats.push(1, 0);
  turn.ends[1] = 1;
  turn.anyEnds = true;
  const before = turn.events;
  tick(town, world, turn);
  assertEquals(world.tick[0], 1);
  assertEquals(turn.results.length, 1);
  tick(town, world, turn);
  assertEquals([world.tick[0], turn.results.length], [2, 0]);
  assertEquals([turn.avoided[0], turn.paid[0], turn.ends[1]], [0, 0, 0]);
  assertEquals(
    [turn.chats, turn.chatQualities, turn.failedChats],
    [[], [], []],
  );
  assertEquals([turn.anyEnds, before], [false, []]);
});

Deno.test("each system sees what those before it did", () => {
  // A command's spike, in the same tick, makes the meal too dear to start.
  const sim = tinyTown({
    agents: [{ id: "a", wallet: 0.5 }],
    objects: [{ id: "fridge_1", type: "fridge" }],
    config: {
      perturbations: {
        events: { dear: { kind: "price_spike", duration: 9, magnitude: 2 } },
      },
    },
  });
  play(sim, { a: { kind: "request", object: "fridge_1" } });
  sim.command({
    name: "perturbation_trigger",
    args: {
      spec: "dear",
      starts_in: 0,
      duration: null,
      targets: null,
      magnitude: null,
      location: null,
    },
  });
  const events = play(sim, {
    a: { kind: "start", object: "fridge_1", affordance: "eat_meal" },
  });
  assertEquals(namesOf(events), [
    "perturbation.price_spike",
    "perturbation.started",
    "affordance.failed",
  ]);
});

Deno.test("what an action begins counts its first tick, needs wear after it, and hunger kills last", () => {
  const sim = tinyTown({
    agents: [{ id: "a", wallet: 5 }],
    decay: 0.01,
    objects: [{ id: "snack_1", type: "snack" }],
    config: {
      scenario: {
        affordances: [{
          id: "bite",
          object_type: "snack",
          duration: 1,
          effects: { hunger: 0.02 },
        }],
      },
    },
  });
  play(sim, { a: { kind: "request", object: "snack_1" } });
  // 0.03 + 0.02 − 0.01 stays alive; 0.03 alone would not.
  setNeeds(sim, "a", [0.03, 1, 1]);
  const events = play(sim, {
    a: { kind: "start", object: "snack_1", affordance: "bite" },
  });
  assertEquals(namesOf(events), ["affordance.started", "affordance.finished"]);
  assertEquals(named(play(sim), "agent.removed").length, 1);
});
