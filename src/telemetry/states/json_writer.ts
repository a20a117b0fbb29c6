/**
 * Writes the JSON of states into bytes, as fast as memory takes them.
 *
 * Joining many short texts costs several times as much as writing their bytes.
 * @module
 */
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const DELETE = 0x7f;

/** Bytes after a name that are written without looking whether there is room. */
const ROOM = 64;
/** Objects in one another, at most. */
const DEPTH_MAX = 16;
/** Most decimals of which {@link JsonWriter.steps} can tell. */
export const STEP_DECIMALS_MAX = 6;

/** The digits of the numbers from 0 to 99, two bytes each. */
const PAIRS = Uint16Array.from(
  { length: 100 },
  (_, i) => (ZERO + i % 10) << 8 | ZERO + Math.floor(i / 10),
);

/** Text as bytes, to be written again and again. */
export interface Piece {
  /** How many bytes. */
  readonly length: number;
  /** The bytes, four at a time, and zeros up to the end of the last four. */
  readonly words: Int32Array;
}

/** Texts that JSON has as they are. */
const PLAIN = /^[\w.#-]*$/;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const NULL = pieceOf("null");

/** The bytes of a text. */
export function pieceOf(text: string): Piece {
  const bytes = encoder.encode(text);
  const words = new Int32Array(Math.ceil(bytes.length / 4));
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

/** Writes objects of JSON whose members are values first and then nulls. */
export class JsonWriter {
  readonly #power: number;
  /** What makes steps of the precision into millionths. */
  readonly #millionths: number;
  readonly #precision: number;
  /** By depth: where the object begins, and where its nulls do. */
  readonly #starts = new Int32Array(DEPTH_MAX);
  readonly #nulls = new Int32Array(DEPTH_MAX);
  readonly #gone: Piece[] = [];
  #depth = 0;
  #bytes = new Uint8Array(1 << 12);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  /** @param precision decimals of numbers, 3 to 12 */
  constructor(precision: number) {
    this.#precision = precision;
    this.#power = Number(`1e${precision}`);
    this.#millionths = Number(`1e${STEP_DECIMALS_MAX - precision}`);
  }

  /** Opens an object, a member or, with an empty name, all of it. */
  open(name: Piece): void {
    this.#starts[this.#depth] = this.#at;
    this.#nulls[this.#depth++] = this.#gone.length;
    this.#copy(name);
    this.#bytes[this.#at++] = OPEN;
  }

  /** Closes the object; one without members leaves no trace unless `keep`. */
  close(keep: boolean): void {
    const depth = --this.#depth;
    if (this.#gone.length > this.#nulls[depth]) this.#writeNulls(depth);
    const bytes = this.#bytes;
    const last = this.#at - 1;
    if (bytes[last] === COMMA) {
      // The comma after its last member makes way.
      bytes[last] = CLOSE;
      bytes[this.#at++] = COMMA;
    } else if (keep) {
      bytes[this.#at++] = CLOSE;
      bytes[this.#at++] = COMMA;
    } else this.#at = this.#starts[depth];
  }

  /** Writes a member. */
  put(name: Piece, value: Piece): void {
    this.#copy(name);
    this.#copy(value);
    this.#bytes[this.#at++] = COMMA;
  }

  /** Writes a member whose value is JSON already. */
  json(name: Piece, json: string): void {
    this.#copy(name);
    this.#raw(json);
    this.#bytes[this.#at++] = COMMA;
  }

  /** Writes members that are JSON already, with commas between them. */
  members(json: string): void {
    this.#raw(json);
    this.#bytes[this.#at++] = COMMA;
  }

  /**
   * Writes a member that is a real number, told in steps of the precision;
   * there must be at most {@link STEP_DECIMALS_MAX} decimals.
   *
   * @param steps a whole number of at most 31 bits and its sign
   */
  steps(name: Piece, steps: number): void {
    this.#copy(name);
    this.#steps(steps);
    this.#bytes[this.#at++] = COMMA;
  }

  /** Writes a member that is a whole number. */
  integer(name: Piece, value: number): void {
    this.#copy(name);
    this.#integer(value);
    this.#bytes[this.#at++] = COMMA;
  }

  /** Writes a member that is a tile. */
  tile(name: Piece, x: number, y: number): void {
    this.#copy(name);
    this.#bytes[this.#at++] = OPEN_LIST;
    this.#integer(x);
    this.#bytes[this.#at++] = COMMA;
    this.#integer(y);
    this.#bytes[this.#at++] = CLOSE_LIST;
    this.#bytes[this.#at++] = COMMA;
  }

  /** Writes a member that is a text. */
  text(name: Piece, text: string): void {
    this.#copy(name);
    this.#text(text);
    this.#bytes[this.#at++] = COMMA;
  }

  /** Writes a member that is a list of texts. */
  texts(name: Piece, texts: readonly string[]): void {
    this.#copy(name);
    this.#bytes[this.#at++] = OPEN_LIST;
    for (const text of texts) {
      this.#text(text);
      this.#bytes[this.#at++] = COMMA;
    }
    if (texts.length > 0) this.#at--;
    this.#bytes[this.#at++] = CLOSE_LIST;
    this.#bytes[this.#at++] = COMMA;
  }

  /** Has the object end with a null for the member. */
  drop(name: Piece): void {
    this.#gone.push(name);
  }

  /** All that was written, to begin anew; null for nothing. */
  take(): string | null {
    if (this.#at === 0) return null;
    const text = decoder.decode(this.#bytes.subarray(0, this.#at - 1));
    this.#at = 0;
    return text;
  }

  #writeNulls(depth: number): void {
    const gone = this.#gone;
    const from = this.#nulls[depth];
    for (let i = from; i < gone.length; i++) this.put(gone[i], NULL);
    gone.length = from;
  }

  #steps(steps: number): void {
    let rest = steps;
    if (rest < 0) {
      this.#bytes[this.#at++] = MINUS;
      rest = -rest;
    }
    const power = this.#power;
    if (rest < power) this.#bytes[this.#at++] = ZERO;
    else {
      const whole = Math.floor(rest / power);
      this.#integer(whole);
      rest -= whole * power;
    }
    if (rest === 0) return;
    const millionths = rest * this.#millionths | 0;
    const hundreds = (millionths / 100) | 0;
    const first = (hundreds / 100) | 0;
    const bytes = this.#bytes;
    const view = this.#view;
    let at = this.#at;
    bytes[at] = POINT;
    view.setUint16(at + 1, PAIRS[first], true);
    view.setUint16(at + 3, PAIRS[hundreds - 100 * first], true);
    view.setUint16(at + 5, PAIRS[millionths - 100 * hundreds], true);
    at += this.#precision;
    while (bytes[at] === ZERO) at--;
    this.#at = at + 1;
  }

  /** Writes a whole number of at most 31 bits and its sign. */
  #integer(value: number): void {
    let left = value | 0;
    if (left < 0) {
      this.#bytes[this.#at++] = MINUS;
      left = -left;
    }
    let digits = 1;
    for (let least = 10; digits < 10 && left >= least; least *= 10) digits++;
    this.#at += digits;
    let at = this.#at;
    while (digits-- > 0) {
      const rest = (left / 10) | 0;
      this.#bytes[--at] = ZERO + left - 10 * rest;
      left = rest;
    }
  }

  #text(text: string): void {
    if (!PLAIN.test(text)) {
      this.#raw(JSON.stringify(text));
      return;
    }
    this.#bytes[this.#at++] = QUOTE;
    this.#raw(text);
    this.#bytes[this.#at++] = QUOTE;
  }

  #raw(json: string): void {
    const { length } = json;
    if (this.#at + length + ROOM > this.#bytes.length) this.#grow(length);
    const bytes = this.#bytes;
    for (let i = 0; i < length; i++) {
      const unit = json.charCodeAt(i);
      if (unit >= DELETE) {
        this.#copy(pieceOf(json));
        return;
      }
      bytes[this.#at + i] = unit;
    }
    this.#at += length;
  }

  /** Four bytes at a time; those beyond the end are written over later. */
  #copy({ length, words }: Piece): void {
    let at = this.#at;
    if (at + length + ROOM > this.#bytes.length) this.#grow(length);
    this.#at = at + length;
    const view = this.#view;
    for (let i = 0; i < words.length; i++, at += 4) {
      view.setInt32(at, words[i], true);
    }
  }

  #grow(length: number): void {
    const bytes = new Uint8Array(2 * (this.#bytes.length + length) + ROOM);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
