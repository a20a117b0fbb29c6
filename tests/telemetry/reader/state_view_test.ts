import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { StreamCheck } from "../../../src/telemetry/reader/check.ts";
import type { Frame } from "../../../src/telemetry/reader/envelope.ts";
import { StateView } from "../../../src/telemetry/reader/state_view.ts";
import { recording, Writer } from "../../helpers/recording.ts";

/** The frames of some lines. */
function framesOf({ lines }: Writer): Frame[] {
  const check = new StreamCheck();
  return lines.map((line) => {
    const verdict = check.accept(new TextEncoder().encode(line));
    if (verdict.kind === "fault") throw new Error(verdict.message);
    return verdict.frame;
  });
}

Deno.test("a StateView ends with the states that the writer had", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 40 }), (seed, ticks) => {
      const writer = recording({ seed, ticks, keyframeTicks: 7 });
      const view = new StateView();
      for (const frame of framesOf(writer)) view.apply(frame);
      assertEquals(view.channels, ["agents"]);
      assertEquals(view.state("agents"), writer.states.get("agents"));
      assertEquals(view.tick("agents"), ticks);
      assertEquals(view.ignored, 0);
    }),
    { numRuns: 50 },
  );
});

Deno.test("changes with nothing to build on are counted until the next whole state", () => {
  const writer = new Writer();
  writer.hello(0);
  writer.key("town", { a: 1 }, 1);
  writer.patch("town", { a: 2 }, 2);
  writer.patch("town", { a: 3 }, 3);
  writer.patch("town", { a: 4 }, 4);
  writer.key("town", { a: 5 }, 5);
  const frames = framesOf(writer);
  const view = new StateView();
  for (const frame of frames.toSpliced(2, 1).slice(0, -1)) view.apply(frame);
  assertEquals(view.state("town"), undefined);
  assertEquals(view.channels, []);
  assertEquals(view.ignored, 2);
  view.apply(frames[5]);
  assertEquals(view.state("town"), { a: 5 });
});

Deno.test("a StateView that begins in the middle waits for a whole state", () => {
  const writer = new Writer();
  writer.hello(0);
  writer.key("town", { a: 1 }, 1);
  writer.patch("town", { a: 2 }, 2);
  const view = new StateView();
  view.apply(framesOf(writer)[2]);
  assertEquals([view.state("town"), view.ignored], [undefined, 1]);
});

Deno.test("frames lost between connections make states stale; another stream begins anew", () => {
  const writer = new Writer();
  writer.hello(0);
  writer.key("town", { a: 1 }, 1);
  writer.hello(3, { next: 4 });
  const view = new StateView();
  for (const frame of framesOf(writer)) view.apply(frame);
  assertEquals(view.state("town"), undefined);
  assertEquals(view.tick("town"), 1);
  const other = new Writer({ sid: "f".repeat(32) });
  other.hello(0);
  for (const frame of framesOf(other)) view.apply(frame);
  assertEquals(view.tick("town"), undefined);
});

Deno.test("frames of connections that lost nothing go on", () => {
  const writer = new Writer();
  writer.hello(0);
  writer.key("town", { a: 1 }, 1);
  writer.hello(1);
  writer.patch("town", { a: 2 }, 2);
  const view = new StateView();
  for (const frame of framesOf(writer)) view.apply(frame);
  assertEquals(view.state("town"), { a: 2 });
});
