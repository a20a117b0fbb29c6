import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ChannelName } from "../../../src/config/telemetry_settings.ts";
import { isStateChannel } from "../../../src/telemetry/channels.ts";
import { type Body, bytesOf } from "../../../src/telemetry/frame.ts";
import {
  type Batch,
  Outbox,
  type OutboxOptions,
} from "../../../src/telemetry/delivery/outbox.ts";
import { type Arrived, Bodies } from "./bodies.ts";

const ROOMY: OutboxOptions = {
  max_bytes: 1 << 20,
  max_frames: 4096,
  batch_frames: 64,
  batch_bytes: 65_536,
  dropsStates: false,
};

function framesOf(batch: Batch | null): Arrived[] {
  if (batch === null) return [];
  return batch.texts.map((text) => JSON.parse(`{${text}}`));
}

/** Takes all there is, settling each batch. */
function drain(outbox: Outbox): Arrived[] {
  const frames: Arrived[] = [];
  for (let batch = outbox.take(); batch !== null; batch = outbox.take()) {
    frames.push(...framesOf(batch));
    outbox.settle(batch.id);
  }
  return frames;
}

Deno.test("Outbox hands over in order, by batches of so many frames and bytes", () => {
  const outbox = new Outbox({ ...ROOMY, batch_frames: 3, batch_bytes: 1024 });
  const bodies = new Bodies();
  const all: Body[] = [
    bodies.key("agents", 1, { starts: true }),
    bodies.key("town", 1),
    bodies.events("events", 1),
    bodies.patch("agents", 2),
    bodies.patch("town", 2, 5000),
    bodies.patch("agents", 3),
  ];
  for (const body of all) assert(outbox.offer(body));
  assertEquals(outbox.frames, 6);
  assertEquals(outbox.bytes, all.reduce((sum, { bytes }) => sum + bytes, 0));
  const first = outbox.take();
  assertEquals(first?.texts, all.slice(0, 3).map((b) => b.text));
  assertEquals(first?.starts, [0]);
  assertEquals(first?.tick, 1);
  // One that is larger than a batch goes alone.
  assertEquals(outbox.take()?.texts, [all[3].text]);
  assertEquals(outbox.take()?.texts, [all[4].text]);
  assertEquals(outbox.take()?.texts, [all[5].text]);
  assertEquals(outbox.take(), null);
  assertEquals(outbox.frames, 6);
  outbox.settle(2);
  assertEquals(outbox.handed.map(({ id }) => id), [3, 4]);
  outbox.settle(4);
  assertEquals([outbox.frames, outbox.bytes], [0, 0]);
});

Deno.test("Outbox holds states back from three quarters full until half full", () => {
  const outbox = new Outbox({ ...ROOMY, max_bytes: 10_000, batch_frames: 1 });
  const bodies = new Bodies();
  const seen: boolean[] = [];
  for (let tick = 1; tick <= 8; tick++) {
    outbox.offer(bodies.patch("agents", tick, 950));
    seen.push(outbox.updateHold());
  }
  assertEquals(seen.indexOf(true), 7);
  const after: boolean[] = [];
  for (let i = 0; i < 8; i++) {
    outbox.settle(outbox.take()?.id ?? 0);
    after.push(outbox.updateHold());
  }
  assertEquals(after.filter((holds) => holds).length, 3);
  assertEquals(after.slice(3).includes(true), false);
});

Deno.test("Outbox: events have a quarter of the room per channel; what is lost is announced before what follows", () => {
  const outbox = new Outbox({ ...ROOMY, max_bytes: 8000 });
  const bodies = new Bodies();
  for (let tick = 1; tick <= 10; tick++) {
    const elements = [{ e: "a", x: "y".repeat(400) }, { e: "b" }];
    assert(outbox.offer(bodies.events("events", tick, elements)));
    assert(outbox.offer(bodies.events("narration", tick)));
  }
  const frames = drain(outbox);
  const at = frames.findIndex(({ k }) => k === "gap");
  const lost = outbox.dropped.get("events") ?? 0;
  assertEquals(frames[at].d, {
    ch: "events",
    dropped: 2 * lost,
    bytes: frames[at].d.bytes,
    from_t: 1,
    to_t: lost,
    reason: "overflow",
  });
  assertEquals(frames[at + 1], {
    ...frames[at + 1],
    ch: "events",
    n: lost,
    t: lost + 1,
  });
  assertEquals(outbox.dropped.get("narration"), undefined);
});

Deno.test("Outbox: what follows nothing is announced at the end", () => {
  const outbox = new Outbox({ ...ROOMY, max_bytes: 4096 });
  const bodies = new Bodies();
  const large = bodies.events("console", 7, [{ e: "x".repeat(5000) }]);
  assertEquals(outbox.offer(large), false);
  assertEquals(drain(outbox).map(({ d }) => d), [{
    ch: "console",
    dropped: 1,
    bytes: large.bytes,
    from_t: 7,
    to_t: 7,
    reason: "oversize",
  }]);
  assertEquals(outbox.take(), null);
});

Deno.test("Outbox: a state that is too large is lost; only a change wants a whole one", () => {
  const outbox = new Outbox({ ...ROOMY, max_bytes: 4096 });
  const bodies = new Bodies();
  assertEquals(outbox.offer(bodies.key("town", 1, { fill: 5000 })), false);
  assertEquals(outbox.takeTouched(), []);
  assertEquals(outbox.offer(bodies.patch("town", 2, 5000)), false);
  assertEquals(outbox.takeTouched(), ["town"]);
  assertEquals(outbox.takeTouched(), []);
  assertEquals(outbox.dropped.get("town"), 2);
  assertEquals(outbox.take(), null);
});

Deno.test("Outbox sacrifices trace, rewards, agents, other states, events, and last what is precious", () => {
  const outbox = new Outbox({ ...ROOMY, max_frames: 16, dropsStates: true });
  const bodies = new Bodies();
  outbox.offer(bodies.events("events", 1, [{ e: "stability.alert_raised" }]));
  outbox.offer(bodies.events("events", 1, [{ e: "loop.failed" }]));
  outbox.offer(bodies.events("events", 1));
  outbox.offer(bodies.key("social", 1));
  outbox.offer(bodies.key("agents", 1));
  outbox.offer(bodies.key("rewards", 1));
  outbox.offer(bodies.events("trace", 1));
  const order: string[] = [];
  for (let tick = 2; order.length < 8; tick++) {
    const before = new Map(outbox.dropped);
    outbox.offer(bodies.events("console", tick));
    for (const [channel, n] of outbox.dropped) {
      if (n > (before.get(channel) ?? 0)) order.push(channel);
    }
  }
  assertEquals(order, [
    "trace",
    "rewards",
    "agents",
    "social",
    "events",
    "events",
    "events",
    "console",
  ]);
  // Who is worth less than all that waits goes itself.
  assertEquals(outbox.offer(bodies.key("town", 99)), false);
});

Deno.test("Outbox: with a channel of states goes what builds on it", () => {
  const outbox = new Outbox({ ...ROOMY, max_frames: 16, dropsStates: true });
  const bodies = new Bodies();
  outbox.offer(bodies.key("rewards", 1));
  for (let tick = 2; tick <= 10; tick++) {
    outbox.offer(bodies.patch("rewards", tick));
  }
  outbox.offer(bodies.key("rewards", 11));
  outbox.offer(bodies.patch("rewards", 12));
  for (let tick = 1; tick <= 5; tick++) {
    outbox.offer(bodies.events("events", tick));
  }
  assertEquals(outbox.takeTouched(), ["rewards"]);
  const left = drain(outbox).filter(({ ch }) => ch === "rewards");
  assertEquals(left.map(({ k, t }) => [k, t]), [["key", 11], ["patch", 12]]);
});

const CHANNELS: readonly ChannelName[] = [
  "agents",
  "rewards",
  "town",
  "events",
  "narration",
  "console",
  "trace",
];

Deno.test("Outbox stays within its room, keeps order, and loses no event in silence", () => {
  const step = fc.record({
    channel: fc.constantFrom(...CHANNELS),
    fill: fc.nat(2500),
    takes: fc.nat(2),
    settles: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 150 }),
      fc.boolean(),
      fc.integer({ min: 16, max: 40 }),
      (steps, dropsStates, max_frames) => {
        const outbox = new Outbox({
          max_bytes: 8192,
          max_frames,
          batch_frames: 5,
          batch_bytes: 3000,
          dropsStates,
        });
        const bodies = new Bodies();
        const frames: Arrived[] = [];
        const offered = new Map<ChannelName, number>();
        let last = 0;
        steps.forEach(({ channel, fill, takes, settles }, tick) => {
          const body = isStateChannel(channel)
            ? bodies.key(channel, tick, { fill })
            : bodies.events(channel, tick, [{ e: "x".repeat(fill) }]);
          offered.set(channel, (offered.get(channel) ?? 0) + 1);
          outbox.offer(body);
          // Gaps come on top when they are told, and nothing else does.
          const gaps = outbox.handed.flatMap(({ texts }) => texts)
            .filter((text) => text.includes('"k":"gap"'));
          const bytes = gaps.reduce((sum, gap) => sum + bytesOf(gap), 0);
          assert(outbox.bytes <= 8192 + bytes);
          assert(outbox.frames <= max_frames + gaps.length);
          for (let i = 0; i < takes; i++) {
            const batch = outbox.take();
            frames.push(...framesOf(batch));
            last = batch?.id ?? last;
          }
          if (settles) outbox.settle(last);
        });
        outbox.settle(last);
        frames.push(...drain(outbox));
        for (const [channel, n] of offered) {
          const own = frames.filter(({ ch }) => ch === channel);
          const numbers = own.map((frame) => frame.n ?? -1);
          assertEquals(numbers, numbers.toSorted((a, b) => a - b));
          const told = frames.filter(({ k, d }) =>
            k === "gap" && d.ch === channel
          ).reduce((sum, { d }) => sum + d.dropped, 0);
          const lost = outbox.dropped.get(channel) ?? 0;
          assertEquals(own.length + lost, n);
          if (!isStateChannel(channel)) assertEquals(told, lost);
        }
        const ticks = frames.map(({ t }) => t);
        assertEquals(ticks, ticks.toSorted((a, b) => a - b));
        assertEquals([outbox.frames, outbox.bytes], [0, 0]);
      },
    ),
    { numRuns: 300 },
  );
});
