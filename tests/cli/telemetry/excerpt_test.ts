import { assert, assertEquals } from "@std/assert";
import { excerptOf } from "../../../cli/telemetry/excerpt.ts";
import type { FrameLine } from "../../../cli/telemetry/source.ts";
import {
  isGood,
  verifyRecording,
} from "../../../cli/telemetry/verification.ts";
import { TelemetryReader } from "../../../src/telemetry/reader/reader.ts";
import { StateView } from "../../../src/telemetry/reader/state_view.ts";
import { recording, type Writer } from "../../helpers/recording.ts";

/** The frames of a writer. */
async function* framesOf(writer: Writer): AsyncGenerator<FrameLine> {
  const bytes = new TextEncoder().encode(writer.text());
  const reader = new TelemetryReader(ReadableStream.from([bytes]));
  for await (const frame of reader) yield { frame, bytes: new Uint8Array() };
}

/** The lines of an excerpt, as bytes. */
async function excerpt(writer: Writer, from: number): Promise<Uint8Array> {
  const lines = await Array.fromAsync(excerptOf(framesOf(writer), from));
  return new TextEncoder().encode(
    lines.map(({ text }) => `${text}\n`).join(""),
  );
}

Deno.test("an excerpt is a recording of its own that ends in the same states", async () => {
  const writer = recording({ ticks: 30 });
  for (let from = 0; from <= 30; from += 3) {
    const bytes = await excerpt(writer, from);
    const source = () => ReadableStream.from([bytes]);
    const found = await verifyRecording(source(), {});
    assert(isGood(found, true), JSON.stringify(found.firstBad));
    const [{ from: first, to, sid }] = [...found.tally.streams.values()];
    assertEquals([first, to], [Math.max(0, from - 1), 30]);
    assert(sid !== "00112233445566778899aabbccddeeff");
    const view = new StateView();
    for await (const frame of new TelemetryReader(source())) {
      view.apply(frame);
      if (frame.kind === "hello") assertEquals(frame.payload.signed, undefined);
    }
    assertEquals(view.state("agents"), writer.states.get("agents"));
  }
});

Deno.test("an excerpt from after the end is empty", async () => {
  assertEquals((await excerpt(recording(), 1000)).length, 0);
});
