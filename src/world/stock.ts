/** What objects have in stock. @module */
import type { Town } from "./town.ts";
import { MOST } from "./turn.ts";
import { forgetUsable, type World } from "./world.ts";

/** Adds to a stock of an object, never below 0 nor beyond its column. */
export function adjustStock(
  town: Town,
  world: World,
  object: number,
  key: string,
  delta: number,
): void {
  const at = stockAt(town, world, object, key);
  world.stock[at] = Math.min(MOST, Math.max(0, world.stock[at] + delta));
  forgetUsable(world, object);
}

/** A stock of an object, or null when it has no such key. */
export function stockOf(
  town: Town,
  world: World,
  object: number,
  key: string,
): number | null {
  const column = town.stockKeys.indexOf(key);
  if (column < 0) return null;
  const value = world.stock[object * town.stockKeys.length + column];
  return value < 0 ? null : value;
}

/**
 * Place of a stock in its column.
 *
 * @throws {RangeError} when the object has no such key
 */
export function stockAt(
  town: Town,
  world: World,
  object: number,
  key: string,
): number {
  const column = town.stockKeys.indexOf(key);
  const at = object * town.stockKeys.length + column;
  if (column < 0 || world.stock[at] < 0) {
    throw new RangeError(
      `object ${town.objectIds[object]} has no stock named ${key}`,
    );
  }
  return at;
}

/** Stock of an object by key. */
export function stockMap(
  town: Town,
  world: World,
  object: number,
): Record<string, number> {
  const start = object * town.stockKeys.length;
  return Object.fromEntries(
    town.stockKeys.map((key, k) => [key, world.stock[start + k]] as const)
      .filter(([, value]) => value >= 0),
  );
}
