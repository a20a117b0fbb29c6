/** Networks for towns, as they are before they learn. @module */
import { Random } from "../../src/base/random.ts";
import { observationSpec } from "../../src/observations/spec.ts";
import { initNetwork } from "../../src/policy/network/init.ts";
import { type Network, openNet } from "../../src/policy/network/net.ts";
import type { Town } from "../../src/world/town.ts";

/**
 * A network for a town. Its logits are as large as its values, so that it has
 * its likes and dislikes.
 */
export function networkFor(town: Town, seed: number = 1): Network {
  const { featureNames, mapShape } = observationSpec(town);
  const net = openNet({
    net: "mlp64",
    features: featureNames.length,
    map: mapShape,
    actions: town.actions.length,
  });
  const network = initNetwork(net, Random.seeded(String(seed), "test:init"));
  const { weight, inputs, outputs } = net.policy;
  for (let i = weight; i < weight + inputs * outputs; i++) {
    network.weights[i] *= 100;
  }
  return network;
}
