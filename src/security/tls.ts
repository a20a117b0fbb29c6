/**
 * The one way out over TLS.
 *
 * The runtime verifies the server's certificate. This does not rely on it
 * alone: flags and variables of the runtime can add authorities or take the
 * verification away, and one supported version reports a connection before it
 * is verified. So what was presented is looked at here, before a byte is sent.
 * @module
 */
import { X509Certificate } from "node:crypto";
import {
  checkServerIdentity,
  connect,
  type DetailedPeerCertificate,
} from "node:tls";
import { type CertificateFacts, certificateFacts } from "./certificates.ts";
import {
  Connection,
  ConnectionError,
  type ConnectionFault,
  type OnData,
} from "./connection.ts";
import { checkNet, establish, explainSocketError } from "./plain.ts";

/** Where to connect to, and who has to answer. */
export interface TlsTarget {
  /** Host, as it is granted. */
  readonly host: string;
  /** Port, 1 to 65535. */
  readonly port: number;
  /** Name that the certificate must have, or null: the host. */
  readonly serverName: string | null;
  /** Text of each certificate that is trusted; undefined: the runtime's. */
  readonly ca: readonly string[] | undefined;
  /** Text of the own certificate, checked with its key; undefined: none. */
  readonly cert: string | undefined;
  /** Text of its key. */
  readonly key: string | undefined;
  /** Fingerprints of which the certificate has one; none means any. */
  readonly pins: readonly string[];
  /** Milliseconds for all that happens before the first byte. */
  readonly connectTimeoutMs: number;
}

/** Most certificates of a chain that are looked at. */
const CHAIN_LENGTH_MAX = 10;

/**
 * Connects, and checks who answers; nothing has been sent when it fails.
 *
 * @throws {ConnectionError} that says what is wrong with the peer
 * @throws {TownletError} with exit code 5 where the process may not connect
 */
export async function connectTls(
  target: TlsTarget,
  onData: OnData = () => {},
): Promise<Connection> {
  const { host, port, serverName, ca, cert, key, connectTimeoutMs } = target;
  checkNet("connect", host, port);
  const socket = connect({
    host,
    port,
    ...serverName === null ? {} : { servername: serverName },
    ...ca === undefined ? {} : { ca: [...ca] },
    ...cert === undefined ? {} : { cert, key },
    rejectUnauthorized: true,
    minVersion: "TLSv1.2",
  });
  const explain = (error: unknown) => explainTlsError(error, target);
  const peer = await establish<CertificateFacts>(
    socket,
    connectTimeoutMs,
    explain,
    (done) => {
      socket.once("secureConnect", () => {
        const presented: DetailedPeerCertificate | null = socket
          .getPeerCertificate(true);
        // Without a certificate it is not verified, and an error follows.
        if (presented?.raw?.length) done(() => check(presented, target));
      });
    },
  );
  const destroy = () => void socket.destroy();
  const connection = new Connection(socket, { peer, destroy, explain });
  connection.listen(onData);
  return connection;
}

/** Looks at what the server presented, and says what it is. */
function check(
  presented: DetailedPeerCertificate,
  target: TlsTarget,
): CertificateFacts {
  const leaf = new X509Certificate(presented.raw);
  const facts = certificateFacts(leaf);
  const { host, serverName, ca, pins } = target;
  const now = Date.now();
  if (now < facts.validFrom || now > facts.validTo) {
    throw new ConnectionError(
      "untrusted",
      "its certificate is outside its dates",
    );
  }
  const isElse = checkServerIdentity(serverName ?? host, presented);
  if (isElse !== undefined) throw wrongName(target, isElse);
  if (ca !== undefined) checkIssuer(leaf, presented, ca);
  if (pins.length > 0 && !pins.includes(facts.fingerprint256)) {
    throw new ConnectionError(
      "pin",
      `its certificate is not a pinned one; its SHA-256 is ${facts.fingerprint256}`,
    );
  }
  return facts;
}

/**
 * Checks that certificates that are trusted vouch for one, directly or through
 * those that were sent along.
 */
function checkIssuer(
  leaf: X509Certificate,
  presented: DetailedPeerCertificate,
  ca: readonly string[],
): void {
  const trusted = ca.map((text) => new X509Certificate(text));
  const sent = chainOf(presented);
  const seen = new Set<string>();
  for (let at: X509Certificate | undefined = leaf; at !== undefined;) {
    const one: X509Certificate = at;
    const isTrusted = trusted.some((other) =>
      other.fingerprint256 === one.fingerprint256 || vouchesFor(other, one)
    );
    if (isTrusted) return;
    seen.add(one.fingerprint256);
    at = sent.find((other) =>
      other.ca && !seen.has(other.fingerprint256) && vouchesFor(other, one)
    );
  }
  const hidden = presented.issuerCertificate === undefined
    ? "; this version of Deno does not show those between, which belong in that file, too"
    : "";
  throw new ConnectionError(
    "untrusted",
    `nobody in ca_file vouches for its certificate${hidden}`,
  );
}

/** Certificates that were sent along, as far as the runtime shows them. */
function chainOf(presented: DetailedPeerCertificate): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let at = presented.issuerCertificate;
  while (at?.raw !== undefined && chain.length < CHAIN_LENGTH_MAX) {
    chain.push(new X509Certificate(at.raw));
    at = at.issuerCertificate;
  }
  return chain;
}

/** Whether one certificate was signed with the key of another. */
function vouchesFor(issuer: X509Certificate, one: X509Certificate): boolean {
  if (one.issuer !== issuer.subject) return false;
  try {
    return one.verify(issuer.publicKey);
  } catch {
    // The key is of a kind that this signature is not.
    return false;
  }
}

/** What is wrong, by what the runtimes say. */
function explainTlsError(error: unknown, target: TlsTarget): ConnectionError {
  const { code = "", message = "" } = Object(error);
  const text = `${code} ${message}`;
  const told = (kind: ConnectionFault, sentence: string) =>
    new ConnectionError(kind, sentence, error);
  if (/ALTNAME_INVALID|not valid for name/.test(text)) {
    return wrongName(target, error);
  }
  if (/certificate expired|not valid yet/.test(text)) {
    return told("untrusted", "its certificate is outside its dates");
  }
  if (/LEAF_SIGNATURE|SELF_SIGNED|^CERT_|ISSUER_CERT|invalid peer/.test(text)) {
    return told(
      "untrusted",
      "nobody who is trusted vouches for its certificate, or not today",
    );
  }
  if (/WRONG_VERSION_NUMBER|InvalidContentType/.test(text)) {
    return told("plaintext_peer", "it does not speak TLS");
  }
  const refusesClient =
    /alert: (?:CertificateRequired|BadCertificate|UnknownCA|CertificateExpired|CertificateRevoked|CertificateUnknown|UnsupportedCertificate|AccessDenied)/;
  if (refusesClient.test(text)) {
    return told(
      "client_certificate",
      target.cert === undefined
        ? "it asks for a client certificate"
        : "it does not accept the client certificate",
    );
  }
  if (/alert: HandshakeFailure/.test(text) && target.cert === undefined) {
    return told(
      "client_certificate",
      "it broke off the handshake, as one does that asks for a client certificate",
    );
  }
  return explainSocketError(error);
}

function wrongName(
  { host, serverName }: TlsTarget,
  cause?: unknown,
): ConnectionError {
  return new ConnectionError(
    "name",
    `its certificate is not for ${serverName ?? host}`,
    cause,
  );
}
