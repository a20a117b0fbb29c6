import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { verifyLine } from "../../../src/telemetry/reader/check.ts";
import {
  ChainVerifier,
  deriveSessionKey,
} from "../../../src/security/signing.ts";
import {
  Flusher,
  type FlusherOptions,
} from "../../../src/telemetry/delivery/flusher.ts";
import { Outbox } from "../../../src/telemetry/delivery/outbox.ts";
import {
  counter,
  flushCounts,
  newStatus,
  readText,
  stateOf,
  succeed,
  word,
} from "../../../src/telemetry/delivery/status.ts";
import { SinkFault } from "../../../src/telemetry/delivery/sink.ts";
import { Bodies, once, readArrived } from "./bodies.ts";
import { MemorySink } from "./sink.ts";

const SID = "00112233445566778899aabbccddeeff";

const OPTIONS: FlusherOptions = {
  sid: SID,
  about: {
    schema: "1.0",
    app: "0",
    deno: "0",
    config_id: "test",
    config_sha256: "",
    mode: "diff",
    channels: {},
  },
  plaintext: false,
  startTick: 5,
  deterministic: true,
  retry: { base_ms: 0, max_ms: 0, multiplier: 1, jitter: 0, give_up_after: 0 },
  checked: (text) => text,
  signer: null,
  ackMs: 60_000,
  beatMs: 60_000,
};

function outbox(batch_frames = 4): Outbox {
  return new Outbox({
    max_bytes: 1 << 20,
    max_frames: 4096,
    batch_frames,
    batch_bytes: 65_536,
    dropsStates: false,
  });
}

/** An outbox of so many frames, and the batches it hands over. */
function batches(frames: number, batchFrames = 4) {
  const box = outbox(batchFrames);
  const bodies = new Bodies();
  for (let tick = 1; tick <= frames; tick++) {
    box.offer(bodies.events("events", 5 + tick));
  }
  while (box.take() !== null);
  return box.handed;
}

/** Lets a flusher write everything, and ends it. */
async function runAll(
  flusher: Flusher,
  isDone: () => boolean,
  run = flusher.run(),
): Promise<void> {
  for (let i = 0; !isDone(); i++) {
    assert(i < 10_000, "it comes to an end");
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  flusher.stop({ reason: "complete", dropped: 0 });
  await run;
}

Deno.test("Flusher writes a hello, numbers lines, settles them and says bye", async () => {
  const sink = new MemorySink();
  const status = newStatus();
  const flusher = new Flusher(sink, status, OPTIONS);
  for (const batch of batches(6)) flusher.accept(batch);
  await runAll(flusher, () => word(status, "settled") === 2);
  const [hello, ...frames] = readArrived(sink.text);
  assertEquals(
    sink.text.split("\n")[0],
    `{"v":1,"sid":"${SID}","conn":0,"next":0,"ch":"meta","k":"hello","t":6,` +
      `"d":{"schema":"1.0","app":"0","deno":"0","config_id":"test","config_sha256":"","mode":"diff","channels":{}}}`,
  );
  assertEquals(hello.t, 6);
  assertEquals(frames.map(({ seq }) => seq), [0, 1, 2, 3, 4, 5, 6]);
  assertEquals(frames.at(-1)?.k, "bye");
  assertEquals(frames.at(-1)?.d, {
    reason: "complete",
    last_seq: 5,
    frames: 7,
    bytes: frames.at(-1)?.d.bytes,
    dropped: 0,
  });
  assertEquals(stateOf(status), "stopped");
  assertEquals(counter(status, "frames"), 8);
  assertEquals(counter(status, "bytes"), sink.text.length);
  assertEquals(counter(status, "batches"), 4);
  assertEquals(flushCounts(status).reduce((a, b) => a + b), 4);
});

Deno.test("Flusher signs each link as one chain", async () => {
  const session = deriveSessionKey(new Uint8Array(32).fill(7), SID);
  const sink = new MemorySink();
  const status = newStatus();
  const signer = { session, kid: "k1" };
  const flusher = new Flusher(sink, status, { ...OPTIONS, signer });
  const [first, second] = batches(6);
  const run = flusher.run();
  flusher.accept(first);
  while (word(status, "settled") < 1) {
    await new Promise((r) => setTimeout(r, 0));
  }
  sink.end(new SinkFault("closed"));
  flusher.accept(second);
  await runAll(flusher, () => word(status, "settled") === 2, run);
  assertEquals(sink.links.length, 2);
  for (const text of sink.links) {
    const chain = new ChainVerifier(session);
    const lines = text.split("\n").slice(0, -1);
    assertEquals(JSON.parse(lines[0]).d.signed, "k1");
    for (const line of lines) {
      assertEquals(verifyLine(new TextEncoder().encode(line), chain), "k1");
    }
  }
  assertEquals(word(status, "keyframes"), 1);
});

Deno.test("Flusher writes again what was cut off, under the same numbers", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(fc.nat(400), { freq: 1 }), { maxLength: 20 }),
      fc.array(fc.boolean(), { maxLength: 10 }),
      fc.integer({ min: 1, max: 40 }),
      async (cuts, doors, frames) => {
        let write = 0;
        let door = 0;
        const sink = new MemorySink({
          cuts: (bytes) => {
            const cut = cuts[write++] ?? null;
            return cut === null ? null : Math.min(cut, bytes - 1);
          },
          opens: () => doors[door++] ?? true,
        });
        const status = newStatus();
        const flusher = new Flusher(sink, status, OPTIONS);
        const all = batches(frames);
        for (const batch of all) flusher.accept(batch);
        await runAll(flusher, () => word(status, "settled") === all.length);
        const arrived = once(readArrived(sink.text));
        // The bye itself may be cut off, and nobody tries again then.
        const events = arrived.filter(({ k }) => k === "event");
        assertEquals(events.map(({ n }) => n), [...Array(frames).keys()]);
        const failures = sink.failures + sink.opens - sink.links.length;
        assertEquals(counter(status, "sendFailures"), failures);
        assert(counter(status, "retries") <= failures);
        assertEquals(
          flushCounts(status).reduce((a, b) => a + b),
          counter(status, "batches"),
        );
        if (counter(status, "retries") > 0) {
          assert(readText(status, "error") !== "");
        }
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("Flusher settles what is acknowledged, and writes the rest again after a break", async () => {
  const sink = new MemorySink({ acks: true });
  const status = newStatus();
  const flusher = new Flusher(sink, status, OPTIONS);
  const [first, second] = batches(8);
  const run = flusher.run();
  flusher.accept(first);
  flusher.accept(second);
  while (word(status, "written") < 2) {
    await new Promise((r) => setTimeout(r, 0));
  }
  assertEquals(word(status, "settled"), 0);
  sink.link?.onAck?.(99);
  assertEquals(word(status, "settled"), 0);
  sink.link?.onAck?.(5);
  assertEquals(word(status, "settled"), 1);
  assertEquals(counter(status, "settledSeq"), 6);
  sink.end(new SinkFault("closed"));
  while (sink.links.length < 2) await new Promise((r) => setTimeout(r, 0));
  await new Promise((r) => setTimeout(r, 0));
  const [hello, ...again] = readArrived(sink.links[1]);
  assertEquals([hello.conn, hello.next, hello.d.resumed], [1, 6, true]);
  assertEquals(again.map(({ seq }) => seq), [6, 7]);
  sink.link?.onAck?.(7);
  await runAll(flusher, () => word(status, "settled") === 2, run);
});

Deno.test("Flusher goes on where another one stopped, whatever that had numbered", async () => {
  const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.integer({ min: -1, max: 8 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 12 }),
      async (acks, acked, frames, writes) => {
        const status = newStatus();
        let left = writes;
        const sink = new MemorySink({
          acks,
          // After so many writes its thread is stuck in the middle of one.
          cuts: (bytes) => left-- > 0 ? null : bytes >> 1,
        });
        const retry = { ...OPTIONS.retry, give_up_after: 1 };
        const options = { ...OPTIONS, retry, beatMs: 1, deterministic: false };
        const first = new Flusher(sink, status, options);
        const run = first.run();
        const box = batches(frames, 2);
        // As a town does it: one after the other, the first number noted.
        for (const batch of box) {
          first.accept(batch);
          while (word(status, "begun") < batch.id && left >= 0) await turn();
          if (word(status, "begun") < batch.id) break;
          batch.seq = counter(status, "batchSeq");
          while (word(status, "written") < batch.id && left >= 0) await turn();
        }
        if (acks && acked >= 0) sink.link?.onAck?.(acked);
        while (left >= 0) await turn();
        const next = succeed(status);
        const settled = word(status, "settled");
        first.stop({ reason: "error", dropped: 0 });
        await run;
        left = Infinity;
        const rest = box.filter(({ id }) => id > settled);
        const second = new Flusher(sink, next, options, rest);
        const going = second.run();
        while (word(next, "written") < (rest.at(-1)?.id ?? 0)) {
          await turn();
        }
        sink.link?.onAck?.(counter(next, "nextSeq") - 1);
        await runAll(second, () => true, going);
        const arrived = once(readArrived(sink.text));
        assertEquals(
          arrived.filter(({ k }) => k === "event").map(({ n }) => n),
          [...Array(frames).keys()],
        );
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("Flusher beats while there is nothing to say, but not in streams without time", async () => {
  for (const deterministic of [false, true]) {
    const sink = new MemorySink();
    const status = newStatus();
    const flusher = new Flusher(sink, status, {
      ...OPTIONS,
      deterministic,
      beatMs: 2,
    });
    const run = flusher.run();
    const [batch] = batches(1);
    flusher.accept(batch);
    for (let i = 0; i < 5; i++) await new Promise((r) => setTimeout(r, 4));
    await runAll(flusher, () => true, run);
    const frames = once(readArrived(sink.text));
    const beats = frames.filter(({ k }) => k === "beat");
    assertEquals(beats.length > 0, !deterministic);
    assertEquals(beats.every(({ t }) => t === 6), true);
    assertEquals(sink.text.includes('"ts"'), !deterministic);
  }
});

Deno.test("Flusher gives up after so many failures, and says why", async () => {
  const status = newStatus();
  const sink = new MemorySink({ opens: () => false });
  const retry = { ...OPTIONS.retry, give_up_after: 3 };
  const flusher = new Flusher(sink, status, { ...OPTIONS, retry });
  await runAll(flusher, () => stateOf(status) === "failed");
  assertEquals(sink.opens, 3);
  assertEquals(counter(status, "sendFailures"), 3);
  assertEquals(counter(status, "retries"), 2);
  assertEquals(readText(status, "error"), "closed door");
  assertEquals(stateOf(status), "failed");
});

Deno.test("Flusher: who takes a hello and hangs up has failed again", async () => {
  for (const acks of [false, true]) {
    const status = newStatus();
    const sink = new MemorySink({ acks });
    const retry = { ...OPTIONS.retry, give_up_after: 3 };
    const flusher = new Flusher(sink, status, { ...OPTIONS, retry });
    const run = flusher.run();
    await runAll(flusher, () => {
      sink.end(new SinkFault("hung up"));
      return stateOf(status) === "failed";
    }, run);
    assertEquals(sink.links.length, 3);
    assertEquals(counter(status, "connects"), 3);
    assertEquals(counter(status, "failuresInARow"), 3);
  }
});

Deno.test("Flusher: what is acknowledged ends a row of failures", async () => {
  const status = newStatus();
  let opens = 0;
  const sink = new MemorySink({ acks: true, opens: () => opens++ === 1 });
  const flusher = new Flusher(sink, status, OPTIONS);
  for (const batch of batches(1)) flusher.accept(batch);
  await runAll(flusher, () => {
    const rows = counter(status, "failuresInARow");
    if (word(status, "written") > 0) sink.link?.onAck?.(0);
    else assert(rows <= 1);
    return word(status, "settled") === 1;
  });
  assertEquals(counter(status, "sendFailures"), 1);
  assertEquals(counter(status, "failuresInARow"), 0);
});

Deno.test("Flusher: an acknowledgement that does not come ends the link", async () => {
  const status = newStatus();
  const sink = new MemorySink({ acks: true });
  const flusher = new Flusher(sink, status, { ...OPTIONS, ackMs: 2 });
  for (const batch of batches(1)) flusher.accept(batch);
  await runAll(flusher, () => sink.links.length > 2);
  assertEquals(
    readText(status, "error"),
    "timeout: nothing is acknowledged any more",
  );
});

Deno.test("Flusher repeats what it was asked, and says that others can listen", async () => {
  const nonce = "0123456789abcdef0123456789abcdef";
  const sink = new MemorySink({ nonce });
  const status = newStatus();
  const flusher = new Flusher(sink, status, { ...OPTIONS, plaintext: true });
  await runAll(flusher, () => stateOf(status) === "ready");
  const [{ d, t }] = readArrived(sink.text);
  assertEquals([d.nonce, d.plaintext, t], [nonce, true, 5]);
});

Deno.test("Flusher settles a batch of which nothing is written", async () => {
  for (const acks of [false, true]) {
    const sink = new MemorySink({ acks });
    const status = newStatus();
    const checked = (text: string) => text.includes('"t":6') ? null : text;
    const flusher = new Flusher(sink, status, { ...OPTIONS, checked });
    const [first, second] = batches(2, 1);
    const run = flusher.run();
    flusher.accept(first);
    while (word(status, "settled") < 1) {
      await new Promise((r) => setTimeout(r, 0));
    }
    flusher.accept(second);
    await runAll(flusher, () => word(status, "written") === 2, run);
    const frames = once(readArrived(sink.text));
    assertEquals(frames.map(({ seq, k }) => [seq, k]), [[0, "event"], [
      1,
      "bye",
    ]]);
  }
});
