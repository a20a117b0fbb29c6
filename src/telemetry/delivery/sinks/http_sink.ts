/**
 * Lines posted to an address: what was answered with 2xx has arrived.
 *
 * A connection that the server ends between two requests is made again without
 * further ado; the stream over it goes on.
 * @module
 */
import type { HttpTransport } from "../../../config/transport.ts";
import type { Connection } from "../../../security/connection.ts";
import { type Sink, SinkFault } from "../sink.ts";
import { type Connect, explained, faultOf } from "./connect.ts";
import {
  type HttpResponse,
  readResponse,
  RESPONSE_BYTES_MAX,
} from "./http_response.ts";

/** A connection, and what was answered over it. */
interface Exchange {
  readonly connection: Connection;
  /** Told of every piece of an answer. */
  onText: (text: string) => void;
  /** Told when the connection ends. */
  onEnd: (fault: Error) => void;
  isOpen: boolean;
}

/** A sink that posts lines. */
export function httpSink(transport: HttpTransport, connect: Connect): Sink {
  return {
    async open() {
      let exchange: Exchange | null = await openExchange(connect);
      const { peer } = exchange.connection;
      const close = async () => {
        const last = exchange;
        exchange = null;
        await last?.connection.close();
      };
      return {
        certExpiresMs: peer?.validTo,
        acks: false,
        ended: new Promise(() => {}),
        async write(lines) {
          if (exchange === null || !exchange.isOpen) {
            exchange = await openExchange(connect);
          }
          const answer = await post(exchange, transport, lines);
          if (!answer.keepsAlive) await close();
          checkAnswer(answer);
        },
        close,
      };
    },
  };
}

async function openExchange(connect: Connect): Promise<Exchange> {
  const latin1 = new TextDecoder("latin1");
  let exchange: Exchange | null = null;
  const connection = await connect((piece) =>
    exchange?.onText(latin1.decode(piece))
  );
  const opened: Exchange = {
    connection,
    onText: ignore,
    onEnd: ignore,
    isOpen: true,
  };
  exchange = opened;
  connection.closed.then((fault) => {
    opened.isOpen = false;
    opened.onEnd(fault === null ? new SinkFault("closed") : faultOf(fault));
  });
  return opened;
}

function ignore(): void {}

/** Posts lines, and waits for the answer; both have one deadline. */
async function post(
  exchange: Exchange,
  { endpoint, send_timeout_ms }: HttpTransport,
  lines: Uint8Array,
): Promise<HttpResponse> {
  const { connection } = exchange;
  const answer = Promise.withResolvers<HttpResponse>();
  let text = "";
  exchange.onText = (piece) => {
    text += piece;
    try {
      const response = readResponse(text, Date.now());
      if (response !== null) answer.resolve(response);
      else if (text.length > RESPONSE_BYTES_MAX) {
        throw new SinkFault("its answer is too long");
      }
    } catch (error) {
      answer.reject(error);
    }
  };
  const late = new SinkFault(`timeout: no answer in ${send_timeout_ms} ms`);
  const timer = setTimeout(() => answer.reject(late), send_timeout_ms);
  exchange.onEnd = answer.reject;
  try {
    const request = requestOf(endpoint, lines);
    await Promise.all([
      explained(connection.write(request, send_timeout_ms)),
      answer.promise,
    ]);
    return await answer.promise;
  } finally {
    clearTimeout(timer);
    exchange.onText = ignore;
    exchange.onEnd = ignore;
  }
}

/** The bytes of a request. */
function requestOf(endpoint: string, lines: Uint8Array): Uint8Array {
  const { host, pathname, search } = new URL(endpoint);
  const head = new TextEncoder().encode([
    `POST ${pathname}${search} HTTP/1.1`,
    `Host: ${host}`,
    "Content-Type: application/x-ndjson",
    `Content-Length: ${lines.length}`,
    "",
    "",
  ].join("\r\n"));
  const request = new Uint8Array(head.length + lines.length);
  request.set(head);
  request.set(lines, head.length);
  return request;
}

/** Refuses an answer that does not say that the lines arrived. */
function checkAnswer({ status, retryAfterMs }: HttpResponse): void {
  if (status < 300) return;
  const isBusy = status === 429 || status === 503;
  throw new SinkFault(
    status < 400
      ? `it answered ${status}; redirects are not followed`
      : `it answered ${status}`,
    { retryAfterMs: isBusy ? retryAfterMs : 0 },
  );
}
