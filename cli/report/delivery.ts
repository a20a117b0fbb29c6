/** How telemetry was delivered, for people. @module */
import { escapeText } from "../../src/base/text.ts";
import type { TransportHealth } from "../../src/telemetry/health.ts";
import { number } from "../print/text.ts";

/** How much a transport carried, for people. */
export function deliveryText(one: TransportHealth): string {
  const lost = Object.values(one.dropped).reduce((sum, n) => sum + n, 0);
  return [
    `${number(one.frames_total)} frames`,
    `${number(one.bytes_total)} bytes`,
    ...one.queue_frames > 0 ? [`${number(one.queue_frames)} waiting`] : [],
    lost === 0 ? "none lost" : `${number(lost)} lost`,
    ...one.last_error === undefined || one.state === "ready" ||
        one.state === "stopped"
      ? []
      : [escapeText(one.last_error)],
  ].join(", ");
}
