/** Connections: what is read, and deadlines. @module */
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  type Connection,
  ConnectionError,
  type OnData,
  splitLines,
} from "../../src/security/connection.ts";
import { connectPlain } from "../../src/security/plain.ts";
import { connectTls } from "../../src/security/tls.ts";
import { certificates } from "../helpers/certificates.ts";
import {
  type Receiver,
  receiver,
  type ReceiverOptions,
} from "../helpers/receiver.ts";

const all = await certificates();

/** Both ways to connect; everything here holds for both. */
const WAYS: Readonly<
  Record<string, {
    tls: ReceiverOptions["tls"];
    connect(to: Receiver, onData?: OnData): Promise<Connection>;
  }>
> = {
  plain: {
    tls: null,
    connect: ({ port }, onData) =>
      connectPlain({ host: "127.0.0.1", port, connectTimeoutMs: 5000 }, onData),
  },
  tls: {
    tls: all.server,
    connect: ({ port }, onData) =>
      connectTls({
        host: "127.0.0.1",
        port,
        serverName: null,
        ca: [all.ca.cert],
        cert: undefined,
        key: undefined,
        pins: [],
        connectTimeoutMs: 5000,
      }, onData),
  },
};

for (const [name, { tls, connect }] of Object.entries(WAYS)) {
  Deno.test(`${name}: a connection sends in order, and closes after what was sent`, async () => {
    await using to = receiver({ tls });
    const connection = await connect(to);
    const pieces = Array.from({ length: 50 }, (_, i) => `${i},`.repeat(i * 20));
    await Promise.all(pieces.map((text) => connection.write(text, 5000)));
    await connection.write(new TextEncoder().encode("é"), 5000);
    await connection.close();
    assertEquals(await connection.closed, null);
    const received = await to.receivedAll();
    assert(received === pieces.join("") + "é", `${received.length}`);
    await assertRejects(
      () => connection.write("more", 1000),
      ConnectionError,
    );
  });

  Deno.test(`${name}: a connection reads a piece when the one before was dealt with`, async () => {
    await using to = receiver({ tls, greeting: "a".repeat(300_000) });
    let busy = 0;
    let length = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const connection = await connect(to, async (piece) => {
      assertEquals(++busy, 1);
      await new Promise((done) => setTimeout(done, 0));
      busy--;
      length += piece.length;
      if (length === 300_000) resolve();
    });
    await promise;
    await connection.close();
  });

  Deno.test(`${name}: what takes a piece can end the connection with a reason`, async () => {
    await using to = receiver({ tls, greeting: "hello" });
    const reason = new ConnectionError("closed", "enough");
    const connection = await connect(to, () => {
      throw reason;
    });
    assertEquals(await connection.closed, reason);
    await assertRejects(() => connection.write("x", 1000), Error, "enough");
    await connection.close();
  });

  Deno.test(`${name}: a connection says that its peer closed it`, async () => {
    const to = receiver({ tls });
    const connection = await connect(to);
    // Over TLS 1.3 a client is done before the server is.
    await connection.write("x", 1000);
    while (to.received() === "") await new Promise((go) => setTimeout(go, 1));
    await to[Symbol.asyncDispose]();
    assertEquals((await connection.closed)?.kind, "closed");
    await assertRejects(() => connection.write("x", 1000), ConnectionError);
  });

  Deno.test(`${name}: N5: a write that is not taken is given up, and so is the connection`, async () => {
    await using to = receiver({ tls, greeting: "hello", deaf: true });
    const { promise, resolve } = Promise.withResolvers<void>();
    const connection = await connect(to, () => resolve());
    await promise;
    const much = new Uint8Array(32 << 20);
    const writes = await Promise.allSettled([
      connection.write(much, 100),
      connection.write(much, 60_000),
    ]);
    const faults = writes.map((one) =>
      one.status === "rejected" ? one.reason.kind : "written"
    );
    assertEquals(faults, ["timeout", "timeout"]);
    assertEquals((await connection.closed)?.kind, "timeout");
    await connection.close();
  });
}

Deno.test("law: splitLines() gives the lines, however they come", async () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  const cuts = fc.array(fc.nat(200), { maxLength: 8 });
  await fc.assert(fc.asyncProperty(bytes, cuts, async (all, at) => {
    const lines: number[][] = [];
    const split = splitLines(200, (line) => void lines.push([...line]));
    let from = 0;
    for (const to of at.toSorted((a, b) => a - b)) {
      await split(all.slice(from, to));
      from = Math.max(from, Math.min(to, all.length));
    }
    await split(all.slice(from));
    const expected: number[][] = [[]];
    for (const byte of all) {
      if (byte === 10) expected.push([]);
      else expected[expected.length - 1].push(byte);
    }
    assertEquals(lines, expected.slice(0, -1));
  }));
});

Deno.test("splitLines() refuses a line that is too long, before its end comes", async () => {
  const text = (bytes: string) => new TextEncoder().encode(bytes);
  const lines: string[] = [];
  const split = splitLines(4, (line) => {
    lines.push(new TextDecoder().decode(line));
  });
  await split(text("1234\n12"));
  await split(text("34"));
  await assertRejects(
    async () => await split(text("5")),
    ConnectionError,
    "more than 4 bytes",
  );
  assertEquals(lines, ["1234"]);
});
