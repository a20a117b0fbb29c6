import { assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { RunExport, valuesOf } from "../../src/telemetry/otel.ts";

Deno.test("valuesOf() gives values that lie and add up like those that were counted", () => {
  const le = [0.1, 0.3, 0.7, 8];
  const count = (values: readonly number[]) => {
    const counts = [0, 0, 0, 0, 0];
    for (const value of values) {
      const i = le.findIndex((bound) => value <= bound);
      counts[i < 0 ? le.length : i]++;
    }
    return { le, counts, sum: values.reduce((sum, value) => sum + value, 0) };
  };
  fc.assert(fc.property(
    fc.array(fc.double({ min: 0.001, max: 20, noNaN: true }), {
      maxLength: 20,
    }),
    (values) => {
      const counted = count(values);
      const again = count(valuesOf(counted));
      assertEquals(again.counts, counted.counts);
      assertAlmostEquals(again.sum, counted.sum, 1e-3);
    },
  ));
  assertEquals(valuesOf(count([])), []);
  // Exactly on the bounds, and all above the last one.
  assertEquals(count(valuesOf(count(le))).counts, [1, 1, 1, 1, 0]);
  assertEquals(count(valuesOf(count([10, 30]))).counts, [0, 0, 0, 0, 2]);
});

Deno.test("RunExport asks for the state once in a hundred ticks, whether anybody exports or not", async () => {
  let asked = 0;
  const state = (tick: number) => ({
    tick,
    agents: 3,
    dropped: 0,
    metrics: [],
  });
  const run = await RunExport.open("0.0.0", state(500));
  for (let tick = 501; tick <= 750; tick++) {
    run.tick(tick, () => {
      asked++;
      return state(tick);
    });
  }
  run.close(state(750));
  assertEquals(asked, 2);
});
