/**
 * Roll: whom a channel has told of, and where it remembers what it told.
 *
 * Rows of the world are used again by other people, and somebody who comes
 * back may get another row; places here belong to ids.
 * @module
 */
import type { World } from "../../world/world.ts";
import { nameOf, type Piece } from "./pieces.ts";

/** Everybody who lives in town, in the order of the members of a state. */
export class Roll {
  /** How many there are. */
  count = 0;
  /** Their rows. */
  readonly rows: Int32Array;
  /** Their places, below the capacity of the town. */
  readonly places: Int32Array;
  /** By row: the place of who has it. */
  readonly placeOfRow: Int32Array;
  /** By place: 1 for those of whom nothing was told yet. */
  readonly isNew: Uint8Array;
  /** By place: the name of the member that tells of them. */
  readonly names: Piece[];
  /** Ids that were told of, in order. */
  before: readonly string[] = [];
  /** Those of them who are gone. */
  gone: readonly string[] = [];
  #ids: readonly string[] = [];
  #placeOf: ReadonlyMap<string, number> = new Map();
  /** Ids in order. */
  #order: readonly string[] = [];

  /** @param capacity rows of the world */
  constructor(capacity: number) {
    this.rows = new Int32Array(capacity);
    this.places = new Int32Array(capacity);
    this.placeOfRow = new Int32Array(capacity);
    this.isNew = new Uint8Array(capacity);
    this.names = new Array<Piece>(capacity);
  }

  /** Looks who lives in town; with `whole` all of it is to be told again. */
  look({ roster, population, records }: World, whole: boolean): void {
    if (whole) {
      this.before = [];
      this.gone = [];
      this.isNew.fill(1);
    }
    // Whoever comes or goes, the list of ids is another one.
    if (records.agentIds === this.#ids) return;
    this.#ids = records.agentIds;
    const rowOf: Record<string, number> = {};
    for (let i = 0; i < population[0]; i++) {
      rowOf[records.agentIds[roster[i]]] = roster[i];
    }
    this.#order = Object.keys(rowOf);
    this.count = this.#order.length;
    const free = this.#freePlaces(rowOf);
    const told = new Set(this.before);
    const before = this.#placeOf;
    this.#placeOf = new Map(
      this.#order.map((id) => [id, before.get(id) ?? free.pop() ?? -1]),
    );
    for (const [i, [id, place]] of [...this.#placeOf].entries()) {
      this.rows[i] = rowOf[id];
      this.places[i] = place;
      this.placeOfRow[rowOf[id]] = place;
      if (before.get(id) !== place) this.names[place] = nameOf(id);
      this.isNew[place] = told.has(id) && before.has(id) ? 0 : 1;
    }
    this.gone = this.before.filter((id) => !this.#placeOf.has(id));
  }

  /** What was looked at counts as told from now on. */
  told(): void {
    this.before = this.#order;
    this.gone = [];
    this.isNew.fill(0);
  }

  /** Place of who lives in town, or -1. */
  placeOf(id: string): number {
    return this.#placeOf.get(id) ?? -1;
  }

  /** The name of the member that tells of somebody, who may be gone. */
  nameFor(id: string): Piece {
    const place = this.placeOf(id);
    return place < 0 ? nameOf(id) : this.names[place];
  }

  #freePlaces(living: Readonly<Record<string, number>>): number[] {
    const taken = new Uint8Array(this.rows.length);
    for (const [id, place] of this.#placeOf) {
      if (Object.hasOwn(living, id)) taken[place] = 1;
    }
    return Array.from(taken.keys()).filter((place) => taken[place] === 0);
  }
}

/** Whether an object keeps a member in front of others that came before it. */
export function movesAhead(name: string): boolean {
  return /^\d+$/.test(name);
}

/** JSON with its members in the order an object would give them. */
export function inOrder(text: string): string {
  return JSON.stringify(JSON.parse(text));
}
