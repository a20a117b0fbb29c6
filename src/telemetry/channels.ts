/** The channels of telemetry, and what each is like. @module */
import {
  CHANNEL_NAMES,
  type ChannelName,
} from "../config/telemetry_settings.ts";

/** A channel that tells what things are like, by whole states and changes. */
export type StateChannelName =
  | "agents"
  | "rewards"
  | "town"
  | "social"
  | "ops"
  | "policy"
  | "health";

/** A channel that tells what happened. */
export type EventChannelName = Exclude<ChannelName, StateChannelName>;

/** Version of the whole format and of every channel, `major.minor`. */
export const SCHEMA_VERSION = "1.0";

/** The channels of states, in the order in which a tick sends them. */
export const STATE_CHANNELS: readonly StateChannelName[] = [
  "agents",
  "rewards",
  "town",
  "social",
  "ops",
  "policy",
  "health",
];

/** The channels of events, in the order in which a tick sends them. */
export const EVENT_CHANNELS: readonly EventChannelName[] = CHANNEL_NAMES
  .filter((name): name is EventChannelName => !isStateChannel(name));

/** Whether a channel tells states. */
export function isStateChannel(name: string): name is StateChannelName {
  return (STATE_CHANNELS as readonly string[]).includes(name);
}
