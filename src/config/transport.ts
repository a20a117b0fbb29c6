/** Keys `telemetry.transport` and `telemetry.transports`: where frames go. @module */
import { z } from "zod";
import { isAddress, isLoopback, parseEndpoint } from "./endpoint.ts";
import { flag, int, path } from "./schema.ts";

/** Frames go to standard output. */
export interface StdoutTransport {
  /** Says that it is standard output. */
  readonly type: "stdout";
}

/** Frames go to a file. */
export interface FileTransport {
  /** Says that it is a file. */
  readonly type: "file";
  /** Path of the file. */
  readonly file_path: string;
  /** When a new file is begun. */
  readonly file: {
    /** Bytes of a file, at least 65536; 0 for one file. */
    readonly max_bytes: number;
    /** Files that are kept, 1 to 1000. */
    readonly keep: number;
    /** Whether full files are compressed. */
    readonly gzip: boolean;
  };
}

/** Certificates of a connection. */
export interface TransportTls {
  /** Path of the certificates that are trusted, or null: the system's. */
  readonly ca_file: string | null;
  /** Path of the client's certificate, or null. */
  readonly cert_file: string | null;
  /** Path of its key, or null. */
  readonly key_file: string | null;
  /** Name the server's certificate must have, or null: that of the endpoint. */
  readonly server_name: string | null;
  /** Fingerprints the server's certificate may have; none means any. */
  readonly pin_sha256: readonly string[];
}

/** Deadlines of a connection, in milliseconds. */
export interface TransportDeadlines {
  /** Time to connect, 100 to 60000. */
  readonly connect_timeout_ms: number;
  /** Time to send, 100 to 60000. */
  readonly send_timeout_ms: number;
}

/** Frames go to a collector, over TLS unless risked otherwise. */
export interface TcpTransport extends TransportDeadlines {
  /** Says that it is a TCP connection. */
  readonly type: "tcp";
  /** Address of the collector, `host:port`. */
  readonly endpoint: string;
  /** How the connection is secured. */
  readonly tls: TransportTls & {
    /** Whether it is secured. */
    readonly enabled: boolean;
  };
  /** First half of the consent to an unsecured connection. */
  readonly allow_plaintext: boolean;
  /** Second half of the consent to an unsecured connection. */
  readonly i_accept_plaintext_risk: boolean;
  /** Whether the collector acknowledges frames. */
  readonly ack: boolean;
  /** Whether the collector begins with a challenge. */
  readonly challenge: boolean;
}

/** Frames are posted to an address. */
export interface HttpTransport extends TransportDeadlines {
  /** Says that it is HTTP. */
  readonly type: "http";
  /** Address, beginning with https. */
  readonly endpoint: string;
  /** How the connection is secured. */
  readonly tls: TransportTls;
}

/** Metrics are written to a file. */
export interface PrometheusTransport {
  /** Says that it is a file of metrics. */
  readonly type: "prometheus";
  /** Path of the file. */
  readonly file_path: string;
}

/** Where frames go. */
export type Transport =
  | StdoutTransport
  | FileTransport
  | TcpTransport
  | HttpTransport
  | PrometheusTransport;

/** A {@link Transport} as written; `none` stands for no transport. */
export type TransportEntry = Transport | {
  /** Says that frames go nowhere. */
  readonly type: "none";
};

const tlsShape = {
  ca_file: path().nullable().prefault(null).describe(
    "Path of the certificates that are trusted; by default the system's",
  ),
  cert_file: path().nullable().prefault(null).describe(
    "Path of the client's certificate",
  ),
  key_file: path().nullable().prefault(null).describe("Path of its key"),
  server_name: z.string().regex(
    /^(?![0-9.]+$)[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/,
    {
      error: "must be a host's name, not an address",
    },
  ).nullable().prefault(null).describe(
    "Name the server's certificate must have; by default the endpoint's host",
  ),
  pin_sha256: z.array(
    z.string().regex(/^[0-9a-f]{64}$/, {
      error: "must be 64 hexadecimal digits in lower case",
    }),
  ).prefault([]).describe("Fingerprints the server's certificate may have"),
} as const;

/** Refuses a certificate without its key and a key without its certificate. */
function bothOrNeither(
  context: z.core.ParsePayload<TransportTls>,
): void {
  const { cert_file, key_file } = context.value;
  if ((cert_file === null) === (key_file === null)) return;
  context.issues.push({
    code: "custom",
    message: "must have both cert_file and key_file, or neither",
    input: context.value,
  });
}

const deadlines = {
  connect_timeout_ms: int(100, 60_000).prefault(5000).describe(
    "Milliseconds to connect",
  ),
  send_timeout_ms: int(100, 60_000).prefault(2000).describe(
    "Milliseconds to send",
  ),
} as const;

/** Bytes of a file of frames: no limit, or enough to be worth a file. */
const fileBytes = int(0).refine((n) => n === 0 || n >= 65_536, {
  error: "must be 0 or at least 65536",
});

const tcp = z.strictObject({
  type: z.literal("tcp").describe("To a collector, over TLS"),
  endpoint: z.string().refine((value) => parseEndpoint(value) !== null, {
    error: "must be host:port with a port from 1 to 65535; IPv6 needs brackets",
  }).describe("Address of the collector, `host:port`"),
  tls: z.strictObject({
    enabled: flag().prefault(true).describe(
      "Whether the connection is secured",
    ),
    ...tlsShape,
  }).check(bothOrNeither).prefault({}).describe(
    "How the connection is secured",
  ),
  allow_plaintext: flag().prefault(false).describe(
    "First half of the consent to an unsecured connection",
  ),
  i_accept_plaintext_risk: flag().prefault(false).describe(
    "Second half of the consent to an unsecured connection",
  ),
  ...deadlines,
  ack: flag().prefault(false).describe(
    "Whether the collector acknowledges frames",
  ),
  challenge: flag().prefault(false).describe(
    "Whether the collector begins with a challenge",
  ),
}).check((context) => {
  const { endpoint, tls, ...agreed } = context.value;
  if (tls.enabled) return;
  const refuse = (key: "endpoint" | keyof typeof agreed, message: string) =>
    context.issues.push({
      code: "custom",
      message: `${message} while tls.enabled is false (rule N6)`,
      input: context.value[key],
      path: [key],
    });
  for (const key of ["allow_plaintext", "i_accept_plaintext_risk"] as const) {
    if (!agreed[key]) refuse(key, "must be true");
  }
  const host = parseEndpoint(endpoint)?.host;
  if (host !== undefined && !isLoopback(host)) {
    refuse("endpoint", "must be of this machine");
  }
});

/** Schema of one transport. */
export const transport: z.ZodType<TransportEntry> = z.discriminatedUnion(
  "type",
  [
    z.strictObject({ type: z.literal("none").describe("Nowhere") }),
    z.strictObject({
      type: z.literal("stdout").describe("To standard output"),
    }),
    z.strictObject({
      type: z.literal("file").describe("To a file"),
      file_path: path().describe("Path of the file"),
      file: z.strictObject({
        max_bytes: fileBytes.prefault(0).describe(
          "Bytes of a file, at least 65536; 0 for one file",
        ),
        keep: int(1, 1000).prefault(10).describe("Files that are kept"),
        gzip: flag().prefault(false).describe(
          "Whether full files are compressed",
        ),
      }).prefault({}).describe("When a new file is begun"),
    }),
    tcp,
    z.strictObject({
      type: z.literal("http").describe("Posted to an address"),
      endpoint: z.string().refine(
        (value) => isAddress(value, "https:"),
        { error: "must be an https address without a name or password" },
      ).describe("Address, beginning with https"),
      tls: z.strictObject(tlsShape).check(bothOrNeither).prefault({}).describe(
        "How the connection is secured",
      ),
      ...deadlines,
    }),
    z.strictObject({
      type: z.literal("prometheus").describe("Metrics to a file"),
      file_path: path().describe("Path of the file"),
    }),
  ],
);
