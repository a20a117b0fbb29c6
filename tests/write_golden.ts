/** Writes down anew what tests compare with: `deno task golden`. @module */
import { SCHEMA_VERSION } from "../src/telemetry/channels.ts";
import {
  jsonSchemaOf,
  SCHEMA_NAMES,
} from "../src/telemetry/schema/catalogue.ts";
import { schemaReference } from "../src/telemetry/schema/reference.ts";
import { GOLDEN_RUNS, type Hashes, hashesOf } from "./helpers/golden.ts";
import { goldenFrames } from "./helpers/golden_frames.ts";
import { trainedHashes } from "./helpers/golden_training.ts";

const hashes: Record<string, Hashes> = {};
for (const run of GOLDEN_RUNS) hashes[run.name] = await hashesOf(run);
writeJson("tests/golden/hashes.json", hashes);
writeJson("tests/golden/training.json", await trainedHashes());

for (const name of SCHEMA_NAMES) {
  const path = `docs/telemetry/schemas/${SCHEMA_VERSION}/${name}.schema.json`;
  writeJson(path, jsonSchemaOf(name));
}
Deno.writeTextFileSync("docs/telemetry-schema.md", schemaReference());
Deno.writeTextFileSync(
  `tests/golden/telemetry/${SCHEMA_VERSION}.ndjson`,
  goldenFrames().join("\n") + "\n",
);

function writeJson(path: string, value: unknown): void {
  Deno.writeTextFileSync(path, JSON.stringify(value, null, 2) + "\n");
}
