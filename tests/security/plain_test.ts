/** Connections without TLS. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import { ConnectionError } from "../../src/security/connection.ts";
import { addressOf, connectPlain } from "../../src/security/plain.ts";
import { receiver } from "../helpers/receiver.ts";

Deno.test("connectPlain() delivers on this machine", async () => {
  await using to = receiver({ tls: null });
  for (const host of ["127.0.0.1", "localhost"]) {
    const target = { host, port: to.port, connectTimeoutMs: 5000 };
    const connection = await connectPlain(target);
    assertEquals(connection.peer, null);
    await connection.write(`${host}\n`, 1000);
    await connection.close();
  }
  assertEquals(await to.receivedAll(2), "127.0.0.1\nlocalhost\n");
});

Deno.test("connectPlain() leads to no other machine (rule N6)", async () => {
  const others = [
    "town.example",
    "localhost.evil.com",
    "localhost.",
    "LOCALHOST",
    "127.0.0.1.nip.io",
    "127.0.0.256",
    "127.1",
    "0.0.0.0",
    "10.0.0.1",
    "::",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "0:0:0:0:0:0:0:1%eth0",
    "",
  ];
  for (const host of others) {
    const error = await assertRejects(
      () => connectPlain({ host, port: 9443, connectTimeoutMs: 1000 }),
      TownletError,
      "rule N6",
    );
    assertEquals([error.exit, error.where], [5, addressOf(host, 9443)]);
  }
});

Deno.test("connectPlain() says which grant is missing (rule N1)", async () => {
  const error = await assertRejects(
    () => connectPlain({ host: "127.0.0.2", port: 1, connectTimeoutMs: 1000 }),
    TownletError,
    "rule N1",
  );
  assertEquals([error.exit, error.where], [5, "127.0.0.2:1"]);
});

Deno.test("connectPlain() says when nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const error = await assertRejects(
    () => connectPlain({ host: "127.0.0.1", port, connectTimeoutMs: 5000 }),
    ConnectionError,
  );
  assertEquals(error.kind, "refused");
});
