/** Deliveries that take their time: over TLS, and to collectors at random. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ChainVerifier, deriveSessionKey } from "../../src/security/signing.ts";
import { verifyLine } from "../../src/telemetry/reader/check.ts";
import { certificates } from "../helpers/certificates.ts";
import { inScratch } from "../helpers/scratch.ts";
import { readArrived } from "../telemetry/delivery/bodies.ts";
import {
  type CollectorOptions,
  openCollector,
} from "../telemetry/delivery/collector.ts";
import { open, plainTcp, SID, until } from "../telemetry/delivery/open.ts";
import { checkArrived, MadeUpTown } from "../telemetry/delivery/town.ts";

const KEY = `hex:${"07".repeat(32)}`;

/** Lets the event loop turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("frames are signed with the key of a file, and arrive over TLS at who was meant", async () => {
  const { ca, server, wrongName } = await certificates();
  await inScratch(async (folder) => {
    await Deno.writeTextFile(`${folder}/ca.pem`, ca.cert);
    await Deno.writeTextFile(`${folder}/key`, KEY, { mode: 0o600 });
    const nonce = "ab".repeat(16);
    const send = async (options: CollectorOptions) => {
      await using collector = openCollector(options);
      const { delivery } = await open({
        transport: {
          type: "tcp",
          endpoint: `127.0.0.1:${collector.port}`,
          tls: { ca_file: "ca.pem" },
          challenge: true,
          connect_timeout_ms: 300,
        },
        sign: { keys: [{ id: "k1", file: "key", use: "sign" }] },
        retry: { base_ms: 10, max_ms: 20 },
      }, { file: `${folder}/town.yaml` });
      const town = new MadeUpTown();
      for (let i = 0; i < 50; i++) town.step(delivery);
      await until(() =>
        delivery.health(50).frames_total > 0 ||
        delivery.health(50).send_failures_total > 1
      );
      await delivery.close("complete");
      const text = await collector.arrived();
      return { town, text, health: delivery.health(50) };
    };
    const good = await send({ tls: server, nonce });
    checkArrived(good.town, readArrived(good.text));
    assertEquals([good.health.tls, good.health.signed], [true, true]);
    assert((good.health.cert_expires_in_s ?? 0) > 0);
    const key = new Uint8Array(32).fill(7);
    const chain = new ChainVerifier(deriveSessionKey(key, SID));
    const [hello] = readArrived(good.text);
    assertEquals([hello.d.signed, hello.d.nonce], ["k1", nonce]);
    for (const line of good.text.trimEnd().split("\n")) {
      assertEquals(verifyLine(new TextEncoder().encode(line), chain), "k1");
    }
    // Who is somebody else, or asks nothing, is told nothing.
    const [other, silent] = await Promise.all([
      send({ tls: wrongName, nonce }),
      send({ tls: server, reads: false }),
    ]);
    assertEquals([other.text, silent.text], ["", ""]);
    assertEquals(other.health.last_error?.split(":")[0], "name");
    assertEquals(
      silent.health.last_error,
      "timeout: the collector asks nothing",
    );
  });
});

Deno.test("whatever a collector does, states are whole and events arrive or are announced", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(fc.integer({ min: 1, max: 20_000 })), {
        maxLength: 5,
      }),
      fc.boolean(),
      fc.constantFrom("conflate", "drop_oldest", "block"),
      fc.constantFrom(4096, 16_384, 1 << 20),
      async (limits, acks, backpressure, max_bytes) => {
        let link = 0;
        await using collector = openCollector({
          acks,
          hangsUpAfter: () => limits[link++] ?? null,
        });
        const { delivery } = await open({
          // Without acknowledgement what was written counts as received.
          transport: plainTcp(collector.port, { ack: acks }),
          buffer: { max_bytes, batch_frames: 8, flush_ms: 1 },
          retry: { base_ms: 10, max_ms: 20 },
          block_timeout_ms: 10,
          backpressure,
        });
        const town = new MadeUpTown(100);
        for (let i = 0; i < 200; i++) {
          town.step(delivery);
          if (i % 10 === 0) await turn();
        }
        await until(() => delivery.health(town.tick).queue_frames === 0);
        await turn();
        town.step(delivery, true);
        await until(() => delivery.health(town.tick).queue_frames === 0);
        // What broke at last is followed by whole states.
        town.step(delivery, true);
        const { undelivered } = await delivery.close("complete");
        const health = delivery.health(town.tick);
        assertEquals(undelivered, 0);
        assertEquals(health.queue_frames, 0);
        assert(health.queue_bytes_peak <= max_bytes);
        if (acks) checkArrived(town, readArrived(await collector.arrived()));
      },
    ),
    { numRuns: 15 },
  );
});
