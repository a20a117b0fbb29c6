import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  showVerification,
  verifyJson,
} from "../../../cli/telemetry/show_verification.ts";
import {
  isGood,
  type Verification,
  verifyRecording,
} from "../../../cli/telemetry/verification.ts";
import { openPaint } from "../../../cli/print/paint.ts";
import type { CheckOptions } from "../../../src/telemetry/reader/check.ts";
import { KEYS, recording, Writer } from "../../helpers/recording.ts";

/** What comes of looking at a text. */
function verify(
  text: string,
  options: CheckOptions = { keys: KEYS },
): Promise<Verification> {
  const bytes = new TextEncoder().encode(text);
  return verifyRecording(ReadableStream.from([bytes]), options);
}

/** A stream of one channel, whose frames are as told. */
function stream(write: (writer: Writer) => void): string {
  const writer = new Writer();
  writer.hello(0);
  write(writer);
  writer.meta("bye", { t: 9, d: { reason: "complete" } });
  return writer.text();
}

Deno.test("verifyRecording() finds nothing wrong with what a writer wrote, and counts it", async () => {
  const writer = recording({ ticks: 30 });
  const found = await verify(writer.text());
  assert(isGood(found, true));
  assertEquals(found.missing, []);
  assertEquals(found.tally.frames, writer.lines.length);
  assertEquals(found.tally.bytes, writer.text().length);
  assertEquals(found.tally.ticks, 30);
  const agents = found.tally.channels.get("agents");
  assertEquals([agents?.frames, agents?.keys, agents?.patches], [30, 3, 27]);
  assertEquals(
    found.tally.channels.get("events")?.events,
    (found.tally.events.get("agent.teleported") ?? 0) * 2,
  );
});

Deno.test("verifyRecording() names the first line that is wrong, and where it begins", async () => {
  const { lines } = recording();
  for (let at = 0; at < lines.length; at++) {
    const bad = lines.with(at, lines[at].replace(/"t":\d+/, '"t":77'));
    const { firstBad, bad: count } = await verify(
      bad.map((line) => `${line}\n`).join(""),
    );
    assertEquals(firstBad?.line, at + 1);
    assertEquals(
      firstBad?.offset,
      lines.slice(0, at).reduce((sum, line) => sum + line.length + 1, 0),
    );
    assertEquals(firstBad?.fault, "bad_signature");
    assertEquals(count, lines.length - at);
  }
});

Deno.test("what is missing is told, and is a fault only where nothing may be", async () => {
  const { lines } = recording();
  const cut = `${lines.slice(0, -1).join("\n")}\n${lines.at(-1)?.slice(0, 9)}`;
  const found = await verify(cut);
  assertEquals(found.missing.length, 2);
  assertStringIncludes(
    found.missing[0],
    `line ${lines.length} of - is cut off`,
  );
  assertStringIncludes(found.missing[1], "has no end");
  assertEquals([isGood(found, false), isGood(found, true)], [true, false]);
  const [head] = showVerification("-", found, true, false, openPaint(false));
  assertEquals(head, "✓ standard input: in order and signed, but not whole");
  const writer = new Writer();
  writer.hello(0);
  writer.hello(5, { next: 3 });
  writer.meta("bye", { t: 9, d: { reason: "complete" } });
  const lost = await verify(writer.text());
  assertStringIncludes(lost.missing[0], "3 frames of stream");
});

Deno.test("events that are missing must be announced", async () => {
  const text = (dropped: number) =>
    stream((writer) => {
      writer.events("events", [{ e: "sleep.completed" }], 1);
      writer.number("events");
      if (dropped > 0) {
        writer.meta("gap", {
          t: 3,
          d: { ch: "events", dropped, bytes: 9, from_t: 2, to_t: 2 },
        });
      }
      writer.events("events", [{ e: "sleep.completed" }], 3);
    });
  const silent = await verify(text(0));
  assert(!isGood(silent, false));
  assertStringIncludes(silent.faults[0], "events");
  const told = await verify(text(2));
  assert(isGood(told, false));
  assertEquals(told.missing, ["2 events of events left out"]);
});

Deno.test("states that are missing are healed by the next whole one", async () => {
  const found = await verify(stream((writer) => {
    writer.key("town", { a: 1 }, 1);
    writer.number("town");
    writer.patch("town", { a: 3 }, 3);
    writer.key("town", { a: 4 }, 4);
  }));
  assert(isGood(found, false));
  assertEquals(found.missing, [
    "1 frame of town left out",
    "1 change of town had nothing to build on",
  ]);
});

Deno.test("numbers of a channel go up, and changes build on the one before", async () => {
  const back = await verify(stream((writer) => {
    writer.key("town", { a: 1 }, 1);
    writer.raw(`"ch":"town","n":0,"k":"key","t":2,"d":{}`);
  }));
  assertEquals(back.firstBad?.fault, "continuity");
  const base = await verify(stream((writer) => {
    writer.key("town", { a: 1 }, 1);
    writer.raw(`"ch":"town","n":1,"k":"patch","t":2,"base":7,"d":{}`);
  }));
  assertStringIncludes(base.firstBad?.message ?? "", "builds on number 7");
});

Deno.test("L4: what is shown of a recording is safe to show", async () => {
  const text = stream((writer) => {
    writer.raw(`"ch":"\\u001b[2J|<b>","n":0,"k":"key","t":1,"d":{}`);
  });
  const found = await verify(text);
  const lines = showVerification(
    "out/\u001b[31m.ndjson",
    found,
    true,
    false,
    openPaint(false),
  ).join("\n");
  assert(!lines.includes("\u001b"));
  assertStringIncludes(lines, "\\u001b[2J|<b>");
  const json = verifyJson("out/town.ndjson", found, true, true);
  assert(!json.includes("\u001b"));
  assertEquals(JSON.parse(json).ok, true);
});
