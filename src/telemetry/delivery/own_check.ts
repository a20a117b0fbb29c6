/** Whether own frames are what they are said to be. @module */
import type { TelemetrySettings } from "../../config/telemetry_settings.ts";
import { checkPayload } from "../schema/catalogue.ts";

/** Says what is wrong with the members of a frame, or null. */
export function ownCheck(
  { redact }: Pick<TelemetrySettings, "redact">,
): (text: string) => string | null {
  const redacted = new Set(redact.map((pattern) => pattern.split("/")[0]));
  return (text) => {
    const { ch, k, d } = JSON.parse(`{${text}}`);
    return checkPayload(ch, k, d, {
      strict: true,
      redacted: redacted.has(ch),
    });
  };
}
