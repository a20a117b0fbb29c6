/** Frames of a short run, as they were written down. @module */
import { assertEquals } from "@std/assert";
import { SCHEMA_VERSION } from "../../../src/telemetry/channels.ts";
import { goldenFrames } from "../../helpers/golden_frames.ts";

Deno.test("a short run is told in the frames that are written down", () => {
  const path = `tests/golden/telemetry/${SCHEMA_VERSION}.ndjson`;
  const written = Deno.readTextFileSync(path).trimEnd().split("\n");
  const lines = goldenFrames();
  assertEquals(lines.length, written.length);
  for (const [i, line] of lines.entries()) assertEquals(line, written[i]);
});
