/** What the channel `policy` tells: who decides, and how. @module */
import { exp } from "../../base/exact_math.ts";
import { compareCodePoints } from "../../base/order.ts";
import { topActions } from "../../policy/network/choose.ts";
import type { Policy } from "../../policy/policy.ts";
import type { DraftMembers } from "../state_channel.ts";
import type { View } from "../view.ts";

/** Likeliest actions that are told of at most. */
const TOP = 3;

/** Opens a builder; it counts switches from one call to the next. */
export function openPolicyState(): (view: View) => DraftMembers {
  let ids: readonly string[] = [];
  let counted = new Int32Array();
  let hashed: Policy | null = null;
  let hash: string | undefined;
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
    if (policy !== hashed) hash = policy.policyHash?.();
    hashed = policy;
    const { config_id, features, policy: settings, telemetry } = town.config;
    const { enabled, ratio } = settings.blend;
    const share = policy.blend?.ratio ?? undefined;
    return {
      identity: {
        config_id,
        policy_hash: hash,
        observation_variant: features.systems.observations,
        anneal_ratio: share,
      },
      provider: policy.name,
      anneal: {
        ratio: share,
        blend: enabled ? { ratio } : {},
        commit_ticks: settings.option_commit_ticks,
      },
      possessed: others.sort(compareCodePoints),
      switches: Object.keys(switches).length > 0 ? switches : undefined,
      agents: telemetry.channels.policy.detail ? choices(view) : undefined,
    };
  };
}

/** What everybody chose who had to decide in the tick. */
function choices({ town, world, turn, policy }: View): DraftMembers {
  const { actions } = town;
  const { logits } = policy;
  const count = actions.length;
  const rows = turn.rows.subarray(0, turn.rowCount);
  return Object.fromEntries(
    Array.from(rows.filter((row) => world.alive[row] === 1), (row) => [
      world.records.agentIds[row],
      {
        choice: actions[turn.choice[row]],
        p: exp(turn.logProb[row]),
        value: turn.value[row],
        top: logits === undefined
          ? undefined
          : topActions(logits, row * count, count, TOP)
            .map(({ action, probability }) => ({
              a: actions[action],
              p: probability,
            })),
      },
    ]),
  );
}
