/** Finds the rows of the world that have changed, some columns at a time. @module */
import type { Columns, World } from "../../world/world.ts";

/** Bytes that are compared at once. */
const WORD_BYTES = 4;

/** All groups of columns. */
export const ALL = 0xff;

/** A column, as words of memory. */
interface Watched {
  /** As it is, and as it was seen. */
  readonly now: Int32Array;
  readonly seen: Int32Array;
  /** Bytes of a row. */
  readonly rowBytes: number;
  /** Bit of its group. */
  readonly bit: number;
}

/**
 * Watches columns that rarely change, row by row.
 *
 * They are compared as words of memory, whatever they hold, which takes a
 * fraction of the time of asking for every number of every row.
 */
export class RowWatch {
  /** By row: a bit for each group in which something may have changed. */
  readonly changes: Uint8Array;
  readonly #groups: readonly (readonly (keyof Columns)[])[];
  #buffer: ArrayBuffer | null = null;
  #ids: readonly string[] = [];
  #columns: readonly Watched[] = [];

  /** Watches columns that have `rows` rows, in eight groups at most. */
  constructor(
    rows: number,
    ...groups: readonly (readonly (keyof Columns)[])[]
  ) {
    this.#groups = groups;
    this.changes = new Uint8Array(rows);
  }

  /** Looks what has changed since it looked last; of other people, all. */
  look(world: World): void {
    const { buffer, records: { agentIds } } = world;
    if (buffer !== this.#buffer) this.#watch(world);
    this.changes.fill(agentIds === this.#ids ? 0 : ALL);
    this.#ids = agentIds;
    for (const { now, seen, rowBytes, bit } of this.#columns) {
      let word = nextChange(now, seen, 0);
      while (word < now.length) {
        seen[word] = now[word];
        this.#mark(word * WORD_BYTES, rowBytes, bit);
        word = nextChange(now, seen, word + 1);
      }
    }
  }

  #watch(world: World): void {
    this.#buffer = world.buffer;
    this.#ids = [];
    this.#columns = this.#groups.flatMap((names, group) =>
      names.map((name) => {
        const { buffer, byteOffset, byteLength } = world[name];
        // Columns begin where words do, and nothing is between them.
        const length = Math.ceil(byteLength / WORD_BYTES);
        return {
          now: new Int32Array(buffer, byteOffset, length),
          seen: new Int32Array(length),
          rowBytes: byteLength / this.changes.length,
          bit: 1 << group,
        };
      })
    );
  }

  /** Marks the rows that have some of the word at an offset in their column. */
  #mark(offset: number, rowBytes: number, bit: number): void {
    const last = Math.floor((offset + WORD_BYTES - 1) / rowBytes);
    for (let row = Math.floor(offset / rowBytes); row <= last; row++) {
      this.changes[row] |= bit;
    }
  }
}

/** The first word from there on that is not as it was seen. */
function nextChange(now: Int32Array, seen: Int32Array, from: number): number {
  // Asking for the length every time takes half the time, and asking whether
  // words are the same one by one a third of what is left.
  const end = now.length;
  let word = from;
  while (word + 3 < end && !differ(now, seen, word)) word += 4;
  while (word < end && now[word] === seen[word]) word++;
  return word;
}

/** Whether any of four words is not as it was seen. */
function differ(now: Int32Array, seen: Int32Array, word: number): boolean {
  const first = (now[word] ^ seen[word]) | (now[word + 1] ^ seen[word + 1]);
  const last = (now[word + 2] ^ seen[word + 2]) |
    (now[word + 3] ^ seen[word + 3]);
  return (first | last) !== 0;
}
