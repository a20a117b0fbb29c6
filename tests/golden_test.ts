/** The world's history, to the bit, on every supported runtime. @module */
import { assertEquals } from "@std/assert";
import golden from "./golden/hashes.json" with { type: "json" };
import { GOLDEN_RUNS, type Hashes, hashesOf } from "./helpers/golden.ts";

const written: Readonly<Record<string, Hashes>> = golden;

for (const run of GOLDEN_RUNS) {
  Deno.test(`${run.name} has the hashes that are written down`, async () => {
    assertEquals(await hashesOf(run), written[run.name]);
  });
}

Deno.test("no hash is written down for a run that does not exist", () => {
  assertEquals(
    Object.keys(written).sort(),
    GOLDEN_RUNS.map(({ name }) => name).sort(),
  );
});
