/** Nets, and rows of input to try them with. @module */
import type { NetInput } from "../../src/policy/network/forward.ts";
import { initNetwork } from "../../src/policy/network/init.ts";
import {
  type NetName,
  type Network,
  openNet,
} from "../../src/policy/network/net.ts";
import { Random } from "../../src/base/random.ts";

/** A small network that has learned something: biases are not 0 any more. */
export function smallNetwork(
  net: NetName,
  seed: string,
  map: readonly [number, number, number] = [2, 3, 3],
): Network {
  const random = Random.seeded(seed, "network");
  const network = initNetwork(
    openNet({ net, features: 5, map, actions: 6 }),
    random,
  );
  const { weights } = network;
  for (let i = 0; i < weights.length; i++) {
    weights[i] += 0.2 * (random.float() - 0.5);
  }
  return network;
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
