import { assert, assertEquals } from "@std/assert";
import { Random } from "../../src/base/random.ts";
import { NETS, type Network, tensorsOf } from "../../src/policy/network/net.ts";
import { openTsBackend } from "../../src/training/ts_backend.ts";
import { openForward } from "../../src/policy/network/forward.ts";
import { randomPpoBatch, smallNetwork } from "../helpers/nets.ts";

/**
 * Seeds of the networks. In none of them a rectifier stands so close to 0 that
 * a difference reaches over the edge (with 1, one does by 8e-9).
 */
const SEEDS = ["2", "3"];

/** A loss of weights, which writes its gradient. */
type Loss = (weights: Float32Array, gradient: Float32Array) => Promise<number>;

/**
 * Holds the gradient of each tensor against differences of the loss between
 * two points that lie close together, in directions drawn at random.
 */
async function checkGradient(
  { net, weights }: Network,
  loss: Loss,
  random: Random,
  where: string,
): Promise<void> {
  const gradient = new Float32Array(net.size).fill(NaN);
  await loss(weights, gradient);
  const none = new Float32Array(net.size);
  for (const { name, shape, start } of tensorsOf(net)) {
    const size = shape.reduce((product, n) => product * n, 1);
    for (let i = 0; i < 2; i++) {
      const ahead = weights.slice();
      const behind = weights.slice();
      let expected = 0;
      let length = 0;
      for (let k = start; k < start + size; k++) {
        const step = 1e-6 * (random.float() - 0.5);
        ahead[k] += step;
        behind[k] -= step;
        // What the step became in single precision.
        const moved = ahead[k] - behind[k];
        expected += gradient[k] * moved;
        length += Math.abs(gradient[k] * moved);
      }
      const found = await loss(ahead, none) - await loss(behind, none);
      assert(
        Math.abs(found - expected) <= 1e-3 * Math.abs(expected) + 1e-5 * length,
        `${where} ${name}: ${found} is not ${expected}`,
      );
    }
  }
}

/** Rows of a batch whose ratio was clipped, and whose value was. */
function clippedRows(network: Network, batch: Batch): [number, number] {
  const { value } = openForward(network.net)(network.weights, batch);
  const moved = batch.value.filter((v, i) => Math.abs(value[i] - v) > 0.2);
  const { logProb, logProbNow } = batch;
  const held = logProb.filter((lp, i) => {
    const ratio = Math.exp(logProbNow[i] - lp);
    return batch.advantage[i] > 0 ? ratio > 1.2 : ratio < 0.8;
  });
  return [held.length, moved.length];
}

type Batch = ReturnType<typeof randomPpoBatch> & {
  readonly logProbNow: Float32Array;
};

for (const name of NETS) {
  for (const map of [[2, 3, 3], [0, 0, 0]] as const) {
    // Without a map, what values are clipped by makes no difference.
    for (const valueClip of map[0] === 0 ? [0.2] : [0.2, 0]) {
      Deno.test(`openTsBackend() has right gradients: ppo, ${name}, a map of ${map}, value clip ${valueClip}`, async () => {
        for (const seed of SEEDS) {
          const network = smallNetwork(name, seed, map);
          const random = Random.seeded(seed, `${name} ${map}`);
          const backend = openTsBackend(network.net);
          const batch = randomPpoBatch(network, 12, random);
          const coefficients = {
            clip: 0.2,
            valueClip,
            valueCoef: 0.5,
            entropyCoef: 0.05,
          };
          const loss: Loss = async (weights, gradient) =>
            (await backend.ppo(weights, batch, coefficients, gradient)).total;
          await checkGradient(network, loss, random, `seed ${seed}`);
          const { logProb } = await backend.ppo(
            network.weights,
            batch,
            coefficients,
            new Float32Array(network.net.size),
          );
          const [held, moved] = clippedRows(network, {
            ...batch,
            logProbNow: logProb,
          });
          assert(held > 0 && held < 12, `${held} ratios were clipped`);
          assert(moved > 0 && moved < 12, `${moved} values were far`);
        }
      });
    }
    Deno.test(`openTsBackend() has right gradients: clone, ${name}, a map of ${map}`, async () => {
      for (const seed of SEEDS) {
        const network = smallNetwork(name, seed, map);
        const random = Random.seeded(seed, `${name} ${map}`);
        const backend = openTsBackend(network.net);
        const batch = randomPpoBatch(network, 8, random);
        const loss: Loss = async (weights, gradient) =>
          (await backend.clone(weights, batch, gradient)).loss;
        await checkGradient(network, loss, random, `seed ${seed}`);
      }
    });
  }
}

Deno.test("openTsBackend() forgets a batch when the next one comes, larger or smaller", async () => {
  const network = smallNetwork("mlp64", "9");
  const random = Random.seeded("9", "batches");
  const batches = [4, 20, 3].map((rows) =>
    randomPpoBatch(network, rows, random)
  );
  const used = openTsBackend(network.net);
  const coefficients = {
    clip: 0.2,
    valueClip: 0.2,
    valueCoef: 0.5,
    entropyCoef: 0.01,
  };
  for (const batch of batches) {
    const fresh = openTsBackend(network.net);
    const results = [];
    for (const backend of [used, fresh]) {
      const ppo = new Float32Array(network.net.size);
      const clone = new Float32Array(network.net.size);
      const losses = await backend.ppo(
        network.weights,
        batch,
        coefficients,
        ppo,
      );
      const shown = await backend.clone(network.weights, batch, clone);
      const out = await backend.forward(network.weights, batch);
      assertEquals(losses.logProb.length, batch.rows);
      assertEquals(shown.logits, out.logits);
      results.push({ losses, shown, out, ppo, clone });
    }
    assertEquals(results[0], results[1]);
  }
});
