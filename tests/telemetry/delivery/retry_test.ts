import { assertEquals } from "@std/assert";
import { pauseMs } from "../../../src/telemetry/delivery/retry.ts";

const RETRY = {
  base_ms: 250,
  max_ms: 30_000,
  multiplier: 2,
  jitter: 0.2,
  give_up_after: 0,
};

Deno.test("pauseMs() grows to its limit, and a share of it is drawn", () => {
  const pauses = (draw: number) =>
    [1, 2, 3, 8, 9, 5000].map((failures) =>
      Math.round(pauseMs(RETRY, failures, () => draw))
    );
  assertEquals(pauses(0.5), [250, 500, 1000, 30_000, 30_000, 30_000]);
  assertEquals(pauses(0), [200, 400, 800, 24_000, 24_000, 24_000]);
  assertEquals(pauses(1), [300, 600, 1200, 36_000, 36_000, 36_000]);
});
