/**
 * What a step of learning takes, on ONNX Runtime and in plain TypeScript.
 *
 * Rows are like those of residents with hybrid observations: most of a map is
 * 0. One iteration is one call of a backend, without the optimizer. A group of
 * its own is what `simulate --policy onnx:…` does for 128 residents in a tick.
 *
 * @module
 */
import { randomPpoBatch } from "../helpers/nets.ts";
import { ort } from "../helpers/learning_runtime.ts";
import { Random } from "../../src/base/random.ts";
import { openForward } from "../../src/policy/network/forward.ts";
import { initNetwork } from "../../src/policy/network/init.ts";
import { NETS, type Network, openNet } from "../../src/policy/network/net.ts";
import type { PpoBatch } from "../../src/training/backend.ts";
import { openOrtBackend } from "../../src/training/ort_backend.ts";
import { openTsBackend } from "../../src/training/ts_backend.ts";

/** Share of a map that is not 0. */
const FILLED = 0.1;

const COEFFICIENTS = {
  clip: 0.2,
  valueClip: 0.2,
  valueCoef: 0.5,
  entropyCoef: 0.01,
};

for (const net of NETS) {
  const random = Random.seeded("1", net);
  const network = initNetwork(
    openNet({ net, features: 81, map: [4, 11, 11], actions: 13 }),
    random,
  );
  const { weights } = network;
  const gradient = new Float32Array(weights.length);
  const backends = [
    await openOrtBackend(ort, network.net),
    openTsBackend(network.net),
  ];
  for (const rows of [256, 1024]) {
    const batch = batchOf(network, rows, random);
    for (const backend of backends) {
      const { name } = backend;
      const baseline = name === "ts";
      Deno.bench({
        name: `${net} ${rows} forward ${name}`,
        group: `${net}, ${rows} rows, forward`,
        baseline,
        fn: async () => void await backend.forward(weights, batch),
      });
      Deno.bench({
        name: `${net} ${rows} ppo ${name}`,
        group: `${net}, ${rows} rows, losses and gradients`,
        baseline,
        fn: async () =>
          void await backend.ppo(weights, batch, COEFFICIENTS, gradient),
      });
    }
  }
  const forward = openForward(network.net);
  const tick = batchOf(network, 128, random);
  Deno.bench({
    name: `${net} 128 residents`,
    group: "a tick",
    fn: () => void forward(weights, tick),
  });
}

/** A minibatch with nearly empty maps. */
function batchOf(network: Network, rows: number, random: Random): PpoBatch {
  const batch = randomPpoBatch(network, rows, random);
  const { inputs, shape } = network.net;
  for (let i = 0; i < batch.input.length; i++) {
    const inMap = i % inputs >= shape.features;
    if (inMap && random.float() >= FILLED) batch.input[i] = 0;
  }
  return batch;
}
