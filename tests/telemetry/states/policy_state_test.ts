import { assert, assertEquals } from "@std/assert";
import { blendPolicy } from "../../../src/policy/blend.ts";
import { policyHash } from "../../../src/policy/network/net.ts";
import { networkPolicy } from "../../../src/policy/network_policy.ts";
import { idlePolicy } from "../../../src/policy/baselines.ts";
import { tidy } from "../../../src/telemetry/state_channel.ts";
import { openPolicyState } from "../../../src/telemetry/states/policy_state.ts";
import { networkFor } from "../../helpers/networks.ts";
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
    anneal: { blend: {}, commit_ticks: 15 },
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

Deno.test("openPolicyState() tells the digest of a network, and how it shares decisions", () => {
  const config = { policy: { blend: { enabled: true, ratio: 0.25 } } };
  const simulation = tinyTown({ config });
  const network = networkFor(simulation.town);
  const learned = networkPolicy(simulation.town, network, { name: "net" });
  simulation.policy = blendPolicy({
    learned,
    scripted: idlePolicy(),
    ratio: 0.25,
  });
  const build = openPolicyState();
  const state = () => tidy(build(viewOf(simulation)), OPTIONS);
  assertEquals(state(), {
    identity: {
      config_id: "tiny",
      policy_hash: policyHash(network),
      observation_variant: "hybrid",
      anneal_ratio: 0.25,
    },
    provider: "net+idle",
    anneal: { ratio: 0.25, blend: { ratio: 0.25 }, commit_ticks: 15 },
    possessed: [],
  });
  simulation.setBlend(null);
  assertEquals(state().anneal, { blend: { ratio: 0.25 }, commit_ticks: 15 });
  simulation.policy = idlePolicy();
  assertEquals(state().identity, {
    config_id: "tiny",
    observation_variant: "hybrid",
  });
});

Deno.test("openPolicyState() tells the three likeliest choices of a network with detail", () => {
  const config = { telemetry: { channels: { policy: { detail: true } } } };
  const simulation = tinyTown({ agents: 2, config });
  const { town } = simulation;
  simulation.policy = networkPolicy(town, networkFor(town), { greedy: true });
  simulation.step();
  const { agents } = tidy(openPolicyState()(viewOf(simulation)), OPTIONS);
  const told: { choice: string; p: number; top: { a: string; p: number }[] }[] =
    Object.values(Object(agents));
  assertEquals(told.length, 2);
  for (const { choice, p, top } of told) {
    assertEquals(top.length, 3);
    assertEquals({ a: choice, p }, top[0]);
    assert(top[0].p > top[1].p && top[1].p > top[2].p && top[2].p > 0);
  }
});
