/**
 * Much input that is wrong, anew each time.
 *
 * A failure tells its seed; `check({ seed, numRuns })` plays it again.
 * @module
 */
import { assertEquals } from "@std/assert";
import { loadedChanges } from "../hostile/members.ts";
import { properties } from "../hostile/properties.ts";
import { shippedTexts } from "../helpers/shipped.ts";

/** Inputs of each kind. */
const RUNS = 3000;

for (const { name, check } of properties(shippedTexts())) {
  const seed = crypto.getRandomValues(new Int32Array(1))[0];
  Deno.test(`whatever is in it, ${RUNS} times from seed ${seed}: ${name}`, async () => {
    await check({ seed, numRuns: RUNS });
  });
}

Deno.test("a snapshot with any member of its state changed is refused", async () => {
  assertEquals(await loadedChanges("state", 1), []);
});
