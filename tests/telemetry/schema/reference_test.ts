import { assert, assertEquals } from "@std/assert";
import { SCHEMA_NAMES } from "../../../src/telemetry/schema/catalogue.ts";
import { EVENTS } from "../../../src/telemetry/schema/events.ts";
import { schemaReference } from "../../../src/telemetry/schema/reference.ts";

Deno.test("docs/telemetry-schema.md is what the shapes say", () => {
  assertEquals(
    Deno.readTextFileSync("docs/telemetry-schema.md"),
    schemaReference(),
  );
});

Deno.test("schemaReference() has every schema and every event", () => {
  const page = schemaReference();
  for (const name of SCHEMA_NAMES) {
    const heading = name === "frame" ? "## Frames" : `\`${name}\``;
    assert(page.includes(heading), name);
  }
  for (const name of Object.keys(EVENTS)) {
    assert(page.includes(`| \`${name}\` `), name);
  }
});

Deno.test("schemaReference() tells what may be missing, and of what is inside", () => {
  const lines = schemaReference().split("\n");
  const row = (start: string) =>
    lines.find((line) => line.startsWith(`| ${start} `))?.replace(/ +/g, " ");
  assertEquals(
    row("`<id>.wallet`"),
    "| `<id>.wallet` | number, at least 0 | Money |",
  );
  assertEquals(
    row("`<id>.last.reason?`"),
    "| `<id>.last.reason?` | text | Why not, when it did not |",
  );
  assertEquals(
    row("`ties.<id>.<id>.t`"),
    "| `ties.<id>.<id>.t` | number, -1 to 1 | Trust |",
  );
  assertEquals(
    row("`chat.succeeded`"),
    "| `chat.succeeded` | `speaker`, `listener`, `quality` | A chat went well |",
  );
});
