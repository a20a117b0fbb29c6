import { assert, assertEquals, assertThrows } from "@std/assert";
import { TownletError } from "../../../src/base/error.ts";
import { inScratch } from "../../helpers/scratch.ts";
import { Bodies, once, readArrived } from "./bodies.ts";
import { openCollector } from "./collector.ts";
import { open, plainTcp, tick, until } from "./open.ts";
import { MadeUpTown } from "./town.ts";

/** Lets the event loop turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("a collector gets every frame, without TLS only with a warning each time (rule N6)", async () => {
  let left = 1;
  await using collector = openCollector({
    hangsUpAfter: () => left-- > 0 ? 2000 : null,
  });
  const { delivery, log } = await open({
    transport: plainTcp(collector.port),
    buffer: { batch_frames: 4 },
    retry: { base_ms: 10, max_ms: 20 },
  });
  const town = new MadeUpTown();
  for (let i = 0; i < 100 || collector.links.length < 2; i++) {
    town.step(delivery);
    await turn();
  }
  town.step(delivery);
  assertEquals(await delivery.close("complete"), { undelivered: 0 });
  const hellos = readArrived(await collector.arrived()).filter(({ k }) =>
    k === "hello"
  );
  assertEquals(hellos.map(({ d }) => d.plaintext), [true, true]);
  assertEquals(hellos.map(({ conn }) => conn), [0, 1]);
  const warnings = log.filter((line) =>
    line.startsWith("warn: telemetry.plaintext: ")
  );
  assertEquals(warnings.length, 2);
});

Deno.test("a collector that never reads: the town goes on, what waits is bounded (rule N5)", async () => {
  await using collector = openCollector({ reads: false });
  const { delivery } = await open({
    transport: plainTcp(collector.port, { send_timeout_ms: 300 }),
    buffer: { max_bytes: 65_536 },
  });
  const town = new MadeUpTown(2000);
  // The system takes some megabytes without anybody reading.
  let health = delivery.health(0);
  const isStuck = () =>
    health.send_failures_total > 0 && (health.dropped.events ?? 0) > 0;
  await until(() => {
    for (let i = 0; i < 100; i++) town.step(delivery);
    health = delivery.health(town.tick);
    return isStuck();
  });
  assert(health.queue_bytes_peak <= 65_536);
  assert(health.conflated_ticks_total > 0);
  assertEquals(health.blocked_ms_total, 0);
  assert(health.lag_ticks > 0);
  assert((health.dropped.events ?? 0) > 0);
  assertEquals(health.dropped.agents, undefined);
  assertEquals(health.last_error, "timeout: it took nothing for 300 ms");
  await delivery.close("complete");
});

Deno.test("block makes a town wait, for so long in a tick", async () => {
  await using collector = openCollector({ reads: false });
  const { delivery } = await open({
    transport: plainTcp(collector.port),
    buffer: { max_bytes: 4096, max_frames: 16 },
    backpressure: "block",
    block_timeout_ms: 10,
  });
  const bodies = new Bodies();
  const held: boolean[] = [];
  // What the system takes without anybody reading is more than one tick's.
  for (let at = 1; at <= 40_000 && !held.at(-1); at++) {
    const order = delivery.begin(at);
    held.push(order.hold);
    if (!order.hold) delivery.offer(bodies.patch("agents", at, 3500));
    delivery.end(at);
  }
  assertEquals(held.at(-1), true);
  assert(delivery.health(1).blocked_ms_total >= 10);
  await delivery.close("complete");
});

Deno.test("where nothing listens it is tried again, told once, and given up when that is asked for", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const { delivery, log } = await open({
    transport: plainTcp(port),
    retry: { base_ms: 10, max_ms: 10, give_up_after: 3 },
  });
  const town = new MadeUpTown();
  town.step(delivery);
  await until(() => delivery.health(1).state === "failed");
  for (let i = 0; i < 50; i++) town.step(delivery);
  const health = delivery.health(town.tick);
  assertEquals(health.send_failures_total, 3);
  assertEquals(health.retries_total, 2);
  assertEquals(health.last_error, "refused: nobody listens there");
  assertEquals(health.worker_alive, true);
  assertEquals(log, [
    `warn: telemetry to 127.0.0.1:${port} failed and is tried again: refused: nobody listens there`,
    `error: telemetry_transport_failed: telemetry to 127.0.0.1:${port}: it gave up: refused: nobody listens there`,
  ]);
  assert((await delivery.close("complete")).undelivered > 0);
});

Deno.test("a batch goes out when it is full, after so many ticks, after so long", async () => {
  for (
    const buffer of [
      { batch_frames: 5, flush_ticks: 10_000, flush_ms: 10_000 },
      { batch_frames: 1000, flush_ticks: 5, flush_ms: 10_000 },
      { batch_frames: 1000, flush_ticks: 10_000, flush_ms: 1 },
      { batch_bytes: 1024, flush_ticks: 10_000, flush_ms: 10_000 },
    ]
  ) {
    await using collector = openCollector();
    const { delivery } = await open({
      transport: plainTcp(collector.port),
      buffer,
    });
    const bodies = new Bodies();
    for (let at = 1; at <= 6; at++) {
      tick(delivery, at, () => [bodies.patch("agents", at, 300)]);
    }
    await until(() => readArrived(collector.text).length > 1);
    const before = once(readArrived(collector.text)).length;
    assert(before > 0, JSON.stringify(buffer));
    await delivery.close("complete");
  }
});

Deno.test("without reason nothing is handed over before it is time", async () => {
  await using collector = openCollector();
  const { delivery } = await open({
    transport: plainTcp(collector.port),
    buffer: { flush_ms: 10_000, flush_ticks: 10_000 },
  });
  const bodies = new Bodies();
  for (let at = 1; at <= 20; at++) {
    tick(delivery, at, () => [bodies.patch("agents", at)]);
  }
  await until(() => delivery.health(20).state === "ready");
  assertEquals(delivery.health(20).queue_frames, 20);
  assertEquals(delivery.health(20).frames_total, 1);
  await delivery.close("complete");
  const arrived = readArrived(await collector.arrived());
  assertEquals(once(arrived).length, 21);
});

Deno.test("frames that break their schema end the run where that is asked for", async () => {
  await inScratch(async (folder) => {
    const { delivery, log } = await open({
      transport: { type: "file", file_path: `${folder}/town.ndjson` },
      validate: "fail",
      buffer: { flush_ms: 1 },
    });
    const bodies = new Bodies();
    tick(delivery, 1, () => [bodies.key("agents", 1)]);
    await until(() => delivery.validateFailures > 0);
    const error = assertThrows(() => delivery.begin(2), TownletError);
    assertEquals(error.exit, 1);
    assert(error.message.includes("agents"));
    // It is said once: what ends the run may tell of its end.
    assertEquals(delivery.begin(3).keyframesOf, ["agents"]);
    assertEquals(log.length, 1);
    await delivery.close("error");
  });
});
