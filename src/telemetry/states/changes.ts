/** What was told of numbers, in columns, and the writing of those that changed. @module */
import type { JsonWriter, Piece } from "./json_writer.ts";

/** Real numbers that were told, as they were and as they were written. */
export class ToldNumbers {
  /** As the world had them; NaN where JSON could not write them. */
  readonly raw: Float64Array;
  /** As they were written; NaN where they were not. */
  readonly told: Float64Array;
  readonly #out: JsonWriter;

  /** Room for so many. */
  constructor(out: JsonWriter, length: number) {
    this.#out = out;
    this.raw = new Float64Array(length).fill(NaN);
    this.told = new Float64Array(length).fill(NaN);
  }

  /** Writes a member if its number has changed, or if all is told. */
  tell(at: number, name: Piece, value: number, whole: boolean): void {
    if (value === this.raw[at] && !whole) return;
    this.#write(at, name, value, this.#out.rounded(value), whole);
  }

  /** As {@link ToldNumbers.tell}, for a number that is left out when it is 0. */
  tellUnlessZero(at: number, name: Piece, value: number, whole: boolean): void {
    if (value === this.raw[at] && !whole) return;
    const rounded = value === 0 ? NaN : this.#out.rounded(value);
    this.#write(at, name, value, rounded, whole);
  }

  /** Notes a number that is written some other way. */
  note(at: number, value: number): void {
    const rounded = this.#out.rounded(value);
    this.raw[at] = rounded === rounded ? value : NaN;
    this.told[at] = rounded;
  }

  #write(
    at: number,
    name: Piece,
    value: number,
    rounded: number,
    whole: boolean,
  ): void {
    // NaN is not itself, so what cannot be written is looked at every time.
    this.raw[at] = rounded === rounded || value === 0 ? value : NaN;
    const before = whole ? NaN : this.told[at];
    if (rounded === before) return;
    this.told[at] = rounded;
    if (rounded === rounded) this.#out.number(name, rounded);
    else if (before === before) this.#out.drop(name);
  }
}

/** Whole numbers that were told, some of which stand for something. */
export class ToldCodes {
  /** What was told last. */
  readonly told: Int32Array;
  readonly #out: JsonWriter;

  /** Room for so many. */
  constructor(out: JsonWriter, length: number) {
    this.#out = out;
    this.told = new Int32Array(length);
  }

  /**
   * Writes the member a code stands for if it has changed, or if all is told;
   * the empty piece stands for no member.
   */
  tell(
    at: number,
    name: Piece,
    code: number,
    pieces: readonly Piece[],
    whole: boolean,
  ): void {
    const before = this.told[at];
    if (code === before && !whole) return;
    this.told[at] = code;
    const piece = pieces[code];
    if (piece.length > 0) this.#out.put(name, piece);
    else if (!whole && pieces[before].length > 0) this.#out.drop(name);
  }

  /** Writes a number if it has changed, or if all is told. */
  tellCount(at: number, name: Piece, count: number, whole: boolean): void {
    if (count === this.told[at] && !whole) return;
    this.told[at] = count;
    this.#out.integer(name, count);
  }

  /** As {@link ToldCodes.tellCount}, for a number that is left out when it is 0. */
  tellUnlessZero(at: number, name: Piece, count: number, whole: boolean): void {
    const before = this.told[at];
    if (count === before && !whole) return;
    this.told[at] = count;
    if (count !== 0) this.#out.integer(name, count);
    else if (!whole && before !== 0) this.#out.drop(name);
  }
}
