/** Objects: what stands where, with which stock. @module */
import { TownletError } from "../../base/error.ts";
import { compareCodePoints } from "../../base/order.ts";
import type { AffordanceEntry } from "../../config/affordance_entry.ts";
import type { ObjectEntry } from "../../config/world_settings.ts";
import { HOOK_STOCK } from "../hooks.ts";
import type { Town } from "../town.ts";

/** Default stock of an object type. */
const TYPE_STOCK: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  fridge: { meals: 5 },
  stove: { raw_ingredients: 3, power_on: 1 },
  bed: { sleep_slots: 1 },
  shower: { power_on: 1, water_on: 1 },
  sink: { water_on: 1 },
};

/** Tables that hold the objects, by index, type and tile. */
export type ObjectTables = Pick<
  Town,
  | "typeIds"
  | "objectIds"
  | "objectType"
  | "objectX"
  | "objectY"
  | "objectTile"
  | "objectsOfType"
  | "blocked"
  | "objectHead"
  | "objectNext"
  | "openSteps"
  | "stockKeys"
  | "stock"
  | "hasStock"
>;

/** Lays out the objects of a town on its grid. */
export function compileObjects(
  width: number,
  height: number,
  objects: readonly ObjectEntry[],
  affordances: readonly AffordanceEntry[],
): ObjectTables {
  const typeIds = [
    ...new Set([
      ...objects.map(({ type }) => type),
      ...affordances.map(({ object_type }) => object_type),
    ]),
  ];
  const objectX = new Int16Array(objects.map((o) => o.position?.[0] ?? -1));
  const objectY = new Int16Array(objects.map((o) => o.position?.[1] ?? -1));
  const objectTile = new Int32Array(objects.length);
  const blocked = new Uint8Array(width * height);
  for (const [object, { id, position }] of objects.entries()) {
    objectTile[object] = -1;
    if (position === null) continue;
    const [x, y] = position;
    if (x < 0 || y < 0 || x >= width || y >= height) {
      throw new TownletError(`Object ${id} is outside the grid`, {
        code: "config.object",
        where: id,
        hint: `Keep it inside 0..${width - 1}, 0..${height - 1}`,
      });
    }
    objectTile[object] = y * width + x;
    blocked[y * width + x] = 1;
  }
  const objectType = new Int32Array(
    objects.map(({ type }) => typeIds.indexOf(type)),
  );
  const objectsOfType = typeIds.map((_, type) =>
    new Int32Array([...objectType.keys()].filter((o) => objectType[o] === type))
  );

  const stocks = objects.map((object) => stockOfEntry(object, affordances));
  const stockKeys = [...new Set(stocks.flatMap((s) => Object.keys(s)))];
  const stock = new Int32Array(objects.length * stockKeys.length).fill(-1);
  for (const [object, given] of stocks.entries()) {
    for (const [key, value] of Object.entries(given)) {
      stock[object * stockKeys.length + stockKeys.indexOf(key)] = value;
    }
  }

  return {
    typeIds,
    objectIds: objects.map(({ id }) => id),
    objectType,
    objectX,
    objectY,
    objectTile,
    objectsOfType,
    blocked,
    ...chainObjects(width * height, objects, objectTile),
    openSteps: openSteps(width, height, blocked),
    stockKeys,
    stock,
    hasStock: new Uint8Array(
      stocks.map((given) => Object.keys(given).length > 0 ? 1 : 0),
    ),
  };
}

/** Chains the objects of each tile, in the order of their ids. */
function chainObjects(
  tiles: number,
  objects: readonly ObjectEntry[],
  objectTile: Int32Array,
): Pick<ObjectTables, "objectHead" | "objectNext"> {
  const objectHead = new Int32Array(tiles).fill(-1);
  const objectNext = new Int32Array(objects.length).fill(-1);
  const lastFirst = [...objects.keys()].sort((a, b) =>
    compareCodePoints(objects[b].id, objects[a].id)
  );
  for (const object of lastFirst) {
    const tile = objectTile[object];
    if (tile < 0) continue;
    objectNext[object] = objectHead[tile];
    objectHead[tile] = object;
  }
  return { objectHead, objectNext };
}

/** Ways out of each tile. */
function openSteps(
  width: number,
  height: number,
  blocked: Uint8Array,
): Uint8Array {
  const isOpen = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height &&
      blocked[y * width + x] === 0
      ? 1
      : 0;
  return blocked.map((_, tile) => {
    const x = tile % width;
    const y = Math.floor(tile / width);
    return isOpen(x, y - 1) | isOpen(x, y + 1) << 1 |
      isOpen(x + 1, y) << 2 | isOpen(x - 1, y) << 3;
  });
}

/** Stock of an object: the type's, what is written, what hooks write. */
function stockOfEntry(
  { type, stock }: ObjectEntry,
  affordances: readonly AffordanceEntry[],
): Record<string, number> {
  const keys = affordances.filter((entry) => entry.object_type === type)
    .flatMap(({ hooks }) => hooks.before.flatMap((h) => HOOK_STOCK[h] ?? []));
  const usual = Object.hasOwn(TYPE_STOCK, type) ? TYPE_STOCK[type] : {};
  const all: Record<string, number> = {
    ...Object.fromEntries(keys.map((key) => [key, 0])),
    ...usual,
    ...stock,
  };
  if (all.sleep_slots !== undefined) all.sleep_capacity ??= all.sleep_slots;
  return all;
}
