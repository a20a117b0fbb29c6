import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import { policyHash } from "../../src/policy/network/net.ts";
import type {
  PpoTrainer,
  TrainerState,
} from "../../src/training/ppo_trainer.ts";
import type { Rollout } from "../../src/training/rollout.ts";
import type { UpdateRecord } from "../../src/training/update_record.ts";
import {
  backendFor,
  mortals,
  openTraining,
  workers,
} from "../helpers/learning.ts";
import { tinyConfig } from "../helpers/tiny_town.ts";

/** Makes updates and gives their records. */
async function learn(
  trainer: PpoTrainer,
  updates: number,
): Promise<UpdateRecord[]> {
  const records: UpdateRecord[] = [];
  for (let i = 0; i < updates; i++) records.push(await trainer.update());
  return records;
}

/** A state through JSON, as files keep it, where it is not numbers alone. */
function throughJson(state: TrainerState): TrainerState {
  const { rng, episodes, vector } = state;
  const plain = JSON.parse(
    JSON.stringify({ rng, episodes, columns: vector.columns }),
  );
  return {
    ...state,
    rng: plain.rng,
    episodes: plain.episodes,
    vector: { worlds: vector.worlds, columns: plain.columns },
  };
}

Deno.test("the same seed gives the same weights and records, another seed others", async () => {
  const hashes: string[] = [];
  const records: UpdateRecord[][] = [];
  for (const seed of [5, 5, 6]) {
    const trainer = await openTraining(mortals, { seed });
    const before = policyHash(trainer.network);
    records.push(await learn(trainer, 2));
    hashes.push(policyHash(trainer.network));
    assertNotEquals(hashes.at(-1), before);
    trainer.close();
  }
  assertEquals(hashes[1], hashes[0]);
  assertEquals(records[1], records[0]);
  assertNotEquals(hashes[2], hashes[0]);
});

Deno.test("going on after any update is not having stopped: weights, records and worlds", async () => {
  const whole = await openTraining(mortals);
  const states: TrainerState[] = [await whole.save()];
  const records: UpdateRecord[] = [];
  for (let i = 0; i < 4; i++) {
    records.push(await whole.update());
    states.push(await whole.save());
  }
  whole.close();
  for (const [at, state] of states.slice(0, -1).entries()) {
    const resumed = await openTraining(mortals, { state: throughJson(state) });
    assertEquals(await resumed.save(), state, `at ${at}`);
    assertEquals(await learn(resumed, 4 - at), records.slice(at), `at ${at}`);
    assertEquals(await resumed.save(), states[4], `at ${at}`);
    resumed.close();
  }
  assert(records.some((record) => record.episode_return_mean !== null));
  const lengths = states.flatMap(({ episodes }) => episodes.lengths);
  assert(lengths.some((length) => length > 0), "no life was under way");
});

Deno.test("going on with shared decisions draws on where it was", async () => {
  const shared = { share: 0.5 };
  const whole = await openTraining(mortals, shared);
  await whole.update();
  const state = throughJson(await whole.save());
  const record = await whole.update();
  const resumed = await openTraining(mortals, { ...shared, state });
  assertEquals(await resumed.update(), record);
  const end = await whole.save();
  assertEquals(await resumed.save(), end);
  assert(end.rng["training:blend"].draws > 0, "nothing was shared");
  whole.close();
  resumed.close();
});

Deno.test("a training tells where it is: steps, cycle, learning rate, episodes", async () => {
  const rollouts: Rollout[] = [];
  const trainer = await openTraining(mortals, {
    cycle: 2,
    onRollout: (rollout) => {
      rollouts.push(structuredClone(rollout));
    },
  });
  assertEquals(trainer.cycle, 3);
  const records = await learn(trainer, 3);
  let steps = 0;
  for (const [i, record] of records.entries()) {
    const { steps: { external }, sequences, episodes, ticks } = rollouts[i];
    const own = sequences.reduce(
      (sum, { start, end }) =>
        sum + external.subarray(start, end).filter((one) => one === 0).length,
      0,
    );
    assertEquals(record.transitions, own);
    const { learning_rate, total_steps } = mortals.ppo;
    assertEquals(record.lr, learning_rate * (1 - steps / total_steps));
    steps += own;
    assertEquals([record.steps, record.epoch], [steps, i + 1]);
    assertEquals(record.cycle_id, 3);
    assertEquals(record.data_mode, "rollout");
    assertEquals(record.rollout_ticks, ticks);
    assertEquals(record.episode_return_mean, episodes.episode_return_mean);
  }
  assertEquals([trainer.steps, trainer.updates], [steps, 3]);
  trainer.close();
});

Deno.test("a training begins from a network, an optimiser and counters that it copies", async () => {
  const first = await openTraining(mortals);
  await first.update();
  const { network, adam, steps, updates } = await first.save();
  const second = await openTraining(mortals, {
    network,
    adam,
    steps,
    updates,
    cycle: first.cycle,
  });
  assertEquals(policyHash(second.network), policyHash(first.network));
  const [record] = await learn(second, 1);
  assertEquals(record.epoch, 2);
  assertEquals(record.steps, steps + record.transitions);
  assertEquals(record.cycle_id, 1);
  assertEquals(policyHash(network), policyHash(first.network), "as it was");
  assertNotEquals(policyHash(second.network), policyHash(network));
  assertEquals((await second.save()).adam.t, adam.t + record.updates);
  first.close();
  second.close();
});

Deno.test("the stage of the social reward is that of the cycle", async () => {
  const config = tinyConfig({
    config: {
      training: { social_reward_schedule: [{ cycle: 1, stage: "C2" }] },
      ppo: { num_worlds: 1, rollout_length: 2 },
    },
  });
  for (const [cycle, stage] of [[-1, "OFF"], [0, "C2"]] as const) {
    const trainer = await openTraining(config, { cycle });
    const { stages } = trainer.town.config.features;
    assertEquals(stages.social_rewards, stage);
    trainer.close();
  }
});

Deno.test("where all have died, sampling goes on until there is somebody", async () => {
  const config = tinyConfig({
    agents: [{ id: "ann", needs: [0.04, 1, 1] }],
    decay: 0.01,
    config: {
      features: { systems: { lifecycle: "off", observations: "compact" } },
      training: { episode_ticks: 40 },
      ppo: { num_worlds: 2, rollout_length: 8 },
    },
  });
  const trainer = await openTraining(config);
  for (const record of await learn(trainer, 3)) {
    assert(record.transitions > 0);
  }
  trainer.close();
});

Deno.test("a town in which nobody decides cannot be learned in", async () => {
  const config = tinyConfig({
    agents: [],
    config: {
      scenario: { agents: [{ id: "dot", schedule: [{ kind: "wait" }] }] },
      training: { episode_ticks: 10 },
      ppo: { num_worlds: 1, rollout_length: 4 },
    },
  });
  const trainer = await openTraining(config);
  const error = await assertRejects(() => trainer.update(), TownletError);
  assertEquals(error.code, "training.residents");
  trainer.close();
});

Deno.test("a training refuses a net of another town, and a state without its streams", async () => {
  await assertRejects(
    () => openTraining(mortals, { backend: backendFor(workers) }),
    RangeError,
    "the net is for",
  );
  const trainer = await openTraining(mortals);
  const state = await trainer.save();
  trainer.close();
  await assertRejects(
    () => openTraining(mortals, { state: { ...state, rng: {} } }),
    TownletError,
    "training:actions",
  );
});

Deno.test("residents learn to go to work where that is paid", async () => {
  const trainer = await openTraining(workers);
  const records = await learn(trainer, 12);
  trainer.close();
  const first = records[0].episode_return_mean ?? NaN;
  const last = records[11].episode_return_mean ?? NaN;
  assert(first < 0, `${first} before`);
  assert(last > 12, `${last} afterwards`);
});
