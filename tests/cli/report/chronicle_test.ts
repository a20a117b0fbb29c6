import { assertEquals } from "@std/assert";
import { openChronicle } from "../../../cli/report/chronicle.ts";
import { clockText } from "../../../cli/report/clock.ts";

Deno.test("a chronicle counts every event by name", () => {
  const chronicle = openChronicle();
  for (let tick = 1; tick <= 20; tick++) {
    chronicle.note([
      { event: "sleep.completed", tick, agent: "ana", object: "bed_1" },
      { event: "chat.failed", tick, speaker: "ana", listener: "bo" },
    ]);
  }
  assertEquals(Object.fromEntries(chronicle.events), {
    "sleep.completed": 20,
    "chat.failed": 20,
  });
});

Deno.test("a chronicle tells a pair's first clash once, whoever began", () => {
  const chronicle = openChronicle();
  const clash = (tick: number, actor: string, rival: string) =>
    chronicle.note([{
      event: "queue.conflict",
      tick,
      object: "shower_1",
      actor,
      rival,
      reason: "long_wait",
      queue_length: 1,
      intensity: 1,
    }]);
  clash(3, "ana", "bo");
  clash(9, "bo", "ana");
  clash(12, "cy", "ana");
  assertEquals(chronicle.moments(10), [
    { tick: 3, text: "ana and bo clash at shower_1" },
    { tick: 12, text: "cy and ana clash at shower_1" },
  ]);
});

Deno.test("a chronicle keeps what is most notable, in order of time", () => {
  const chronicle = openChronicle();
  for (let tick = 1; tick <= 500; tick++) {
    chronicle.note([{
      event: "chat.succeeded",
      tick,
      speaker: `a${tick}`,
      listener: "bo",
      quality: 0.5,
    }]);
  }
  chronicle.note([
    { event: "agent.removed", tick: 501, agent: "a1", reason: "faint" },
  ]);
  const moments = chronicle.moments(3);
  assertEquals(moments.map(({ tick }) => tick), [1, 2, 501]);
  assertEquals(moments[2].text, "a1 faints of hunger");
});

Deno.test("clockText() tells day and time of day, whatever a day's length", () => {
  assertEquals(clockText(0, 1440), "day 1 00:00");
  assertEquals(clockText(1439, 1440), "day 1 23:59");
  assertEquals(clockText(1440 + 450, 1440), "day 2 07:30");
  assertEquals(clockText(25, 100), "day 1 06:00");
});
