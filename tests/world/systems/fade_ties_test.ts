import { assertEquals } from "@std/assert";
import { fadeTies } from "../../../src/world/systems/fade_ties.ts";
import {
  assertNear,
  ledgerOf,
  namesOf,
  setFeeling,
  setLedger,
  tieOf,
  tinyTown,
} from "../../helpers/tiny_town.ts";

Deno.test("fadeTies() takes 0.01 from rivalry and leaves trust and familiarity", () => {
  const sim = tinyTown({ agents: 2 });
  const { town, world, turn } = sim;
  setFeeling(sim, "a", "b", { trust: 0.3, familiarity: -0.2, rivalry: 0.015 });
  fadeTies(town, world, turn);
  assertNear(tieOf(sim, "a", "b"), [0.3, -0.2, 0.005]);
  fadeTies(town, world, turn);
  assertEquals(tieOf(sim, "a", "b"), [0.3, -0.2, 0]);
  fadeTies(town, world, turn);
  assertEquals(tieOf(sim, "a", "b"), [0.3, -0.2, 0]);
  assertEquals(turn.events, []);
});

Deno.test("fadeTies() ends a tie of which nothing is left", () => {
  const sim = tinyTown({ agents: 3 });
  const { town, world, turn } = sim;
  setFeeling(sim, "a", "b", { rivalry: 0.01 });
  setFeeling(sim, "a", "c", { trust: 0.1 });
  fadeTies(town, world, turn);
  assertEquals(turn.events, [{
    event: "relationship.evicted",
    tick: 0,
    owner: "a",
    other: "b",
    reason: "decay",
  }]);
  assertEquals(world.ties[0], 1);
  assertEquals(tieOf(sim, "a", "c"), [0.1, 0, 0]);
});

Deno.test("fadeTies() keeps ties that a command set in this tick", () => {
  const sim = tinyTown({ agents: 2 });
  sim.command({
    name: "set_rel",
    args: { a: "a", b: "b", trust: 0, familiarity: 0, rivalry: 0.5 },
  });
  sim.step();
  assertEquals(tieOf(sim, "a", "b"), [0, 0, 0.5]);
  assertEquals(tieOf(sim, "b", "a"), [0, 0, 0.5]);
  sim.step();
  assertNear(tieOf(sim, "a", "b"), [0, 0, 0.49]);
});

Deno.test("fadeTies() lowers the ledger, and drops scores at the eviction threshold", () => {
  const sim = tinyTown({
    agents: 3,
    config: {
      conflict: { rivalry: { decay_per_tick: 0.25, eviction_threshold: 0.25 } },
    },
  });
  const { town, world, turn } = sim;
  setLedger(sim, "a", "b", 0.5);
  setLedger(sim, "a", "c", 1);
  fadeTies(town, world, turn);
  assertEquals(namesOf(turn.events), ["relationship.evicted"]);
  assertEquals(ledgerOf(sim, "a", "b"), 0);
  assertEquals(ledgerOf(sim, "a", "c"), 0.75);
  assertEquals(world.rivals[0], 1);
  assertEquals(world.rivalryMax[0], 0.75);
});

Deno.test("fadeTies() tells of ledgers before it tells of ties", () => {
  const sim = tinyTown({ agents: 2 });
  const { town, world, turn } = sim;
  setFeeling(sim, "a", "b", { rivalry: 0.005 });
  setLedger(sim, "b", "a", 0.051);
  fadeTies(town, world, turn);
  assertEquals(
    turn.events.map((e) => e.event === "relationship.evicted" && e.owner),
    ["b", "a"],
  );
});
