/** Certificates for trying things out, read by the platform. @module */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { assert, assertEquals } from "@std/assert";
import { makeCertificate } from "../../../cli/telemetry/make_certificates.ts";
import { certificates } from "../../helpers/certificates.ts";

Deno.test("makeCertificate() makes pairs that fit, by the authority that is said", async () => {
  const all = await certificates();
  const ca = new X509Certificate(all.ca.cert);
  for (const { cert, key } of Object.values(all)) {
    const read = new X509Certificate(cert);
    assert(read.checkPrivateKey(createPrivateKey(key)));
    assert(read.subject.includes("NOT FOR PRODUCTION"));
  }
  assert(ca.verify(ca.publicKey));
  for (const { cert } of [all.server, all.intermediate, all.client]) {
    const read = new X509Certificate(cert);
    assert(read.verify(ca.publicKey));
    assertEquals(read.issuer, ca.subject);
  }
  for (const { cert } of [all.selfSigned, all.foreignServer, all.farServer]) {
    assert(!new X509Certificate(cert).verify(ca.publicKey));
  }
});

Deno.test("makeCertificate() writes names, addresses, use and dates", async () => {
  const { cert } = await makeCertificate({
    subject: "Harbour",
    use: "server",
    names: ["town.example", "10.0.0.1", "fe80::1"],
    from: new Date("2026-01-01T00:00:00Z"),
    until: new Date("2051-01-01T00:00:00Z"),
  }, null);
  const read = new X509Certificate(cert);
  assertEquals(
    read.subjectAltName,
    "DNS:town.example, IP Address:10.0.0.1, IP Address:fe80::1",
  );
  assertEquals(
    new Date(read.validFrom).toISOString(),
    "2026-01-01T00:00:00.000Z",
  );
  assertEquals(
    new Date(read.validTo).toISOString(),
    "2051-01-01T00:00:00.000Z",
  );
  assertEquals(read.ca, false);
  assertEquals(read.subject, "O=Townlet, NOT FOR PRODUCTION\nCN=Harbour");
});

Deno.test("makeCertificate() gives every certificate a number of its own", async () => {
  const all = Object.values(await certificates());
  const numbers = all.map(({ cert }) => new X509Certificate(cert).serialNumber);
  assertEquals(new Set(numbers).size, all.length);
  for (const number of numbers) {
    assert(/^0?1[0-9A-F]{30}$/.test(number), number);
  }
});
