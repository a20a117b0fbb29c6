/** What the channel `policy` tells: who decides, and how. @module */
import { compareCodePoints } from "../../base/order.ts";
import type { DraftMembers } from "../state_channel.ts";
import type { View } from "../view.ts";

/** Opens a builder; it counts switches from one call to the next. */
export function openPolicyState(): (view: View) => DraftMembers {
  let ids: readonly string[] = [];
  let counted = new Int32Array();
  return (view) => {
    const { town, world, policy } = view;
    const { roster, population, records, optionSwitches, possessed } = world;
    const { agentIds } = records;
    const switches: Record<string, number> = {};
    const others: string[] = [];
    for (let i = 0; i < population[0]; i++) {
      const row = roster[i];
      const id = agentIds[row];
      const before = ids[row] === id ? counted[row] : 0;
      const count = optionSwitches[row];
      // Fewer than before: the count was begun anew.
      const more = count < before ? count : count - before;
      if (more > 0) switches[id] = more;
      if (possessed[row] === 1) others.push(id);
    }
    ids = agentIds;
    counted = optionSwitches.slice();
    const { config_id, features, telemetry } = town.config;
    return {
      identity: {
        config_id,
        observation_variant: features.systems.observations,
      },
      provider: policy,
      possessed: others.sort(compareCodePoints),
      switches: Object.keys(switches).length > 0 ? switches : undefined,
      agents: telemetry.channels.policy.detail ? choices(view) : undefined,
    };
  };
}

/** What everybody chose who had to decide in the tick. */
function choices({ town, world, turn }: View): DraftMembers {
  const rows = turn.rows.subarray(0, turn.rowCount);
  return Object.fromEntries(
    Array.from(rows.filter((row) => world.alive[row] === 1), (row) => [
      world.records.agentIds[row],
      {
        choice: town.actions[turn.choice[row]],
        p: Math.exp(turn.logProb[row]),
        value: turn.value[row],
      },
    ]),
  );
}
