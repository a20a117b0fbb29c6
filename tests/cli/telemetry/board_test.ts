import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Board } from "../../../cli/telemetry/board.ts";
import { openPaint } from "../../../cli/print/paint.ts";
import { widthOf } from "../../../cli/print/width.ts";
import { TelemetryReader } from "../../../src/telemetry/reader/reader.ts";
import { StateView } from "../../../src/telemetry/reader/state_view.ts";
import { recording, Writer } from "../../helpers/recording.ts";

/** The board after all that a writer wrote. */
async function boardOf(
  writer: Writer,
  size: { readonly width?: number; readonly height?: number } = {},
  agent?: string,
): Promise<string[]> {
  const board = new Board({ channel: [], event: undefined, agent });
  const view = new StateView();
  const bytes = new TextEncoder().encode(writer.text());
  for await (const frame of new TelemetryReader(ReadableStream.from([bytes]))) {
    view.apply(frame);
    board.add(frame, 100);
  }
  board.alert("events.chat.failed>3 at tick 9: it is 4");
  return board.lines(view, openPaint(false), size);
}

/** A town in which somebody waits, and whose names would move a terminal. */
function hostile(): Writer {
  const writer = new Writer();
  writer.hello(0);
  writer.key("agents", { "ana\u001b[2J": { needs: { hunger: 0.5 } } }, 1);
  writer.key("town", {
    objects: { shower: { by: "ana", waiting: ["ben\n", "cy"] } },
  }, 1);
  writer.key("health", {
    loop: { status: "ok", ticks_per_s: 1234.5, tick_ms: { p95: 0.25 } },
    transports: { 0: { type: "tcp", state: "ready", lag_ticks: 3 } },
  }, 1);
  writer.events("events", [{ e: "chat.failed", speaker: "\u202eana" }], 1);
  writer.events("narration", [{ text: "Ana laughs.\u0007" }], 1);
  return writer;
}

Deno.test("a Board shows residents, queues, events, health and alerts", async () => {
  const lines = await boardOf(hostile());
  const text = lines.join("\n");
  assertStringIncludes(lines[0], "Tick 1  stream 00112233");
  assertStringIncludes(text, "██▌·· 0.50");
  assertStringIncludes(text, "shower: ana ← ben\\u000a, cy");
  assertStringIncludes(text, "chat.failed");
  assertStringIncludes(text, "tick 1 Ana laughs.");
  assertStringIncludes(
    text,
    "loop ok  1,235 ticks/s  p95 0.25 ms  transport 0 tcp ready, 3 ticks behind",
  );
  assertStringIncludes(text, "alert: events.chat.failed>3 at tick 9: it is 4");
});

Deno.test("L4: a Board shows nothing that a terminal obeys", async () => {
  const text = (await boardOf(hostile())).join("");
  // deno-lint-ignore no-control-regex
  assertEquals(/[\u0000-\u001f\u007f-\u009f\u202e]/.test(text), false);
  assertStringIncludes(text, "ana\\u001b[2J");
});

Deno.test("a Board fits a terminal", async () => {
  const writer = recording({ agents: 40 });
  for (const height of [6, 12, 24, 60]) {
    const lines = await boardOf(writer, { width: 60, height });
    assert(lines.length <= height, `${lines.length} of ${height}`);
  }
  const wide = (await boardOf(writer, { width: 60 })).slice(2, 20);
  assert(wide.every((line) => widthOf(line) <= 60), wide.join("\n"));
  const one = await boardOf(writer, {}, "agent-7");
  assertEquals(one.filter((line) => line.startsWith("agent-")).length, 1);
});
