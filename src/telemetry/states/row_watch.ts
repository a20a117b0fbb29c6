/** Finds the rows of the world that have changed, some columns at a time. @module */
import type { Columns, World } from "../../world/world.ts";

/** Bytes that are compared at once. */
const WORD_BYTES = 4;

/** A column, as words of memory. */
interface Watched {
  /** As it is, and as it was seen. */
  readonly now: Int32Array;
  readonly seen: Int32Array;
  /** Bytes of a row. */
  readonly rowBytes: number;
}

/**
 * Watches columns that rarely change, row by row.
 *
 * They are compared as words of memory, whatever they hold, which takes a
 * fraction of the time of asking for every number of every row.
 */
export class RowWatch {
  /** By row: 1 where something may have changed. */
  readonly isChanged: Uint8Array;
  readonly #names: readonly (keyof Columns)[];
  #buffer: ArrayBuffer | null = null;
  #ids: readonly string[] = [];
  #columns: readonly Watched[] = [];

  /** Watches columns that have `rows` rows. */
  constructor(names: readonly (keyof Columns)[], rows: number) {
    this.#names = names;
    this.isChanged = new Uint8Array(rows);
  }

  /** Looks what has changed since it looked last; of other people, all. */
  look(world: World): void {
    const { buffer, records: { agentIds } } = world;
    if (buffer !== this.#buffer) this.#watch(world);
    this.isChanged.fill(agentIds === this.#ids ? 0 : 1);
    this.#ids = agentIds;
    for (const { now, seen, rowBytes } of this.#columns) {
      let word = nextChange(now, seen, 0);
      while (word < now.length) {
        seen[word] = now[word];
        this.#mark(word * WORD_BYTES, rowBytes);
        word = nextChange(now, seen, word + 1);
      }
    }
  }

  /** Has every row count as changed until it looks again. */
  markAll(): void {
    this.isChanged.fill(1);
  }

  #watch(world: World): void {
    this.#buffer = world.buffer;
    this.#ids = [];
    this.#columns = this.#names.map((name) => {
      const { buffer, byteOffset, byteLength } = world[name];
      // Columns begin where words do, and nothing is between them.
      const length = Math.ceil(byteLength / WORD_BYTES);
      return {
        now: new Int32Array(buffer, byteOffset, length),
        seen: new Int32Array(length),
        rowBytes: byteLength / this.isChanged.length,
      };
    });
  }

  /** Marks the rows that have some of the word at an offset in their column. */
  #mark(offset: number, rowBytes: number): void {
    const last = Math.floor((offset + WORD_BYTES - 1) / rowBytes);
    for (let row = Math.floor(offset / rowBytes); row <= last; row++) {
      this.isChanged[row] = 1;
    }
  }
}

/** The first word from there on that is not as it was seen. */
function nextChange(now: Int32Array, seen: Int32Array, from: number): number {
  // Asking for the length every time takes half the time.
  const end = now.length;
  let word = from;
  while (word < end && now[word] === seen[word]) word++;
  return word;
}
