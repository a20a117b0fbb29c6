import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../src/base/random.ts";
import { initNetwork } from "../../../src/policy/network/init.ts";
import {
  type Layer,
  NETS,
  type Network,
  openNet,
  policyHash,
} from "../../../src/policy/network/net.ts";

/** A network for a small town. */
function start(net: Network["net"]["shape"]["net"], seed: string): Network {
  const shape = { net, features: 7, map: [2, 3, 3], actions: 5 } as const;
  return initNetwork(openNet(shape), Random.seeded(seed, "training:init"));
}

/** Product of two vectors of the longer side of a layer. */
function product(
  { inputs, outputs, weight }: Layer,
  weights: Float32Array,
  i: number,
  j: number,
): number {
  let sum = 0;
  for (let k = 0; k < Math.max(inputs, outputs); k++) {
    sum += inputs < outputs
      ? weights[weight + i * outputs + k] * weights[weight + j * outputs + k]
      : weights[weight + k * outputs + i] * weights[weight + k * outputs + j];
  }
  return sum;
}

Deno.test("initNetwork() gives orthogonal weights with the gain of the layer, and no biases", () => {
  for (const name of NETS) {
    const { net, weights } = start(name, "7");
    for (const layer of net.layers) {
      const count = Math.min(layer.inputs, layer.outputs);
      for (let i = 0; i < count; i++) {
        for (let j = i; j < Math.min(count, i + 9); j++) {
          const expected = i === j ? layer.gain * layer.gain : 0;
          const found = product(layer, weights, i, j);
          assert(
            Math.abs(found - expected) < 1e-6 * layer.gain * layer.gain,
            `${name} ${layer.name} ${i} ${j}: ${found}`,
          );
        }
      }
      const { bias, outputs } = layer;
      assertEquals(
        weights.subarray(bias, bias + outputs).every((b) => b === 0),
        true,
      );
    }
  }
});

Deno.test("initNetwork() depends on the seed alone, to the last bit", () => {
  assertEquals(start("mlp64", "1").weights, start("mlp64", "1").weights);
  assert(policyHash(start("mlp64", "1")) !== policyHash(start("mlp64", "2")));
  assertEquals(
    policyHash(start("mlp64", "1")),
    "7b9f48607658b3ab0abe5d8c8b42474bb914b0d429d298834b4caff879be2d53",
  );
  assertEquals(
    policyHash(start("dual256", "1")),
    "d4cbdcd12ed751fb117b94ec19db7d6dfff5efe2a8861f2b3b272aa8610fb4d6",
  );
});

Deno.test("initNetwork() draws from the normal distribution, without a direction of its own", () => {
  // One vector alone stays as drawn but for its length: its parts are as
  // often below 0 as above, and their fourth moment is that of the normal.
  const net = openNet({
    net: "mlp64",
    features: 20_000,
    map: [0, 0, 0],
    actions: 1,
  });
  const { weights } = initNetwork(net, Random.seeded("3", "training:init"));
  const [{ weight, inputs, outputs, gain }] = net.encoders;
  let above = 0;
  let fourth = 0;
  for (let i = 0; i < inputs; i++) {
    const x = weights[weight + i * outputs] / gain * Math.sqrt(inputs);
    if (x > 0) above++;
    fourth += x ** 4 / inputs;
  }
  assert(Math.abs(above / inputs - 0.5) < 0.02, `${above}`);
  assert(Math.abs(fourth - 3) < 0.2, `${fourth}`);
});
