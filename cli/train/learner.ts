/** Who learns: a network and its optimizer. @module */
import { join } from "node:path";
import type { Network } from "../../src/policy/network/net.ts";
import { RUN_CHECKPOINTS } from "../../src/runs/checkpoint_files.ts";
import { type Adam, createAdam } from "../../src/training/adam.ts";
import { firstNetwork, type TrainRun } from "./run.ts";
import { adamOf } from "./save.ts";

/** A network and its optimizer. */
export interface Learner {
  /** Its weights change. */
  readonly network: Network;
  /** What the optimizer remembers. */
  readonly adam: Adam;
}

/** Those that a run begins or goes on with; nobody else has them. */
export function firstLearner(run: TrainRun): Learner {
  const { resumed, folder } = run;
  const network = firstNetwork(run);
  const last = join(folder, RUN_CHECKPOINTS.last);
  const adam = resumed?.optimizer
    ? adamOf(network.net, resumed.optimizer, last)
    : createAdam(network.net.size);
  return copyLearner({ network, adam });
}

/** The same, to be changed on its own. */
export function copyLearner({ network, adam }: Learner): Learner {
  const { net, weights } = network;
  return {
    network: { net, weights: weights.slice() },
    adam: { m: adam.m.slice(), v: adam.v.slice(), t: adam.t },
  };
}
