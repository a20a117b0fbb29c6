/** Policies to compare others with. @module */
import { actionMask } from "../world/choices.ts";
import { ACTION, type Town } from "../world/town.ts";
import type { Policy } from "./policy.ts";

/** Residents who wait, always. */
export function idlePolicy(): Policy {
  return {
    name: "idle",
    sees: "world",
    releases: false,
    act({ rows, count }, { action }) {
      for (let i = 0; i < count; i++) action[rows[i]] = ACTION.wait;
    },
  };
}

/** Residents who choose evenly among what makes sense (stream `policy`). */
export function randomPolicy(town: Town): Policy {
  const mask = new Uint8Array(town.actions.length);
  return {
    name: "random",
    sees: "world",
    releases: true,
    act({ world, rows, count }, { action, logProb }) {
      const random = world.random.policy;
      for (let i = 0; i < count; i++) {
        const agent = rows[i];
        actionMask(town, world, agent, mask);
        let choices = 0;
        for (let k = 0; k < mask.length; k++) choices += mask[k];
        let left = random.int(1, choices);
        let k = -1;
        while (left > 0) left -= mask[++k];
        action[agent] = k;
        logProb[agent] = -Math.log(choices);
      }
    },
  };
}
