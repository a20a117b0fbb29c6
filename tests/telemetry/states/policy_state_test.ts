import { assertEquals } from "@std/assert";
import { tidy } from "../../../src/telemetry/state_channel.ts";
import { openPolicyState } from "../../../src/telemetry/states/policy_state.ts";
import { agentOf, tinyTown } from "../../helpers/tiny_town.ts";
import { OPTIONS, viewOf } from "./views.ts";

Deno.test("openPolicyState() tells who decides, and for whom somebody else does", () => {
  const simulation = tinyTown({ agents: 3 });
  for (const id of ["c", "a"]) {
    simulation.world.possessed[agentOf(simulation, id)] = 1;
  }
  assertEquals(tidy(openPolicyState()(viewOf(simulation)), OPTIONS), {
    identity: { config_id: "tiny", observation_variant: "hybrid" },
    provider: "idle",
    possessed: ["a", "c"],
  });
});

Deno.test("openPolicyState() counts switches since it was last asked", () => {
  const simulation = tinyTown({ agents: 2 });
  const { optionSwitches } = simulation.world;
  const view = viewOf(simulation);
  const build = openPolicyState();
  const [a, b] = ["a", "b"].map((id) => agentOf(simulation, id));
  assertEquals(build(view).switches, undefined);
  optionSwitches[a] = 3;
  assertEquals(build(view).switches, { a: 3 });
  optionSwitches[a] = 5;
  optionSwitches[b] = 1;
  assertEquals(build(view).switches, { a: 2, b: 1 });
  assertEquals(build(view).switches, undefined);
  // A count that was begun anew is told from its beginning.
  optionSwitches[a] = 4;
  assertEquals(build(view).switches, { a: 4 });
});

Deno.test("openPolicyState() tells choices with detail only, of who had to decide", () => {
  const config = { telemetry: { channels: { policy: { detail: true } } } };
  const simulation = tinyTown({ agents: 2, config, policy: "random" });
  simulation.step();
  const { agents } = tidy(openPolicyState()(viewOf(simulation)), OPTIONS);
  assertEquals(Object.keys(Object(agents)).sort(), ["a", "b"]);
  for (const { choice, p, value } of Object.values(Object(agents)) as never[]) {
    assertEquals(simulation.town.actions.includes(choice), true);
    assertEquals(p > 0 && p <= 1, true);
    assertEquals(value, 0);
  }
  const plain = tinyTown({ agents: 2, policy: "random" });
  plain.step();
  assertEquals(openPolicyState()(viewOf(plain)).agents, undefined);
});
