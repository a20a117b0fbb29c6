/**
 * The channel `policy`: the text that {@link openPolicyState} gives, sooner.
 *
 * Nothing is built where nothing has changed, which is nearly always so.
 * @module
 */
import type { Town } from "../../world/town.ts";
import {
  plainChannel,
  type StateChannel,
  type StateOptions,
} from "../state_channel.ts";
import type { View } from "../view.ts";
import { openPolicyState } from "./policy_state.ts";
import { RowWatch } from "./row_watch.ts";

/** Opens the channel. */
export function openPolicy(town: Town, options: StateOptions): StateChannel {
  const channel = plainChannel(openPolicyState(), options);
  // Choices are new every time.
  if (town.config.telemetry.channels.policy.detail) return channel;
  const watch = new RowWatch(town.capacity, ["optionSwitches", "possessed"]);
  let told: View["policy"] | null = null;
  let ratio: number | null = null;
  let wasQuiet = false;
  const isQuiet = ({ world, policy }: View): boolean => {
    watch.look(world);
    const share = policy.blend?.ratio ?? null;
    const quiet = policy === told && share === ratio &&
      watch.changes.every(isZero);
    told = policy;
    ratio = share;
    // Switches that were told are taken back when there are no more.
    const both = quiet && wasQuiet;
    wasQuiet = quiet;
    return both;
  };
  return {
    key(view) {
      isQuiet(view);
      return channel.key(view);
    },
    patch: (view) => isQuiet(view) ? null : channel.patch(view),
  };
}

function isZero(bits: number): boolean {
  return bits === 0;
}
