/**
 * Certificates: read, checked and described before anything uses them.
 *
 * The runtime accepts some files that hold no certificate, and notices late
 * that a certificate and a key do not belong together; here it is said at
 * once, with the name of the key or flag that names the file.
 * @module
 */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { EXIT, TownletError } from "../base/error.ts";
import { readKeyFile, readLinked } from "./key_files.ts";

/** Milliseconds before its end from which people are told of a certificate. */
export const CERTIFICATE_SOON_MS = 14 * 24 * 60 * 60 * 1000;

/** What a certificate says. */
export interface CertificateFacts {
  /** Whom it is for, `O=…, CN=…`. */
  readonly subject: string;
  /** Who vouches for it. */
  readonly issuer: string;
  /** Hosts and addresses it is for, as the platform writes them, or "". */
  readonly names: string;
  /** When it begins to hold, Unix time in milliseconds. */
  readonly validFrom: number;
  /** When it ends, Unix time in milliseconds. */
  readonly validTo: number;
  /** SHA-256 of its bytes, 64 digits in lower case. */
  readonly fingerprint256: string;
}

/** Files of certificates, and what names them. */
export interface CertificateFiles {
  /** Authorities that are trusted. */
  readonly ca: NamedFile | null;
  /** The own certificate, and the key to it: both or neither. */
  readonly own: { readonly cert: NamedFile; readonly key: NamedFile } | null;
}

/** A file, and the key of the configuration or the flag that names it. */
export interface NamedFile {
  /** Its path. */
  readonly path: string;
  /** What names it, such as `telemetry.transport.tls.ca_file`. */
  readonly by: string;
}

/** How files of certificates are read. */
export interface CertificateOptions {
  /** Whether a key that others may read is accepted. */
  readonly allowLoose: boolean;
  /** Told of such a key, by its path. */
  readonly onLoose: (path: string) => void;
}

/** What the files hold, checked. */
export interface Certificates {
  /** Text of each trusted certificate; undefined for the runtime's choice. */
  readonly ca: readonly string[] | undefined;
  /** Text of the own certificate and of what vouches for it, or undefined. */
  readonly cert: string | undefined;
  /** Text of its key, or undefined. */
  readonly key: string | undefined;
  /** What the own certificate says, or null. */
  readonly own: CertificateFacts | null;
}

/** Most bytes of a file of certificates. */
const CERTIFICATE_BYTES_MAX = 1 << 20;

/** One certificate in a text. */
const BLOCK =
  /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** The private key in a text; what some programs write before it is left out. */
const KEY_BLOCK = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[^]+?-----END \1-----/;

/**
 * Kinds of keys, or their curves, that every version of the runtime knows; with
 * others it says little, or ends the process.
 */
const KEY_KINDS: readonly string[] = [
  "rsa",
  "prime256v1",
  "secp384r1",
  "secp521r1",
  "ed25519",
];

/** Where a certificate begins in a text. */
const BEGIN = /-----BEGIN CERTIFICATE-----/g;

/**
 * Reads files of certificates and checks them: all are there, the own one is
 * of today, and its key fits.
 *
 * Throws a {@link TownletError} that names the file and what names it: exit
 * code 5 for a key that others may read (rule S2), else 2 (rule N7).
 */
export async function loadCertificates(
  { ca, own }: CertificateFiles,
  options: CertificateOptions,
): Promise<Certificates> {
  const trusted = ca === null ? undefined : await readCertificates(ca);
  if (own === null) {
    return { ca: trusted, cert: undefined, key: undefined, own: null };
  }
  const chain = await readCertificates(own.cert);
  const leaf = new X509Certificate(chain[0]);
  checkDates(leaf, own.cert);
  const key = await readKey(own.key, options);
  if (!leaf.checkPrivateKey(key.object)) {
    throw unusable(own.key, `is not the key of ${own.cert.by}`, {
      hint: `Name the key that was made with ${own.cert.path}`,
    });
  }
  return {
    ca: trusted,
    cert: chain.map((one) => `${one}\n`).join(""),
    key: key.text,
    own: certificateFacts(leaf),
  };
}

/** What a certificate says. */
export function certificateFacts(
  certificate: X509Certificate,
): CertificateFacts {
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: certificate.subjectAltName ?? "",
    validFrom: Date.parse(certificate.validFrom),
    validTo: Date.parse(certificate.validTo),
    fingerprint256: certificate.fingerprint256.replaceAll(":", "")
      .toLowerCase(),
  };
}

/** The certificates of a file, each as text; there is at least one. */
async function readCertificates(file: NamedFile): Promise<string[]> {
  const bytes = await readLinked(file.path, {
    what: `certificate of ${file.by}`,
    limit: CERTIFICATE_BYTES_MAX,
  });
  const text = new TextDecoder("latin1").decode(bytes);
  const blocks = text.match(BLOCK) ?? [];
  if (blocks.length === 0 || blocks.length !== text.match(BEGIN)?.length) {
    throw unusable(
      file,
      bytes.length === 0 ? "is empty" : "holds no certificates as text",
      {
        hint: bytes[0] === SEQUENCE
          ? "It may be DER: openssl x509 -inform der -in FILE -out FILE.pem"
          : "Certificates stand between BEGIN CERTIFICATE and END CERTIFICATE",
      },
    );
  }
  blocks.forEach((block, i) => {
    try {
      new X509Certificate(block);
    } catch (cause) {
      throw unusable(file, `holds a certificate that is none (no. ${i + 1})`, {
        cause,
      });
    }
  });
  return blocks;
}

/** What a certificate begins with in DER. */
const SEQUENCE = 0x30;

function checkDates(certificate: X509Certificate, file: NamedFile): void {
  const { validFrom, validTo } = certificateFacts(certificate);
  const now = Date.now();
  if (now >= validFrom && now <= validTo) return;
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  throw unusable(
    file,
    now > validTo
      ? `expired on ${day(validTo)}`
      : `does not hold before ${day(validFrom)}`,
    {
      hint: now > validTo
        ? "Name a new one"
        : "Wait, or look at the clock of this machine",
    },
  );
}

/** The key of a file, as text and as the platform reads it. */
async function readKey(file: NamedFile, options: CertificateOptions) {
  const bytes = await readKeyFile(file.path, {
    what: `key of ${file.by}`,
    allowLoose: options.allowLoose,
    onLoose: () => options.onLoose(file.path),
  });
  const text = new TextDecoder("latin1").decode(bytes);
  bytes.fill(0);
  const block = KEY_BLOCK.exec(text)?.[0];
  if (block === undefined) {
    throw unusable(file, "holds no private key as text", {
      hint: "A key stands between BEGIN PRIVATE KEY and END PRIVATE KEY",
    });
  }
  if (block.includes("ENCRYPTED")) {
    throw unusable(file, "holds a key with a password", {
      hint: "Take the password off: openssl pkey -in FILE -out FILE.key",
    });
  }
  let object: KeyObject;
  try {
    object = createPrivateKey(block);
  } catch (cause) {
    throw unusable(file, "holds a private key that cannot be read", { cause });
  }
  const kind = object.asymmetricKeyDetails?.namedCurve ??
    object.asymmetricKeyType ?? "";
  if (!KEY_KINDS.includes(kind)) {
    throw unusable(file, `holds a key of a kind that is not used: ${kind}`, {
      hint: `Use one of ${KEY_KINDS.join(", ")}`,
    });
  }
  return { text: `${block}\n`, object };
}

function unusable(
  { path, by }: NamedFile,
  what: string,
  more: { readonly hint?: string; readonly cause?: unknown },
): TownletError {
  return new TownletError(`The file of ${by} ${what} (rule N7)`, {
    code: "tls.certificate",
    where: path,
    exit: EXIT.usage,
    ...more,
  });
}

/** A name of several lines on one. */
function oneLine(name: string): string {
  return name.replaceAll("\n", ", ");
}
