/** The way in over TLS: who is let in, and who is not. @module */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Certificate } from "../../cli/telemetry/make_certificates.ts";
import { TownletError } from "../../src/base/error.ts";
import { isFullRuntime } from "../../src/base/runtime.ts";
import type { Connection } from "../../src/security/connection.ts";
import { connectTls } from "../../src/security/tls.ts";
import {
  listenTls,
  type TlsListen,
  type TlsServer,
} from "../../src/security/tls_server.ts";
import { certificates } from "../helpers/certificates.ts";

const all = await certificates();
const isFull = isFullRuntime(Deno.version.deno);

/** A server that notes what happens to it. */
interface Noted extends AsyncDisposable {
  readonly server: TlsServer;
  /** What came in, a text each connection. */
  readonly texts: string[];
  /** Subject of each client, or null. */
  readonly clients: (string | null)[];
  /** Reasons of those that were turned away. */
  readonly refused: string[];
  /** Waits until so many were let in and went, or were turned away. */
  met(guests: number): Promise<void>;
}

/** Starts a server. */
async function noted(options: Partial<TlsListen> = {}): Promise<Noted> {
  const texts: string[] = [];
  const clients: (string | null)[] = [];
  const refused: string[] = [];
  const decoder = new TextDecoder();
  let gone = 0;
  const server = await listenTls({
    host: "127.0.0.1",
    port: 0,
    cert: all.server.cert,
    key: all.server.key,
    clientCa: undefined,
    handshakeTimeoutMs: 5000,
    connectionsMax: 8,
    ...options,
  }, {
    onConnection(connection) {
      const at = texts.push("") - 1;
      clients.push(connection.peer?.subject ?? null);
      connection.listen(async (piece) => {
        texts[at] += decoder.decode(piece);
        await connection.write("got it\n", 1000);
      });
      connection.closed.then(() => gone++);
    },
    onRefused: (reason, address) => {
      assert(/^127\.0\.0\.1:\d+$/.test(address), address);
      refused.push(reason);
    },
  });
  return {
    server,
    texts,
    clients,
    refused,
    async met(guests) {
      while (gone + refused.length < guests) await soon();
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** Connects to it as a client, with a certificate or without. */
async function connect(
  { server }: Noted,
  own?: Certificate,
  onData?: (piece: Uint8Array) => void,
): Promise<Connection> {
  return await connectTls({
    host: "127.0.0.1",
    port: server.port,
    serverName: null,
    ca: [all.ca.cert],
    cert: own?.cert,
    key: own?.key,
    pins: [],
    connectTimeoutMs: 5000,
  }, onData);
}

/** Says something and waits for the answer, or for the end. */
async function talk(to: Noted, own?: Certificate): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const connection = await connect(
    to,
    own,
    (piece) => resolve(new TextDecoder().decode(piece)),
  );
  await connection.write("hello", 1000).catch(() => {});
  const answer = await Promise.race([
    promise,
    connection.closed.then((error) => error?.kind ?? "closed"),
  ]);
  await connection.close();
  return answer;
}

function soon(): Promise<void> {
  return new Promise((done) => setTimeout(done, 1));
}

Deno.test("listenTls() lets everybody in who speaks TLS, and answers", async () => {
  await using to = await noted();
  assertEquals(await talk(to), "got it\n");
  assertEquals(await talk(to), "got it\n");
  await to.met(2);
  assertEquals(to.texts, ["hello", "hello"]);
  assertEquals(to.clients, [null, null]);
  assertEquals(to.refused, []);
});

Deno.test({
  name:
    "N8: listenTls() lets in whom its authority vouches for, and nobody else",
  ignore: !isFull,
  async fn() {
    await using to = await noted({ clientCa: [all.ca.cert] });
    assertEquals(await talk(to, all.client), "got it\n");
    const others = [
      undefined,
      all.foreignClient,
      all.expiredClient,
      all.server,
    ];
    for (const other of others) {
      // Who has spoken already may be cut off before it reads why.
      const end = await talk(to, other);
      assert(["client_certificate", "closed"].includes(end), end);
    }
    await to.met(5);
    assertEquals(to.texts, ["hello"]);
    assertEquals(to.clients, ["O=Townlet, NOT FOR PRODUCTION, CN=Test client"]);
    assertEquals(to.refused, [
      "it presented no certificate",
      ...Array(3).fill("its certificate was not accepted, or it went away"),
    ]);
  },
});

Deno.test({
  name: "N8: listenTls() does not start where the runtime asks no client",
  ignore: isFull,
  async fn() {
    const error = await assertRejects(
      () => noted({ clientCa: [all.ca.cert] }),
      TownletError,
      "rule N8",
    );
    assertEquals(error.exit, 5);
  },
});

for (const clientCa of isFull ? [undefined, [all.ca.cert]] : [undefined]) {
  const kind = clientCa === undefined ? "for all" : "for known ones";
  const own = clientCa === undefined ? undefined : all.client;

  Deno.test(`N5: listenTls() ${kind} waits for nobody who says nothing, or nonsense`, async () => {
    await using to = await noted({ clientCa, handshakeTimeoutMs: 100 });
    const address = { hostname: "127.0.0.1", port: to.server.port };
    using _silent = await Deno.connect(address);
    using rude = await Deno.connect(address);
    await rude.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
    await to.met(2);
    assertEquals(to.refused.toSorted(), [
      "it does not speak TLS",
      "it took too long to connect",
    ]);
    assertEquals(await talk(to, own), "got it\n");
  });

  Deno.test(`listenTls() ${kind} has room for so many, and then again`, async () => {
    await using to = await noted({ clientCa, connectionsMax: 1 });
    const first = await connect(to, own);
    await first.write("a", 1000);
    while (to.texts[0] !== "a") await soon();
    const second = await Promise.allSettled([connect(to, own)]);
    if (second[0].status === "fulfilled") await second[0].value.closed;
    assertEquals(to.refused, ["there are too many connections"]);
    await first.close();
    await to.met(2);
    assertEquals(await talk(to, own), "got it\n");
  });

  Deno.test(`listenTls() ${kind} cuts off all when it is closed`, async () => {
    const to = await noted({ clientCa });
    const connection = await connect(to, own);
    await connection.write("a", 1000);
    while (to.texts[0] !== "a") await soon();
    await to.server.close();
    assertEquals((await connection.closed)?.kind, "closed");
    await to.met(1);
  });
}

Deno.test("listenTls() says that an address is taken", async () => {
  await using to = await noted();
  const error = await assertRejects(
    () => noted({ port: to.server.port }),
    TownletError,
    "Somebody listens there already",
  );
  assertEquals([error.exit, error.where], [2, `127.0.0.1:${to.server.port}`]);
});

Deno.test("N1: listenTls() says which grant is missing", async () => {
  const error = await assertRejects(
    () => noted({ host: "0.0.0.0", port: 9443 }),
    TownletError,
    "rule N1",
  );
  assertEquals([error.exit, error.hint], [5, "Grant --allow-net=0.0.0.0:9443"]);
});
