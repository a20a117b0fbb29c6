/** A recording for whoever connects, over a WebSocket of this machine. @module */
import { TownletError } from "../../src/base/error.ts";
import { checkNet } from "../../src/security/plain.ts";
import { sleep } from "../drive.ts";
import type { Due } from "./pace.ts";

/** Bytes that wait for a slow reader at most. */
const BUFFERED_MAX = 1 << 20;

/** Milliseconds that readers have to notice the end. */
const CLOSE_MS = 1000;

/** Milliseconds between two looks at a slow reader. */
const LOOK_MS = 20;

/** Readers at once. */
const READERS_MAX = 16;

/** The address of this machine that others cannot reach. */
const HOST = "127.0.0.1";

/** How to serve. */
export interface ServeOptions {
  /** Port, 0 for any. */
  readonly port: number;
  /** Ends it. */
  readonly asked: AbortSignal;
  /** Told the address people connect to. */
  readonly onReady: (address: string) => void;
  /** Told what went wrong for one reader. */
  readonly onFault: (fault: unknown) => void;
}

/**
 * Plays lines to every reader from the beginning, until it is asked to end.
 *
 * Pages of other sites are turned away: a browser would connect for them.
 */
export async function serveReplay(
  play: () => AsyncIterable<Due>,
  { port, asked, onReady, onFault }: ServeOptions,
): Promise<void> {
  const readers = new Set<Promise<void>>();
  const handler = (request: Request): Response => {
    if (!isOurs(request)) return new Response(null, { status: 403 });
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return new Response("Connect with a WebSocket\n", { status: 426 });
    }
    if (readers.size === READERS_MAX) {
      return new Response(null, { status: 503 });
    }
    const { socket, response } = Deno.upgradeWebSocket(request);
    const reader: Promise<void> = serveTo(socket, play, asked).catch(onFault)
      .finally(() => readers.delete(reader));
    readers.add(reader);
    return response;
  };
  const server = listen(port, asked, handler, onReady);
  await server.finished;
  const all = new AbortController();
  const late = sleep(CLOSE_MS, all.signal);
  await Promise.race([Promise.all(readers), late]);
  all.abort();
}

function listen(
  port: number,
  signal: AbortSignal,
  handler: (request: Request) => Response,
  onReady: (address: string) => void,
): Deno.HttpServer {
  checkNet("listen", HOST, port);
  try {
    return Deno.serve({
      hostname: HOST,
      port,
      signal,
      onListen: ({ port }) => onReady(`ws://${HOST}:${port}/`),
    }, handler);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AddrInUse)) throw cause;
    throw new TownletError(`Something else listens on port ${port}`, {
      code: "telemetry.port",
      hint: "Choose another one, or 0 for any that is free",
      cause,
    });
  }
}

/** Whether no page asks, or one of this machine, by a name of this machine. */
function isOurs({ headers }: Request): boolean {
  const origin = headers.get("origin");
  const host = headers.get("host");
  return isLoopback(`http://${host}`) &&
    (origin === null || isLoopback(origin));
}

function isLoopback(address: string): boolean {
  if (!URL.canParse(address)) return false;
  return ["127.0.0.1", "localhost"].includes(new URL(address).hostname);
}

/** Plays to a reader once it is there, and waits until it has gone. */
async function serveTo(
  socket: WebSocket,
  play: () => AsyncIterable<Due>,
  asked: AbortSignal,
): Promise<void> {
  const opened = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  socket.onopen = () => opened.resolve();
  socket.onclose = () => closed.resolve();
  await Promise.race([opened.promise, closed.promise]);
  try {
    await playTo(socket, play(), asked);
  } finally {
    socket.close();
    await closed.promise;
  }
}

async function playTo(
  socket: WebSocket,
  lines: AsyncIterable<Due>,
  asked: AbortSignal,
): Promise<void> {
  const start = performance.now();
  for await (const { text, ms } of lines) {
    const wait = start + ms - performance.now();
    if (wait > 0) await sleep(wait, asked);
    while (socket.bufferedAmount > BUFFERED_MAX && isOpen(socket, asked)) {
      await sleep(LOOK_MS, asked);
    }
    if (!isOpen(socket, asked)) return;
    socket.send(text);
  }
}

function isOpen(socket: WebSocket, asked: AbortSignal): boolean {
  return socket.readyState === WebSocket.OPEN && !asked.aborted;
}
