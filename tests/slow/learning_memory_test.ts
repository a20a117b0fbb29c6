/** Memory that learning takes: it does not grow. @module */
import { assertEquals } from "@std/assert";
import { Random } from "../../src/base/random.ts";
import { openOrtBackend } from "../../src/training/ort_backend.ts";
import { ort, runtimeBytes } from "../helpers/learning_runtime.ts";
import { randomPpoBatch, smallNetwork } from "../helpers/nets.ts";

const COEFFICIENTS = {
  clip: 0.2,
  valueClip: 0.2,
  valueCoef: 0.5,
  entropyCoef: 0.01,
};

Deno.test("openOrtBackend() needs no more memory after 1,000 steps than after 100", async () => {
  const network = smallNetwork("mlp64", "5");
  const { net, weights } = network;
  const random = Random.seeded("5", "memory");
  const batches = [32, 9].map((rows) => randomPpoBatch(network, rows, random));
  const gradient = new Float32Array(net.size);
  const backend = await openOrtBackend(ort, net);
  const run = async (steps: number) => {
    for (let step = 0; step < steps; step++) {
      const batch = batches[step % 2];
      await backend.ppo(weights, batch, COEFFICIENTS, gradient);
      await backend.clone(weights, batch, gradient);
      await backend.forward(weights, batch);
    }
    return runtimeBytes();
  };
  const before = await run(100);
  assertEquals(await run(900), before);
  await backend.close();
});

Deno.test("openOrtBackend() takes no more memory when it is closed and opened, over and over", async () => {
  const network = smallNetwork("mlp64", "6");
  const batch = randomPpoBatch(network, 3, Random.seeded("6", "close"));
  const sizes = new Set<number>();
  for (let i = 0; i < 20; i++) {
    const backend = await openOrtBackend(ort, network.net);
    await backend.forward(network.weights, batch);
    await backend.close();
    if (i >= 10) sizes.add(runtimeBytes());
  }
  assertEquals(sizes.size, 1);
});
