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

Deno.test("a chronicle writes its sentences as people do", () => {
  const chronicle = openChronicle();
  const helped = (agent: string, coworkers: readonly string[]) =>
    chronicle.note([
      { event: "employment.helped_when_late", tick: 1, agent, coworkers },
    ]);
  helped("femi", ["bruno"]);
  helped("gus", ["ana", "bo"]);
  helped("hal", ["ana", "bo", "cy", "di"]);
  const spike = (event_id: string, magnitude: number) =>
    chronicle.note([{
      event: "perturbation.price_spike",
      tick: 2,
      event_id,
      target: "market",
      magnitude,
      ends_at: 9,
    }]);
  spike("1", 1.684);
  spike("2", 0.75);
  chronicle.note([
    { event: "agent.respawned", tick: 3, agent: "ana#1", original: "ana" },
  ]);
  assertEquals(chronicle.moments(10).map(({ text }) => text), [
    "bruno covers for femi",
    "ana and bo cover for gus",
    "ana, bo and 2 others cover for hal",
    "prices rise by 68 % (market)",
    "prices fall by 25 % (market)",
    "ana#1 takes the place of ana",
  ]);
});

Deno.test("a chronicle tells of different things, and of one tick in its order", () => {
  const chronicle = openChronicle();
  for (let tick = 1; tick <= 6; tick++) {
    chronicle.note([
      { event: "agent.removed", tick, agent: `a${tick}`, reason: "faint" },
    ]);
  }
  chronicle.note([
    {
      event: "shift.late",
      tick: 7,
      agent: "femi",
      job: "baker",
      ticks_late: 1,
    },
    {
      event: "employment.helped_when_late",
      tick: 7,
      agent: "femi",
      coworkers: ["bruno"],
    },
    { event: "meal.shared", tick: 7, object: "fridge", agents: ["cy", "di"] },
  ]);
  const texts = chronicle.moments(8).map(({ text }) => text);
  assertEquals(texts.slice(-3), [
    "a6 faints of hunger",
    "bruno covers for femi",
    "cy and di eat together",
  ]);
  assertEquals(chronicle.moments(9).map(({ text }) => text).slice(-3), [
    "femi is late for work (baker)",
    "bruno covers for femi",
    "cy and di eat together",
  ]);
});

Deno.test("clockText() tells day and time of day, whatever a day's length", () => {
  assertEquals(clockText(0, 1440), "day 1 00:00");
  assertEquals(clockText(1439, 1440), "day 1 23:59");
  assertEquals(clockText(1440 + 450, 1440), "day 2 07:30");
  assertEquals(clockText(25, 100), "day 1 06:00");
});
