/**
 * Connections to a collector: lines go there, and what it has received may come
 * back.
 * @module
 */
import type { TcpTransport } from "../../../config/transport.ts";
import { ConnectionError, splitLines } from "../../../security/connection.ts";
import { type Link, type Sink, SinkFault } from "../sink.ts";
import { type Connect, explained, faultOf } from "./connect.ts";

/** Most bytes of a line of a collector. */
const LINE_BYTES_MAX = 4096;

/** What a collector says. */
interface CollectorLine {
  /** What the first line is to repeat, 32 digits of hex. */
  readonly nonce?: string;
  /** Number of a frame it has, with all before. */
  readonly ack?: number;
}

/** A sink that connects to a collector. */
export function tcpSink(
  { ack, challenge, connect_timeout_ms, send_timeout_ms }: TcpTransport,
  connect: Connect,
): Sink {
  return {
    async open() {
      const asked = Promise.withResolvers<string>();
      let link: Link | null = null;
      const onLine = (line: Uint8Array) => {
        const said = readLine(line);
        if (said.nonce !== undefined) asked.resolve(said.nonce);
        if (ack && said.ack !== undefined) link?.onAck?.(said.ack);
      };
      const start = performance.now();
      const connection = await connect(splitLines(LINE_BYTES_MAX, onLine));
      const ended = connection.closed.then((fault) =>
        fault === null ? new SinkFault("it was closed") : faultOf(fault)
      );
      const patience = start + connect_timeout_ms - performance.now();
      const nonce = challenge
        ? await nonceOf(
          asked.promise,
          ended,
          patience,
          () => connection.close(),
        )
        : undefined;
      link = {
        nonce,
        certExpiresMs: connection.peer?.validTo,
        acks: ack,
        ended,
        write: (lines) => explained(connection.write(lines, send_timeout_ms)),
        close: () => connection.close(),
      };
      return link;
    },
  };
}

/** Waits for what a collector wants repeated. */
async function nonceOf(
  asked: Promise<string>,
  ended: Promise<Error>,
  patienceMs: number,
  close: () => Promise<void>,
): Promise<string> {
  const late = Promise.withResolvers<Error>();
  const timer = setTimeout(
    () => late.resolve(new SinkFault("timeout: the collector asks nothing")),
    Math.max(0, patienceMs),
  );
  const first = await Promise.race([asked, ended, late.promise]);
  clearTimeout(timer);
  if (typeof first === "string") return first;
  await close();
  throw first;
}

/** Reads a line of a collector; what it says beside is ignored. */
function readLine(line: Uint8Array): CollectorLine {
  let said: unknown;
  try {
    said = JSON.parse(new TextDecoder().decode(line));
  } catch (cause) {
    throw new ConnectionError("closed", "it sent what is no JSON", cause);
  }
  const { v, nonce, ack } = Object(said);
  return {
    ...v === 1 && typeof nonce === "string" && /^[0-9a-f]{32}$/.test(nonce)
      ? { nonce }
      : {},
    ...v === 1 && Number.isSafeInteger(ack) ? { ack } : {},
  };
}
