/** A look at the collectors of a town. @module */
import { assertEquals, assertRejects } from "@std/assert";
import {
  checkConnections,
  type Finding,
  showFinding,
} from "../../../cli/telemetry/check_tls.ts";
import { openPaint } from "../../../cli/print/paint.ts";
import { TownletError } from "../../../src/base/error.ts";
import { isFullRuntime } from "../../../src/base/runtime.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { listenTls } from "../../../src/security/tls_server.ts";
import { certificates } from "../../helpers/certificates.ts";
import { withLines } from "../../helpers/config_text.ts";
import { receiver } from "../../helpers/receiver.ts";
import { inScratch } from "../../helpers/scratch.ts";

const all = await certificates();

/** Looks at the transports of a town that trusts the test's authority. */
async function check(transports: string): Promise<readonly Finding[]> {
  let findings: readonly Finding[] = [];
  await inScratch(async (folder) => {
    const file = `${folder}/town.yaml`;
    await Deno.writeTextFile(`${folder}/ca.pem`, all.ca.cert);
    await Deno.writeTextFile(`${folder}/c.pem`, all.client.cert);
    await Deno.writeTextFile(`${folder}/c.key`, all.client.key);
    await Deno.chmod(`${folder}/c.key`, 0o600);
    const text = withLines(`telemetry:\n  transports: [${transports}]`);
    findings = await checkConnections(await loadConfig(text, { file }), file);
  });
  return findings;
}

function tcp(port: number, more = ""): string {
  return `{ type: tcp, endpoint: "127.0.0.1:${port}", tls: { ca_file: ca.pem ${more} } }`;
}

Deno.test("checkConnections() tells who answers, and sends nothing", async () => {
  await using good = receiver({ tls: all.server });
  await using bad = receiver({ tls: all.foreignServer });
  await using plain = receiver({ tls: null });
  const findings = await check(
    [
      tcp(good.port),
      `{ type: http, endpoint: "https://localhost:${good.port}/in", tls: { ca_file: ca.pem } }`,
      tcp(bad.port),
      tcp(good.port, `, pin_sha256: [${"ab".repeat(32)}]`),
      `{ type: tcp, endpoint: "127.0.0.1:${plain.port}", tls: { enabled: false }, allow_plaintext: true, i_accept_plaintext_risk: true }`,
      "{ type: stdout }",
    ].join(", "),
  );
  assertEquals(findings.map(({ fault }) => fault?.split(":")[0] ?? null), [
    null,
    null,
    "untrusted",
    "pin",
    null,
  ]);
  const [first, second, ...others] = findings.map((one) => one.certificate);
  assertEquals(
    first?.names,
    "DNS:localhost, IP Address:127.0.0.1, IP Address:::1",
  );
  assertEquals(second, first);
  assertEquals(others, [null, null, null]);
  assertEquals([good.received(), bad.received(), plain.received()], [
    "",
    "",
    "",
  ]);
});

Deno.test({
  name: "checkConnections() waits for a server that asks for a certificate",
  ignore: !isFullRuntime(Deno.version.deno),
  async fn() {
    const server = await listenTls({
      host: "127.0.0.1",
      port: 0,
      ...all.server,
      clientCa: [all.ca.cert],
      handshakeTimeoutMs: 5000,
      connectionsMax: 8,
    }, {
      onConnection: (connection) => connection.listen(() => {}),
      onRefused: () => {},
    });
    const own = ", cert_file: c.pem, key_file: c.key";
    const findings = await check(
      `${tcp(server.port)}, ${tcp(server.port, own)}`,
    );
    await server.close();
    assertEquals(findings.map(({ fault }) => fault), [
      "client_certificate: it asks for a client certificate",
      null,
    ]);
  },
});

Deno.test("checkConnections() says when there is nothing to look at", async () => {
  const error = await assertRejects(
    () => check("{ type: stdout }"),
    TownletError,
    "connects to nothing",
  );
  assertEquals(error.exit, 2);
});

Deno.test("showFinding() tells what a certificate says, and obeys nothing in it", async () => {
  await using to = receiver({ tls: all.server });
  const [finding] = await check(tcp(to.port));
  const paint = openPaint(false);
  const { certificate } = finding;
  const lines = showFinding(
    {
      ...finding,
      endpoint: "town.example:1",
      certificate: certificate && {
        ...certificate,
        subject: "CN=\u001b[31mred\u202e",
        validFrom: Date.UTC(2026, 0, 2),
        validTo: Date.UTC(2999, 0, 2),
      },
    },
    paint,
  );
  assertEquals(lines.slice(0, 5), [
    "tcp town.example:1 trusted",
    "  subject  CN=\\u001b[31mred\\u202e",
    "  issuer   O=Townlet, NOT FOR PRODUCTION, CN=Test CA",
    "  names    DNS:localhost, IP Address:127.0.0.1, IP Address:::1",
    "  from     2026-01-02",
  ]);
  assertEquals(
    showFinding({
      ...finding,
      endpoint: "town.example:1",
      fault: "timeout: no connection was made in 5 ms",
      certificate: null,
    }, paint),
    [
      "tcp town.example:1 refused",
      "  reason   timeout: no connection was made in 5 ms",
    ],
  );
});
