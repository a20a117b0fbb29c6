/**
 * WebSocket frames (RFC 6455), seen from a client: bytes in, messages out.
 * @module
 */

/** What a server said. */
export type Said =
  /** A whole message of text. */
  | { readonly kind: "text"; readonly bytes: Uint8Array }
  /** Whether anybody is there; wants the same bytes back. */
  | { readonly kind: "ping"; readonly bytes: Uint8Array }
  /** The end. */
  | { readonly kind: "close" };

/** Kinds of frames. */
const OPCODE = {
  continuation: 0,
  text: 1,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

/** Most bytes of a message. */
const MESSAGE_BYTES_MAX = 1 << 20;

/** Most bytes of a frame that is no message. */
const CONTROL_BYTES_MAX = 125;

/** Puts the messages of a server together. */
export class WebSocketReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #parts: Uint8Array[] = [];
  #length = 0;
  #inMessage = false;

  /**
   * What is complete with some more bytes.
   *
   * Throws a RangeError for what a server must not send.
   */
  push(bytes: Uint8Array): Said[] {
    this.#bytes = joined([this.#bytes, bytes]);
    const said: Said[] = [];
    for (;;) {
      const frame = this.#take();
      if (frame === null) return said;
      const told = this.#read(frame);
      if (told !== null) said.push(told);
    }
  }

  /** The next frame, if all of it is there. */
  #take(): Frame | null {
    const bytes = this.#bytes;
    if (bytes.length < 2) return null;
    const [first, second] = bytes;
    if ((first & 0x70) !== 0) throw new RangeError("it uses an extension");
    if ((second & 0x80) !== 0) throw new RangeError("its frames are masked");
    const short = second & 0x7f;
    const header = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < header) return null;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const length = short < 126
      ? short
      : short === 126
      ? view.getUint16(2)
      : Number(view.getBigUint64(2));
    if (length > MESSAGE_BYTES_MAX) {
      throw new RangeError("a message is too long");
    }
    if (bytes.length < header + length) return null;
    this.#bytes = bytes.subarray(header + length);
    return {
      last: (first & 0x80) !== 0,
      opcode: first & 0x0f,
      bytes: bytes.slice(header, header + length),
    };
  }

  #read({ last, opcode, bytes }: Frame): Said | null {
    if (opcode >= OPCODE.close) {
      if (!last || bytes.length > CONTROL_BYTES_MAX) {
        throw new RangeError("a frame of control is too long");
      }
      if (opcode === OPCODE.close) return { kind: "close" };
      return opcode === OPCODE.ping ? { kind: "ping", bytes } : null;
    }
    const begins = opcode === OPCODE.text;
    if (!begins && opcode !== OPCODE.continuation) {
      throw new RangeError("a message is no text");
    }
    if (begins === this.#inMessage) {
      throw new RangeError("its messages are mixed up");
    }
    this.#inMessage = !last;
    this.#parts.push(bytes);
    this.#length += bytes.length;
    if (this.#length > MESSAGE_BYTES_MAX) {
      throw new RangeError("a message is too long");
    }
    if (!last) return null;
    const message = joined(this.#parts);
    this.#parts = [];
    this.#length = 0;
    return { kind: "text", bytes: message };
  }
}

/** A frame. */
interface Frame {
  readonly last: boolean;
  readonly opcode: number;
  readonly bytes: Uint8Array;
}

/** The answer to a ping, or the word that ends a connection. */
export function controlFrame(
  kind: "pong" | "close",
  bytes: Uint8Array,
): Uint8Array {
  // What clients send is masked; the mask is no secret.
  const mask = crypto.getRandomValues(new Uint8Array(4));
  const frame = new Uint8Array(6 + bytes.length);
  frame.set([0x80 | OPCODE[kind], 0x80 | bytes.length, ...mask]);
  frame.set(bytes.map((byte, i) => byte ^ mask[i % 4]), 6);
  return frame;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
