/**
 * Certificates for trying things out: an authority, and what it vouches for.
 *
 * They have keys of the curve P-256, and say of themselves that they are not
 * for production.
 * @module
 */
import type { JsonName } from "@peculiar/x509";

/** Words in the subject of every certificate made here. */
export const NOT_FOR_PRODUCTION = "NOT FOR PRODUCTION";

/** A certificate and its key, both as PEM. */
export interface Certificate {
  /** The certificate. */
  readonly cert: string;
  /** Its private key. */
  readonly key: string;
}

/** What a certificate says. */
export interface CertificateParts {
  /** Whom it is for; its subject says so, and that it is not for production. */
  readonly subject: string;
  /** What it may be used for. */
  readonly use: "authority" | "server" | "client";
  /** Hosts and addresses a server goes by; none unless given. */
  readonly names?: readonly string[];
  /** When it begins to hold. */
  readonly from: Date;
  /** When it ends. */
  readonly until: Date;
}

/** Keys and signatures of all certificates. */
const ALGORITHM = {
  name: "ECDSA",
  namedCurve: "P-256",
  hash: "SHA-256",
} as const;

/**
 * Makes a certificate and its key.
 *
 * @param issuer the authority that vouches for it, or null: it does so itself
 */
export async function makeCertificate(
  { subject, use, names = [], from, until }: CertificateParts,
  issuer: Certificate | null,
): Promise<Certificate> {
  const x509 = await loadX509();
  const { publicKey, privateKey } = await crypto.subtle.generateKey(
    ALGORITHM,
    true,
    ["sign", "verify"],
  );
  const name: JsonName = [
    { O: [`Townlet, ${NOT_FOR_PRODUCTION}`] },
    { CN: [subject] },
  ];
  const authority = issuer === null ? null : {
    name: new x509.X509Certificate(issuer.cert).subject,
    key: await crypto.subtle.importKey(
      "pkcs8",
      x509.PemConverter.decodeFirst(issuer.key),
      ALGORITHM,
      false,
      ["sign"],
    ),
  };
  const cert = await x509.X509CertificateGenerator.create({
    // Positive, and of 16 bytes: its first bit is 0.
    serialNumber: `01${crypto.randomUUID().replaceAll("-", "").slice(2)}`,
    subject: name,
    issuer: authority?.name ?? name,
    publicKey,
    signingKey: authority?.key ?? privateKey,
    signingAlgorithm: ALGORITHM,
    notBefore: from,
    notAfter: until,
    extensions: [
      new x509.BasicConstraintsExtension(use === "authority", undefined, true),
      new x509.KeyUsagesExtension(
        use === "authority"
          ? x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign
          : x509.KeyUsageFlags.digitalSignature,
        true,
      ),
      ...use === "authority" ? [] : [
        new x509.ExtendedKeyUsageExtension([
          x509.ExtendedKeyUsage[use === "server" ? "serverAuth" : "clientAuth"],
        ]),
      ],
      ...names.length === 0 ? [] : [
        new x509.SubjectAlternativeNameExtension(names.map((value) => ({
          type: isAddress(value) ? "ip" as const : "dns" as const,
          value,
        }))),
      ],
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
    ],
  });
  const key = await crypto.subtle.exportKey("pkcs8", privateKey);
  return {
    cert: `${cert.toString("pem")}\n`,
    key: `${x509.PemConverter.encode(key, "PRIVATE KEY")}\n`,
  };
}

/** The library, loaded only where certificates are made. */
async function loadX509() {
  // The library asks for it, and does not bring it along.
  await import("reflect-metadata");
  return await import("@peculiar/x509");
}

/** Whether a host is an address: of numbers, or with colons. */
function isAddress(host: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$|:/.test(host);
}
