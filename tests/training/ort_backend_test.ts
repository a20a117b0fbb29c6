import { assert, assertEquals, assertRejects } from "@std/assert";
import { Random } from "../../src/base/random.ts";
import {
  NETS,
  type Network,
  policyHash,
  tensorsOf,
} from "../../src/policy/network/net.ts";
import { clipGradient, createAdam, stepAdam } from "../../src/training/adam.ts";
import type { Backend } from "../../src/training/backend.ts";
import { openOrtBackend } from "../../src/training/ort_backend.ts";
import { openTsBackend } from "../../src/training/ts_backend.ts";
import { ort } from "../helpers/learning_runtime.ts";
import { randomPpoBatch, smallNetwork } from "../helpers/nets.ts";

const COEFFICIENTS = {
  clip: 0.2,
  valueClip: 0.2,
  valueCoef: 0.5,
  entropyCoef: 0.01,
};

/** Opens the backend for a test, and closes it afterwards. */
async function withBackend(
  { net }: Network,
  test: (backend: Backend) => Promise<void>,
): Promise<void> {
  const backend = await openOrtBackend(ort, net);
  try {
    await test(backend);
  } finally {
    await backend.close();
  }
}

/** Holds numbers against others, relative to the largest of a tensor. */
function assertNear(
  found: Float32Array,
  expected: Float32Array,
  tolerance: number,
  where: string,
): void {
  assertEquals(found.length, expected.length, where);
  const most = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  found.forEach((x, i) =>
    assert(
      Math.abs(x - expected[i]) <= tolerance * most,
      `${where} ${i}: ${x} is not ${expected[i]}`,
    )
  );
}

/** Holds the gradient of each tensor against another's. */
function assertSameGradient(
  { net }: Network,
  found: Float32Array,
  expected: Float32Array,
  where: string,
): void {
  for (const { name, shape, start } of tensorsOf(net)) {
    const end = start + shape.reduce((product, n) => product * n, 1);
    assertNear(
      found.subarray(start, end),
      expected.subarray(start, end),
      1e-4,
      `${where} ${name}`,
    );
  }
}

for (const name of NETS) {
  for (const map of [[2, 3, 3], [0, 0, 0]] as const) {
    Deno.test(`openOrtBackend() agrees with plain TypeScript: ${name}, a map of ${map}`, async () => {
      const first = smallNetwork(name, "0", map);
      const plain = openTsBackend(first.net);
      await withBackend(first, async (backend) => {
        for (const seed of ["1", "2", "3"]) {
          const network = smallNetwork(name, seed, map);
          const { weights } = network;
          const random = Random.seeded(seed, `${name} ${map}`);
          // More and fewer rows, with and without a clip of values.
          const rows = [7, 40, 1][Number(seed) - 1];
          const coefficients = {
            ...COEFFICIENTS,
            valueClip: seed === "2" ? 0 : 0.2,
          };
          const batch = randomPpoBatch(network, rows, random);
          const found = new Float32Array(network.net.size).fill(NaN);
          const expected = new Float32Array(network.net.size);

          const out = await backend.forward(weights, batch);
          const plainOut = await plain.forward(weights, batch);
          assertEquals(out.value.length, rows);
          assertNear(out.value, plainOut.value, 1e-5, "value");
          out.logits.forEach((logit, i) =>
            assert(Math.abs(logit - plainOut.logits[i]) < 1e-5, "logits")
          );

          const ppo = await backend.ppo(weights, batch, coefficients, found);
          const plainPpo = await plain.ppo(
            weights,
            batch,
            coefficients,
            expected,
          );
          for (const key of ["policy", "value", "entropy", "total"] as const) {
            assert(Math.abs(ppo[key] - plainPpo[key]) < 1e-5, key);
          }
          assertNear(ppo.logProb, plainPpo.logProb, 1e-5, "log-probability");
          assertSameGradient(network, found, expected, "ppo");

          found.fill(NaN);
          const shown = await backend.clone(weights, batch, found);
          const plainShown = await plain.clone(weights, batch, expected);
          assert(Math.abs(shown.loss - plainShown.loss) < 1e-5, "clone");
          assertEquals(shown.logits, out.logits);
          assertSameGradient(network, found, expected, "clone");
        }
      });
    });
  }

  Deno.test(`openOrtBackend() gives the same bits in two trainings of ${name}`, async () => {
    const train = async (steps: number) => {
      const network = smallNetwork(name, "4");
      const { net, weights } = network;
      const random = Random.seeded("4", "training");
      const adam = createAdam(net.size);
      const gradient = new Float32Array(net.size);
      await withBackend(network, async (backend) => {
        for (let step = 0; step < steps; step++) {
          // The last minibatch is a short one.
          const batch = randomPpoBatch(
            network,
            step % 4 === 3 ? 5 : 16,
            random,
          );
          await backend.ppo(weights, batch, COEFFICIENTS, gradient);
          clipGradient(gradient, 0.5);
          stepAdam(adam, weights, gradient, 1e-2);
        }
      });
      return policyHash(network);
    };
    const hash = await train(12);
    assertEquals(await train(12), hash);
    assert(await train(11) !== hash);
  });
}

Deno.test("openOrtBackend() cannot pull towards what the mask leaves out", async () => {
  const network = smallNetwork("mlp64", "8");
  const { net, weights } = network;
  const batch = randomPpoBatch(network, 3, Random.seeded("8", "masks"));
  for (const [row, action] of batch.action.entries()) {
    // What is shown is all that may not be chosen.
    const at = row * net.shape.actions;
    batch.actionMask.fill(1, at, at + net.shape.actions);
    batch.actionMask[at + action] = 0;
  }
  const expected = new Float32Array(net.size);
  await openTsBackend(net).clone(weights, batch, expected);
  const found = new Float32Array(net.size);
  await withBackend(network, async (backend) => {
    await backend.clone(weights, batch, found);
  });
  assertSameGradient(network, found, expected, "clone");
});

Deno.test("openOrtBackend() is of no use when closed", async () => {
  const network = smallNetwork("mlp64", "6");
  const batch = randomPpoBatch(network, 3, Random.seeded("6", "close"));
  const closed = await openOrtBackend(ort, network.net);
  await closed.close();
  await assertRejects(() => closed.forward(network.weights, batch));
});
