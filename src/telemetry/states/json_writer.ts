/**
 * Writes the JSON of states into bytes, as fast as memory takes them.
 *
 * Joining many short texts costs several times as much as writing their bytes.
 * @module
 */
import { roundTo, type StateOptions } from "../state_channel.ts";

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
/** Most decimals of numbers that JSON never writes with an exponent. */
const PLAIN_DECIMALS = 6;
/** Numbers from here on, in steps of the precision, are too large for decimals. */
const EXACT = 2 ** 53;
/** Numbers below it, in steps of the precision, are written digit by digit. */
const SHORT = 2 ** 31;

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

/**
 * Writes objects of JSON whose members are values first and then nulls.
 *
 * An object is begun when its first member comes, so that one without any
 * leaves no trace.
 */
export class JsonWriter {
  readonly #options: StateOptions;
  readonly #power: number;
  /** By depth: name of the object, and where its nulls begin. */
  readonly #names: Piece[] = [];
  readonly #nulls: number[] = [];
  readonly #gone: Piece[] = [];
  /** Objects in one another, and how many of them are begun. */
  #depth = 0;
  #begun = 0;
  #bytes = new Uint8Array(1 << 12);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  constructor(options: StateOptions) {
    this.#options = options;
    this.#power = Number(`1e${options.precision}`);
  }

  /** Opens an object, a member or, with an empty name, all of it. */
  open(name: Piece): void {
    this.#names[this.#depth] = name;
    this.#nulls[this.#depth++] = this.#gone.length;
  }

  /** Closes the object; one without members is not written unless `keep`. */
  close(keep: boolean): void {
    const nulls = this.#nulls[this.#depth - 1];
    if (this.#gone.length > nulls) {
      for (let i = nulls; i < this.#gone.length; i++) {
        this.put(this.#gone[i], NULL);
      }
      this.#gone.length = nulls;
    }
    if (this.#begun < this.#depth) {
      if (!keep) {
        this.#depth--;
        return;
      }
      this.#begin();
    }
    // The comma after its last member makes way.
    if (this.#bytes[this.#at - 1] === COMMA) this.#at--;
    this.#bytes[this.#at++] = CLOSE;
    this.#bytes[this.#at++] = COMMA;
    this.#begun = --this.#depth;
  }

  /** Writes a member. */
  put(name: Piece, value: Piece): void {
    this.#name(name);
    this.#copy(value);
    this.#bytes[this.#at++] = COMMA;
  }

  /** Writes a member whose value is JSON already. */
  json(name: Piece, json: string): void {
    this.#name(name);
    this.#raw(json);
    this.#bytes[this.#at++] = COMMA;
  }

  /** Writes members that are JSON already, with commas between them. */
  members(json: string): void {
    if (this.#begun < this.#depth) this.#begin();
    this.#raw(json);
    this.#bytes[this.#at++] = COMMA;
  }

  /** Writes a member that is a number as {@link JsonWriter.rounded} gives it. */
  number(name: Piece, rounded: number): void {
    this.#name(name);
    this.#number(rounded);
    this.#bytes[this.#at++] = COMMA;
  }

  /** Writes a member that is a whole number. */
  integer(name: Piece, value: number): void {
    this.#name(name);
    this.#integer(value);
    this.#bytes[this.#at++] = COMMA;
  }

  /** Writes a member that is a tile. */
  tile(name: Piece, x: number, y: number): void {
    this.#name(name);
    this.#bytes[this.#at++] = OPEN_LIST;
    this.#integer(x);
    this.#bytes[this.#at++] = COMMA;
    this.#integer(y);
    this.#bytes[this.#at++] = CLOSE_LIST;
    this.#bytes[this.#at++] = COMMA;
  }

  /** Writes a member that is a text. */
  text(name: Piece, text: string): void {
    this.#name(name);
    this.#text(text);
    this.#bytes[this.#at++] = COMMA;
  }

  /** Writes a member that is a list of texts. */
  texts(name: Piece, texts: readonly string[]): void {
    this.#name(name);
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

  /** A number as it is told; NaN for what JSON cannot write. */
  rounded(value: number): number {
    const size = Math.abs(value) * this.#power;
    if (size < EXACT) {
      const rounded = Math.round(size) / this.#power;
      return value < 0 && rounded !== 0 ? -rounded : rounded;
    }
    if (Number.isFinite(value)) return roundTo(value, this.#options.precision);
    this.#options.onNonfinite();
    return NaN;
  }

  #name(name: Piece): void {
    if (this.#begun < this.#depth) this.#begin();
    this.#copy(name);
  }

  #begin(): void {
    while (this.#begun < this.#depth) {
      this.#copy(this.#names[this.#begun++]);
      this.#bytes[this.#at++] = OPEN;
    }
  }

  #number(rounded: number): void {
    const steps = Math.round(Math.abs(rounded) * this.#power);
    if (steps >= SHORT || this.#options.precision > PLAIN_DECIMALS) {
      this.#copy(pieceOf(String(rounded)));
      return;
    }
    if (rounded < 0) this.#bytes[this.#at++] = MINUS;
    const power = this.#power | 0;
    const whole = (steps / power) | 0;
    let rest = (steps | 0) - Math.imul(whole, power);
    this.#integer(whole);
    if (rest === 0) return;
    let decimals = this.#options.precision;
    while (rest % 10 === 0) {
      rest = (rest / 10) | 0;
      decimals--;
    }
    const bytes = this.#bytes;
    let at = this.#at + decimals;
    bytes[this.#at] = POINT;
    this.#at = at + 1;
    while (decimals-- > 0) {
      const left = (rest / 10) | 0;
      bytes[at--] = ZERO + rest - 10 * left;
      rest = left;
    }
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
