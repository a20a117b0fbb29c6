/**
 * A connection, whatever it is secured by: nothing on it waits without end.
 *
 * Each write has a deadline that closes the connection. Reading waits for as
 * long as the peer likes; what is read is handed on piece by piece, and the
 * next piece is taken when that was dealt with.
 * @module
 */
import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import type { CertificateFacts } from "./certificates.ts";

/** What may be wrong with a connection, or with making one. */
export type ConnectionFault =
  /** The peer's certificate is for somebody else. */
  | "name"
  /** Nobody who is trusted vouches for it, or not at this time. */
  | "untrusted"
  /** Its fingerprint is not among those that are expected. */
  | "pin"
  /** The peer wants a certificate of ours, or another one. */
  | "client_certificate"
  /** The peer does not speak TLS. */
  | "plaintext_peer"
  /** It took too long. */
  | "timeout"
  /** Nothing answers at that address. */
  | "refused"
  /** The connection ended. */
  | "closed";

/** Why there is no connection, or no more. */
export class ConnectionError extends Error {
  /** Always `ConnectionError`. */
  override readonly name = "ConnectionError";
  /** What is wrong. */
  readonly kind: ConnectionFault;

  /** Makes an error of a kind, with a sentence of ours for people. */
  constructor(kind: ConnectionFault, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}

/**
 * Takes what the peer sent. The next piece comes when the promise is settled;
 * what it throws ends the connection.
 */
export type OnData = (piece: Uint8Array) => void | Promise<void>;

/** What a {@link Connection} is made of. */
export interface ConnectionParts {
  /** Certificate of the peer, or null: none was asked for. */
  readonly peer: CertificateFacts | null;
  /** Closes what is below at once, whatever is under way. */
  readonly destroy: () => void;
  /** Says in our words what the system reports. */
  readonly explain: (error: unknown) => ConnectionError;
}

/** Milliseconds that the peer has to notice that a connection is closed. */
const CLOSE_MS = 1000;

/** A connection that was made. */
export class Connection {
  /** Certificate of the peer, or null: none was asked for. */
  readonly peer: CertificateFacts | null;
  /**
   * Why it ended, or null for {@link Connection.close}; settled when everything
   * that was received has been dealt with, never rejected.
   */
  readonly closed: Promise<ConnectionError | null>;
  readonly #settleClosed: (reason: ConnectionError | null) => void;
  readonly #stream: Duplex;
  readonly #parts: ConnectionParts;
  /** Tells all writes under way that nothing comes of them. */
  readonly #writes = new Set<(error: ConnectionError) => void>();
  #fault: ConnectionError | null = null;
  #closing = false;

  /** Takes over a stream on which all has been checked. */
  constructor(stream: Duplex, parts: ConnectionParts) {
    this.peer = parts.peer;
    this.#stream = stream;
    this.#parts = parts;
    // Unheard, an error would end the process; reading and writing tell it.
    stream.on("error", () => {});
    const { promise, resolve } = Promise.withResolvers<
      ConnectionError | null
    >();
    this.closed = promise;
    this.#settleClosed = resolve;
  }

  /**
   * Begins to read, which is what notices that the peer goes away: to be called
   * once, at the start.
   */
  listen(onData: OnData): void {
    this.#read(onData).then(() => {
      this.#settleClosed(this.#closing ? null : this.#fault);
    });
  }

  /**
   * Sends text or bytes; settled when the system has taken them all.
   *
   * @throws {ConnectionError} when it ended, or did not take them in time;
   *   it is closed then
   */
  async write(data: string | Uint8Array, timeoutMs: number): Promise<void> {
    if (this.#fault !== null) throw this.#fault;
    if (this.#closing) throw new ConnectionError("closed", "it was closed");
    // Some versions of the runtime never say that nothing has been written.
    if (data.length === 0) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#writes.add(reject);
    const timer = setTimeout(() => {
      this.#end(
        new ConnectionError(
          "timeout",
          `it took nothing for ${timeoutMs} ms`,
        ),
      );
    }, timeoutMs);
    this.#stream.write(data, (error) => {
      if (error) this.#end(this.#parts.explain(error));
      else resolve();
    });
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#writes.delete(reject);
    }
  }

  /** Ends it after what was written; cuts it off if the peer does not follow. */
  async close(): Promise<void> {
    if (this.#fault === null && !this.#closing) {
      this.#closing = true;
      const timer = setTimeout(() => this.#parts.destroy(), CLOSE_MS);
      this.#stream.end();
      await this.closed;
      clearTimeout(timer);
    } else await this.closed;
  }

  /** Reads until the end. */
  async #read(onData: OnData): Promise<void> {
    try {
      for await (const piece of this.#stream) await onData(piece);
      this.#end(new ConnectionError("closed", "the peer closed it"));
    } catch (error) {
      this.#end(
        error instanceof ConnectionError ? error : this.#parts.explain(error),
      );
    }
  }

  /** Ends it for a reason, of which the first counts. */
  #end(reason: ConnectionError): void {
    this.#fault ??= reason;
    this.#parts.destroy();
    for (const reject of this.#writes) reject(this.#fault);
  }
}

/**
 * Splits what comes into lines, without their ends; what follows the last end
 * is kept for later.
 *
 * Throws a {@link ConnectionError} for a line of more than `limit` bytes.
 */
export function splitLines(
  limit: number,
  onLine: (line: Uint8Array) => void | Promise<void>,
): OnData {
  let rest: Uint8Array[] = [];
  let length = 0;
  const keep = (part: Uint8Array) => {
    length += part.length;
    if (length > limit) {
      throw new ConnectionError(
        "closed",
        `the peer sent a line of more than ${limit} bytes`,
      );
    }
    rest.push(part);
  };
  return async (piece) => {
    for (let from = 0;;) {
      const end = piece.indexOf(LINE_FEED, from);
      if (end < 0) return void (from < piece.length && keep(piece.slice(from)));
      keep(piece.subarray(from, end));
      const line = rest.length === 1 ? rest[0] : Buffer.concat(rest);
      rest = [];
      length = 0;
      from = end + 1;
      await onLine(line);
    }
  };
}

/** `\n`. */
const LINE_FEED = 0x0a;
