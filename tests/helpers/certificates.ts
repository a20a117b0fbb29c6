/** Certificates for tests: those that are good, and those that are not. @module */
import {
  type Certificate,
  makeCertificate,
} from "../../cli/telemetry/make_certificates.ts";

/** Milliseconds of a day. */
const DAY = 86_400_000;

/** Certificates that belong together, and others that do not. */
export interface Certificates {
  /** The authority that those which are good come from. */
  readonly ca: Certificate;
  /** Another authority, with a name of its own. */
  readonly foreignCa: Certificate;
  /** A server at `localhost`, `127.0.0.1` and `::1`. */
  readonly server: Certificate;
  /** The same, by the other authority. */
  readonly foreignServer: Certificate;
  /** A server at `elsewhere.example`. */
  readonly wrongName: Certificate;
  /** A server whose time is over. */
  readonly expired: Certificate;
  /** A server that vouches for itself. */
  readonly selfSigned: Certificate;
  /** An authority that the good one vouches for. */
  readonly intermediate: Certificate;
  /** A server by that authority. */
  readonly farServer: Certificate;
  /** A client. */
  readonly client: Certificate;
  /** A client by the other authority. */
  readonly foreignClient: Certificate;
  /** A client whose time is over. */
  readonly expiredClient: Certificate;
}

let made: Promise<Certificates> | undefined;

/** Makes all of them, once in a process: it takes some tenths of a second. */
export function certificates(): Promise<Certificates> {
  return made ??= makeAll();
}

async function makeAll(): Promise<Certificates> {
  const now = Date.now();
  const today = { from: new Date(now - DAY), until: new Date(now + DAY) };
  const past = { from: new Date(now - 3 * DAY), until: new Date(now - DAY) };
  const here = {
    subject: "Test server",
    use: "server",
    names: ["localhost", "127.0.0.1", "::1"],
    ...today,
  } as const;
  const client = { subject: "Test client", use: "client", ...today } as const;
  const authority = { use: "authority", ...today } as const;
  const ca = await makeCertificate({ subject: "Test CA", ...authority }, null);
  const foreignCa = await makeCertificate(
    { subject: "Foreign CA", ...authority },
    null,
  );
  const intermediate = await makeCertificate(
    { subject: "Test intermediate", ...authority },
    ca,
  );
  return {
    ca,
    foreignCa,
    intermediate,
    server: await makeCertificate(here, ca),
    foreignServer: await makeCertificate(here, foreignCa),
    wrongName: await makeCertificate(
      { ...here, names: ["elsewhere.example"] },
      ca,
    ),
    expired: await makeCertificate({ ...here, ...past }, ca),
    selfSigned: await makeCertificate(here, null),
    farServer: await makeCertificate(here, intermediate),
    client: await makeCertificate(client, ca),
    foreignClient: await makeCertificate(client, foreignCa),
    expiredClient: await makeCertificate({ ...client, ...past }, ca),
  };
}
