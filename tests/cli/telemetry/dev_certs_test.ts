/** Certificates for trying TLS out, as they are written. @module */
import { X509Certificate } from "node:crypto";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { writeDevCerts } from "../../../cli/telemetry/dev_certs.ts";
import { TownletError } from "../../../src/base/error.ts";
import { loadCertificates } from "../../../src/security/certificates.ts";
import { connectTls } from "../../../src/security/tls.ts";
import { inScratch } from "../../helpers/scratch.ts";
import { receiver } from "../../helpers/receiver.ts";

const UNTIL = new Date(Date.now() + 86_400_000);

/** Loads what was written, as those do who use it. */
async function load(folder: string, own: "server" | "client") {
  const named = (name: string) => ({ path: `${folder}/${name}`, by: name });
  return await loadCertificates({
    ca: named("ca.pem"),
    own: { cert: named(`${own}.pem`), key: named(`${own}.key`) },
  }, {
    allowLoose: false,
    onLoose: () => assert(false, "nothing is loose"),
  });
}

Deno.test("writeDevCerts() writes what a server and a client need to meet (rule S6)", async () => {
  await inScratch(async (folder) => {
    const names = ["localhost", "127.0.0.1", "::1"];
    const { files, fingerprint256 } = await writeDevCerts(folder, names, UNTIL);
    for (const name of files) {
      const { mode } = await Deno.stat(`${folder}/${name}`);
      assertEquals(mode, 0o100600, name);
    }
    const { cert, key } = await load(folder, "server");
    const client = await load(folder, "client");
    assert(cert !== undefined && key !== undefined);
    await using to = receiver({ tls: { cert, key } });
    const connection = await connectTls({
      host: "localhost",
      port: to.port,
      serverName: null,
      ca: client.ca,
      cert: client.cert,
      key: client.key,
      pins: [fingerprint256],
      connectTimeoutMs: 5000,
    });
    await connection.write("hello", 1000);
    await connection.close();
    assertEquals(await to.receivedAll(), "hello");
  });
});

Deno.test("writeDevCerts() says in every certificate that it is not for production", async () => {
  await inScratch(async (folder) => {
    await writeDevCerts(folder, ["town.example"], UNTIL);
    for (const name of ["ca", "server", "client"]) {
      const text = await Deno.readTextFile(`${folder}/${name}.pem`);
      const { subject, publicKey } = new X509Certificate(text);
      assert(subject.includes("NOT FOR PRODUCTION"), subject);
      assertEquals(publicKey.asymmetricKeyDetails?.namedCurve, "prime256v1");
    }
    const { own } = await load(folder, "server");
    assertEquals(own?.names, "DNS:town.example");
  });
});

Deno.test("writeDevCerts() replaces no file, and writes all or none (rule S6)", async () => {
  await inScratch(async (folder) => {
    await Deno.writeTextFile(`${folder}/client.key`, "mine");
    const error = await assertRejects(
      () => writeDevCerts(folder, ["localhost"], UNTIL),
      TownletError,
    );
    assertEquals([error.exit, error.where], [5, `${folder}/client.key`]);
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
    assertEquals(names, ["client.key"]);
    assertEquals(await Deno.readTextFile(`${folder}/client.key`), "mine");
  });
});
