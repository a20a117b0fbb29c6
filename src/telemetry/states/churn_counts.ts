/** Remembers what was told of ties that ended, and writes what is new. @module */
import { compareCodePoints } from "../../base/order.ts";
import type { ChurnCounts } from "../stories/churn.ts";
import { ToldNumbers } from "./changes.ts";
import { type JsonWriter, nameOf, type Piece } from "./json_writer.ts";
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
  readonly #window: ToldNumbers;
  readonly #owners = new Map<string, ToldCount>();
  readonly #reasons = new Map<string, ToldCount>();

  constructor(out: JsonWriter) {
    this.#out = out;
    this.#window = new ToldNumbers(out, 3);
  }

  /** Writes what has changed. */
  write(counts: ChurnCounts, whole: boolean): void {
    const out = this.#out;
    this.moves = false;
    if (whole) {
      this.#owners.clear();
      this.#reasons.clear();
    }
    out.open(NAME.churn);
    this.#window.tell(0, NAME.start, counts.start, whole);
    this.#window.tell(1, NAME.end, counts.end, whole);
    this.#window.tell(2, NAME.total, counts.total, whole);
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
