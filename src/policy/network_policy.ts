/** A network that decides: every tick one forward pass for all. @module */
import { TownletError } from "../base/error.ts";
import type { Town } from "../world/town.ts";
import { chooseRows } from "./choose_rows.ts";
import { openForward } from "./network/forward.ts";
import { fillInput } from "./network/input.ts";
import { type Network, policyHash } from "./network/net.ts";
import type { Policy } from "./policy.ts";
import {
  type PolicySpec,
  policySpec,
  requireShape,
  requireSpec,
} from "./spec.ts";

/** How a network decides. */
export interface NetworkPolicyOptions {
  /** Name of the policy (`network`). */
  readonly name?: string;
  /** What the network was made for (this town). */
  readonly spec?: PolicySpec;
  /** True to take the likeliest action in place of a draw (false). */
  readonly greedy?: boolean;
  /** Whom it values: who has to decide (the default), or everybody. */
  readonly values?: "asked" | "all";
}

/**
 * A policy that draws from the masked softmax of a network's logits (stream
 * `policy`), computed in plain TypeScript: the same on every machine.
 *
 * The weights are looked at anew in every tick.
 *
 * @throws {TownletError} for a network made for other observations or actions,
 * and for weights that are no finite numbers
 */
export function networkPolicy(
  town: Town,
  network: Network,
  options: NetworkPolicyOptions = {},
): Policy {
  const { name = "network", greedy = false, values = "asked" } = options;
  const { spec = policySpec(town) } = options;
  const { net, weights } = network;
  requireSpec(spec, town, { where: name });
  requireShape(net.shape, town, { where: name });
  if (!weights.every(Number.isFinite)) {
    throw new TownletError("The weights are no finite numbers", {
      code: "policy.weights",
      where: name,
      hint: "Take a checkpoint from before the training failed",
    });
  }
  const { capacity } = town;
  const actions = town.actions.length;
  const forward = openForward(net);
  const input = new Float32Array(capacity * net.inputs);
  const mask = new Uint8Array(capacity * actions);
  const logits = new Float32Array(capacity * actions);
  /** Row of an agent in the input. */
  const place = new Int32Array(capacity);
  return {
    name,
    sees: "observations",
    releases: true,
    spec,
    everyTick: values === "all",
    logits,
    policyHash: () => policyHash(network),
    act({ world, rows, count, batch }, out) {
      if (batch === null) throw new TypeError("a network needs observations");
      const seen = values === "all" ? world.roster : rows;
      const seenCount = values === "all" ? world.population[0] : count;
      for (let row = 0; row < seenCount; row++) {
        const from = batch.rowOf[seen[row]];
        place[seen[row]] = row;
        fillInput(batch, net, from, input, row * net.inputs);
        for (let k = 0; k < actions; k++) {
          mask[row * actions + k] = batch.actionMask[from * actions + k];
        }
      }
      const result = forward(weights, {
        rows: seenCount,
        input,
        actionMask: mask,
      });
      for (let row = 0; row < seenCount; row++) {
        out.value[seen[row]] = result.value[row];
      }
      chooseRows(result.logits, place, { rows, count, actions }, out, {
        random: greedy ? null : world.random.policy,
        kept: logits,
      });
    },
  };
}
