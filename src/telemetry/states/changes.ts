/** What was told of numbers, in columns, and the writing of those that changed. @module */
import { roundTo, type StateOptions } from "../state_channel.ts";
import {
  type JsonWriter,
  type Piece,
  STEP_DECIMALS_MAX,
} from "./json_writer.ts";

/** Most steps of the precision that are kept as such. */
const STEPS_MAX = 0x7fff_ffff;
/** Stands for a number that is not told. */
const ABSENT = -0x8000_0000;
/** Stands for a number that is kept as it is. */
const LARGE = ABSENT + 1;

/** Real numbers that were told, as they were written. */
export class ToldNumbers {
  readonly #out: JsonWriter;
  readonly #options: StateOptions;
  readonly #power: number;
  readonly #stepsMax: number;
  /** In steps of the precision, or what stands for other numbers. */
  readonly #told: Int32Array;
  /** Numbers that are kept as they are. */
  readonly #large: Float64Array;

  /** Room for so many. */
  constructor(out: JsonWriter, length: number, options: StateOptions) {
    const { precision } = options;
    this.#out = out;
    this.#options = options;
    this.#power = Number(`1e${precision}`);
    this.#stepsMax = precision > STEP_DECIMALS_MAX ? -1 : STEPS_MAX - 1;
    this.#told = new Int32Array(length).fill(ABSENT);
    this.#large = new Float64Array(length);
  }

  /** Writes a member if its number has changed, or if all is told. */
  tell(at: number, name: Piece, value: number, whole: boolean): void {
    const size = Math.round(Math.abs(value) * this.#power);
    if (size <= this.#stepsMax) {
      const steps = value < 0 ? -size : size;
      if (steps === this.#told[at] && !whole) return;
      this.#told[at] = steps;
      this.#out.steps(name, steps);
    } else this.#tellLarge(at, name, value, whole);
  }

  /** As {@link ToldNumbers.tell}, for a number that is left out when it is 0. */
  tellUnlessZero(at: number, name: Piece, value: number, whole: boolean): void {
    if (value === 0) this.#leaveOut(at, name, whole);
    else this.tell(at, name, value, whole);
  }

  /** Notes numbers of one place for another one. */
  copyWithin(to: number, from: number, end: number): void {
    this.#told.copyWithin(to, from, end);
    this.#large.copyWithin(to, from, end);
  }

  #tellLarge(at: number, name: Piece, value: number, whole: boolean): void {
    if (!Number.isFinite(value)) {
      this.#options.onNonfinite();
      this.#leaveOut(at, name, whole);
      return;
    }
    const rounded = roundTo(value, this.#options.precision);
    const isTold = this.#told[at] === LARGE && this.#large[at] === rounded;
    if (isTold && !whole) return;
    this.#told[at] = LARGE;
    this.#large[at] = rounded;
    this.#out.json(name, String(rounded));
  }

  #leaveOut(at: number, name: Piece, whole: boolean): void {
    if (this.#told[at] !== ABSENT && !whole) this.#out.drop(name);
    this.#told[at] = ABSENT;
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
