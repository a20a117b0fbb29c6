/** A little of what tests/slow/fuzz_test.ts tries a lot of. @module */
import { shippedTexts } from "../helpers/shipped.ts";
import { properties } from "./properties.ts";

for (const { name, check } of properties(shippedTexts())) {
  Deno.test(`whatever is in it: ${name}`, async () => {
    await check({ seed: 1, numRuns: 40 });
  });
}
