import { assertEquals } from "@std/assert";
import { hooksHealth, TickTimes } from "../../src/telemetry/health.ts";

Deno.test("TickTimes tells of the last 500 ticks", () => {
  let now = 0;
  const times = new TickTimes(() => now);
  for (let i = 1; i <= 600; i++) times.add(i);
  now = 2000;
  assertEquals(times.state(600), {
    tick: 600,
    status: "ok",
    tick_ms: { last: 600, p50: 350, p95: 575, max: 600 },
    ticks_per_s: 300,
    failures: 0,
  });
  now = 3000;
  for (let i = 0; i < 10; i++) times.add(1);
  assertEquals(times.state(610).ticks_per_s, 10);
});

Deno.test("TickTimes tells of a tick that failed until one goes well", () => {
  const times = new TickTimes(() => 0);
  times.fail();
  const { status, failures, tick_ms } = times.state(0);
  assertEquals({ status, failures }, { status: "error", failures: 1 });
  assertEquals(tick_ms, { last: 0, p50: 0, p95: 0, max: 0 });
  times.add(1);
  assertEquals(times.state(1).status, "ok");
  assertEquals(times.state(1).failures, 1);
});

Deno.test("hooksHealth() adds up, and leaves out times of nothing", () => {
  const tally = {
    specifier: "a",
    calls: 3,
    faults: 1,
    totalMs: 6,
    longestMs: 4,
  };
  assertEquals(
    hooksHealth([{ ...tally, p95Ms: 4 }, { ...tally, p95Ms: 0.5 }]),
    { loaded: 2, rejected: 0, calls: 6, faults: 2, call_us_p95: 4000 },
  );
  assertEquals(hooksHealth([]), {
    loaded: 0,
    rejected: 0,
    calls: 0,
    faults: 0,
  });
});
