/**
 * Whether lines are what a town wrote: whole, in order, and signed.
 *
 * A line is looked at from the outside in: its length, its signature, its
 * JSON, its envelope, its place in the stream. What fails ends the connection
 * it came over: nothing after it counts until another one begins.
 * @module
 */
import { timingSafeEqual } from "node:crypto";
import {
  ChainVerifier,
  deriveSessionKey,
  splitSignature,
} from "../../security/signing.ts";
import { SCHEMA_VERSION } from "../channels.ts";
import { LINE_BYTES_MAX } from "../frame.ts";
import { checkPayload } from "../schema/catalogue.ts";
import {
  type Frame,
  type HelloFrame,
  type Members,
  parseLine,
  readFrame,
  readHello,
} from "./envelope.ts";
import { LineFault, type LineFaultCode } from "./fault.ts";

/** How far a stream was received. */
export interface Seen {
  /** Highest number of a connection. */
  readonly conn: number;
  /** Number of the last frame, -1 before the first. */
  readonly seq: number;
}

/** How far streams were received, by name; {@link StreamCheck} keeps it. */
export type SeenStreams = Map<string, Seen>;

/** What a receiver insists on. */
export interface CheckOptions {
  /** Keys by their names; with any, every line must be signed by one. */
  readonly keys?: ReadonlyMap<string, Uint8Array>;
  /** Whether lines must be signed even where there is no key: all fail. */
  readonly requireSigned?: boolean;
  /** Unix time in milliseconds, for senders that speak just now. */
  readonly now?: () => number;
  /** What the sender was asked to repeat. */
  readonly nonce?: string;
  /** How far streams were received before, brought up to date. */
  readonly seen?: SeenStreams;
  /** Whether to go on with versions newer than this reader. */
  readonly bestEffort?: boolean;
}

/** What came of a line. */
export type Verdict =
  /** Good, and new. */
  | { readonly kind: "frame"; readonly frame: Frame }
  /** Good, and received before. */
  | { readonly kind: "duplicate"; readonly frame: Frame }
  /** Signed and in its place, and not what its channel tells: not to be used. */
  | {
    readonly kind: "misfit";
    readonly frame: Frame;
    /** What is wrong, for people: `does not fit: …`. */
    readonly message: string;
  }
  /** Not good, and nothing after it, until another connection begins. */
  | {
    readonly kind: "fault";
    readonly fault: LineFaultCode;
    /** What is wrong, for people: `is not signed`. */
    readonly message: string;
  };

/** How far a sender's clock may be off, in milliseconds. */
const CLOCK_MS_MAX = 300_000;

/** Most streams kept apart. */
const STREAMS_MAX = 65_536;

/** How a hello begins: what its signature is checked with. */
const HELLO = /^\{"v":\d{1,9},"sid":"([0-9a-f]{32})",/;

/** Bytes of that at most. */
const HELLO_BYTES_MAX = 64;

const latin1 = new TextDecoder("latin1");

/** The connection or file that lines come over. */
interface Connection {
  readonly sid: string;
  readonly conn: number;
  readonly signedBy: string | null;
  readonly chain: ChainVerifier | null;
  /** Whether payloads are of versions that this reader knows. */
  readonly isKnown: boolean;
  /** Number of the next frame. */
  next: number;
}

/** Checks lines in the order in which they arrive. */
export class StreamCheck {
  readonly #options: CheckOptions;
  readonly #seen: SeenStreams;
  #connection: Connection | null = null;
  /** Whether a line was wrong since the last hello. */
  #broken = false;

  /** Begins before the first line of a connection, a file or several. */
  constructor(options: CheckOptions = {}) {
    this.#options = options;
    this.#seen = options.seen ?? new Map();
  }

  /** Looks at a line, which comes without its end. */
  accept(line: Uint8Array): Verdict {
    try {
      return this.#verdictOn(line);
    } catch (error) {
      if (!(error instanceof LineFault)) throw error;
      this.#connection = null;
      this.#broken = true;
      const { fault, message } = error;
      return { kind: "fault", fault, message };
    }
  }

  #verdictOn(line: Uint8Array): Verdict {
    if (line.length > LINE_BYTES_MAX) {
      throw new LineFault("too_long", "is longer than 1 MiB");
    }
    const head = latin1.decode(line.subarray(0, HELLO_BYTES_MAX));
    const hello = HELLO.exec(head);
    if (hello !== null) return this.#begin(line, hello[1]);
    const connection = this.#connection;
    if (connection === null) {
      throw this.#broken
        ? new LineFault("after_fault", "follows a line that is wrong")
        : new LineFault("no_hello", "comes before any hello");
    }
    this.#checkSignature(line, connection.chain, connection.signedBy);
    return this.#follow(parseLine(line), connection);
  }

  /** Looks at the first line of a connection. */
  #begin(line: Uint8Array, sid: string): Verdict {
    // Whatever it says, the connection before it has ended.
    this.#connection = null;
    const signedBy = this.#signerOf(line);
    const key = signedBy === null ? undefined : this.#keys.get(signedBy);
    const chain = key === undefined
      ? null
      : new ChainVerifier(deriveSessionKey(key, sid));
    this.#checkSignature(line, chain, signedBy);
    const members = parseLine(line);
    if (members.k !== "hello" || members.sid !== sid) {
      throw new LineFault("bad_envelope", "begins like a hello and is none");
    }
    const bestEffort = this.#options.bestEffort ?? false;
    const { schema, ...hello } = readHello(members, bestEffort);
    const versions = [schema, ...channelSchemas(hello.payload)];
    if (!bestEffort) versions.forEach(checkSchema);
    this.#checkFresh(hello);
    const isKnown = versions.every((one) => !isNewer(one));
    const wrong = isKnown
      ? checkPayload("meta", "hello", hello.payload, TOLERANT)
      : null;
    if (wrong !== null) {
      throw new LineFault("bad_payload", `does not fit: ${wrong}`);
    }
    const { conn, next } = hello;
    const seen = this.#seen.get(sid);
    const lost = seen === undefined ? 0 : Math.max(0, next - seen.seq - 1);
    this.#seen.set(sid, { conn, seq: Math.max(seen?.seq ?? -1, next - 1) });
    this.#connection = { sid, conn, signedBy, chain, isKnown, next };
    this.#broken = false;
    return { kind: "frame", frame: { ...hello, lost, signedBy } };
  }

  /** Looks at any other line. */
  #follow(members: Members, connection: Connection): Verdict {
    const { bestEffort = false } = this.#options;
    const frame = readFrame(members, connection, bestEffort);
    const { sid, conn, next } = connection;
    if (frame.seq !== next) {
      throw new LineFault("sequence", `is frame ${frame.seq}, not ${next}`);
    }
    const seen = this.#seen.get(sid);
    if (seen === undefined || seen.conn !== conn) {
      throw new LineFault("replay", "came after a later connection had begun");
    }
    connection.next = next + 1;
    if (frame.seq <= seen.seq) return { kind: "duplicate", frame };
    this.#seen.set(sid, { conn, seq: frame.seq });
    const message = connection.isKnown ? misfitOf(frame) : null;
    return message === null
      ? { kind: "frame", frame }
      : { kind: "misfit", frame, message };
  }

  get #keys(): ReadonlyMap<string, Uint8Array> {
    return this.#options.keys ?? new Map();
  }

  /** Name of the key of a hello, or null where nobody asks for signatures. */
  #signerOf(line: Uint8Array): string | null {
    if (this.#keys.size === 0) {
      if (!this.#options.requireSigned) return null;
      throw new LineFault("unknown_key", "cannot be checked without a key");
    }
    const split = splitSignature(line);
    if (split === null) throw new LineFault("unsigned", "is not signed");
    if (this.#keys.has(split.kid)) return split.kid;
    throw new LineFault(
      "unknown_key",
      `is signed by ${split.kid}, not by ours`,
    );
  }

  #checkSignature(
    line: Uint8Array,
    chain: ChainVerifier | null,
    signedBy: string | null,
  ): void {
    if (chain === null) return;
    const signer = verifyLine(line, chain);
    if (signer === signedBy) return;
    throw splitSignature(line) === null
      ? new LineFault("unsigned", "is not signed")
      : signer === null
      ? new LineFault("bad_signature", "is not what was signed, or not here")
      : new LineFault("unknown_key", `is signed by ${signer}, not ${signedBy}`);
  }

  /** Refuses what was sent before, at another time, or to somebody else. */
  #checkFresh(
    { sid, conn, ts, payload }: Pick<
      HelloFrame,
      "sid" | "conn" | "ts" | "payload"
    >,
  ): void {
    const { now, nonce } = this.#options;
    const seen = this.#seen.get(sid);
    if (seen !== undefined && conn <= seen.conn) {
      throw new LineFault(
        "replay",
        `begins connection ${conn}, and ${seen.conn} was there before`,
      );
    }
    if (seen === undefined && this.#seen.size === STREAMS_MAX) {
      throw new LineFault("too_many", `is of more than ${STREAMS_MAX} streams`);
    }
    if (
      now !== undefined && !(Math.abs(now() - (ts ?? NaN)) <= CLOCK_MS_MAX)
    ) {
      throw new LineFault(
        "clock",
        "was not written within five minutes of now",
      );
    }
    if (nonce !== undefined && !isSame(payload.nonce, nonce)) {
      throw new LineFault("nonce", "does not repeat what it was asked");
    }
  }
}

/**
 * Whether a line is the next of a chain: gives the name of its key, or null.
 *
 * A line comes without its end. A chain begins anew at every hello.
 *
 * ```ts ignore
 * const chain = new ChainVerifier(deriveSessionKey(key, sid));
 * for (const line of lines) console.log(verifyLine(line, chain) !== null);
 * ```
 */
export function verifyLine(
  line: Uint8Array,
  chain: ChainVerifier,
): string | null {
  const split = splitSignature(line);
  if (split === null || !chain.check(split.content, split.mac)) return null;
  return split.kid;
}

/** Members that nobody knows are no faults. */
const TOLERANT = { strict: false };

/** What is wrong with what a frame tells, or null. */
function misfitOf(frame: Frame): string | null {
  if (!("payload" in frame)) return null;
  const { channel, kind, payload } = frame;
  const wrong = checkPayload(channel, kind, payload, TOLERANT);
  return wrong === null ? null : `does not fit: ${wrong}`;
}

/** Versions of the channels that a hello names. */
function channelSchemas({ channels }: Members): readonly string[] {
  return Object.values(Object(channels)).flatMap((channel) => {
    const { schema }: Members = Object(channel);
    return typeof schema === "string" ? [schema] : [];
  });
}

/** Refuses a version that is newer by a major. */
function checkSchema(schema: string): void {
  if (majorOf(schema) <= majorOf(SCHEMA_VERSION)) return;
  throw new LineFault(
    "newer",
    `is of version ${schema}; this reader knows ${SCHEMA_VERSION}`,
  );
}

/** Whether a version may tell what this reader does not know. */
function isNewer(schema: string): boolean {
  const [major, minor] = schema.split(".").map(Number);
  const [ownMajor, ownMinor] = SCHEMA_VERSION.split(".").map(Number);
  return major > ownMajor || (major === ownMajor && minor > ownMinor);
}

function majorOf(version: string): number {
  return Number(version.split(".")[0]);
}

/** Whether a text is the one that was asked for, in constant time. */
function isSame(text: unknown, expected: string): boolean {
  const encoder = new TextEncoder();
  const a = encoder.encode(String(text));
  const b = encoder.encode(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}
