/**
 * The one way in over TLS.
 *
 * With a list of authorities every client has to present a certificate of
 * theirs. Older versions of the runtime do not ask for it, and would let
 * everybody in: there such a server does not start.
 * @module
 */
import { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { createServer } from "node:tls";
import { EXIT, TownletError } from "../base/error.ts";
import { FULL_MINOR, isFullRuntime } from "../base/runtime.ts";
import { certificateFacts } from "./certificates.ts";
import { Connection } from "./connection.ts";
import { addressOf, checkNet, explainSocketError } from "./plain.ts";

/** Where to listen, and as whom. */
export interface TlsListen {
  /** Host, as it is granted. */
  readonly host: string;
  /** Port, 0 for any that is free. */
  readonly port: number;
  /** Text of the own certificate and of what vouches for it. */
  readonly cert: string;
  /** Text of its key. */
  readonly key: string;
  /** Text of each certificate that vouches for clients; undefined: all may. */
  readonly clientCa: readonly string[] | undefined;
  /** Milliseconds that a client has for the handshake. */
  readonly handshakeTimeoutMs: number;
  /** Most connections at once; those beyond are closed as they come. */
  readonly connectionsMax: number;
}

/** Who is told of those that connect. */
export interface TlsDoor {
  /** Somebody came in from an address; is to listen to the connection. */
  onConnection(connection: Connection, address: string): void;
  /** Somebody was turned away, for a reason. */
  onRefused(reason: string, address: string): void;
}

/** A server that listens. */
export interface TlsServer {
  /** Port it listens on. */
  readonly port: number;
  /** Listens no more, and cuts off all that are connected. */
  close(): Promise<void>;
}

/**
 * Listens for clients over TLS 1.2 and later.
 *
 * Throws a {@link TownletError}: exit code 5 where the process may not listen
 * or the runtime cannot ask clients for certificates (rule N8), 2 where the
 * address is taken.
 */
export async function listenTls(
  options: TlsListen,
  door: TlsDoor,
): Promise<TlsServer> {
  const { host, port, clientCa } = options;
  checkNet("listen", host, port);
  if (clientCa !== undefined && !isFullRuntime(Deno.version.deno)) {
    throw new TownletError(
      `Deno ${Deno.version.deno} asks no client for a certificate (rule N8)`,
      {
        code: "tls.client_ca",
        hint: `Use Deno 2.${FULL_MINOR} or later, or no authority of clients`,
        exit: EXIT.refused,
      },
    );
  }
  try {
    return clientCa === undefined
      ? listenToAll(options, door)
      : await listenToKnown(options, [...clientCa], door);
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const isTaken = /AddrInUse|EADDRINUSE/.test(`${cause.name} ${cause}`);
    throw new TownletError(
      isTaken ? "Somebody listens there already" : "Cannot listen there",
      {
        code: "net.listen",
        where: addressOf(host, port),
        hint: isTaken ? "Choose another port" : cause.message,
        cause,
      },
    );
  }
}

/** Listens for clients of whom no certificate is asked. */
function listenToAll(options: TlsListen, door: TlsDoor): TlsServer {
  const { host, port, cert, key, handshakeTimeoutMs } = options;
  const listener = Deno.listenTls({ hostname: host, port, cert, key });
  const guests = new Guests(options, door);
  const accept = async (socket: Deno.TlsConn) => {
    const { hostname, port } = socket.remoteAddr;
    const address = addressOf(hostname, port);
    const destroy = () => close(socket);
    if (!guests.admit(destroy, address)) return;
    const timer = setTimeout(destroy, handshakeTimeoutMs);
    try {
      await socket.handshake();
    } catch (error) {
      destroy();
      guests.leave(destroy);
      return door.onRefused(
        reasonOf(error, "it went away while connecting"),
        address,
      );
    } finally {
      clearTimeout(timer);
    }
    const stream = streamOf(socket);
    stream.once("close", () => guests.leave(destroy));
    const connection = new Connection(stream, {
      peer: null,
      destroy: () => void stream.destroy(),
      explain: explainSocketError,
    });
    door.onConnection(connection, address);
  };
  const loop = async () => {
    for await (const socket of listener) accept(socket);
  };
  const ended = loop();
  return {
    port: listener.addr.port,
    async close() {
      listener.close();
      guests.cutOff();
      await ended;
    },
  };
}

/** Listens for clients that have a certificate by one of some authorities. */
async function listenToKnown(
  options: TlsListen,
  clientCa: string[],
  door: TlsDoor,
): Promise<TlsServer> {
  const { host, port, cert, key, handshakeTimeoutMs } = options;
  const guests = new Guests(options, door);
  const addresses = new WeakMap<Socket, string>();
  const server = createServer({
    cert,
    key,
    ca: clientCa,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: "TLSv1.2",
    handshakeTimeout: handshakeTimeoutMs,
  });
  server.on("connection", (socket: Socket) => {
    const destroy = () => void socket.destroy();
    const address = addressOfSocket(socket);
    socket.once("close", () => guests.leave(destroy));
    if (guests.admit(destroy, address)) addresses.set(socket, address);
  });
  server.on("tlsClientError", (error, socket) => {
    socket.on("error", () => {});
    // It knows its address no more; the one it was made of does.
    const { _parent: below }: { readonly _parent?: Socket } = Object(socket);
    const address = below && addresses.get(below);
    if (address === undefined) return;
    // The runtime does not tell these apart.
    const reason = reasonOf(
      error,
      "its certificate was not accepted, or it went away",
    );
    // The others are closed by the runtime, once they were told why.
    if (reason === TOO_LATE) socket.destroy();
    door.onRefused(reason, address);
  });
  server.on("secureConnection", (socket) => {
    const address = addressOfSocket(socket);
    const raw = socket.getPeerCertificate()?.raw;
    if (!socket.authorized || raw === undefined) {
      socket.destroy();
      return door.onRefused("its certificate was not accepted", address);
    }
    const connection = new Connection(socket, {
      peer: certificateFacts(new X509Certificate(raw)),
      destroy: () => void socket.destroy(),
      explain: explainSocketError,
    });
    door.onConnection(connection, address);
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, host, resolve);
  await promise;
  const bound = server.address();
  return {
    port: typeof bound === "object" && bound !== null ? bound.port : port,
    async close() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      guests.cutOff();
      await closed.promise;
    },
  };
}

/** Those who are connected, as far as it takes to count and to end them. */
class Guests {
  readonly #all = new Set<() => void>();
  readonly #max: number;
  readonly #door: TlsDoor;

  constructor({ connectionsMax }: TlsListen, door: TlsDoor) {
    this.#max = connectionsMax;
    this.#door = door;
  }

  /** Counts somebody in, or turns them away. */
  admit(destroy: () => void, address: string): boolean {
    const hasRoom = this.#all.size < this.#max;
    if (hasRoom) this.#all.add(destroy);
    else {
      destroy();
      this.#door.onRefused("there are too many connections", address);
    }
    return hasRoom;
  }

  /** Counts somebody out. */
  leave(destroy: () => void): void {
    this.#all.delete(destroy);
  }

  /** Ends all connections. */
  cutOff(): void {
    for (const destroy of this.#all) destroy();
  }
}

/** A socket of the runtime as a stream. */
function streamOf(socket: Deno.TlsConn): Duplex {
  const buffer = new Uint8Array(64 << 10);
  return new Duplex({
    read() {
      socket.read(buffer).then(
        (length) => this.push(length === null ? null : buffer.slice(0, length)),
        (error) => this.destroy(error),
      );
    },
    write(bytes: Uint8Array, _encoding, done) {
      writeAll(socket, bytes).then(() => done(), done);
    },
    final(done) {
      socket.closeWrite().then(() => done(), done);
    },
    destroy(error, done) {
      close(socket);
      done(error);
    },
  });
}

async function writeAll(
  socket: Deno.TlsConn,
  bytes: Uint8Array,
): Promise<void> {
  for (let length = 0; length < bytes.length;) {
    length += await socket.write(bytes.subarray(length));
  }
}

/** Closes a socket, whoever did so before. */
function close(socket: Deno.TlsConn): void {
  try {
    socket.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

function addressOfSocket(socket: Socket): string {
  const { remoteAddress = "", remotePort = 0 } = socket;
  return addressOf(remoteAddress, remotePort);
}

/** Why a handshake that took too long came to nothing. */
const TOO_LATE = "it took too long to connect";

/** Why a handshake came to nothing, in our words. */
function reasonOf(error: unknown, otherwise: string): string {
  const text = error instanceof Error ? error.message : String(error);
  if (/no certificates/.test(text)) return "it presented no certificate";
  if (/alert/.test(text)) return "it does not accept the server's certificate";
  if (/certificate/i.test(text)) return "its certificate was not accepted";
  if (/InvalidContentType|corrupt/.test(text)) return "it does not speak TLS";
  if (/timeout|cancel/i.test(text)) return TOO_LATE;
  return otherwise;
}
