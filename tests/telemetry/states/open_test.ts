import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { Random } from "../../../src/base/random.ts";
import { Simulation } from "../../../src/simulation.ts";
import type { StateChannelName } from "../../../src/telemetry/channels.ts";
import {
  type DraftMembers,
  plainChannel,
  type StateOptions,
} from "../../../src/telemetry/state_channel.ts";
import { agentsState } from "../../../src/telemetry/states/agents_state.ts";
import { openStateChannel } from "../../../src/telemetry/states/open.ts";
import { opsState } from "../../../src/telemetry/states/ops_state.ts";
import { openPolicyState } from "../../../src/telemetry/states/policy_state.ts";
import { rewardsState } from "../../../src/telemetry/states/rewards_state.ts";
import { socialState } from "../../../src/telemetry/states/social_state.ts";
import { townState } from "../../../src/telemetry/states/town_state.ts";
import { idlePolicy } from "../../../src/policy/baselines.ts";
import { blendPolicy } from "../../../src/policy/blend.ts";
import { networkPolicy } from "../../../src/policy/network_policy.ts";
import type { View } from "../../../src/telemetry/view.ts";
import { copyWorld, emptyWorld } from "../../../src/world/world.ts";
import { busyTown } from "../../helpers/busy_town.ts";
import { networkFor } from "../../helpers/networks.ts";
import { tinyTown } from "../../helpers/tiny_town.ts";
import { assertSameText, OPTIONS, viewOf } from "./views.ts";

/** How each channel's whole state is built; a new builder every time. */
const BUILDERS: Partial<
  Record<StateChannelName, () => (view: View) => DraftMembers>
> = {
  agents: () => agentsState,
  rewards: () => rewardsState,
  town: () => townState,
  social: () => socialState,
  ops: () => opsState,
  policy: openPolicyState,
};
const CHANNELS = Object.entries(BUILDERS) as [
  StateChannelName,
  () => (view: View) => DraftMembers,
][];

const BUSY = [
  busyTown({ movement: "walk", backend: "scripted" }),
  busyTown({ movement: "teleport", backend: "random" }),
] as const;

/** Numbers that JSON writes in some way of its own, or not at all. */
const ODD = [
  NaN,
  Infinity,
  -Infinity,
  -0,
  0,
  1,
  -1,
  0.5,
  0.00005,
  0.00004,
  -0.00004,
  -0.00005,
  0.99995,
  0.49999999999999994,
  4.9999999999999996e-5,
  1e-9,
  -0.12345,
  9.9999,
  99_999.99995,
  214_748.3647,
  214_748.3648,
  -214_749,
  1e9,
  123_456_789.123_456,
  2 ** 53,
  1e21,
  -1e300,
];

/** Numbers of things. */
const COUNTS = [0, 1, 10, 2 ** 31 - 1];

/** Overwrites numbers of which channels tell, at random. */
function scribble({ world, turn }: View, random: Random): void {
  const any = <T>(list: { readonly length: number; [i: number]: T }) =>
    random.int(0, list.length - 1);
  const reals = [
    world.need,
    world.wallet,
    world.attendance,
    world.wagesWithheld,
    world.extroversion,
    world.price,
    world.tieTrust,
    world.tieFamiliarity,
    world.tieRivalry,
    turn.reward,
    turn.rewardParts,
  ];
  for (const column of reals) {
    for (let i = 0; i < 3; i++) column[any(column)] = ODD[any(ODD)];
  }
  const counts = [
    world.lateness,
    world.lateTicksToday,
    world.inventory,
    world.stall,
    world.optionSwitches,
  ];
  for (const column of counts) column[any(column)] = COUNTS[any(COUNTS)];
  world.possessed[any(world.possessed)] ^= 1;
}

for (const [name, builder] of CHANNELS) {
  Deno.test(`openStateChannel() gives ${name} as its tree would be`, () => {
    for (const [i, town] of BUSY.entries()) {
      for (const every of [1, 7]) {
        const simulation = new Simulation(town, { seed: 10 * i + every });
        const channel = openStateChannel(name, town, OPTIONS);
        assertSameText(simulation, channel, builder(), OPTIONS, {
          ticks: 400,
          tells: (tick) => tick % every === 0,
          isKey: (tick) => tick % 98 === 0,
        });
      }
    }
  });

  Deno.test(`openStateChannel() gives ${name} as its tree would be, whatever the numbers`, () => {
    const [town] = BUSY;
    // The simulation must not see what is scribbled: it is on copies.
    const world = emptyWorld(town);
    for (const precision of [3, 4, 6, 7, 12]) {
      const options: StateOptions = { ...OPTIONS, precision };
      const simulation = new Simulation(town, { seed: precision });
      const view = { ...viewOf(simulation), world };
      const channel = openStateChannel(name, town, options);
      const oracle = plainChannel(builder(), options);
      simulation.runFor(200);
      for (let tick = 0; tick < 120; tick++) {
        simulation.step();
        copyWorld(simulation.world, world);
        // Equal stamps would mean equal ties.
        world.tieStamp.fill(-tick - 1);
        const words = Random.seeded(`${precision}`, `${Math.floor(tick / 3)}`);
        scribble(view, words);
        const isKey = tick % 40 === 0;
        assertEquals(
          isKey ? channel.key(view) : channel.patch(view),
          isKey ? oracle.key(view) : oracle.patch(view),
          `tick ${tick}, precision ${precision}`,
        );
      }
    }
  });

  Deno.test(`openStateChannel() gives ${name} in the order of objects, whatever the ids`, () => {
    const simulation = tinyTown({
      agents: ["b", "7", "a", "10", "c", "2"].map((id, i) => ({
        id,
        at: [i % 3, 0],
        needs: [0.3, 0.3, 0.3],
        wallet: 20,
      })),
      objects: ["fridge", "bed", "shower"].map((type, i) => ({
        id: String(30 - i),
        type,
        at: [i, 1],
      })),
      decay: 0.01,
      policy: "scripted",
      config: {
        features: {
          stages: { relationships: "B", social_rewards: "C1" },
          systems: { lifecycle: "on" },
        },
        lifecycle: { respawn_delay_ticks: 15 },
      },
    });
    const channel = openStateChannel(name, simulation.town, OPTIONS);
    assertSameText(simulation, channel, builder(), OPTIONS, {
      ticks: 300,
      tells: (tick) => tick % 3 === 0,
      isKey: (tick) => tick % 99 === 0,
    });
  });
}

Deno.test("openStateChannel() gives a whole state after it failed in the middle of one", () => {
  const simulation = new Simulation(BUSY[0], { seed: 1 });
  const view = viewOf(simulation);
  const channel = openStateChannel("rewards", simulation.town, OPTIONS);
  const whole = channel.key(view);
  simulation.runFor(3);
  const broken = { ...view, turn: { ...view.turn, rewardParts: null } };
  assertThrows(() => channel.patch(broken as never), TypeError);
  const oracle = plainChannel(rewardsState, OPTIONS);
  assertEquals(channel.key(view), oracle.key(view));
  assertNotEquals(channel.key(view), whole);
});

Deno.test("the channel policy tells at once of another policy and of another share", () => {
  const { town } = tinyTown({ agents: 2 });
  const learned = networkPolicy(town, networkFor(town));
  const shared = blendPolicy({ learned, scripted: idlePolicy(), ratio: 0.5 });
  const simulation = new Simulation(town, { policy: shared });
  const channel = openStateChannel("policy", town, OPTIONS);
  const view: View = {
    ...viewOf(simulation),
    get policy() {
      return simulation.policy;
    },
  };
  channel.key(view);
  const told = () => {
    simulation.step();
    return JSON.parse(channel.patch(view) ?? "null");
  };
  assertEquals(told(), null);
  simulation.setBlend(0.25);
  assertEquals(told(), {
    identity: { anneal_ratio: 0.25 },
    anneal: { ratio: 0.25 },
  });
  assertEquals(told(), null);
  simulation.policy = idlePolicy();
  assertEquals(told(), {
    identity: { policy_hash: null, anneal_ratio: null },
    provider: "idle",
    anneal: { ratio: null },
  });
  assertEquals(told(), null);
});
