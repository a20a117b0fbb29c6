import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
} from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import { Random } from "../../src/base/random.ts";
import type { PpoSettings } from "../../src/config/ppo_settings.ts";
import { logProbOf } from "../../src/policy/network/choose.ts";
import { initNetwork } from "../../src/policy/network/init.ts";
import { type Network, policyHash } from "../../src/policy/network/net.ts";
import { createAdam } from "../../src/training/adam.ts";
import type { CloneBatch } from "../../src/training/backend.ts";
import type { Steps } from "../../src/training/experience.ts";
import {
  divergenceOf,
  minibatchSize,
  type PpoOptions,
  ppoUpdate,
} from "../../src/training/ppo.ts";
import { type Rollout, Sampler } from "../../src/training/rollout.ts";
import { openVectorTown } from "../../src/vector/vector.ts";
import { backendFor, mortals } from "../helpers/learning.ts";

const backend = backendFor(mortals);
const fresh = (): Network =>
  initNetwork(backend.net, Random.seeded("3", "weights"));
const settings: PpoSettings = { ...mortals.ppo, target_kl: 0, num_epochs: 2 };

/** Steps that the fresh network has made. */
async function sample(): Promise<Pick<Rollout, "steps" | "sequences">> {
  using vector = await openVectorTown(mortals, {
    worlds: 3,
    seed: 11,
    episodeTicks: 30,
    mapFormat: "u8",
  });
  const sampler = new Sampler({ vector, backend, ticks: 20 });
  const random = Random.seeded("1", "training:actions");
  const { steps, sequences } = await sampler.collect(fresh(), random);
  return { steps, sequences };
}

/** An update of a fresh network, and the network. */
async function update(options: Partial<PpoOptions> = {}) {
  const network = fresh();
  const done = await ppoUpdate({
    backend,
    network,
    adam: createAdam(backend.net.size),
    ...options.steps === undefined ? await sample() : {},
    settings,
    learningRate: 1e-3,
    random: Random.seeded("1", "training:shuffle"),
    where: "some rollout",
    batch: 7,
    ...options,
  } as PpoOptions);
  return { ...done, hash: policyHash(network), network };
}

Deno.test("divergenceOf() of the worked case", () => {
  const { kl, klApprox, clipFraction, distance } = divergenceOf(
    Float32Array.of(-1, -0.5, -2),
    Float32Array.of(-1.2, -1, -1.5),
    0.2,
  );
  assertAlmostEquals(kl, -0.0666667, 1e-7);
  assertEquals(clipFraction, 1);
  assertAlmostEquals(distance, 0.4, 1e-7);
  // mean((r − 1) − log r), of r 1.2214028, 1.6487213 and 0.6065307
  assertAlmostEquals(klApprox, 0.0922183, 1e-6);
});

Deno.test("minibatchSize() parts a batch evenly, up to a limit", () => {
  const size = (transitions: number, limit: number, parts: number) =>
    minibatchSize(transitions, {
      ...settings,
      mini_batch_size: limit,
      num_mini_batches: parts,
    });
  assertEquals(size(1000, 32, 4), 32);
  assertEquals(size(1000, 4096, 4), 250);
  assertEquals(size(103, 4096, 4), 25);
  assertEquals(size(3, 32, 4), 1);
  assertEquals(size(1, 32, 1024), 1);
});

Deno.test("ppoUpdate() changes the weights, by the same bits each time", async () => {
  const one = await update();
  const two = await update();
  assertEquals(one.hash, two.hash);
  assertEquals(one.metrics, two.metrics);
  assert(one.hash !== policyHash(fresh()), "nothing was learned");
  const { metrics } = one;
  const size = minibatchSize(metrics.transitions, settings);
  assertEquals(metrics.updates, 2 * Math.ceil(metrics.transitions / size));
  // The network that acted is the one that learns; f32 holds its numbers.
  assertAlmostEquals(one.offPolicy, 0, 1e-6);
  const other = await update({
    random: Random.seeded("2", "training:shuffle"),
  });
  assert(other.hash !== one.hash, "the order of steps does not matter");
});

Deno.test("ppoUpdate() makes what went well likelier", async () => {
  const { steps, sequences } = await sample();
  // Waiting pays, whatever anybody expected.
  for (let step = 0; step < steps.reward.length; step++) {
    steps.reward[step] = steps.action[step] === 0 ? 1 : -1;
  }
  const { metrics, network } = await update({
    steps,
    sequences,
    settings: { ...settings, num_epochs: 10, gamma: 0, gae_lambda: 0 },
  });
  assertEquals(metrics.reward_advantage_corr > 0.9, true);
  const chance = async (weights: Float32Array) => {
    const rows = 50;
    const { net } = network;
    const { logits } = await backend.forward(weights, {
      rows,
      input: new Float32Array(rows * net.inputs).map((_, i) => i % 7 / 7),
      actionMask: new Uint8Array(rows * net.shape.actions).fill(1),
    });
    return logProbOf(logits, 0, net.shape.actions, 0);
  };
  const before = await chance(fresh().weights);
  const after = await chance(network.weights);
  assert(after > before + 0.1, `${before} → ${after}`);
});

Deno.test("ppoUpdate() leaves steps out that somebody else decided", async () => {
  const { steps, sequences } = await sample();
  const own = sequences.flatMap(({ start, end }) =>
    Array.from({ length: end - start }, (_, i) => start + i)
  ).filter((step) => steps.external[step] === 0);
  const { hash, metrics } = await update({ steps, sequences });
  assertEquals(metrics.transitions, own.length);
  const changed: Steps = structuredClone(steps);
  for (let step = 0; step < steps.external.length; step++) {
    if (steps.external[step] === 0) continue;
    changed.log_prob[step] = -50;
    changed.obs_features[step * backend.net.shape.features] = 99;
  }
  assertEquals((await update({ steps: changed, sequences })).hash, hash);
  steps.external.fill(1);
  await assertRejects(
    () => update({ steps, sequences }),
    RangeError,
    "nothing to learn from",
  );
});

Deno.test("steps without a choice carry no policy gradient", async () => {
  const { steps, sequences } = await sample();
  const { actions } = backend.net.shape;
  for (let step = 0; step < steps.action.length; step++) {
    steps.action_mask.fill(0, step * actions, (step + 1) * actions);
    steps.action_mask[step * actions + steps.action[step]] = 1;
    steps.log_prob[step] = 0;
  }
  const { hash, metrics } = await update({
    steps,
    sequences,
    settings: { ...settings, value_loss_coef: 0 },
  });
  assertEquals(metrics.grad_norm_max, 0);
  assertEquals(metrics.loss_entropy, 0);
  assertEquals(hash, policyHash(fresh()));
});

Deno.test("ppoUpdate() stops early once the policy is another", async () => {
  const options = { learningRate: 0.05 };
  const passes = { ...settings, num_epochs: 8 };
  const all = await update({ ...options, settings: passes });
  assertEquals(all.stopped, false);
  const some = await update({
    ...options,
    settings: { ...passes, target_kl: 0.01 },
  });
  assertEquals(some.stopped, true);
  assert(some.metrics.updates < all.metrics.updates);
  assert(some.metrics.kl_divergence_max > 0.01);
  const calm = await update({
    learningRate: 1e-6,
    settings: { ...passes, target_kl: 0.01 },
  });
  assertEquals(calm.stopped, false);
});

Deno.test("ppoUpdate() normalises advantages unless told not to, and tells of them before", async () => {
  const { steps, sequences } = await sample();
  const off = { ...settings, advantage_normalization: false };
  const plain = await update({ steps, sequences, settings: off });
  const normal = await update({ steps, sequences });
  assertEquals(plain.metrics.adv_mean, normal.metrics.adv_mean);
  assertEquals(plain.metrics.adv_std, normal.metrics.adv_std);
  assert(plain.hash !== normal.hash);
  assertEquals(normal.metrics.adv_zero_std_batches, 0);
  // Nothing is paid and nothing expected: all advantages are alike.
  steps.reward.fill(0);
  steps.value.fill(0);
  const still = sequences.map((sequence) => ({ ...sequence, bootstrap: 0 }));
  const { metrics } = await update({ steps, sequences: still });
  assertEquals(metrics.adv_zero_std_batches, 1);
  assertEquals(metrics.explained_variance, 0);
  assertEquals(metrics.reward_advantage_corr, 0);
});

Deno.test("explained_variance is 1 where values were right", async () => {
  const { steps, sequences } = await sample();
  for (const { start, end } of sequences) {
    for (let step = start; step < end; step++) {
      steps.value[step] = steps.reward[step] = step % 5;
    }
  }
  const short = { ...settings, gamma: 0 };
  const right = await update({ steps, sequences, settings: short });
  assertAlmostEquals(right.metrics.explained_variance, 1, 1e-9);
  steps.value.fill(0);
  const none = await update({ steps, sequences, settings: short });
  assertAlmostEquals(none.metrics.explained_variance, 0, 1e-9);
});

Deno.test("numbers that are not finite are refused by batch and place, and nothing is learned", async () => {
  for (
    const [name, value, what] of [
      ["reward", NaN, "an advantage is NaN"],
      ["reward", Infinity, "an advantage is Infinity"],
      ["value", -Infinity, "an advantage is"],
      ["log_prob", NaN, "the gradient is NaN"],
    ] as const
  ) {
    const { steps, sequences } = await sample();
    const step = sequences.find(({ agent_id }) => agent_id !== "dot")?.start;
    steps[name][step ?? 0] = value;
    const network = fresh();
    const one = { ...settings, num_mini_batches: 1, mini_batch_size: 4096 };
    const error = await assertRejects(
      () => update({ steps, sequences, network, settings: one }),
      TownletError,
      "Batch 7 of some rollout",
    );
    assert(error.message.includes(what), error.message);
    assertEquals(policyHash(network), policyHash(fresh()));
  }
});

Deno.test("demonstrations pull the policy towards what they show", async () => {
  const { steps, sequences } = await sample();
  const { net } = backend;
  const rows = 8;
  const shown: CloneBatch = {
    rows,
    input: new Float32Array(rows * net.inputs).map((_, i) => i % 11 / 11),
    actionMask: new Uint8Array(rows * net.shape.actions).fill(1),
    action: new Int32Array(rows).fill(4),
  };
  const chance = async ({ weights }: Network) => {
    const { logits } = await backend.forward(weights, shown);
    return logProbOf(logits, 0, net.shape.actions, 4);
  };
  let asked = 0;
  const next = () => {
    asked++;
    return shown;
  };
  const none = await update({ steps, sequences });
  const some = await update({
    steps,
    sequences,
    demonstrations: { weight: 5, next },
  });
  assertEquals(asked, some.metrics.updates);
  assert(await chance(some.network) > await chance(none.network) + 0.1);
});
