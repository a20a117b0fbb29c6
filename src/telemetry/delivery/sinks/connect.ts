/** Connections of transports: certificates, and words for what fails. @module */
import { parseEndpoint } from "../../../config/endpoint.ts";
import type {
  HttpTransport,
  TcpTransport,
  TransportTls,
} from "../../../config/transport.ts";
import {
  type Certificates,
  loadCertificates,
} from "../../../security/certificates.ts";
import {
  type Connection,
  ConnectionError,
  type OnData,
} from "../../../security/connection.ts";
import { pathFrom } from "../../../security/paths.ts";
import { connectPlain } from "../../../security/plain.ts";
import { connectTls } from "../../../security/tls.ts";
import { SinkFault } from "../sink.ts";
import type { SinkOptions } from "./open_sink.ts";

/** How certificates are read. */
export type ConnectOptions = Omit<SinkOptions, "anew" | "alone">;

/** Makes connections to the one address of a transport. */
export type Connect = (onData: OnData) => Promise<Connection>;

/**
 * How a transport connects; its certificates are read now.
 *
 * Throws a {@link TownletError} for certificates that are of no use.
 */
export async function connector(
  transport: TcpTransport | HttpTransport,
  options: ConnectOptions,
): Promise<Connect> {
  const { host, port } = addressOf(transport);
  const connectTimeoutMs = transport.connect_timeout_ms;
  if (transport.type === "tcp" && !transport.tls.enabled) {
    return (onData) =>
      explained(connectPlain({ host, port, connectTimeoutMs }, onData));
  }
  const { server_name, pin_sha256 } = transport.tls;
  const { ca, cert, key } = await certificatesOf(transport.tls, options);
  return (onData) =>
    explained(connectTls({
      host,
      port,
      serverName: server_name,
      ca,
      cert,
      key,
      pins: pin_sha256,
      connectTimeoutMs,
    }, onData));
}

/** What a connection's failure is called in `last_error`. */
export async function explained<T>(attempt: Promise<T>): Promise<T> {
  try {
    return await attempt;
  } catch (error) {
    throw error instanceof ConnectionError ? faultOf(error) : error;
  }
}

/** A connection's failure, its kind in front. */
export function faultOf({ kind, message }: ConnectionError): SinkFault {
  return new SinkFault(`${kind}: ${message}`);
}

/** Host and port of a transport, as they are granted. */
function addressOf(
  transport: TcpTransport | HttpTransport,
): { readonly host: string; readonly port: number } {
  if (transport.type === "http") {
    const { hostname, port } = new URL(transport.endpoint);
    const host = hostname.replace(/^\[(.*)\]$/, "$1");
    return { host, port: Number(port || "443") };
  }
  const endpoint = parseEndpoint(transport.endpoint);
  if (endpoint === null) throw new RangeError("the endpoint is no host:port");
  return endpoint;
}

async function certificatesOf(
  { ca_file, cert_file, key_file }: TransportTls,
  { file, allowLoose, onNote }: ConnectOptions,
): Promise<Certificates> {
  const named = (path: string, name: string) => ({
    path: pathFrom(file, path),
    by: `telemetry.transport.tls.${name}`,
  });
  return await loadCertificates({
    ca: ca_file === null ? null : named(ca_file, "ca_file"),
    own: cert_file === null || key_file === null ? null : {
      cert: named(cert_file, "cert_file"),
      key: named(key_file, "key_file"),
    },
  }, {
    allowLoose,
    onLoose: (path) => onNote(`the key ${path} is open to others (rule S2)`),
  });
}
