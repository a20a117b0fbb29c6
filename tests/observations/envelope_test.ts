import { assertEquals, assertThrows } from "@std/assert";
import { agentEnvelope } from "../../src/observations/envelope.ts";
import { Observer } from "../../src/observations/observer.ts";
import { rewardBreakdown } from "../../src/rewards/rewards.ts";
import { Simulation } from "../../src/simulation.ts";
import { joinQueue, setHolder } from "../../src/world/queues.ts";
import { ENDS } from "../../src/world/turn.ts";
import { COOLDOWNS, COUNTER, COUNTERS } from "../../src/world/world.ts";
import { agentOf, objectOf, play, tinyTown } from "../helpers/tiny_town.ts";

/** Three residents at a shower and two beds, one of them with a job. */
function washroom(): Simulation {
  return tinyTown({
    agents: [
      { id: "ana", at: [3, 4], wallet: 2.5, needs: [0.2, 0.4, 0.6] },
      { id: "ben", at: [3, 4], job: "none" },
      { id: "cleo", at: [9, 9], profile: "stoic" },
    ],
    objects: [
      { id: "shower", type: "shower", at: [3, 3] },
      { id: "bed_2", type: "bed", at: [5, 5] },
      { id: "bed_10", type: "bed", at: [7, 7] },
    ],
    config: { jobs: { baker: { start_tick: 300, end_tick: 600 } } },
  });
}

function envelopeOf({ town, world, turn }: Simulation, id: string) {
  const batch = new Observer(town).peek(world);
  const row = world.records.agentIds.indexOf(id);
  return agentEnvelope(town, world, { batch, row, turn });
}

Deno.test("agentEnvelope() tells of a resident by name", () => {
  const sim = washroom();
  const ana = agentOf(sim, "ana");
  sim.world.inventory[ana * COUNTERS.length + COUNTER.meals_consumed] = 3;
  const envelope = envelopeOf(sim, "ana");
  assertEquals(envelope, {
    agent_id: "ana",
    reward: rewardBreakdown(sim.turn, ana),
    terminated: false,
    position: [3, 4],
    needs: { hunger: 0.2, hygiene: 0.4, energy: 0.6 },
    wallet: 2.5,
    inventory: { meals_consumed: 3 },
    job: "baker",
    personality: {
      profile: "balanced",
      traits: { extroversion: 0, forgiveness: 0, ambition: 0 },
      multipliers: {
        needs: { hunger: 1, hygiene: 1, energy: 1 },
        rewards: { social: 1, employment: 1, survival: 1 },
        behaviour: {
          chat_preference: 1,
          work_affinity: 1,
          conflict_tolerance: 1,
        },
      },
    },
    queue_state: null,
  });
  assertEquals(JSON.parse(JSON.stringify(envelope)), envelope);
  assertEquals(envelopeOf(sim, "ben").job, null);
  assertEquals(envelopeOf(sim, "cleo").personality?.profile, "stoic");
});

Deno.test("agentEnvelope() has the reward of the tick with its parts", () => {
  const sim = washroom();
  play(sim);
  const { reward } = envelopeOf(sim, "ana");
  assertEquals(reward, rewardBreakdown(sim.turn, agentOf(sim, "ana")));
  assertEquals(reward.parts.needs_penalty < 0, true);
});

Deno.test("agentEnvelope() tells who holds, who waits where and since when", () => {
  const sim = washroom();
  play(sim, {}, 4);
  const { town, world } = sim;
  const shower = objectOf(sim, "shower");
  setHolder(town, world, shower, agentOf(sim, "cleo"));
  joinQueue(world, shower, agentOf(sim, "ben"));
  world.tick[0] = 7;
  joinQueue(world, shower, agentOf(sim, "ana"));
  assertEquals(envelopeOf(sim, "cleo").queue_state, {
    active_objects: ["shower"],
    queue_memberships: [],
    cooldowns: [],
  });
  const waits = (position: number, joined_tick: number) => ({
    active_objects: [],
    queue_memberships: [{ object_id: "shower", position, joined_tick }],
    cooldowns: [],
  });
  assertEquals(envelopeOf(sim, "ben").queue_state, waits(0, 4));
  assertEquals(envelopeOf(sim, "ana").queue_state, waits(1, 7));
});

Deno.test("agentEnvelope() lists cooldowns by object, without those that have passed", () => {
  const sim = washroom();
  const { world } = sim;
  const ben = agentOf(sim, "ben");
  const until = { bed_2: 90, shower: 50, bed_10: 51 };
  for (const [slot, [id, tick]] of Object.entries(until).entries()) {
    world.cooldownObject[ben * COOLDOWNS + slot] = objectOf(sim, id);
    world.cooldownUntil[ben * COOLDOWNS + slot] = tick;
  }
  world.cooldowns[ben] = 3;
  world.tick[0] = 50;
  assertEquals(envelopeOf(sim, "ben").queue_state, {
    active_objects: [],
    queue_memberships: [],
    cooldowns: [
      { object_id: "bed_10", expiry: 51 },
      { object_id: "bed_2", expiry: 90 },
    ],
  });
  world.tick[0] = 90;
  assertEquals(envelopeOf(sim, "ben").queue_state, null);
});

Deno.test("agentEnvelope() tells of a life's end: of its last tick, and after it", () => {
  const { town } = washroom();
  const observer = new Observer(town);
  const sim = new Simulation(town, { policy: "idle", observe: observer });
  const { world, turn } = sim;
  turn.ends[1] = ENDS.faint;
  const of = (row: number) =>
    agentEnvelope(town, world, { batch: observer.batch, row, turn });
  assertEquals(of(1).terminated, true);
  assertEquals(of(1).position, [3, 4]);
  sim.command({ name: "kill", args: { agent: "ben", reason: null } });
  sim.step();
  assertEquals(of(1), {
    agent_id: "ben",
    reward: rewardBreakdown(turn, 1),
    terminated: true,
    position: null,
    needs: null,
    wallet: null,
    inventory: null,
    job: null,
    personality: null,
    queue_state: null,
  });
  assertEquals(of(1).reward.total !== 0, true);
  assertEquals([of(0).terminated, of(2).terminated], [false, false]);
  sim.step();
  assertEquals(of(1).agent_id, "cleo");
  assertThrows(() => of(3), RangeError, "there is no row 3");
});
