/** Opens the channels of states. @module */
import type { Town } from "../../world/town.ts";
import type { StateChannelName } from "../channels.ts";
import {
  type DraftMembers,
  plainChannel,
  type StateChannel,
  type StateOptions,
} from "../state_channel.ts";
import type { View } from "../view.ts";
import { agentsState } from "./agents_state.ts";
import { opsState } from "./ops_state.ts";
import { openPolicyState } from "./policy_state.ts";
import { rewardsState } from "./rewards_state.ts";
import { socialState } from "./social_state.ts";
import { townState } from "./town_state.ts";

/** Opens a channel of a town. */
export function openStateChannel(
  name: StateChannelName,
  _town: Town,
  options: StateOptions,
): StateChannel {
  return plainChannel(builderOf(name), options);
}

/** What builds the state of a channel. */
function builderOf(name: StateChannelName): (view: View) => DraftMembers {
  switch (name) {
    case "agents":
      return agentsState;
    case "rewards":
      return rewardsState;
    case "town":
      return townState;
    case "social":
      return socialState;
    case "ops":
      return opsState;
    case "policy":
      return openPolicyState();
    case "health":
      // An interface has no index signature, though all it holds is plain.
      return ({ health }) => health() as unknown as DraftMembers;
  }
}
