/** Remembers what was told of ties that ended, and writes what is new. @module */
import { compareCodePoints } from "../../base/order.ts";
import type { StateOptions } from "../state_channel.ts";
import type { ChurnCounts } from "../stories/churn.ts";
import { ToldNumbers } from "./changes.ts";
import type { JsonWriter } from "./json_writer.ts";
import { nameOf, type Piece } from "./pieces.ts";
import { movesAhead } from "./roll.ts";

const NAME = {
  churn: nameOf("churn"),
  start: nameOf("window_start"),
  end: nameOf("window_end"),
  total: nameOf("total"),
  owners: nameOf("owners"),
  reasons: nameOf("reasons"),
} as const;

/** A count that was told. */
interface ToldCount {
  readonly name: Piece;
  readonly moves: boolean;
  count: number;
}

/** Writes the member `churn` of the channel `social`. */
export class ChurnWriter {
  /** Whether a name was written that an object keeps in front. */
  moves = false;
  readonly #out: JsonWriter;
  readonly #told: ToldNumbers;
  /** Start, end and total of the window. */
  readonly #window = new Float64Array(3);
  readonly #owners = new Map<string, ToldCount>();
  readonly #reasons = new Map<string, ToldCount>();

  constructor(out: JsonWriter, options: StateOptions) {
    this.#out = out;
    this.#told = new ToldNumbers(out, 3, options);
  }

  /** Writes what has changed. */
  write(counts: ChurnCounts, whole: boolean): void {
    const out = this.#out;
    const window = this.#window;
    this.moves = false;
    if (whole) {
      this.#owners.clear();
      this.#reasons.clear();
    }
    out.open(NAME.churn);
    window[0] = counts.start;
    window[1] = counts.end;
    window[2] = counts.total;
    this.#told.tell(0, NAME.start, window, 0, whole);
    this.#told.tell(1, NAME.end, window, 1, whole);
    this.#told.tell(2, NAME.total, window, 2, whole);
    this.#writeCounts(NAME.owners, counts.owners, this.#owners, whole);
    this.#writeCounts(NAME.reasons, counts.reasons, this.#reasons, whole);
    out.close(whole);
  }

  #writeCounts(
    name: Piece,
    counts: ReadonlyMap<string, number>,
    told: Map<string, ToldCount>,
    whole: boolean,
  ): void {
    const out = this.#out;
    let known = told.size;
    out.open(name);
    for (const [id, count] of counts) {
      let entry = told.get(id);
      if (entry === undefined) {
        entry = { name: nameOf(id), moves: movesAhead(id), count: 0 };
        told.set(id, entry);
      } else {
        known--;
        if (entry.count === count) continue;
      }
      entry.count = count;
      out.integer(entry.name, count);
      if (entry.moves) this.moves = true;
    }
    if (known > 0) this.#drop(counts, told);
    out.close(whole);
  }

  /** Nulls for names that are not counted any more, in order. */
  #drop(
    counts: ReadonlyMap<string, number>,
    told: Map<string, ToldCount>,
  ): void {
    for (const id of [...told.keys()].sort(compareCodePoints)) {
      if (counts.has(id)) continue;
      this.#out.drop(nameOf(id));
      told.delete(id);
      if (movesAhead(id)) this.moves = true;
    }
  }
}
