/** What minibatches hold, and what becomes of their gradients. @module */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Random } from "../../src/base/random.ts";
import type { PpoSettings } from "../../src/config/ppo_settings.ts";
import { fillInput } from "../../src/policy/network/input.ts";
import { initNetwork } from "../../src/policy/network/init.ts";
import { policyHash } from "../../src/policy/network/net.ts";
import { clipGradient, createAdam, stepAdam } from "../../src/training/adam.ts";
import type {
  Backend,
  CloneBatch,
  PpoBatch,
  PpoCoefficients,
} from "../../src/training/backend.ts";
import { type PpoOptions, ppoUpdate } from "../../src/training/ppo.ts";
import { type Rollout, Sampler } from "../../src/training/rollout.ts";
import { openVectorTown } from "../../src/vector/vector.ts";
import { backendFor, mortals } from "../helpers/learning.ts";

const backend = backendFor(mortals);
const { net } = backend;
const settings: PpoSettings = { ...mortals.ppo, target_kl: 0, num_epochs: 2 };

/** Tells weights apart; a list of their differences would take minutes. */
const hashOf = (weights: Float32Array) => policyHash({ net, weights });

/** What the backend was asked for, and what it gave. */
interface Asked {
  readonly weights: Float32Array;
  readonly batch: PpoBatch;
  readonly coefficients: PpoCoefficients;
  readonly gradient: Float32Array;
  /** mean(log p_old − log p). */
  readonly kl: number;
}

/** The backend, and a list of all that it is asked for. */
function watched(): { readonly asked: Asked[]; readonly watching: Backend } {
  const asked: Asked[] = [];
  const watching: Backend = {
    ...backend,
    async ppo(weights, batch, coefficients, gradient) {
      const losses = await backend.ppo(weights, batch, coefficients, gradient);
      const { logProb, rows } = batch;
      asked.push({
        weights: weights.slice(),
        batch: structuredClone(batch),
        coefficients,
        gradient: gradient.slice(),
        kl: logProb.reduce((sum, old, i) => sum + old - losses.logProb[i], 0) /
          rows,
      });
      return losses;
    },
  };
  return { asked, watching };
}

/** An update of a new network by what it sampled for so many ticks. */
async function update(ticks: number, options: Partial<PpoOptions> = {}) {
  using vector = await openVectorTown(mortals, {
    worlds: 3,
    seed: 11,
    episodeTicks: 30,
    mapFormat: "u8",
  });
  const network = initNetwork(net, Random.seeded("3", "weights"));
  const sampler = new Sampler({ vector, backend, ticks });
  const random = Random.seeded("1", "training:actions");
  const { steps, sequences } = await sampler.collect(network, random);
  // No two steps are alike, and an eighth of a whole number is exact.
  for (let step = 0; step < steps.value.length; step++) {
    steps.value[step] = step / 8;
  }
  const { asked, watching } = watched();
  const done = await ppoUpdate({
    backend: watching,
    network,
    adam: createAdam(net.size),
    steps,
    sequences,
    settings,
    learningRate: 1e-3,
    random: Random.seeded("1", "training:shuffle"),
    where: "some rollout",
    batch: 0,
    ...options,
  });
  return { ...done, asked, network, steps, sequences };
}

/** Advantages by step: the discounted sum of all surprises that follow. */
function advantagesOf(
  { steps, sequences }: Pick<Rollout, "steps" | "sequences">,
  { gamma, gae_lambda }: PpoSettings,
): Map<number, number> {
  const found = new Map<number, number>();
  for (const { start, end, bootstrap } of sequences) {
    const after = (step: number) =>
      steps.terminated[step] === 1
        ? 0
        : step + 1 < end
        ? steps.value[step + 1]
        : bootstrap;
    for (let step = start; step < end; step++) {
      let sum = 0;
      for (let k = step; k < end; k++) {
        const surprise = steps.reward[k] + gamma * after(k) - steps.value[k];
        sum += (gamma * gae_lambda) ** (k - step) * surprise;
      }
      found.set(step, sum);
    }
  }
  return found;
}

Deno.test("a pass shows each own step once, as it was recorded, in an order of its own", async () => {
  const off = { ...settings, advantage_normalization: false };
  const { asked, steps, sequences } = await update(20, { settings: off });
  const advantage = advantagesOf({ steps, sequences }, off);
  const own = [...advantage.keys()]
    .filter((step) => steps.external[step] === 0);
  const rowsOf = asked.map(({ batch }) => batch.rows);
  assert(new Set(rowsOf).size === 2, "no minibatch is a remainder");
  const { inputs, shape: { actions } } = net;
  const input = new Float32Array(inputs);
  const observed = { map: steps.obs_map, features: steps.obs_features };
  const shown = asked.flatMap(({ batch }) => {
    assertEquals(batch.input.length, batch.rows * inputs);
    assertEquals(batch.actionMask.length, batch.rows * actions);
    return Array.from({ length: batch.rows }, (_, row) => {
      const step = batch.value[row] * 8;
      const at = advantage.get(step) ?? NaN;
      fillInput(observed, net, step, input, 0);
      const place = row * inputs;
      assertEquals(batch.input.slice(place, place + inputs), input);
      assertEquals(
        batch.actionMask.slice(row * actions, (row + 1) * actions),
        steps.action_mask.slice(step * actions, (step + 1) * actions),
      );
      assertEquals(batch.action[row], steps.action[step]);
      assertEquals(batch.logProb[row], steps.log_prob[step]);
      assertAlmostEquals(batch.advantage[row], at, 1e-4);
      assertAlmostEquals(batch.returns[row], at + step / 8, 1e-4);
      return step;
    });
  });
  const passes = [shown.slice(0, own.length), shown.slice(own.length)];
  for (const pass of passes) {
    assertEquals(pass.toSorted((a, b) => a - b), own.toSorted((a, b) => a - b));
  }
  assert(passes[0].join() !== passes[1].join(), "both passes go alike");
});

Deno.test("advantages of own steps come with mean 0 and deviation 1", async () => {
  const { asked } = await update(20, {
    settings: { ...settings, num_epochs: 1 },
  });
  const all = asked.flatMap(({ batch }) => [...batch.advantage]);
  const mean = all.reduce((sum, one) => sum + one, 0) / all.length;
  const square = all.reduce((sum, one) => sum + one * one, 0) / all.length;
  assertAlmostEquals(mean, 0, 1e-5);
  assertAlmostEquals(square, 1, 1e-5);
});

Deno.test("losses have the coefficients of the settings", async () => {
  const { asked } = await update(20, {
    settings: {
      ...settings,
      clip_param: 0.3,
      value_clip: 0.4,
      value_loss_coef: 0.6,
      entropy_coef: 0.07,
    },
  });
  const { coefficients } = asked[0];
  const expected = {
    clip: 0.3,
    valueClip: 0.4,
    valueCoef: 0.6,
    entropyCoef: 0.07,
  };
  assertEquals(coefficients, expected);
});

Deno.test("weights follow Adam on the clipped gradient, demonstrations by their weight", async () => {
  const rows = 8;
  const shown: CloneBatch = {
    rows,
    input: new Float32Array(rows * net.inputs).map((_, i) => i % 11 / 11),
    actionMask: new Uint8Array(rows * net.shape.actions).fill(1),
    action: new Int32Array(rows).fill(4),
  };
  const clip = 0.1;
  const weight = 3;
  const { asked, network, metrics } = await update(20, {
    settings: { ...settings, max_grad_norm: clip },
    demonstrations: { weight, next: () => shown },
  });
  const adam = createAdam(net.size);
  const weights = asked[0].weights.slice();
  const taught = new Float32Array(net.size);
  let most = 0;
  for (const one of asked) {
    assertEquals(hashOf(one.weights), hashOf(weights));
    await backend.clone(weights, shown, taught);
    const gradient = one.gradient.map((slope, i) => slope + weight * taught[i]);
    const norm = clipGradient(gradient, clip);
    assert(norm > clip, "nothing is clipped");
    most = Math.max(most, norm);
    stepAdam(adam, weights, gradient, 1e-3);
  }
  assertEquals(hashOf(network.weights), hashOf(weights));
  assertEquals(metrics.grad_norm_max, most);
});

Deno.test("an update stops where a pass, over 256 steps at least, has diverged by 1.5 targets", async () => {
  const passes = { ...settings, num_epochs: 8 };
  const learningRate = 0.003;
  const all = await update(90, { settings: passes, learningRate });
  assertEquals(all.stopped, false);
  const { transitions } = all.metrics;
  assert(transitions > 2 * 256);
  const target = 0.03;
  /** Minibatches until an update stops. */
  const lengthOf = (slack: number, least: number, carry: boolean) => {
    let steps = 0;
    let sum = 0;
    for (const [i, { batch, kl }] of all.asked.entries()) {
      steps += batch.rows;
      sum += kl * batch.rows;
      if (steps >= least && sum / steps > slack * target) return i + 1;
      if (carry || steps < transitions) continue;
      steps = 0;
      sum = 0;
    }
    return Infinity;
  };
  const settled = { ...passes, target_kl: target };
  const some = await update(90, { settings: settled, learningRate });
  const expected = lengthOf(1.5, 256, false);
  assertEquals([some.stopped, some.asked.length], [true, expected]);
  // Nothing is learned from the minibatch that tells.
  assertEquals(some.metrics.updates, expected - 1);
  assertEquals(
    hashOf(some.network.weights),
    hashOf(some.asked[expected - 1].weights),
  );
  // Other rules would have stopped elsewhere.
  const others = [
    lengthOf(1, 256, false),
    lengthOf(1.5, 1, false),
    lengthOf(1.5, 256, true),
  ];
  assertEquals(others.includes(expected), false, `${others} ${expected}`);
});
