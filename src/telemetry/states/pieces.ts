/** Texts as bytes, to be written again and again. @module */

/** From this sign on, texts are left to the encoder. */
const DELETE = 0x7f;

/** A text as bytes. */
export interface Piece {
  /** How many bytes. */
  readonly length: number;
  /** The bytes, eight at a time, and zeros up to the end of the last eight. */
  readonly words: Float64Array;
}

const encoder = new TextEncoder();

/** The bytes of a text. */
export function pieceOf(text: string): Piece {
  const { length } = text;
  const words = new Float64Array(Math.ceil(length / 8));
  const bytes = new Uint8Array(words.buffer);
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= DELETE) return encoded(text);
    bytes[i] = unit;
  }
  return { length, words };
}

/** The bytes of any text; of a short one it takes several times as long. */
function encoded(text: string): Piece {
  const bytes = encoder.encode(text);
  const words = new Float64Array(Math.ceil(bytes.length / 8));
  new Uint8Array(words.buffer).set(bytes);
  return { length: bytes.length, words };
}

/** The bytes of a text as JSON has it, with its quotes. */
export function quoted(text: string): Piece {
  return pieceOf(JSON.stringify(text));
}

/** The bytes of a member's name, with quotes and colon. */
export function nameOf(name: string): Piece {
  return pieceOf(`${JSON.stringify(name)}:`);
}

/** A text with numbers in it: one after each piece but the last. */
export interface Template {
  readonly pieces: readonly Piece[];
  /** Bytes of the pieces. */
  readonly length: number;
}

/** A text with numbers where the texts meet. */
export function templateOf(...texts: readonly string[]): Template {
  const pieces = texts.map(pieceOf);
  return {
    pieces,
    length: pieces.reduce((sum, { length }) => sum + length, 0),
  };
}
