/** Refusals that are counted, and told with measure. @module */
import { assertEquals } from "@std/assert";
import { Refusals } from "../../../cli/telemetry/refusals.ts";

Deno.test("Refusals counts all, and tells five of a reason in a minute", () => {
  let now = 0;
  const refusals = new Refusals(() => now);
  const told = (reason: string, times: number) =>
    Array.from({ length: times }, () => refusals.note(reason))
      .filter((may) => may).length;
  assertEquals([told("replay", 3), told("replay", 9)], [3, 2]);
  assertEquals(told("clock", 9), 5);
  now = 59_999;
  assertEquals(told("replay", 1), 0);
  now = 60_000;
  assertEquals(told("replay", 9), 5);
  assertEquals(refusals.counts, { replay: 22, clock: 9 });
});
