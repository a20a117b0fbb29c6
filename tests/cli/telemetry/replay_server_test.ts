import { assert, assertEquals, assertRejects } from "@std/assert";
import { dueOf, type ReplayFlags } from "../../../cli/telemetry/replay.ts";
import { serveReplay } from "../../../cli/telemetry/replay_server.ts";
import { messagesOf, netOf } from "../../../cli/telemetry/websocket.ts";
import { TownletError } from "../../../src/base/error.ts";
import { TelemetryReader } from "../../../src/telemetry/reader/reader.ts";
import { KEYS, recording } from "../../helpers/recording.ts";
import { inScratch } from "../../helpers/scratch.ts";

/** What nobody asks for. */
const FLAGS: Omit<ReplayFlags, "source"> = {
  verifyKey: [],
  bestEffort: false,
  from: undefined,
  to: undefined,
  speed: 1e6,
  toWs: 0,
  out: undefined,
};

/** Serves a recording while something is done with its address. */
async function served(
  act: (address: string) => Promise<void>,
): Promise<void> {
  await inScratch(async (folder) => {
    const source = `${folder}/town.ndjson`;
    await Deno.writeTextFile(source, recording().text());
    const stop = new AbortController();
    const faults: unknown[] = [];
    const { promise, resolve } = Promise.withResolvers<string>();
    const done = serveReplay(() => dueOf({ ...FLAGS, source }), {
      port: 0,
      asked: stop.signal,
      onReady: resolve,
      onFault: (fault) => faults.push(fault),
    });
    try {
      await act(await promise);
    } finally {
      stop.abort();
      await done;
    }
    assertEquals(faults, []);
  });
}

/** Nobody asks to stop. */
const ON = { ca: undefined, asked: new AbortController().signal };

Deno.test("a recording goes over a WebSocket whole, to every reader", async () => {
  await served(async (address) => {
    const read = () =>
      Array.fromAsync(
        new TelemetryReader(messagesOf(address, ON), { keys: KEYS }),
      );
    const [one, two] = await Promise.all([read(), read()]);
    assertEquals(one.length, recording().lines.length);
    assertEquals(two, one);
    assertEquals(one.at(-1)?.kind, "bye");
  });
});

Deno.test("who has seen enough of a WebSocket may go", async () => {
  await served(async (address) => {
    let count = 0;
    for await (const piece of messagesOf(address, ON)) {
      assert(piece.length > 0);
      if (++count === 3) break;
    }
    const stop = new AbortController();
    for await (const _ of messagesOf(address, { ...ON, asked: stop.signal })) {
      stop.abort();
    }
  });
});

Deno.test("a replay turns pages of other sites away, and what is no WebSocket", async () => {
  await served(async (address) => {
    const url = address.replace("ws:", "http:");
    const { hostname, port } = new URL(address);
    const ask = async (headers: string) => {
      const connection = await Deno.connect({ hostname, port: Number(port) });
      const request =
        `GET / HTTP/1.1\r\n${headers}Upgrade: websocket\r\nConnection: Upgrade, close\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`;
      await connection.write(new TextEncoder().encode(request));
      const buffer = new Uint8Array(64);
      const length = await connection.read(buffer);
      connection.close();
      return new TextDecoder().decode(buffer.subarray(9, length ?? 0))
        .slice(0, 3);
    };
    const host = `Host: ${hostname}:${port}\r\n`;
    assertEquals(await ask(`${host}Origin: https://example.com\r\n`), "403");
    assertEquals(await ask(`Host: example.com\r\n`), "403");
    assertEquals(await ask(`${host}Origin: ${url}\r\n`), "101");
    const plain = await fetch(url);
    await plain.body?.cancel();
    assertEquals(plain.status, 426);
  });
});

Deno.test("messagesOf() leads to this machine only, and to WebSockets only", async () => {
  const read = (address: string) => Array.fromAsync(messagesOf(address, ON));
  const far = await assertRejects(
    () => read("ws://example.com:80/"),
    TownletError,
    "rule N6",
  );
  assertEquals(far.exit, 5);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("hello"),
  );
  const error = await assertRejects(
    () => read(`ws://127.0.0.1:${server.addr.port}/`),
    TownletError,
    "speaks no WebSocket",
  );
  assertEquals(error.code, "telemetry.connection");
  await server.shutdown();
  await assertRejects(
    () => read(`ws://127.0.0.1:${server.addr.port}/`),
    TownletError,
    "There is no stream here",
  );
  await assertRejects(() => read("ws://"), TownletError, "no address");
  assertEquals(netOf("wss://town.example/x"), "town.example:443");
  assertEquals(netOf("ws://[::1]:8787/"), "[::1]:8787");
});
