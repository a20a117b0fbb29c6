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
import { openAgents } from "./agents.ts";
import { opsState } from "./ops_state.ts";
import { openPolicy } from "./policy.ts";
import { openRewards } from "./rewards.ts";
import { openSocial } from "./social.ts";
import { openTown } from "./town.ts";

/** Opens a channel of a town. */
export function openStateChannel(
  name: StateChannelName,
  town: Town,
  options: StateOptions,
): StateChannel {
  switch (name) {
    case "agents":
      return openAgents(town, options);
    case "rewards":
      return openRewards(town, options);
    case "town":
      return openTown(town, options);
    case "social":
      return openSocial(town, options);
    case "ops":
      return plainChannel(opsState, options);
    case "policy":
      return openPolicy(town, options);
    case "health":
      return plainChannel(healthState, options);
  }
}

function healthState({ health }: View): DraftMembers {
  // An interface has no index signature, though all it holds is plain.
  return health() as unknown as DraftMembers;
}
