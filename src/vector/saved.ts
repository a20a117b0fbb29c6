/**
 * Saved vectors: all that a vector must remember to go on as if it had never
 * stopped, however many threads step it then.
 *
 * @module
 */
import { TownletError } from "../base/error.ts";
import type { SavedBatch } from "../observations/saved.ts";
import { rebuildDerived } from "../world/people.ts";
import type { Town } from "../world/town.ts";
import { emptyWorld, type Records, type World } from "../world/world.ts";
import type { VectorColumns } from "./memory.ts";

/** One world of a saved vector. */
export interface SavedWorld {
  /** Its columns that cannot be rebuilt, as they lie in memory. */
  readonly primary: Uint8Array;
  /** Its records. */
  readonly records: Records;
  /** What its residents observed last. */
  readonly batch: SavedBatch;
}

/** Columns of a vector that are saved: what its last step gave. */
const SAVED_COLUMNS = [
  "ticks",
  "episodes",
  "seeds",
  "reward",
  "terminated",
  "ends",
  "truncated",
  "autoreset",
  "external",
  "profiles",
  "invalidChoices",
  "tallies",
] as const satisfies readonly (keyof VectorColumns)[];

/** A vector between two steps. */
export interface SavedVector {
  /** Its worlds, in order. */
  readonly worlds: readonly SavedWorld[];
  /** What its last step gave, by column: plain JSON. */
  readonly columns: Readonly<Record<string, readonly number[]>>;
}

/** A world and what was observed of it last, to be saved. */
export function savedWorld(world: World, batch: SavedBatch): SavedWorld {
  const { buffer, primaryBytes, records } = world;
  const primary = new Uint8Array(buffer, 0, primaryBytes).slice();
  return { primary, records, batch };
}

/**
 * The world that was saved.
 *
 * @throws {TownletError} for a world of another town
 */
export function worldOf(saved: SavedWorld, town: Town): World {
  const world = emptyWorld(town);
  if (saved.primary.length !== world.primaryBytes) {
    throw unusable(
      `a world of this town has ${world.primaryBytes} bytes, and not ${saved.primary.length}`,
    );
  }
  new Uint8Array(world.buffer).set(saved.primary);
  world.records = saved.records;
  rebuildDerived(town, world);
  return world;
}

/** Writes down what the last step of a vector gave. */
export function saveColumns(columns: VectorColumns): SavedVector["columns"] {
  const entries = SAVED_COLUMNS.map((name) => [
    name,
    // −0, which JSON does not keep, is 0.
    Array.from<number, number>(columns[name], (value) => value + 0),
  ]);
  return Object.fromEntries(entries);
}

/**
 * Fills the columns of a vector with what was written down.
 *
 * @throws {TownletError} for columns of another vector
 */
export function loadColumns(
  saved: SavedVector["columns"],
  columns: VectorColumns,
): void {
  for (const name of SAVED_COLUMNS) {
    const column = columns[name];
    const values: unknown = saved[name];
    if (!Array.isArray(values) || values.length !== column.length) {
      throw unusable(`${name} has not ${column.length} numbers`);
    }
    const isWhole = name !== "reward" && name !== "tallies";
    for (let i = 0; i < column.length; i++) {
      column[i] = values[i];
      if (
        column[i] === values[i] && Number.isFinite(values[i]) &&
        (!isWhole || Number.isSafeInteger(values[i]) && values[i] >= 0)
      ) continue;
      throw unusable(`${name}[${i}] cannot be ${values[i]}`);
    }
  }
}

/** A saved vector that cannot be gone on with. */
export function unusable(why: string): TownletError {
  return new TownletError(`The saved worlds cannot be used: ${why}`, {
    code: "vector.saved",
    hint: "Go on with the configuration they were saved with",
  });
}
