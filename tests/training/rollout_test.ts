import { assert, assertEquals, assertThrows } from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import { Random } from "../../src/base/random.ts";
import { logProbOf } from "../../src/policy/network/choose.ts";
import { openForward } from "../../src/policy/network/forward.ts";
import { initNetwork } from "../../src/policy/network/init.ts";
import { fillInput } from "../../src/policy/network/input.ts";
import type { Network } from "../../src/policy/network/net.ts";
import { type Rollout, Sampler } from "../../src/training/rollout.ts";
import { TALLIES } from "../../src/vector/tallies.ts";
import { openVectorTown, type VectorTown } from "../../src/vector/vector.ts";
import { backendFor, mortals } from "../helpers/learning.ts";

const TICKS = 20;
const ROLLOUTS = 5;
const EPISODE = 30;
const options = {
  worlds: 3,
  seed: 11,
  episodeTicks: EPISODE,
  mapFormat: "u8",
} as const;

const backend = backendFor(mortals);
const network: Network = initNetwork(
  backend.net,
  Random.seeded("3", "weights"),
);

/** A copy of a rollout, which is good for ever. */
function kept(rollout: Rollout): Rollout {
  return structuredClone(rollout);
}

async function sample(): Promise<Rollout[]> {
  using vector = await openVectorTown(mortals, options);
  const sampler = new Sampler({ vector, backend, ticks: TICKS });
  const random = Random.seeded("1", "training:actions");
  const rollouts: Rollout[] = [];
  for (let i = 0; i < ROLLOUTS; i++) {
    rollouts.push(kept(await sampler.collect(network, random)));
  }
  return rollouts;
}

/** The step of a row and tick that sequences hold, or null. */
function stepAt(
  { sequences }: Rollout,
  row: number,
  t: number,
):
  | { readonly step: number; readonly sequence: Rollout["sequences"][0] }
  | null {
  const step = row * TICKS + t;
  const found = sequences.filter(({ start, end }) =>
    step >= start && step < end
  );
  assert(found.length < 2, "a step is in two sequences");
  return found.length === 0 ? null : { step, sequence: found[0] };
}

/** Value of what a row of a vector shows now, and log-probability of an action. */
function ask(vector: VectorTown, row: number, action: number) {
  const { net, weights } = network;
  const { actions } = net.shape;
  const input = new Float32Array(net.inputs);
  fillInput(vector.batch, net, row, input, 0);
  const actionMask = vector.batch.actionMask.slice(
    row * actions,
    (row + 1) * actions,
  );
  const { logits, value } = openForward(net)(weights, {
    rows: 1,
    input,
    actionMask,
  });
  return {
    value: value[0],
    logProb: Math.fround(logProbOf(logits, 0, actions, action)),
    choices: actionMask.reduce((sum, one) => sum + one, 0),
  };
}

Deno.test("a rollout is what happens when its actions are done again: the five rules", async () => {
  const rollouts = await sample();
  using vector = await openVectorTown(mortals, options);
  const seen = { terminated: 0, truncated: 0, end: 0, external: 0, forced: 0 };
  const { features, actions } = backend.net.shape;
  const cells = backend.net.inputs - features;
  const ids = new Set<string>();
  for (const rollout of rollouts) {
    const { steps } = rollout;
    let transitions = 0;
    for (let t = 0; t < TICKS; t++) {
      const chosen = new Int32Array(vector.rows);
      const { batch } = vector;
      const living: boolean[] = [];
      for (let row = 0; row < vector.rows; row++) {
        const world = Math.floor(row / vector.town.capacity);
        const isLiving = batch.agents[row] >= 0 &&
          vector.terminated[row] === 0 &&
          vector.ticks[world] < EPISODE;
        living.push(isLiving);
        const at = stepAt(rollout, row, t);
        assertEquals(at !== null, isLiving, "each living row has a step");
        if (at === null) continue;
        const { step, sequence } = at;
        transitions++;
        // Rule 1: what the action was chosen from.
        assertEquals(
          steps.obs_features.subarray(step * features, (step + 1) * features),
          batch.features.slice(row * features, (row + 1) * features),
        );
        assertEquals(
          steps.obs_map.subarray(step * cells, (step + 1) * cells),
          batch.map.slice(row * cells, (row + 1) * cells),
        );
        assertEquals(
          steps.action_mask.subarray(step * actions, (step + 1) * actions),
          batch.actionMask.slice(row * actions, (row + 1) * actions),
        );
        assertEquals(steps.tick[step], vector.ticks[world]);
        assertEquals(steps.agent_slot[step], row % vector.town.capacity);
        // Rule 2: the policy that acted, when it did.
        const { value, logProb, choices } = ask(
          vector,
          row,
          steps.action[step],
        );
        assertEquals(steps.value[step], value);
        assertEquals(steps.log_prob[step], choices === 1 ? 0 : logProb);
        seen.forced += choices === 1 ? 1 : 0;
        // Rule 4: one life.
        assertEquals(vector.agentId(row), sequence.agent_id);
        assertEquals(world, sequence.world);
        ids.add(sequence.agent_id);
        chosen[row] = steps.action[step];
      }
      vector.step(chosen);
      for (let row = 0; row < vector.rows; row++) {
        const at = stepAt(rollout, row, t);
        if (at === null) continue;
        const { step, sequence } = at;
        assertEquals(steps.reward[step], vector.reward[row]);
        // Rule 3: ends of lives and of time.
        const isLast = step === sequence.end - 1;
        const isCut = isLast && t === TICKS - 1;
        assertEquals(steps.terminated[step], vector.terminated[row]);
        const over = vector.truncated[row] === 1;
        const lives = vector.terminated[row] === 0;
        assertEquals(steps.truncated[step], over || isCut && lives ? 1 : 0);
        assertEquals(isLast, over || !lives || t === TICKS - 1);
        if (isLast) {
          const bootstrap = lives ? ask(vector, row, 0).value : 0;
          assertEquals(sequence.bootstrap, bootstrap);
          const reason = !lives ? "faint" : over ? "truncated" : "end";
          assertEquals(sequence.end_reason, reason);
          seen[reason === "faint" ? "terminated" : reason]++;
        }
        // Rule 5: who else decided.
        assertEquals(steps.external[step], sequence.agent_id === "dot" ? 1 : 0);
        seen.external += steps.external[step];
      }
    }
    assertEquals(rollout.transitions, transitions);
  }
  for (const [what, count] of Object.entries(seen)) assert(count > 0, what);
  assert(ids.has("ann#1"), "nobody came back");
});

Deno.test("ticks, tallies and invalid choices are those of the worlds that went on", async () => {
  const rollouts = await sample();
  const ticks = rollouts.reduce((sum, rollout) => sum + rollout.ticks, 0);
  // Of a hundred ticks each world begins three anew, after 30, 61 and 92.
  assertEquals(ticks, 3 * (ROLLOUTS * TICKS - 3));
  using vector = await openVectorTown(mortals, options);
  const tallies = new Float64Array(TALLIES.length);
  let invalid = 0;
  for (const rollout of rollouts) {
    for (let t = 0; t < TICKS; t++) {
      const chosen = new Int32Array(vector.rows);
      for (let row = 0; row < vector.rows; row++) {
        const at = stepAt(rollout, row, t);
        if (at !== null) chosen[row] = rollout.steps.action[at.step];
      }
      vector.step(chosen);
      for (const [k, value] of vector.tallies.entries()) {
        tallies[k % TALLIES.length] += value;
      }
      for (const count of vector.invalidChoices) invalid += count;
    }
  }
  const told = TALLIES.map((_, k) =>
    rollouts.reduce((sum, rollout) => sum + rollout.tallies[k], 0)
  );
  for (const [k, sum] of told.entries()) {
    assert(Math.abs(sum - tallies[k]) < 1e-9, TALLIES[k]);
  }
  assertEquals(
    rollouts.reduce((sum, { invalidChoices }) => sum + invalidChoices, 0),
    invalid,
  );
  assert(invalid > 0 && told.some((sum) => sum > 0), "nothing happened");
});

Deno.test("episodes are whole lives, or what time left of them, over rollouts", async () => {
  const lives = new Map<string, { sum: number; length: number }>();
  let compared = 0;
  for (const { steps, sequences, episodes } of await sample()) {
    let count = 0;
    let sum = 0;
    let length = 0;
    for (const sequence of sequences) {
      const { world, agent_id, start, end, end_reason } = sequence;
      const key = `${world} ${agent_id}`;
      const life = lives.get(key) ?? { sum: 0, length: 0 };
      for (let step = start; step < end; step++) life.sum += steps.reward[step];
      life.length += end - start;
      lives.set(key, life);
      if (end_reason === "end") continue;
      lives.delete(key);
      count++;
      sum += life.sum;
      length += life.length;
    }
    assertEquals(
      episodes.episode_length_mean,
      count === 0 ? null : length / count,
    );
    const mean = episodes.episode_return_mean;
    if (count === 0) assertEquals(mean, null);
    else assert(Math.abs((mean ?? NaN) - sum / count) < 1e-9);
    compared += count;
  }
  assert(compared > 10, "nothing ended");
});

Deno.test("a sampler goes on with what another remembered, and with nothing else", async () => {
  using vector = await openVectorTown(mortals, options);
  const first = new Sampler({ vector, backend, ticks: TICKS });
  const random = Random.seeded("1", "training:actions");
  await first.collect(network, random);
  const saved = JSON.parse(JSON.stringify(first.save()));
  using other = await openVectorTown(mortals, {
    worlds: 3,
    episodeTicks: EPISODE,
    mapFormat: "u8",
    saved: await vector.save(),
  });
  const second = new Sampler({ vector: other, backend, ticks: TICKS, saved });
  const state = Random.seeded("2", "training:actions");
  const expected = kept(
    await first.collect(network, Random.seeded("2", "training:actions")),
  );
  assertEquals(
    kept(await second.collect(network, state)).episodes,
    expected.episodes,
  );
  assertEquals(second.save(), first.save());
  for (const lengths of [[1], saved.lengths.map(() => 0.5)]) {
    assertThrows(
      () =>
        new Sampler({
          vector,
          backend,
          ticks: TICKS,
          saved: { ...saved, lengths },
        }),
      TownletError,
      "other worlds",
    );
  }
});
