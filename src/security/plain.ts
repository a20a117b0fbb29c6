/**
 * Connections without TLS, to this machine only; and what they share with
 * those that have it: a deadline, and words for what goes wrong.
 * @module
 */
import { connect, type Socket } from "node:net";
import { EXIT, TownletError } from "../base/error.ts";
import { isLoopback } from "../config/endpoint.ts";
import {
  Connection,
  ConnectionError,
  type ConnectionFault,
  type OnData,
} from "./connection.ts";

/** Where to connect to. */
export interface PlainTarget {
  /** Host: `localhost`, or an address of this machine. */
  readonly host: string;
  /** Port, 1 to 65535. */
  readonly port: number;
  /** Milliseconds to connect. */
  readonly connectTimeoutMs: number;
}

/**
 * Connects without TLS to this very machine (rule N6).
 *
 * @throws {ConnectionError} that says what is wrong with the peer
 * @throws {TownletError} with exit code 5 for any other machine, and where the
 *   process may not connect
 */
export async function connectPlain(
  { host, port, connectTimeoutMs }: PlainTarget,
  onData: OnData = () => {},
): Promise<Connection> {
  if (!isLoopback(host)) {
    throw new TownletError(
      "A connection without TLS leads to this machine only (rule N6)",
      {
        code: "net.plaintext",
        where: addressOf(host, port),
        hint: "Use TLS, or an address such as localhost or 127.0.0.1",
        exit: EXIT.refused,
      },
    );
  }
  checkNet("connect", host, port);
  const socket = connect({ host, port });
  await establish<null>(
    socket,
    connectTimeoutMs,
    explainSocketError,
    (done) => {
      socket.once("connect", () => done(() => null));
    },
  );
  const connection = new Connection(socket, {
    peer: null,
    destroy: () => void socket.destroy(),
    explain: explainSocketError,
  });
  connection.listen(onData);
  return connection;
}

/**
 * Checks that this process may connect to an address, or listen on it
 * (rule N1).
 *
 * Throws a {@link TownletError} with exit code 5.
 */
export function checkNet(
  action: "connect" | "listen",
  host: string,
  port: number,
): void {
  const address = addressOf(host, port);
  const { state } = Deno.permissions.querySync({ name: "net", host: address });
  if (state === "granted") return;
  throw new TownletError(
    `This process may not ${action} ${
      action === "connect" ? "to" : "on"
    } it (rule N1)`,
    {
      code: "net.permission",
      where: address,
      hint: `Grant --allow-net=${address}`,
      exit: EXIT.refused,
      cause: new Deno.errors.NotCapable(`Requires net access to "${address}"`),
    },
  );
}

/** Host and port as one word. */
export function addressOf(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Waits until a socket can be used: `listen` calls `done` when it may be, with
 * the last look at it. Whatever goes wrong before, or takes too long, closes it
 * (rule N5).
 *
 * @throws {ConnectionError} when it cannot
 */
export async function establish<T>(
  socket: Socket,
  timeoutMs: number,
  explain: (error: unknown) => ConnectionError,
  listen: (done: (look: () => T) => void) => void,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => {
    reject(
      new ConnectionError(
        "timeout",
        `no connection was made in ${timeoutMs} ms`,
      ),
    );
  }, timeoutMs);
  // Those that come later have nobody to tell; what is told first counts.
  socket.on("error", (error) => reject(explain(error)));
  socket.once("close", () => {
    reject(
      new ConnectionError("closed", "it closed the connection at the start"),
    );
  });
  listen((look) => {
    try {
      resolve(look());
    } catch (error) {
      reject(error);
    }
  });
  try {
    return await promise;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** What is wrong with a socket, by what the system says. */
export function explainSocketError(error: unknown): ConnectionError {
  const { code = "", message = "" } = Object(error);
  const told = (kind: ConnectionFault, sentence: string) =>
    new ConnectionError(kind, sentence, error);
  if (code === "ECONNREFUSED") return told("refused", "nobody listens there");
  if (/^E(?:NOTFOUND|AI_|PERM)/.test(code)) {
    return told("refused", "there is no such host");
  }
  if (/^E(?:HOST|NET)(?:UNREACH|DOWN)/.test(code)) {
    return told("refused", "there is no way to that host");
  }
  if (code === "ETIMEDOUT") return told("timeout", "the host does not answer");
  return told(
    "closed",
    `the connection broke: ${code || message || "unknown"}`,
  );
}
