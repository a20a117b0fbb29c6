/** Recordings and running towns that come over a WebSocket. @module */
import { createHash, randomBytes } from "node:crypto";
import { TownletError } from "../../src/base/error.ts";
import { loadCertificates } from "../../src/security/certificates.ts";
import {
  type Connection,
  ConnectionError,
  type OnData,
} from "../../src/security/connection.ts";
import { connectPlain } from "../../src/security/plain.ts";
import { connectTls } from "../../src/security/tls.ts";
import { controlFrame, WebSocketReader } from "./websocket_frames.ts";

/** Milliseconds to connect, and for the server to agree. */
const TIMEOUT_MS = 10_000;

/** Most bytes of the server's answer. */
const ANSWER_BYTES_MAX = 16 << 10;

/** What servers add to a key to show that they understood. */
const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** How to connect. */
export interface WebSocketOptions {
  /** File of authorities that are trusted, or undefined: the runtime's. */
  readonly ca: string | undefined;
  /** Aborted when somebody asks to stop. */
  readonly asked: AbortSignal;
}

/** Whether a source is an address to connect to. */
export function isAddress(source: string): boolean {
  return /^wss?:\/\//.test(source);
}

/** The one address to be granted for a source that is connected to. */
export function netOf(source: string): string {
  const { hostname, port } = partsOf(source);
  return `${hostname}:${port}`;
}

/**
 * The messages of a server, each as a line.
 *
 * `ws:` leads to this machine only (rule N6); `wss:` is TLS, checked. Throws
 * a {@link TownletError} that says what is wrong.
 */
export async function* messagesOf(
  source: string,
  { ca, asked }: WebSocketOptions,
): AsyncGenerator<Uint8Array> {
  const pieces = new TransformStream<Uint8Array, Uint8Array>();
  const writer = pieces.writable.getWriter();
  try {
    const connection = await connect(
      source,
      ca,
      (piece) => writer.write(piece),
    );
    connection.closed.then(() => writer.close()).catch(() => {});
    const stop = () => void connection.close();
    asked.addEventListener("abort", stop);
    try {
      yield* talk(source, connection, pieces.readable);
    } finally {
      asked.removeEventListener("abort", stop);
      await connection.close();
    }
  } catch (error) {
    if (asked.aborted) return;
    if (!(error instanceof ConnectionError || error instanceof RangeError)) {
      throw error;
    }
    throw new TownletError(`There is no stream here: ${error.message}`, {
      code: "telemetry.connection",
      where: source,
      cause: error,
    });
  }
}

async function connect(
  source: string,
  ca: string | undefined,
  onData: OnData,
): Promise<Connection> {
  const { hostname, port, isSecure } = partsOf(source);
  const host = hostname.replace(/^\[|\]$/g, "");
  const target = { host, port, connectTimeoutMs: TIMEOUT_MS };
  if (!isSecure) return await connectPlain(target, onData);
  const files = ca === undefined ? null : { path: ca, by: "--ca" };
  const certificates = await loadCertificates(
    { ca: files, own: null },
    { allowLoose: false, onLoose: () => {} },
  );
  return await connectTls({
    ...target,
    serverName: null,
    ca: certificates.ca,
    cert: undefined,
    key: undefined,
    pins: [],
  }, onData);
}

/** Asks for a WebSocket, and reads what comes over it. */
async function* talk(
  source: string,
  connection: Connection,
  pieces: ReadableStream<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const { hostname, port, path } = partsOf(source);
  const key = randomBytes(16).toString("base64");
  const request = [
    `GET ${path} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${key}`,
    "Sec-WebSocket-Version: 13",
    "",
    "",
  ].join("\r\n");
  await connection.write(request, TIMEOUT_MS);
  const late = setTimeout(() => void connection.close(), TIMEOUT_MS);
  const reader = new WebSocketReader();
  let answer: string | null = "";
  try {
    for await (let piece of pieces) {
      if (answer !== null) {
        answer += latin1.decode(piece);
        const end = answer.indexOf("\r\n\r\n");
        if (end < 0) {
          if (answer.length <= ANSWER_BYTES_MAX) continue;
          throw new RangeError("the server does not come to an end");
        }
        checkAnswer(answer.slice(0, end), key);
        clearTimeout(late);
        const rest = answer.length - end - 4;
        piece = piece.subarray(piece.length - rest);
        answer = null;
      }
      for (const said of reader.push(piece)) {
        if (said.kind === "text") yield withEnd(said.bytes);
        if (said.kind === "close") {
          const frame = controlFrame("close", new Uint8Array(0));
          return await connection.write(frame, TIMEOUT_MS);
        }
        if (said.kind === "ping") {
          await connection.write(controlFrame("pong", said.bytes), TIMEOUT_MS);
        }
      }
    }
  } finally {
    clearTimeout(late);
  }
  if (answer !== null) throw new RangeError("the server did not answer");
}

const latin1 = new TextDecoder("latin1");

/** Refuses what is no agreement to speak WebSocket. */
function checkAnswer(answer: string, key: string): void {
  const [status, ...lines] = answer.split("\r\n");
  const accept = createHash("sha1").update(key + MAGIC).digest("base64");
  const isAgreed = /^HTTP\/1\.1 101\b/.test(status) &&
    lines.some((line) => {
      const at = line.indexOf(":");
      return line.slice(0, at).toLowerCase() === "sec-websocket-accept" &&
        line.slice(at + 1).trim() === accept;
    });
  if (!isAgreed) throw new RangeError("the server speaks no WebSocket");
}

/** A message that is one line, or several, each with its end. */
function withEnd(bytes: Uint8Array): Uint8Array {
  if (bytes.at(-1) === NEWLINE) return bytes;
  const line = new Uint8Array(bytes.length + 1);
  line.set(bytes);
  line[bytes.length] = NEWLINE;
  return line;
}

const NEWLINE = 0x0a;

/** The parts of an address. */
function partsOf(source: string): {
  readonly hostname: string;
  readonly port: number;
  readonly path: string;
  readonly isSecure: boolean;
} {
  if (!URL.canParse(source)) {
    throw new TownletError("This is no address", {
      code: "usage",
      where: source,
      hint: "Addresses are ws://127.0.0.1:PORT/ or wss://HOST/",
    });
  }
  const { protocol, hostname, port, pathname, search } = new URL(source);
  const isSecure = protocol === "wss:";
  return {
    hostname,
    port: Number(port || (isSecure ? 443 : 80)),
    path: pathname + search,
    isSecure,
  };
}
