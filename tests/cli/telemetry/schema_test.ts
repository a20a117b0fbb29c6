import { assert, assertStringIncludes } from "@std/assert";
import { openPaint } from "../../../cli/print/paint.ts";
import { schemaLines } from "../../../cli/telemetry/schema.ts";
import { SCHEMA_NAMES } from "../../../src/telemetry/schema/catalogue.ts";

Deno.test("schemaLines() has the members of every channel", () => {
  for (const name of SCHEMA_NAMES) {
    const lines = schemaLines(name, openPaint(false));
    assertStringIncludes(lines[0], `townlet/telemetry/${name}/1.0`);
    assert(lines.length > 3, name);
  }
  const text = (name: "agents" | "events" | "trace") =>
    schemaLines(name, openPaint(false)).join("\n");
  assertStringIncludes(text("agents"), "<id>.needs.hunger");
  assertStringIncludes(text("trace"), "action.move");
  assert(!text("events").includes("action.move"));
});
