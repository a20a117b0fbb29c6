import { assertEquals } from "@std/assert";
import { decayNeeds } from "../../../src/world/systems/decay_needs.ts";
import { assertNear, needsOf, tinyTown } from "../../helpers/tiny_town.ts";

Deno.test("decayNeeds() lowers each need by its own rate", () => {
  const sim = tinyTown({
    agents: 2,
    config: {
      rewards: { decay_rates: { hunger: 0.25, hygiene: 0.125, energy: 0 } },
    },
  });
  decayNeeds(sim.town, sim.world, sim.turn);
  assertEquals(needsOf(sim, "a"), [0.25, 0.375, 0.5]);
  assertEquals(needsOf(sim, "b"), [0.25, 0.375, 0.5]);
});

Deno.test("decayNeeds() stops at zero", () => {
  const sim = tinyTown({ decay: 0.4 });
  for (let i = 0; i < 3; i++) decayNeeds(sim.town, sim.world, sim.turn);
  assertEquals(needsOf(sim, "a"), [0, 0, 0]);
});

Deno.test("decayNeeds() heeds personality only where reward multipliers are on", () => {
  const after = (reward_multipliers: boolean) => {
    const sim = tinyTown({
      agents: [{ id: "a", profile: "socialite" }],
      decay: 0.1,
      config: { features: { behavior: { reward_multipliers } } },
    });
    decayNeeds(sim.town, sim.world, sim.turn);
    return needsOf(sim, "a");
  };
  assertNear(after(false), [0.4, 0.4, 0.4]);
  assertNear(after(true), [0.4, 0.39, 0.4]);
});
