/** Nets, and rows of input to try them with. @module */
import {
  type NetInput,
  openForward,
} from "../../src/policy/network/forward.ts";
import {
  type NetName,
  type Network,
  openNet,
} from "../../src/policy/network/net.ts";
import { Random } from "../../src/base/random.ts";
import type { PolicyFacts } from "../../src/policy/onnx/policy_graph.ts";
import type { PpoBatch } from "../../src/training/backend.ts";

/** A small network with weights and biases drawn at random. */
export function smallNetwork(
  name: NetName,
  seed: string,
  map: readonly [number, number, number] = [2, 3, 3],
): Network {
  const random = Random.seeded(seed, "network");
  const net = openNet({ net: name, features: 5, map, actions: 6 });
  const weights = new Float32Array(net.size)
    .map(() => 0.4 * (random.float() - 0.5));
  return { net, weights };
}

/** Rows of input, a part of it 0, with masks that leave one action at least. */
export function randomRows(
  { net }: Network,
  rows: number,
  random: Random,
): NetInput {
  const { actions } = net.shape;
  const input = Float32Array.from(
    { length: rows * net.inputs },
    () => random.float() < 0.4 ? 0 : 2 * random.float() - 1,
  );
  const actionMask = Uint8Array.from(
    { length: rows * actions },
    () => random.int(0, 1),
  );
  for (let row = 0; row < rows; row++) {
    actionMask[row * actions + random.int(0, actions - 1)] = 1;
  }
  return { rows, input, actionMask };
}

/**
 * A minibatch whose ratios lie on both sides of a clip of 0.2 and between, and
 * whose values moved by less and by more than 0.2.
 */
export function randomPpoBatch(
  network: Network,
  rows: number,
  random: Random,
): PpoBatch {
  const { net, weights } = network;
  const batch = randomRows(network, rows, random);
  const { actions } = net.shape;
  const { logits, value } = openForward(net)(weights, batch);
  const action = new Int32Array(rows);
  const logProb = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const mask = batch.actionMask.subarray(row * actions, (row + 1) * actions);
    const allowed = [...mask.keys()].filter((k) => mask[k] === 1);
    action[row] = allowed[random.int(0, allowed.length - 1)];
    const z = logits.subarray(row * actions, (row + 1) * actions);
    const sum = z.reduce((sum, logit) => sum + Math.exp(logit), 0);
    logProb[row] = z[action[row]] - Math.log(sum) + random.float() - 0.5;
  }
  const around = (x: number) => x + random.float() - 0.5;
  return {
    ...batch,
    action,
    logProb,
    value: value.map(around),
    returns: value.map(around),
    advantage: value.map(() => 3 * around(0)),
  };
}

/** What is said of a small network when it is exported. */
export const POLICY_FACTS: PolicyFacts = {
  obsSpecHash: "a".repeat(64),
  actionSpecHash: "b".repeat(64),
  actions: ["wait", "north", "east", "south", "west", "use:bed"],
  featureNames: ["hunger", "hygiene", "energy", "wallet", "alive"],
  app: "townlet 0.1.0",
};

/** The features and the maps of rows of input, apart. */
export function splitRows(
  { net }: Network,
  { rows, input }: NetInput,
): { readonly features: Float32Array; readonly map: Float32Array } {
  const { features } = net.shape;
  const pick = (from: number, end: number) =>
    Float32Array.from(
      Array.from(
        { length: rows },
        (_, i) => [
          ...input.subarray(i * net.inputs + from, i * net.inputs + end),
        ],
      ).flat(),
    );
  return {
    features: pick(0, features),
    map: pick(features, net.inputs),
  };
}
