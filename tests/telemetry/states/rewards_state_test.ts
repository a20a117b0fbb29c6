import { assertAlmostEquals, assertEquals } from "@std/assert";
import { tidy } from "../../../src/telemetry/state_channel.ts";
import {
  rewardsState,
  TOLD_PARTS,
} from "../../../src/telemetry/states/rewards_state.ts";
import { REWARD_PARTS } from "../../../src/world/turn.ts";
import { Simulation } from "../../../src/simulation.ts";
import { busyTown } from "../../helpers/busy_town.ts";
import { tinyTown } from "../../helpers/tiny_town.ts";
import { OPTIONS, viewOf } from "./views.ts";

Deno.test("rewardsState() tells every part there is, each once", () => {
  assertEquals([...TOLD_PARTS].sort(), [...REWARD_PARTS].sort());
});

Deno.test("rewardsState() tells totals, and parts that are not 0", () => {
  const simulation = tinyTown({
    agents: [{ id: "ana", needs: [0.5, 1, 1] }],
    config: { rewards: { survival_tick: 0.01 } },
  });
  const view = viewOf(simulation);
  assertEquals(tidy(rewardsState(view), OPTIONS), { ana: { total: 0 } });
  simulation.step();
  assertEquals(tidy(rewardsState(view), OPTIONS), {
    ana: {
      total: -0.2,
      needs_penalty: -0.25,
      survival: 0.01,
      clip_adjustment: 0.04,
    },
  });
});

Deno.test("the parts of rewardsState() add up to its total", () => {
  const town = busyTown({ movement: "walk", backend: "scripted" });
  const simulation = new Simulation(town, { seed: 2 });
  const view = viewOf(simulation);
  simulation.runFor(300, () => {
    for (const reward of Object.values(rewardsState(view))) {
      const { total, ...parts } = Object(reward) as Record<string, number>;
      const sum = Object.values(parts).reduce((a, b) => a + (b ?? 0), 0);
      assertAlmostEquals(sum, total, 1e-12);
    }
  });
});
