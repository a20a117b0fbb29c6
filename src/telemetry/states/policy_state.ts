/** What the channel `policy` tells: who decides, and how. @module */
import { compareCodePoints } from "../../base/order.ts";
import type { DraftMembers } from "../state_channel.ts";
import type { View } from "../view.ts";

/** Opens a builder; it counts switches from one call to the next. */
export function openPolicyState(): (view: View) => DraftMembers {
  let counted = new Map<string, number>();
  return (view) => {
    const { town, world, policy } = view;
    const { roster, population, records, optionSwitches, possessed } = world;
    const rows = Array.from(roster.subarray(0, population[0]));
    const idOf = (row: number) => records.agentIds[row];
    const before = counted;
    counted = new Map(rows.map((row) => [idOf(row), optionSwitches[row]]));
    const switches = rows.map((row) => {
      const last = before.get(idOf(row)) ?? 0;
      // Fewer than before: somebody else of that name, or a count begun anew.
      const fresh = optionSwitches[row] < last ? 0 : last;
      return [idOf(row), optionSwitches[row] - fresh] as const;
    }).filter(([, count]) => count > 0);
    const { config_id, features, telemetry } = town.config;
    return {
      identity: {
        config_id,
        observation_variant: features.systems.observations,
      },
      provider: policy,
      possessed: rows.filter((row) => possessed[row] === 1).map(idOf)
        .sort(compareCodePoints),
      switches: switches.length > 0 ? Object.fromEntries(switches) : undefined,
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
