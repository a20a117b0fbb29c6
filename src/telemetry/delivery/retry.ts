/** How long to wait before trying again. @module */
import type { TelemetrySettings } from "../../config/telemetry_settings.ts";

/**
 * Milliseconds to wait after so many failures in a row: longer from one to the
 * next, up to a limit, and a share of it drawn so that many do not come back at
 * once.
 *
 * @param draw gives numbers from 0 to 1
 */
export function pauseMs(
  { base_ms, max_ms, multiplier, jitter }: TelemetrySettings["retry"],
  failures: number,
  draw: () => number,
): number {
  const pause = Math.min(max_ms, base_ms * multiplier ** (failures - 1));
  return pause * (1 + jitter * (2 * draw() - 1));
}
