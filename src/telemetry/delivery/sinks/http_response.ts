/** Answers of HTTP/1.1, as far as a sender needs to know them. @module */
import { SinkFault } from "../sink.ts";

/** What was answered. */
export interface HttpResponse {
  /** Status, 200 to 599. */
  readonly status: number;
  /** Milliseconds after which to come again, 0 to 60000. */
  readonly retryAfterMs: number;
  /** Whether another request may follow. */
  readonly keepsAlive: boolean;
}

/** Most bytes of an answer. */
export const RESPONSE_BYTES_MAX = 64 << 10;

/** The longest that an answer may send a sender away. */
const RETRY_MS_MAX = 60_000;

/**
 * Reads an answer, given as one character a byte; null while it is not whole.
 *
 * @param now Unix time in milliseconds
 * @throws {SinkFault} for what is no answer
 */
export function readResponse(text: string, now: number): HttpResponse | null {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [first, ...lines] = text.slice(0, end).split("\r\n");
  const match = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/.exec(first);
  if (match === null) throw new SinkFault("it does not speak HTTP/1.1");
  const status = Number(match[2]);
  const body = text.slice(end + 4);
  // An interim answer comes before the one that counts.
  if (status < 200) return readResponse(body, now);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    headers.set(name, line.slice(colon + 1).trim());
  }
  const length = bodyLength(status, headers, body);
  if (length !== null && body.length < length) return null;
  const connection = headers.get("connection")?.toLowerCase() ?? "";
  return {
    status,
    retryAfterMs: retryAfter(headers.get("retry-after") ?? "", now),
    keepsAlive: match[1] === "1" && length === body.length &&
      !connection.includes("close"),
  };
}

/**
 * Characters of the body: more than there are when it is not whole, null when
 * only the end of the connection would tell.
 */
function bodyLength(
  status: number,
  headers: ReadonlyMap<string, string>,
  body: string,
): number | null {
  if (status === 204 || status === 304) return 0;
  if (headers.get("transfer-encoding")?.toLowerCase() === "chunked") {
    return chunkedLength(body);
  }
  const length = headers.get("content-length") ?? "";
  return /^\d{1,9}$/.test(length) ? Number(length) : null;
}

function chunkedLength(body: string): number {
  for (let at = 0;;) {
    const end = body.indexOf("\r\n", at);
    if (end < 0) return Infinity;
    const match = /^([0-9a-fA-F]{1,7})(?:;|$)/.exec(body.slice(at, end));
    if (match === null) throw new SinkFault("its answer is in no chunks");
    const size = Number.parseInt(match[1], 16);
    at = end + 2 + size + 2;
    if (size > 0) continue;
    // What is behind the last chunk ends in an empty line.
    if (body.startsWith("\r\n", end + 2)) return at;
    const last = body.indexOf("\r\n\r\n", end + 2);
    return last < 0 ? Infinity : last + 4;
  }
}

/** Milliseconds to wait: seconds, or until a date. */
function retryAfter(text: string, now: number): number {
  const ms = /^\d{1,9}$/.test(text)
    ? 1000 * Number(text)
    : Date.parse(text) - now;
  return Number.isNaN(ms) ? 0 : Math.min(RETRY_MS_MAX, Math.max(0, ms));
}
