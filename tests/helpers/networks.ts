/** Networks for towns, as they are before they learn. @module */
import { Random } from "../../src/base/random.ts";
import { configSha256 } from "../../src/config/identity.ts";
import { observationSpec } from "../../src/observations/spec.ts";
import { encodeCheckpoint } from "../../src/policy/checkpoint.ts";
import { initNetwork } from "../../src/policy/network/init.ts";
import {
  type Network,
  openNet,
  policyHash,
} from "../../src/policy/network/net.ts";
import { policySpec } from "../../src/policy/spec.ts";
import { saveCheckpoint } from "../../src/runs/checkpoint_files.ts";
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

/** Saves a network of a town as a checkpoint, and gives its digest. */
export async function saveNetwork(
  town: Town,
  folder: string,
  seed: number = 1,
): Promise<string> {
  const network = networkFor(town, seed);
  const { obs, actions } = policySpec(town);
  const files = encodeCheckpoint({
    network,
    facts: {
      obs_spec_hash: obs,
      action_spec_hash: actions,
      actions: town.actions,
      feature_names: observationSpec(town).featureNames,
      config_id: town.config.config_id,
      config_sha256: configSha256(town.config),
      seed,
      steps: 0,
      updates: 0,
      cycle: -1,
      backend: "ts",
      runtime: "test",
      app: "townlet test",
      rng: {},
      metrics: {},
    },
    optimizer: null,
  });
  await saveCheckpoint(folder, files, ".");
  return policyHash(network);
}
