import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Bins } from "../../../cli/telemetry/bins.ts";

Deno.test("Bins keep every tick while there are few", () => {
  const bins = new Bins();
  for (const [tick, value] of [[5, 1], [5, 2], [7, 4]]) bins.add(tick, value);
  assertEquals(bins.rates, [[5, 3], [6, 0], [7, 4]]);
  assertEquals(bins.means, [[5, 1.5], [7, 4]]);
});

Deno.test("Bins lose no sum, however long the time", () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.nat(10_000), fc.nat(100)), { minLength: 1 }),
    (values) => {
      const bins = new Bins();
      const sorted = values.toSorted(([a], [b]) => a - b);
      for (const [tick, value] of sorted) bins.add(tick, value);
      assert(bins.rates.length <= 200);
      const last = sorted[sorted.length - 1][0];
      const ticks = bins.rates.map(([tick]) => tick);
      const width = (ticks[1] ?? last + 1) - ticks[0];
      const total = bins.rates.reduce(
        (sum, [tick, rate]) => sum + rate * Math.min(width, last + 1 - tick),
        0,
      );
      assertAlmostEquals(
        total,
        values.reduce((sum, [, v]) => sum + v, 0),
        1e-6,
      );
    },
  ));
});
