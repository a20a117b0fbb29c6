/**
 * Signatures of telemetry: a chain of HMACs, one link a line.
 *
 * Each link covers the bytes of its line as they are written and the link
 * before, from the first line of a connection or file on. So every byte is
 * signed, and so is the order of the lines; and nothing has to be parsed
 * before its signature was checked.
 * @module
 */
import { Buffer } from "node:buffer";
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { EXIT, TownletError } from "../base/error.ts";

/** Fewest bytes of a key, and the bytes of everything made from one. */
export const KEY_BYTES = 32;

/** What a session key is for. */
const SESSION_INFO = "townlet/telemetry/v1";

/** What each link of a chain begins with. */
const LINK_PREFIX = "townlet-telemetry-v1\n";

/** A signature: the name of its key, and 32 bytes in base64url. */
const SIGNATURE = /,"sig":"([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]{43})"\}$/;

/** Most bytes that a signature takes at the end of a line. */
const SIGNATURE_BYTES_MAX = 86;

/** `{`, with which every line begins. */
const BRACE = 0x7b;

/** A character for each byte. */
const latin1 = new TextDecoder("latin1");

/** The signature of a line, apart from what it signs. */
export interface SplitLine {
  /** The bytes that are signed: all before `,"sig":"`. */
  readonly content: Uint8Array;
  /** Name of the key. */
  readonly kid: string;
  /** The link, 32 bytes. */
  readonly mac: Uint8Array;
}

/**
 * The key that signs one stream.
 *
 * @param key at least 32 bytes, see {@link decodeKey}
 * @param sid name of the stream, 32 digits of hex
 */
export function deriveSessionKey(key: Uint8Array, sid: string): Uint8Array {
  if (!/^[0-9a-f]{32}$/.test(sid)) throw new RangeError("sid is no 32 hex");
  const salt = Buffer.from(sid, "hex");
  return new Uint8Array(
    hkdfSync("sha256", key, salt, SESSION_INFO, KEY_BYTES),
  );
}

/** Signs the lines of one connection or file, in order. */
export class SignatureChain {
  readonly #session: Uint8Array;
  readonly #kid: string;
  #last: Uint8Array = new Uint8Array(KEY_BYTES);

  /** Begins a chain with a session key and the name of the key behind it. */
  constructor(session: Uint8Array, kid: string) {
    this.#session = session;
    this.#kid = kid;
  }

  /** Signs a line that reaches from `{` to `}`; gives it with its signature. */
  sign(line: string): string {
    const content = line.slice(0, -1);
    const mac = link(this.#session, this.#last, content);
    this.#last = mac;
    return `${content},"sig":"${this.#kid}.${mac.toString("base64url")}"}`;
  }
}

/** Checks the lines of one connection or file, in order. */
export class ChainVerifier {
  readonly #session: Uint8Array;
  #last: Uint8Array = new Uint8Array(KEY_BYTES);

  /** Begins with the session key of the stream. */
  constructor(session: Uint8Array) {
    this.#session = session;
  }

  /**
   * Whether a line is the next of its chain, by the parts that
   * {@link splitSignature} found. What is not leaves the chain where it was.
   */
  check(content: Uint8Array, mac: Uint8Array): boolean {
    const expected = link(this.#session, this.#last, content);
    if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) {
      return false;
    }
    this.#last = expected;
    return true;
  }
}

/**
 * Takes the signature off a line, which comes without its end; null for lines
 * that have none. Looks at bytes, from the last one on, and parses nothing.
 */
export function splitSignature(line: Uint8Array): SplitLine | null {
  const tailAt = Math.max(0, line.length - SIGNATURE_BYTES_MAX);
  const tail = latin1.decode(line.subarray(tailAt));
  const match = SIGNATURE.exec(tail);
  if (match === null || line[0] !== BRACE) return null;
  const [, kid, encoded] = match;
  const mac = Buffer.from(encoded, "base64url");
  // The last character has two bits too many; only zeros are a signature.
  if (mac.toString("base64url") !== encoded) return null;
  const content = line.subarray(0, tailAt + match.index);
  return { content, kid, mac: new Uint8Array(mac) };
}

/**
 * The key in the bytes of a file or a variable: after `hex:` or `b64:` what
 * the text says, else the bytes themselves.
 *
 * Throws a {@link TownletError} that shows nothing of the key: exit code 5 for
 * fewer than 32 bytes (rule S5), 2 for a text that cannot be decoded.
 *
 * @param where the file or the variable, for messages
 */
export function decodeKey(bytes: Uint8Array, where: string): Uint8Array {
  const key = decoded(bytes, where);
  if (key.length >= KEY_BYTES) return key;
  key.fill(0);
  throw new TownletError(
    `The key has fewer than ${KEY_BYTES} bytes (rule S5)`,
    {
      code: "key.short",
      where,
      hint: "Make one with townlet telemetry keygen --out FILE",
      exit: EXIT.refused,
    },
  );
}

function decoded(bytes: Uint8Array, where: string): Uint8Array {
  const form = latin1.decode(bytes.subarray(0, 4));
  if (form !== "hex:" && form !== "b64:") return bytes;
  const text = latin1.decode(bytes.subarray(4)).trim();
  const encoding = form === "hex:" ? "hex" : "base64url";
  const digits = form === "hex:"
    ? text.toLowerCase()
    : text.replaceAll("+", "-").replaceAll("/", "_").replace(/={1,2}$/, "");
  const key = Buffer.from(digits, encoding);
  if (key.toString(encoding) === digits) return new Uint8Array(key);
  const name = form === "hex:" ? "hexadecimal" : "base64";
  throw new TownletError(`What follows ${form} is no ${name}`, {
    code: "key.encoding",
    where,
    hint: "Leave nothing but its digits, on one line",
  });
}

/** The next link of a chain. */
function link(
  session: Uint8Array,
  last: Uint8Array,
  content: string | Uint8Array,
): Buffer {
  return createHmac("sha256", session).update(LINK_PREFIX).update(last)
    .update(content).digest();
}
