/** Writes the hashes down anew: `deno task golden`. @module */
import { GOLDEN_RUNS, type Hashes, hashesOf } from "./helpers/golden.ts";

const hashes: Record<string, Hashes> = {};
for (const run of GOLDEN_RUNS) hashes[run.name] = await hashesOf(run);
Deno.writeTextFileSync(
  "tests/golden/hashes.json",
  JSON.stringify(hashes, null, 2) + "\n",
);
