/** TLS with servers of another make, and with a runtime that was talked into trust. @module */
import { assert, assertEquals } from "@std/assert";
import { isFullRuntime } from "../../src/base/runtime.ts";
import { ConnectionError } from "../../src/security/connection.ts";
import { connectTls, type TlsTarget } from "../../src/security/tls.ts";
import { certificates } from "../helpers/certificates.ts";
import {
  type OpensslServer,
  opensslServer,
} from "../helpers/openssl_server.ts";
import { receiver } from "../helpers/receiver.ts";
import { inScratch } from "../helpers/scratch.ts";

const all = await certificates();
const isFull = isFullRuntime(Deno.version.deno);

/** A line that only the right server may see. */
const PAYLOAD = "for-the-right-server-alone\n";

/** Does something in a folder with all certificates as files. */
async function withFiles(
  act: (folder: string) => Promise<void>,
): Promise<void> {
  await inScratch(async (folder) => {
    for (const [name, { cert, key }] of Object.entries(all)) {
      await Deno.writeTextFile(`${folder}/${name}.pem`, cert);
      await Deno.writeTextFile(`${folder}/${name}.key`, key);
    }
    await act(folder);
  });
}

/** Sends the line; gives `sent`, or the kind of what went wrong. */
async function send(
  port: number,
  target: Partial<TlsTarget> = {},
): Promise<string> {
  try {
    const connection = await connectTls({
      host: "127.0.0.1",
      port,
      serverName: null,
      ca: [all.ca.cert],
      cert: undefined,
      key: undefined,
      pins: [],
      connectTimeoutMs: 2000,
      ...target,
    });
    await connection.write(PAYLOAD, 1000);
    // Over TLS 1.3 a server looks at its client when that is done already.
    const later = new Promise<null>((done) => setTimeout(done, 500, null));
    const ended = await Promise.race([connection.closed, later]);
    await connection.close();
    await later;
    return ended?.kind ?? "sent";
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    return error.kind;
  }
}

/** Whether the line arrived; it does so soon, if at all. */
async function arrived(server: OpensslServer): Promise<boolean> {
  for (let i = 0; i < 25 && !server.printed().includes(PAYLOAD); i++) {
    await new Promise((done) => setTimeout(done, 20));
  }
  return server.printed().includes(PAYLOAD);
}

Deno.test("N2: of servers by openssl only the good one receives a byte", async () => {
  await withFiles(async (folder) => {
    const chain = ["-cert_chain", `${folder}/intermediate.pem`];
    const servers: readonly (readonly [string, string, string[]?])[] = [
      ["server", "sent"],
      ["foreignServer", "untrusted"],
      ["wrongName", "name"],
      ["expired", "untrusted"],
      ["selfSigned", "untrusted"],
      ["farServer", isFull ? "sent" : "untrusted", chain],
    ];
    for (const [name, outcome, words] of servers) {
      for (const version of ["-tls1_2", "-tls1_3"]) {
        await using server = await opensslServer(folder, name, [
          ...words ?? [],
          version,
        ]);
        assertEquals(await send(server.port), outcome, `${name} ${version}`);
        assertEquals(await arrived(server), outcome === "sent", name);
      }
    }
  });
});

Deno.test("N3: TLS before 1.2 is not spoken", async () => {
  await withFiles(async (folder) => {
    const old = ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"];
    await using server = await opensslServer(folder, "server", old);
    assertEquals(await send(server.port), "closed");
    assert(!(await arrived(server)));
  });
});

Deno.test({
  name: "N2: servers that speak no TLS, or nothing at all, receive no payload",
  // Older versions of the runtime do not let go of what was given up.
  sanitizeResources: isFull,
  async fn() {
    const greeting = "HTTP/1.1 400 Bad Request\r\n\r\n";
    await using plain = receiver({ tls: null, greeting });
    await using silent = receiver({ tls: null });
    assertEquals(await send(plain.port), "plaintext_peer");
    assertEquals(await send(silent.port, { connectTimeoutMs: 300 }), "timeout");
    for (const { received } of [plain, silent]) {
      assert(!received().includes(PAYLOAD));
    }
  },
});

Deno.test("a server by openssl that asks for a certificate gets bytes from its own clients alone", async () => {
  await withFiles(async (folder) => {
    const asks = [
      ...["-CAfile", `${folder}/ca.pem`],
      ...["-Verify", "2", "-verify_return_error"],
    ];
    for (const version of ["-tls1_2", "-tls1_3"]) {
      const words = [...asks, version];
      const others = [null, all.foreignClient, all.expiredClient];
      for (const own of others) {
        await using server = await opensslServer(folder, "server", words);
        const { cert, key } = own ?? {};
        const outcome = await send(server.port, { cert, key });
        // Who has spoken already may be cut off before it reads why.
        assert(["client_certificate", "closed"].includes(outcome), outcome);
        assert(!(await arrived(server)));
      }
      await using server = await opensslServer(folder, "server", words);
      assertEquals(await send(server.port, { ...all.client }), "sent");
      assert(await arrived(server));
    }
  });
});

Deno.test("N3: a pin is looked at before the first byte", async () => {
  await withFiles(async (folder) => {
    await using server = await opensslServer(folder, "server");
    const pins = ["00".repeat(32)];
    assertEquals(await send(server.port, { pins }), "pin");
    assert(!(await arrived(server)));
  });
});

/** Sends the line from a process that may connect to one address. */
async function client(
  folder: string,
  address: string,
  { granted = address, flags = [], env = {} }: {
    readonly granted?: string;
    readonly flags?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<string> {
  const { stdout } = await new Deno.Command("deno", {
    args: [
      ...["run", "--no-check", "--no-prompt", "--cached-only"],
      ...flags,
      ...[`--allow-read=${folder}`, `--allow-net=${granted}`],
      ...["tests/helpers/tls_client.ts", folder, ...address.split(":")],
      PAYLOAD,
    ],
    env,
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("N1: one address is reached as it is granted, and no other", async () => {
  await withFiles(async (folder) => {
    await using server = await opensslServer(folder, "server");
    await using neighbour = await opensslServer(folder, "server");
    const [here, next] = [server, neighbour].map(({ port }) => port);
    const to = `127.0.0.1:${here}`;
    for (
      const granted of [
        `127.0.0.1:${next}`,
        `localhost:${here}`,
        `[::1]:${here}`,
      ]
    ) {
      const outcome = await client(folder, to, { granted });
      assertEquals(outcome, "net.permission", granted);
    }
    assert(!(await arrived(server)));
    for (const host of ["127.0.0.1", "localhost"]) {
      assertEquals(await client(folder, `${host}:${here}`), "sent");
    }
    assert(await arrived(server));
  });
});

/** Ways to talk the runtime into trusting others: flags and variables. */
function temptations(
  folder: string,
): readonly {
  readonly flags?: string[];
  readonly env?: Record<string, string>;
}[] {
  const foreign = `${folder}/foreignCa.pem`;
  return [
    { flags: ["--unsafely-ignore-certificate-errors"] },
    { flags: [`--cert=${foreign}`] },
    { env: { DENO_CERT: foreign } },
    { env: { DENO_TLS_CA_STORE: "system", SSL_CERT_FILE: foreign } },
    { env: { NODE_EXTRA_CA_CERTS: foreign } },
    { env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" } },
  ];
}

Deno.test("N3: no flag and no variable makes a wrong server receive a byte", async () => {
  await withFiles(async (folder) => {
    for (const { flags = [], env = {} } of temptations(folder)) {
      const names = [
        ...["server", "foreignServer", "wrongName", "expired", "selfSigned"],
      ];
      await Promise.all(names.map(async (name) => {
        await using server = await opensslServer(folder, name);
        const address = `127.0.0.1:${server.port}`;
        const outcome = await client(folder, address, { flags, env });
        const what = `${name} ${flags} ${Object.keys(env)}: ${outcome}`;
        assertEquals(outcome === "sent", name === "server", what);
        assert(outcome !== "", what);
        assertEquals(await arrived(server), name === "server", what);
      }));
    }
  });
});
