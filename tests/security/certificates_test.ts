/** Certificates that are looked at before anything uses them. @module */
import { Buffer } from "node:buffer";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import {
  certificateFacts,
  type Certificates,
  loadCertificates,
} from "../../src/security/certificates.ts";
import { certificates } from "../helpers/certificates.ts";
import { inScratch } from "../helpers/scratch.ts";

const all = await certificates();

/** Files of certificates, by content; null for a file that is not named. */
interface Files {
  readonly ca?: string | Uint8Array<ArrayBuffer>;
  readonly cert?: string;
  readonly key?: string;
}

/** Writes files and loads them. */
async function load(files: Files, allowLoose = false): Promise<Certificates> {
  let loaded: Certificates | undefined;
  await inScratch(async (folder) => {
    for (const [name, content] of Object.entries(files)) {
      const path = `${folder}/${name}.pem`;
      await Deno.writeFile(path, Buffer.from(content), { mode: 0o600 });
      if (allowLoose) await Deno.chmod(path, 0o644);
    }
    const named = (name: string) => ({
      path: `${folder}/${name}.pem`,
      by: `tls.${name}_file`,
    });
    loaded = await loadCertificates({
      ca: files.ca === undefined ? null : named("ca"),
      own: files.cert === undefined
        ? null
        : { cert: named("cert"), key: named("key") },
    }, { allowLoose, onLoose: (path) => assert(path.endsWith("/key.pem")) });
  });
  assert(loaded !== undefined);
  return loaded;
}

/** What loading says of a file. */
async function refusal(files: Files): Promise<string> {
  const error = await assertRejects(() => load(files), TownletError);
  assertEquals([error.exit, error.code], [2, "tls.certificate"]);
  assert(error.where?.startsWith("out/test-"));
  assert(error.message.endsWith(" (rule N7)"));
  return error.message.replace("The file of ", "").replace(" (rule N7)", "");
}

Deno.test("loadCertificates() gives what is there, and nothing else", async () => {
  assertEquals(await load({}), {
    ca: undefined,
    cert: undefined,
    key: undefined,
    own: null,
  });
  const text = `# ours\n${all.ca.cert}\nand theirs:\n${all.foreignCa.cert}`;
  const { ca } = await load({ ca: text });
  assertEquals(ca, [all.ca.cert.trim(), all.foreignCa.cert.trim()]);
});

Deno.test("loadCertificates() gives a certificate with its chain and its key", async () => {
  const chain = all.farServer.cert + all.intermediate.cert;
  const { cert, key, own } = await load({
    cert: chain,
    key: all.farServer.key,
  });
  assertEquals(cert, chain);
  assertEquals(key, all.farServer.key);
  assertEquals(own?.subject, "O=Townlet, NOT FOR PRODUCTION, CN=Test server");
});

Deno.test("N7: loadCertificates() refuses a file without certificates", async () => {
  const der = Buffer.from(new X509Certificate(all.ca.cert).raw);
  const cut = all.ca.cert.slice(0, -20);
  const wrong = [
    ["", "is empty"],
    ["garbage", "holds no certificates as text"],
    [Uint8Array.from(der), "holds no certificates as text"],
    [all.ca.key, "holds no certificates as text"],
    [cut, "holds no certificates as text"],
    [all.foreignCa.cert + cut, "holds no certificates as text"],
    [
      all.ca.cert.replace(/^MII.{20}/m, "AAAAAAAAAAAAAAAAAAAAAAA"),
      "holds a certificate that is none (no. 1)",
    ],
  ] as const;
  for (const [ca, says] of wrong) {
    assertEquals(await refusal({ ca }), `tls.ca_file ${says}`);
  }
});

Deno.test("N7: loadCertificates() refuses a certificate that is over, or not yet", async () => {
  assert(
    (await refusal({ ...all.expiredClient })).startsWith(
      "tls.cert_file expired on 20",
    ),
  );
});

Deno.test("N7: loadCertificates() refuses a key that is another's, or none", async () => {
  const { cert } = all.client;
  const wrong = [
    [all.server.key, "is not the key of tls.cert_file"],
    ["", "holds no private key as text"],
    [cert, "holds no private key as text"],
    [
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
      "holds a key with a password",
    ],
    [
      "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
      "holds a key with a password",
    ],
    [
      "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
      "holds a private key that cannot be read",
    ],
  ] as const;
  for (const [key, says] of wrong) {
    assertEquals(await refusal({ cert, key }), `tls.key_file ${says}`);
  }
});

Deno.test("N7: loadCertificates() refuses keys of kinds that not every version knows", async () => {
  const keys = {
    ed448: generateKeyPairSync("ed448"),
    secp256k1: generateKeyPairSync("ec", { namedCurve: "secp256k1" }),
  };
  for (const [kind, { privateKey }] of Object.entries(keys)) {
    const key = String(privateKey.export({ type: "pkcs8", format: "pem" }));
    assertEquals(
      await refusal({ cert: all.client.cert, key }),
      `tls.key_file holds a key of a kind that is not used: ${kind}`,
    );
  }
});

Deno.test("loadCertificates() takes the key out of what stands around it", async () => {
  const { cert, key } = all.client;
  const parameters =
    "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
  assertEquals((await load({ cert, key: parameters + key })).key, key);
});

Deno.test("loadCertificates() wants keys to be their owner's alone (rule S2)", async () => {
  await inScratch(async (folder) => {
    const path = (name: string) => ({ path: `${folder}/${name}`, by: name });
    await Deno.writeTextFile(`${folder}/cert`, all.client.cert);
    await Deno.writeTextFile(`${folder}/key`, all.client.key);
    await Deno.chmod(`${folder}/key`, 0o640);
    const error = await assertRejects(
      () =>
        loadCertificates({
          ca: null,
          own: { cert: path("cert"), key: path("key") },
        }, { allowLoose: false, onLoose: () => {} }),
      TownletError,
      "rule S2",
    );
    assertEquals([error.exit, error.where], [5, `${folder}/key`]);
  });
  assertEquals((await load({ ...all.client }, true)).key, all.client.key);
});

Deno.test("certificateFacts() tells what a certificate says", () => {
  const facts = certificateFacts(new X509Certificate(all.server.cert));
  assertEquals(
    [facts.subject, facts.issuer, facts.names],
    [
      "O=Townlet, NOT FOR PRODUCTION, CN=Test server",
      "O=Townlet, NOT FOR PRODUCTION, CN=Test CA",
      "DNS:localhost, IP Address:127.0.0.1, IP Address:::1",
    ],
  );
  assert(/^[0-9a-f]{64}$/.test(facts.fingerprint256));
  assert(facts.validFrom < Date.now() && Date.now() < facts.validTo);
});
