/** `telemetry collect`: receives what towns send, and keeps it. @module */
import { dirname, join } from "node:path";
import { object } from "@optique/core/constructs";
import { text } from "@optique/core/message";
import { map, optional, withDefault } from "@optique/core/modifiers";
import { constant, option } from "@optique/core/primitives";
import {
  string,
  type ValueParser,
  type ValueParserResult,
} from "@optique/core/valueparser";
import { EXIT, TownletError } from "../../src/base/error.ts";
import { escapeText } from "../../src/base/text.ts";
import { type Endpoint, parseEndpoint } from "../../src/config/endpoint.ts";
import {
  CERTIFICATE_SOON_MS,
  loadCertificates,
} from "../../src/security/certificates.ts";
import { checkOutput } from "../../src/security/paths.ts";
import type { Needs } from "../../src/security/permissions.ts";
import { addressOf } from "../../src/security/plain.ts";
import { listenTls, type TlsServer } from "../../src/security/tls_server.ts";
import { readSeen, writeSeen } from "../../src/telemetry/reader/seen_file.ts";
import { commonFlags, jsonFlag, says } from "../flags.ts";
import { listenForSignals, STOP_EXIT } from "../interrupt.ts";
import { jsonLine } from "../print/json.ts";
import { openLog } from "../print/log.ts";
import { OutputClosed, print, printError } from "../print/output.ts";
import { count } from "../print/text.ts";
import { type Collected, Collector } from "./collector.ts";
import { loadKeys, type NamedKey, verifyKeyFlag } from "./keys.ts";

/** Where it listens unless told otherwise. */
const LISTEN: Endpoint = { host: "127.0.0.1", port: 9443 };

/** Most producers at once. */
const CONNECTIONS_MAX = 64;

/** Milliseconds that a producer has for the handshake. */
const HANDSHAKE_MS = 10_000;

const endpoint: ValueParser<"sync", Endpoint> = {
  mode: "sync",
  metavar: "HOST:PORT",
  placeholder: LISTEN,
  parse(input): ValueParserResult<Endpoint> {
    const value = parseEndpoint(input);
    return value === null
      ? { success: false, error: [text(`${input} is no HOST:PORT`)] }
      : { success: true, value };
  },
  format: ({ host, port }) => addressOf(host, port),
};

const file = () => string({ metavar: "FILE" });

/** Flags of the command. */
export const collectFlags = object({
  part: constant("collect"),
  listen: withDefault(
    option("--listen", endpoint, says("Where towns connect to")),
    LISTEN,
    { message: [text(addressOf(LISTEN.host, LISTEN.port))] },
  ),
  cert: option("--cert", file(), says("Certificate of this server")),
  key: option("--key", file(), says("Key of the certificate")),
  clientCa: optional(
    option(
      "--client-ca",
      file(),
      says("Let in only clients with a certificate by these authorities"),
    ),
  ),
  verifyKey: verifyKeyFlag,
  requireSigned: option(
    "--require-signed",
    says("Do not start without a key to check signatures with"),
  ),
  challenge: option(
    "--challenge",
    says("Have towns repeat a number; their transport says challenge: true"),
  ),
  ack: map(
    option("--no-ack", says("Do not acknowledge what was written")),
    (no) => !no,
  ),
  state: optional(
    option(
      "--state",
      file(),
      says("Remember what was received, and refuse it the next time"),
    ),
  ),
  out: option("--out", string({ metavar: "DIR" }), says("Folder of the files")),
  json: jsonFlag,
  ...commonFlags,
});

/** What the flags say. */
export interface CollectFlags {
  /** Where to listen. */
  readonly listen: Endpoint;
  /** Path of the certificate. */
  readonly cert: string;
  /** Path of its key. */
  readonly key: string;
  /** Path of the authorities of clients. */
  readonly clientCa: string | undefined;
  /** Keys that signatures are checked with. */
  readonly verifyKey: readonly NamedKey[];
  /** Whether there must be one. */
  readonly requireSigned: boolean;
  /** Whether producers have to repeat what they are sent. */
  readonly challenge: boolean;
  /** Whether frames are acknowledged. */
  readonly ack: boolean;
  /** File that remembers what was received. */
  readonly state: string | undefined;
  /** Folder of the files. */
  readonly out: string;
  /** Whether to print JSON. */
  readonly json: boolean;
}

/** What the command needs. */
export function collectNeeds(flags: CollectFlags): Partial<Needs> {
  const { listen, cert, key, clientCa, verifyKey, state, out } = flags;
  return {
    reads: [
      ...[cert, key, ...clientCa === undefined ? [] : [clientCa]],
      ...verifyKey.map(({ file }) => file),
    ],
    writes: [out, ...state === undefined ? [] : [dirname(state)]],
    net: [addressOf(listen.host, listen.port)],
  };
}

/** Receives until a signal ends it, or nobody reads what it prints. */
export async function runCollect(flags: CollectFlags): Promise<number> {
  const { listen, out, json } = flags;
  using interrupt = listenForSignals();
  const stopped = Promise.withResolvers<void>();
  interrupt.asked.addEventListener("abort", () => stopped.resolve());
  let isRead = true;
  const say = (line: string) => {
    try {
      if (json) printError(`${line}\n`);
      else if (isRead) print(`${line}\n`);
    } catch (error) {
      if (!(error instanceof OutputClosed)) throw error;
      isRead = false;
      stopped.resolve();
    }
  };
  const collected = await collect(flags, {
    say,
    warn: openLog("warn").warn,
    until: stopped.promise,
    onListening() {
      const address = addressOf(listen.host, listen.port);
      say(`listening on ${address}; files go to ${escapeText(out)}`);
    },
  });
  if (json) {
    const head = { format: "townlet.collect", version: 1, folder: out };
    print(jsonLine({ ...head, ...collected }) + "\n");
  } else say(summaryText(collected));
  const signal = interrupt.signal();
  return signal === null ? EXIT.done : STOP_EXIT[signal];
}

/** Who is told of what happens, and how long it goes on. */
export interface CollectEvents {
  /** Told of who comes and goes. */
  readonly say: (text: string) => void;
  /** Told of what is wrong. */
  readonly warn: (text: string) => void;
  /** Ends it. */
  readonly until: Promise<void>;
  /** Told of the port once it listens. */
  readonly onListening: (port: number) => void;
}

/**
 * Receives until it is told to stop, and gives what was done.
 *
 * Throws a {@link TownletError} for files that are of no use, and where it
 * cannot listen.
 */
export async function collect(
  flags: CollectFlags,
  { say, warn, until, onListening }: CollectEvents,
): Promise<Collected> {
  const { listen, verifyKey, requireSigned, clientCa, state, out } = flags;
  if (requireSigned && verifyKey.length === 0) {
    throw new TownletError("--require-signed wants a key", {
      code: "usage",
      hint: "Give --verify-key ID=FILE",
    });
  }
  const keys = await loadKeys(verifyKey);
  const { ca, cert = "", key = "", own } = await loadCertificates({
    ca: clientCa === undefined ? null : { path: clientCa, by: "--client-ca" },
    own: {
      cert: { path: flags.cert, by: "--cert" },
      key: { path: flags.key, by: "--key" },
    },
  }, { allowLoose: false, onLoose: () => {} });
  if (own !== null && own.validTo - Date.now() < CERTIFICATE_SOON_MS) {
    const day = new Date(own.validTo).toISOString().slice(0, 10);
    warn(`the certificate of this server ends on ${day}`);
  }
  if (ca === undefined && keys.size === 0) {
    warn(
      "whoever reaches this server may fill its folder: give --client-ca, or --verify-key",
    );
  }
  // What could not be written is to be known before anybody sends it.
  await checkOutput(join(out, "new.ndjson"), {
    what: "folder of recordings",
    isKind: null,
  });
  const seen = state === undefined ? new Map() : await readSeen(state);
  if (state !== undefined) await writeSeen(state, seen);
  const collector = new Collector({
    folder: out,
    keys,
    challenge: flags.challenge,
    ack: flags.ack,
    state: state ?? null,
    seen,
    say,
    warn,
  });
  let server: TlsServer | undefined;
  try {
    server = await listenTls({
      ...listen,
      ...{ cert, key, clientCa: ca },
      handshakeTimeoutMs: HANDSHAKE_MS,
      connectionsMax: CONNECTIONS_MAX,
    }, collector);
    onListening(server.port);
    await until;
  } finally {
    await collector.close();
    await server?.close();
  }
  return collector.collected;
}

/** What was done, on one line. */
function summaryText(
  { connections, frames, bytes, refused }: Collected,
): string {
  const turnedAway = Object.entries(refused)
    .map(([reason, times]) => `${reason} ${times}`).join(", ");
  return [
    count(connections, "connection"),
    count(frames, "frame"),
    count(bytes, "byte"),
    `refused: ${turnedAway || "none"}`,
  ].join(", ");
}
