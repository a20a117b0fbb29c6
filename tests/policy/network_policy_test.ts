import {
  assert,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import { observationSpec } from "../../src/observations/spec.ts";
import { logProbOf } from "../../src/policy/network/choose.ts";
import { openForward } from "../../src/policy/network/forward.ts";
import { fillInput } from "../../src/policy/network/input.ts";
import { openNet, policyHash } from "../../src/policy/network/net.ts";
import {
  networkPolicy,
  type NetworkPolicyOptions,
} from "../../src/policy/network_policy.ts";
import { policySnapshots } from "../../src/policy/policy_snapshot.ts";
import type { DecisionPoint, Policy } from "../../src/policy/policy.ts";
import { policySpec } from "../../src/policy/spec.ts";
import { Simulation } from "../../src/simulation.ts";
import {
  BATCH_PART,
  decodeSnapshot,
  encodeSnapshot,
} from "../../src/snapshots/snapshot.ts";
import { busyTown } from "../helpers/busy_town.ts";
import { networkFor } from "../helpers/networks.ts";
import { tinyTown } from "../helpers/tiny_town.ts";

const town = busyTown({ movement: "walk", backend: "scripted" });
const network = networkFor(town);
const actions = town.actions.length;

function open(seed: number, options: NetworkPolicyOptions = {}): Simulation {
  return new Simulation(town, {
    seed,
    policy: networkPolicy(town, network, options),
  });
}

/** A policy whose decisions are looked at before it makes them. */
function watched(
  policy: Policy,
  look: (see: DecisionPoint) => void,
  after: (see: DecisionPoint) => void = () => {},
): Policy {
  return {
    ...policy,
    act(see, out) {
      look(see);
      const answer = policy.act(see, out);
      after(see);
      return answer;
    },
  };
}

Deno.test("the same seed and network give the same history, another seed or network another", () => {
  const run = (sim: Simulation) => {
    sim.runFor(80);
    return sim.hash();
  };
  const once = run(open(3));
  assertEquals(run(open(3)), once);
  assertNotEquals(run(open(4)), once);
  const other = networkPolicy(town, networkFor(town, 2));
  assertNotEquals(run(new Simulation(town, { seed: 3, policy: other })), once);
});

Deno.test("what the mask leaves out is never chosen, over many seeds", () => {
  let asked = 0;
  for (let seed = 0; seed < 8; seed++) {
    const sim = open(seed);
    sim.policy = watched(sim.policy, () => {}, ({ rows, count, batch }) => {
      for (const agent of rows.subarray(0, count)) {
        const row = Number(batch?.rowOf[agent]);
        const { actionMask } = batch ?? { actionMask: [] };
        assertEquals(
          actionMask[row * actions + sim.turn.choice[agent]],
          1,
          `seed ${seed}`,
        );
        asked++;
      }
    });
    sim.runFor(40);
  }
  assert(asked > 1000, String(asked));
});

Deno.test("each who has to decide takes one real of the stream policy, and nobody else does", () => {
  const sim = open(5);
  const { world, turn } = sim;
  const draws = () => world.randomDraws[1];
  let forced = 0;
  for (let tick = 0; tick < 60; tick++) {
    const before = draws();
    sim.step();
    assertEquals(draws() - before, 2 * turn.rowCount);
    forced += world.population[0] - turn.rowCount;
  }
  assert(forced > 10, String(forced));
});

Deno.test("the likeliest action is drawn by nobody, and is the likeliest", () => {
  const sim = open(5, { greedy: true });
  sim.runFor(20);
  assertEquals(sim.world.randomDraws[1], 0);
  const told = Object.values(policySnapshots(sim));
  assert(told.length > 0);
  for (const { selected_action, top_actions } of told) {
    assertEquals(selected_action, top_actions[0].action);
  }
});

Deno.test("a batch gives what its rows give one by one", () => {
  const sim = open(6);
  const forward = openForward(network.net);
  const { turn } = sim;
  let compared = 0;
  sim.policy = watched(sim.policy, () => {}, ({ rows, count, batch }) => {
    assert(batch !== null);
    for (const agent of rows.subarray(0, count)) {
      const input = new Float32Array(network.net.inputs);
      fillInput(batch, network.net, batch.rowOf[agent], input, 0);
      const { actionMask } = batch.row(batch.rowOf[agent]);
      const { logits, value } = forward(network.weights, {
        rows: 1,
        input,
        actionMask,
      });
      assertEquals(turn.value[agent], value[0]);
      assertEquals(
        turn.logProb[agent],
        Math.fround(logProbOf(logits, 0, actions, turn.choice[agent])),
      );
      const from = agent * actions;
      assertEquals(sim.policy.logits?.slice(from, from + actions), logits);
      compared++;
    }
  });
  sim.runFor(20);
  assert(compared > 50, String(compared));
});

Deno.test("everybody is valued when all are asked for, and it changes no history", () => {
  const asked = open(7);
  const all = open(7, { values: "all" });
  let forced = 0;
  for (let tick = 0; tick < 40; tick++) {
    asked.step();
    all.step();
    const { turn, world } = asked;
    const rows = [...turn.rows.subarray(0, turn.rowCount)];
    for (let agent = 0; agent < town.capacity; agent++) {
      const isAsked = rows.includes(agent);
      if (isAsked) assertEquals(all.turn.value[agent], turn.value[agent]);
      else assertEquals(turn.value[agent], 0);
      if (isAsked || world.alive[agent] === 0) continue;
      if (world.episodeTick[agent] < 2) continue;
      assertNotEquals(all.turn.value[agent], 0);
      assertEquals(all.turn.logProb[agent], 0);
      forced++;
    }
  }
  assertEquals(all.hash(), asked.hash());
  assert(forced > 10, String(forced));
});

Deno.test("a run that goes on from a snapshot with its batch is the run that was not interrupted", () => {
  const whole = open(8);
  const hashes = [whole.hash()];
  const saved = new Map<number, string>();
  let deaths = 0;
  for (let tick = 1; tick <= 120; tick++) {
    const { events } = whole.step();
    hashes.push(whole.hash());
    const died = events.some(({ event }) => event === "agent.removed");
    if (died) deaths++;
    // After a death the batch is not what the world alone would give.
    if (!died && tick % 30 !== 0) continue;
    const parts = { [BATCH_PART]: whole.saveBatch() };
    saved.set(tick, encodeSnapshot(town, whole.world, { app: "test", parts }));
  }
  assert(deaths > 0);
  for (const [tick, text] of saved) {
    const { world, parts } = decodeSnapshot(text, town, { where: "test" });
    const resumed = new Simulation(town, {
      world,
      batch: parts[BATCH_PART],
      policy: networkPolicy(town, network),
    });
    const end = Math.min(tick + 10, 120);
    resumed.runFor(end - tick);
    assertEquals(resumed.hash(), hashes[end], `from tick ${tick}`);
  }
});

Deno.test("a policy of a network tells what it was made for and what it is", () => {
  const policy = networkPolicy(town, network);
  assertEquals(policy.spec, policySpec(town));
  assertEquals(policy.policyHash?.(), policyHash(network));
  network.weights[0] += 1;
  assertEquals(policy.policyHash?.(), policyHash(network));
  network.weights[0] -= 1;
});

Deno.test("a network made for other observations or actions is refused, and both hashes are named", () => {
  const own = policySpec(town);
  const other = "0".repeat(64);
  for (const key of ["obs", "actions"] as const) {
    const error = assertThrows(
      () => networkPolicy(town, network, { spec: { ...own, [key]: other } }),
      TownletError,
    );
    assertEquals([error.code, error.exit], ["policy.spec", 2]);
    assert(error.message.includes(other) && error.message.includes(own[key]));
  }
});

Deno.test("a network of other sizes is refused", () => {
  const { featureNames, mapShape } = observationSpec(town);
  const shape = {
    net: "mlp64",
    features: featureNames.length,
    map: mapShape,
    actions,
  } as const;
  for (
    const change of [
      { features: shape.features - 1 },
      { map: [1, 3, 3] as const },
      { actions: actions + 1 },
    ]
  ) {
    const net = openNet({ ...shape, ...change });
    const weights = new Float32Array(net.size);
    const error = assertThrows(
      () => networkPolicy(town, { net, weights }),
      TownletError,
      Object.keys(change)[0],
    );
    assertEquals(error.code, "policy.shape");
  }
});

Deno.test("weights that are no numbers are refused, and so are logits that become none", () => {
  for (const bad of [NaN, Infinity]) {
    const weights = network.weights.slice();
    weights[weights.length - 1] = bad;
    const error = assertThrows(
      () => networkPolicy(town, { net: network.net, weights }),
      TownletError,
    );
    assertEquals(error.code, "policy.weights");
  }
  const weights = network.weights.slice();
  const policy = networkPolicy(town, { net: network.net, weights });
  const sim = new Simulation(town, { policy });
  weights.fill(NaN);
  assertThrows(() => sim.step(), TownletError, "finite");
});

Deno.test("policySnapshots() tells what was decided, rounded, of the living who had to decide", () => {
  const sim = open(9);
  const { turn, world } = sim;
  for (let tick = 0; tick < 60; tick++) sim.step();
  const told = policySnapshots(sim);
  const rows = [...turn.rows.subarray(0, turn.rowCount)]
    .filter((row) => world.alive[row] === 1);
  assertEquals(
    Object.keys(told).sort(),
    rows.map((row) => world.records.agentIds[row]).sort(),
  );
  for (const row of rows) {
    const one = told[world.records.agentIds[row]];
    assertEquals(one.tick, 60);
    assertEquals(one.selected_action, town.actions[turn.choice[row]]);
    assertEquals(one.log_prob, Math.round(turn.logProb[row] * 1e6) / 1e6);
    assertEquals(one.value_pred, Math.round(turn.value[row] * 1e6) / 1e6);
    assert(one.top_actions.length <= 5);
    const found = one.top_actions
      .find(({ action }) => action === one.selected_action);
    if (found !== undefined) {
      const expected = Math.exp(turn.logProb[row]);
      assert(Math.abs(found.probability - expected) < 2e-6);
    }
  }
});

Deno.test("policySnapshots() of a policy without logits has the choice alone", () => {
  const sim = tinyTown({ agents: 1, policy: "idle" });
  sim.step();
  assertEquals(policySnapshots(sim), {
    a: {
      tick: 1,
      selected_action: "wait",
      log_prob: 0,
      value_pred: 0,
      top_actions: [{ action: "wait", probability: 1 }],
    },
  });
});
