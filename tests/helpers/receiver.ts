/** Servers of the runtime that note what reaches them. @module */
import type { Certificate } from "../../cli/telemetry/make_certificates.ts";

/** A server that reads until it is closed. */
export interface Receiver extends AsyncDisposable {
  /** Port on 127.0.0.1. */
  readonly port: number;
  /** Everything that came, of all connections, as text. */
  received(): string;
  /** The same, when so many connections have come and ended; one unless given. */
  receivedAll(connections?: number): Promise<string>;
}

/** What a server is like. */
export interface ReceiverOptions {
  /** Its certificate and key, or null: it does not speak TLS. */
  readonly tls: Certificate | null;
  /** Says so much at first; nothing unless given. */
  readonly greeting?: string;
  /** Never reads; false unless given. */
  readonly deaf?: boolean;
  /** Ends each connection at once; false unless given. */
  readonly curt?: boolean;
}

/** Starts a server. */
export function receiver(options: ReceiverOptions): Receiver {
  const { tls, greeting = "", deaf = false, curt = false } = options;
  const where = { hostname: "127.0.0.1", port: 0 };
  const listener = tls === null
    ? Deno.listen(where)
    : Deno.listenTls({ ...where, ...tls });
  const sockets = new Set<Deno.Conn>();
  const decoder = new TextDecoder();
  let text = "";
  const serve = async (socket: Deno.Conn) => {
    sockets.add(socket);
    if (curt) return socket.close();
    let bytes = new TextEncoder().encode(greeting);
    while (bytes.length > 0) bytes = bytes.subarray(await socket.write(bytes));
    if (deaf) return;
    for await (const piece of socket.readable) text += decoder.decode(piece);
  };
  const all: Promise<void>[] = [];
  const loop = async () => {
    for await (const socket of listener) {
      // What clients do to it is not what is asked here.
      all.push(serve(socket).catch(() => {}));
    }
  };
  const ended = loop();
  return {
    port: listener.addr.port,
    received: () => text,
    async receivedAll(connections = 1) {
      while (all.length < connections) {
        await new Promise((done) => setTimeout(done, 1));
      }
      await Promise.all(all);
      return text;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const socket of sockets) {
        try {
          socket.close();
        } catch {
          // It is closed already.
        }
      }
      await ended;
      await Promise.all(all);
    },
  };
}
