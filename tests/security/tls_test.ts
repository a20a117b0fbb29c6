/** The way out over TLS: only who is meant receives a byte. @module */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { X509Certificate } from "node:crypto";
import { makeCertificate } from "../../cli/telemetry/make_certificates.ts";
import { TownletError } from "../../src/base/error.ts";
import { isFullRuntime } from "../../src/base/runtime.ts";
import { certificateFacts } from "../../src/security/certificates.ts";
import { ConnectionError } from "../../src/security/connection.ts";
import { connectTls, type TlsTarget } from "../../src/security/tls.ts";
import { certificates } from "../helpers/certificates.ts";
import { receiver, type ReceiverOptions } from "../helpers/receiver.ts";

const all = await certificates();

/** How this tests connects unless told otherwise. */
const TARGET = {
  host: "127.0.0.1",
  serverName: null,
  ca: [all.ca.cert],
  cert: undefined,
  key: undefined,
  pins: [],
  connectTimeoutMs: 5000,
} satisfies Omit<TlsTarget, "port">;

/** A line that only the right server may see. */
const PAYLOAD = "for the right server alone\n";

/** Connects, sends a line, and closes; gives what the server received. */
async function deliver(
  server: ReceiverOptions,
  target: Partial<TlsTarget> = {},
): Promise<string> {
  await using to = receiver(server);
  const connection = await connectTls({ ...TARGET, port: to.port, ...target });
  await connection.write(PAYLOAD, 1000);
  await connection.close();
  assertEquals(await connection.closed, null);
  return await to.receivedAll();
}

/** The kind of the refusal; nothing may have been received. */
async function refusal(
  server: ReceiverOptions,
  target: Partial<TlsTarget> = {},
): Promise<string> {
  await using to = receiver(server);
  const error = await assertRejects(
    () => connectTls({ ...TARGET, port: to.port, ...target }),
    ConnectionError,
  );
  // Who does not speak TLS sees how it begins.
  assertEquals(server.tls === null || to.received() === "", true);
  assert(!to.received().includes(PAYLOAD));
  return error.kind;
}

/** The fingerprint of a certificate. */
function pinOf({ cert }: { readonly cert: string }): string {
  return certificateFacts(new X509Certificate(cert)).fingerprint256;
}

Deno.test("connectTls() delivers to a server that its authority vouches for", async () => {
  assertEquals(await deliver({ tls: all.server }), PAYLOAD);
  const host = "localhost";
  assertEquals(await deliver({ tls: all.server }, { host }), PAYLOAD);
});

Deno.test("connectTls() says who answered", async () => {
  await using to = receiver({ tls: all.server });
  const connection = await connectTls({ ...TARGET, port: to.port });
  assertEquals(
    connection.peer,
    certificateFacts(new X509Certificate(all.server.cert)),
  );
  await connection.close();
});

Deno.test("N2: connectTls() refuses who is unknown, over, somebody else, or vouches for itself", async () => {
  assertEquals(await refusal({ tls: all.foreignServer }), "untrusted");
  assertEquals(await refusal({ tls: all.expired }), "untrusted");
  assertEquals(await refusal({ tls: all.wrongName }), "name");
  assertEquals(await refusal({ tls: all.selfSigned }), "untrusted");
  // Without ca_file the authorities of the runtime count, and ours is none.
  const ca = undefined;
  assertEquals(await refusal({ tls: all.server }, { ca }), "untrusted");
});

Deno.test("N2: connectTls() refuses who does not speak TLS", async () => {
  const greeting = "220 at your service\r\n";
  assertEquals(await refusal({ tls: null, greeting }), "plaintext_peer");
  assertEquals(await refusal({ tls: null, curt: true }), "closed");
});

Deno.test("N3: connectTls() trusts a certificate that stands in ca_file itself", async () => {
  const ca = [all.foreignCa.cert, all.selfSigned.cert];
  assertEquals(await deliver({ tls: all.selfSigned }, { ca }), PAYLOAD);
});

Deno.test("N3: connectTls() follows what is between where it is shown, or in ca_file", async () => {
  const { cert, key } = all.farServer;
  const chain = { cert: cert + all.intermediate.cert, key };
  const ca = [all.ca.cert, all.intermediate.cert];
  assertEquals(await deliver({ tls: chain }, { ca }), PAYLOAD);
  assertEquals(await deliver({ tls: all.farServer }, { ca }), PAYLOAD);
  assertEquals(await refusal({ tls: all.farServer }), "untrusted");
  if (isFullRuntime(Deno.version.deno)) {
    assertEquals(await deliver({ tls: chain }), PAYLOAD);
  } else assertEquals(await refusal({ tls: chain }), "untrusted");
});

Deno.test("N3: connectTls() wants one of the pinned certificates", async () => {
  const [right, wrong] = [pinOf(all.server), pinOf(all.foreignServer)];
  const server = { tls: all.server };
  assertEquals(await deliver(server, { pins: [wrong, right] }), PAYLOAD);
  assertEquals(await refusal(server, { pins: [wrong] }), "pin");
  assertEquals(await refusal(server, { pins: [pinOf(all.ca)] }), "pin");
  // A pin does not stand for the authority.
  const foreign = { tls: all.foreignServer };
  assertEquals(await refusal(foreign, { pins: [wrong] }), "untrusted");
});

Deno.test("connectTls() wants the certificate to have the name that is asked for", async () => {
  const now = Date.now();
  const tls = await makeCertificate({
    subject: "Test server",
    use: "server",
    names: ["*.town.example", "harbour.example"],
    from: new Date(now - 1000),
    until: new Date(now + 60_000),
  }, all.ca);
  const named = (serverName: string | null) => ({ serverName });
  for (const name of ["a.town.example", "HARBOUR.example"]) {
    assertEquals(await deliver({ tls }, named(name)), PAYLOAD, name);
  }
  for (const name of ["town.example", "a.b.town.example", "localhost", null]) {
    assertEquals(await refusal({ tls }, named(name)), "name", String(name));
  }
});

Deno.test({
  name: "N5: connectTls() gives up on a server that says nothing",
  // Older versions of the runtime do not let go of what was given up.
  sanitizeResources: isFullRuntime(Deno.version.deno),
  async fn() {
    const server = { tls: null, deaf: true };
    const kind = await refusal(server, { connectTimeoutMs: 100 });
    assertEquals(kind, "timeout");
  },
});

Deno.test("connectTls() says when nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const error = await assertRejects(
    () => connectTls({ ...TARGET, port }),
    ConnectionError,
  );
  assertEquals(error.kind, "refused");
});

Deno.test("N1: connectTls() says which grant is missing", async () => {
  const error = await assertRejects(
    () => connectTls({ ...TARGET, host: "::1", port: 9443 }),
    TownletError,
    "rule N1",
  );
  assertEquals([error.exit, error.where], [5, "[::1]:9443"]);
  assertEquals(error.hint, "Grant --allow-net=[::1]:9443");
});

Deno.test("connectTls() tells in its own words, and keeps those of the runtime", async () => {
  await using to = receiver({ tls: all.wrongName });
  const error = await assertRejects(
    () => connectTls({ ...TARGET, port: to.port }),
    ConnectionError,
  );
  assertEquals(error.message, "its certificate is not for 127.0.0.1");
  assertMatch(String(error.cause), /elsewhere|altnames/);
});
