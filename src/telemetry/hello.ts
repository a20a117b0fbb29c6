/** What is told of a run before its first frame. @module */
import type { Config } from "../config/config.ts";
import { configSha256 } from "../config/identity.ts";
import type { ChannelName } from "../config/telemetry_settings.ts";
import { isStateChannel, SCHEMA_VERSION } from "./channels.ts";
import type { HelloAbout } from "./delivery/delivery.ts";

/**
 * What the first line of every connection tells of a run: who sends, of which
 * town, and the channels that are enabled.
 */
export function aboutOf(
  config: Config,
  seed: number | null,
  app: string,
): HelloAbout {
  const { mode, channels, deterministic } = config.telemetry;
  const enabled = (Object.keys(channels) as ChannelName[]).filter((name) =>
    channels[name].enabled &&
    !(deterministic && (name === "health" || name === "training"))
  );
  return {
    schema: SCHEMA_VERSION,
    app,
    deno: Deno.version.deno,
    config_id: config.config_id,
    config_sha256: configSha256(config),
    ...seed === null ? {} : { seed },
    mode,
    channels: Object.fromEntries(enabled.map((name) => {
      const settings = channels[name];
      return [name, {
        schema: SCHEMA_VERSION,
        ..."every" in settings ? { every: settings.every } : {},
        kind: isStateChannel(name) ? "state" : "event",
      }];
    })),
  };
}
