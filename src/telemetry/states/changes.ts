/** What was told of numbers, in columns, and the writing of those that changed. @module */
import { roundTo, type StateOptions } from "../state_channel.ts";
import type { JsonWriter } from "./json_writer.ts";
import type { Piece, Template } from "./pieces.ts";
import { DECIMALS_MAX } from "./places.ts";

/** Sizes below it, in steps of the precision, are told in steps. */
const STEPS_END = 0x7fff_fff0 - 0.5;
/** Numbers that a template has, at most. */
const MEMBERS_MAX = 8;
/** Stands for a number that is not told. */
const ABSENT = -0x8000_0000;
/** Stands for a number that is not told in steps. */
const LARGE = ABSENT + 1;

/**
 * Real numbers that were told, and the writing of those that changed.
 *
 * Numbers are given by column and row: a real number that is handed from
 * function to function is an object on the heap.
 */
export class ToldNumbers {
  readonly #out: JsonWriter;
  readonly #options: StateOptions;
  readonly #power: number;
  readonly #stepsEnd: number;
  /** In steps of the precision, or what stands for other numbers. */
  readonly #steps: Int32Array;
  /** As they were, those that are large as they were told; NaN for none. */
  readonly #raw: Float64Array;
  readonly #found = new Int32Array(MEMBERS_MAX);

  /** Room for so many. */
  constructor(out: JsonWriter, length: number, options: StateOptions) {
    const { precision } = options;
    this.#out = out;
    this.#options = options;
    this.#power = Number(`1e${precision}`);
    this.#stepsEnd = precision > DECIMALS_MAX ? 0 : STEPS_END;
    this.#steps = new Int32Array(length).fill(ABSENT);
    this.#raw = new Float64Array(length).fill(NaN);
  }

  /** Writes a member if its number has changed, or if all is told. */
  tell(
    at: number,
    name: Piece,
    column: Float64Array,
    row: number,
    whole: boolean,
  ): void {
    const value = column[row];
    if (value === this.#raw[at] && !whole) return;
    const size = Math.abs(value) * this.#power;
    if (size < this.#stepsEnd) {
      // As Math.round() has it, and sooner; the sum of a half and what is just
      // below a half is one.
      const rounded = size < 0.5 ? 0 : (size + 0.5) | 0;
      const steps = value < 0 ? 0 - rounded : rounded;
      this.#raw[at] = value;
      if (steps === this.#steps[at] && !whole) return;
      this.#steps[at] = steps;
      this.#out.steps(name, steps);
    } else this.#tellLarge(at, name, value, whole);
  }

  /**
   * Writes a member with numbers that are all new, and above 0 and below 1, by
   * a template; writes nothing and gives false if some are not.
   *
   * @param at place of the first
   * @param row row of the first
   */
  tellAll(
    at: number,
    name: Piece,
    template: Template,
    column: Float64Array,
    row: number,
  ): boolean {
    const found = this.#found;
    const told = this.#steps;
    const raw = this.#raw;
    const power = this.#power;
    const end = Math.min(this.#stepsEnd, power - 0.5);
    const count = template.pieces.length - 1;
    for (let i = 0; i < count; i++) {
      const size = column[row + i] * power;
      const steps = (size + 0.5) | 0;
      if (!(size >= 1 && size < end) || steps === told[at + i]) return false;
      found[i] = steps;
    }
    for (let i = 0; i < count; i++) {
      told[at + i] = found[i];
      raw[at + i] = column[row + i];
    }
    this.#out.fill(name, template, found);
    return true;
  }

  /** As {@link ToldNumbers.tell}, for a number that is left out when it is 0. */
  tellUnlessZero(
    at: number,
    name: Piece,
    column: Float64Array,
    row: number,
    whole: boolean,
  ): void {
    if (column[row] !== 0) this.tell(at, name, column, row, whole);
    else if (this.#steps[at] !== ABSENT) this.#leaveOut(at, name, whole);
  }

  /** Has what was told at one place stand at another one, too. */
  move(to: number, from: number, count: number): void {
    for (let i = 0; i < count; i++) {
      this.#steps[to + i] = this.#steps[from + i];
      this.#raw[to + i] = this.#raw[from + i];
    }
  }

  #tellLarge(at: number, name: Piece, value: number, whole: boolean): void {
    if (!Number.isFinite(value)) {
      this.#options.onNonfinite();
      this.#leaveOut(at, name, whole);
      return;
    }
    const rounded = roundTo(value, this.#options.precision);
    const isTold = this.#steps[at] === LARGE && this.#raw[at] === rounded;
    if (isTold && !whole) return;
    this.#steps[at] = LARGE;
    this.#raw[at] = rounded;
    this.#out.json(name, String(rounded));
  }

  #leaveOut(at: number, name: Piece, whole: boolean): void {
    if (this.#steps[at] !== ABSENT && !whole) this.#out.drop(name);
    this.#steps[at] = ABSENT;
    this.#raw[at] = NaN;
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
