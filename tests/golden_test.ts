/** The world's history, to the bit, on every supported runtime. @module */
import { assertEquals } from "@std/assert";
import golden from "./golden/hashes.json" with { type: "json" };
import {
  GOLDEN_RUNS,
  type Hashes,
  hashesOf,
  nameOf,
} from "./helpers/golden.ts";

const written: Readonly<Record<string, Hashes>> = golden;

for (const run of GOLDEN_RUNS) {
  Deno.test(`${nameOf(run)} has the hashes that are written down`, async () => {
    assertEquals(await hashesOf(run), written[nameOf(run)]);
  });
}

Deno.test("no hash is written down for a run that does not exist", () => {
  assertEquals(Object.keys(written).sort(), GOLDEN_RUNS.map(nameOf).sort());
});
