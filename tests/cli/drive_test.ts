import { assert, assertEquals } from "@std/assert";
import { drive } from "../../cli/drive.ts";

const never = new AbortController().signal;

Deno.test("drive() calls the step exactly as often as asked", async () => {
  for (const ticks of [0, 1, 7, 5000]) {
    let calls = 0;
    const done = await drive(() => void calls++, {
      ticks,
      realtime: null,
      asked: never,
      pause: () => {},
    });
    assertEquals([done, calls], [ticks, ticks]);
  }
});

Deno.test("drive() lets the event loop have a turn at least every 20 ms", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 1);
  let calls = 0;
  const done = await drive(() => void calls++, {
    ticks: Number.MAX_SAFE_INTEGER,
    realtime: null,
    asked: stop.signal,
    pause: () => {},
  });
  assertEquals(done, calls);
  assert(calls > 0);
});

Deno.test("drive() tells of its progress, the last time when all is done", async () => {
  const told: number[] = [];
  await drive(() => {}, {
    ticks: 3000,
    realtime: null,
    asked: never,
    pause: (done) => void told.push(done),
  });
  assertEquals(told.at(-1), 3000);
});

Deno.test("drive() waits for steps that answer later, one after the other", async () => {
  for (const realtime of [null, 1000]) {
    const told: string[] = [];
    await drive(async () => {
      told.push("begun");
      await Promise.resolve();
      told.push("done");
    }, { ticks: 3, realtime, asked: never, pause: () => {} });
    assertEquals(told, Array(3).fill(["begun", "done"]).flat());
  }
  let message = "";
  try {
    await drive(() => Promise.reject(new Error("tick")), {
      ticks: 3,
      realtime: null,
      asked: never,
      pause: () => {},
    });
  } catch (error) {
    message = error instanceof Error ? error.message : "";
  }
  assertEquals(message, "tick");
});

Deno.test("drive() with a pace takes its time", async () => {
  const start = performance.now();
  const done = await drive(() => {}, {
    ticks: 5,
    realtime: 100,
    asked: never,
    pause: () => {},
  });
  assertEquals(done, 5);
  // The first tick is at once, the fifth 40 ms later.
  assert(performance.now() - start >= 39);
});

Deno.test("drive() with a pace is cut short while it waits", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 20);
  const start = performance.now();
  const done = await drive(() => {}, {
    ticks: 10,
    realtime: 0.01,
    asked: stop.signal,
    pause: () => {},
  });
  assertEquals(done, 1);
  assert(performance.now() - start < 5000);
});

Deno.test("drive() passes on what a step throws", async () => {
  let message = "";
  try {
    await drive(() => {
      throw new Error("tick");
    }, { ticks: 3, realtime: null, asked: never, pause: () => {} });
  } catch (error) {
    message = error instanceof Error ? error.message : "";
  }
  assertEquals(message, "tick");
});
