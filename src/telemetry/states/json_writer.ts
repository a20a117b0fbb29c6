/**
 * Writes the JSON of states into bytes, as fast as memory takes them.
 *
 * Joining many short texts costs several times as much as writing their bytes.
 * @module
 */
import { type Piece, pieceOf, type Template } from "./pieces.ts";
import { copy, DECIMALS_MAX, writeDecimals, writeInteger } from "./places.ts";

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const OPEN_LIST = 0x5b;
const ESCAPE = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
/** A brace that closes, and a comma. */
const CLOSE_COMMA = 0x2c7d;
const DELETE = 0x7f;

/** Bytes after a name that are written without looking whether there is room. */
const ROOM = 64;
/** Objects in one another, at most. */
const DEPTH_MAX = 16;

const NULL = pieceOf("null");

const decoder = new TextDecoder();

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
  #room = this.#bytes.length - ROOM;
  #at = 0;

  /** @param precision decimals of numbers, 3 to 12 */
  constructor(precision: number) {
    this.#precision = precision;
    this.#power = Number(`1e${precision}`);
    this.#millionths = Number(`1e${DECIMALS_MAX - precision}`);
  }

  /** Forgets what was written: a fault may have left it unfinished. */
  clear(): void {
    this.#at = 0;
    this.#depth = 0;
    this.#gone.length = 0;
  }

  /** Opens an object, a member or, with an empty name, all of it. */
  open(name: Piece): void {
    const depth = this.#depth++;
    this.#starts[depth] = this.#at;
    this.#nulls[depth] = this.#gone.length;
    const view = this.#viewFor(name.length);
    const at = copy(view, this.#at, name);
    view.setUint8(at, OPEN);
    this.#at = at + 1;
  }

  /** Closes the object; one without members leaves no trace unless `keep`. */
  close(keep: boolean): void {
    const depth = --this.#depth;
    if (this.#gone.length > this.#nulls[depth]) this.#writeNulls(depth);
    const view = this.#view;
    let at = this.#at;
    if (view.getUint8(at - 1) === COMMA) at--;
    else if (!keep) {
      this.#at = this.#starts[depth];
      return;
    }
    view.setUint16(at, CLOSE_COMMA, true);
    this.#at = at + 2;
  }

  /** Writes a member. */
  put(name: Piece, value: Piece): void {
    const view = this.#viewFor(name.length + value.length);
    const at = copy(view, copy(view, this.#at, name), value);
    view.setUint8(at, COMMA);
    this.#at = at + 1;
  }

  /** Writes a member whose value is JSON already. */
  json(name: Piece, json: string): void {
    this.#name(name);
    this.#raw(json);
    this.#comma();
  }

  /** Writes members that are JSON already, with commas between them. */
  members(json: string): void {
    this.#raw(json);
    this.#comma();
  }

  /**
   * Writes a member that is a real number, told in steps of the precision;
   * there must be at most {@link DECIMALS_MAX} decimals.
   *
   * @param steps a whole number of at most 31 bits and its sign
   */
  steps(name: Piece, steps: number): void {
    const view = this.#viewFor(name.length);
    let at = copy(view, this.#at, name);
    const power = this.#power;
    let rest = steps;
    if (rest < 0) {
      view.setUint8(at++, MINUS);
      rest = -rest;
    }
    if (rest >= power) {
      const whole = Math.floor(rest / power);
      at = writeInteger(view, at, whole);
      rest -= whole * power;
    } else view.setUint8(at++, ZERO);
    if (rest > 0) {
      at = writeDecimals(view, at, rest * this.#millionths, this.#precision);
    }
    view.setUint8(at, COMMA);
    this.#at = at + 1;
  }

  /**
   * Writes a member whose value is a template with real numbers below 1, each
   * told in steps of the precision and not 0.
   */
  fill(name: Piece, { pieces, length }: Template, steps: Int32Array): void {
    const count = pieces.length - 1;
    const millionths = this.#millionths;
    const precision = this.#precision;
    const view = this.#viewFor(name.length + length + ROOM * count);
    let at = copy(view, this.#at, name);
    for (let i = 0; i < count; i++) {
      at = copy(view, at, pieces[i]);
      view.setUint8(at, ZERO);
      at = writeDecimals(view, at + 1, steps[i] * millionths, precision);
    }
    at = copy(view, at, pieces[count]);
    view.setUint8(at, COMMA);
    this.#at = at + 1;
  }

  /** Writes a member that is a whole number. */
  integer(name: Piece, value: number): void {
    const view = this.#viewFor(name.length);
    const at = writeInteger(view, copy(view, this.#at, name), value);
    view.setUint8(at, COMMA);
    this.#at = at + 1;
  }

  /** Writes a member that is a tile. */
  tile(name: Piece, x: number, y: number): void {
    const view = this.#viewFor(name.length);
    let at = copy(view, this.#at, name);
    view.setUint8(at++, OPEN_LIST);
    at = writeInteger(view, at, x);
    view.setUint8(at++, COMMA);
    at = writeInteger(view, at, y);
    view.setUint8(at++, CLOSE_LIST);
    view.setUint8(at++, COMMA);
    this.#at = at;
  }

  /** Writes a member that is a text. */
  text(name: Piece, text: string): void {
    const { length } = text;
    const view = this.#viewFor(name.length + length);
    let at = copy(view, this.#at, name);
    view.setUint8(at++, QUOTE);
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit < SPACE || unit >= DELETE || unit === QUOTE || unit === ESCAPE) {
        this.json(name, JSON.stringify(text));
        return;
      }
      view.setUint8(at++, unit);
    }
    view.setUint8(at, QUOTE);
    view.setUint8(at + 1, COMMA);
    this.#at = at + 2;
  }

  /** Writes a member that is a list of values, which are at certain places. */
  list(
    name: Piece,
    values: readonly Piece[],
    places: Int32Array,
    count: number,
  ): void {
    const view = this.#viewFor(name.length);
    let at = copy(view, this.#at, name);
    view.setUint8(at++, OPEN_LIST);
    this.#at = at;
    for (let i = 0; i < count; i++) this.#item(values[places[i]]);
    // The comma after the last of them makes way.
    at = count === 0 ? this.#at : this.#at - 1;
    this.#view.setUint8(at, CLOSE_LIST);
    this.#view.setUint8(at + 1, COMMA);
    this.#at = at + 2;
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

  #name(name: Piece): void {
    this.#at = copy(this.#viewFor(name.length), this.#at, name);
  }

  #comma(): void {
    this.#view.setUint8(this.#at++, COMMA);
  }

  #item(value: Piece): void {
    const view = this.#viewFor(value.length);
    const at = copy(view, this.#at, value);
    view.setUint8(at, COMMA);
    this.#at = at + 1;
  }

  #raw(json: string): void {
    const { length } = json;
    const view = this.#viewFor(length);
    const at = this.#at;
    for (let i = 0; i < length; i++) {
      const unit = json.charCodeAt(i);
      if (unit >= DELETE) {
        this.#name(pieceOf(json));
        return;
      }
      view.setUint8(at + i, unit);
    }
    this.#at = at + length;
  }

  /** Where to write so many bytes, and a few more. */
  #viewFor(length: number): DataView {
    if (this.#at + length > this.#room) this.#grow(length);
    return this.#view;
  }

  #grow(length: number): void {
    const bytes = new Uint8Array(2 * (this.#bytes.length + length) + ROOM);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
    this.#room = bytes.length - ROOM;
  }
}
