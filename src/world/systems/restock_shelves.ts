/** Stoves are filled up. @module */
import { adjustStock, stockOf } from "../stock.ts";
import type { Town } from "../town.ts";
import type { Turn } from "../turn.ts";
import { PRICE, type World } from "../world.ts";

/** Ticks between two deliveries. */
const DELIVERY_TICKS = 200;

/**
 * Brings ingredients to every stove when a delivery is due.
 *
 * Writes the stock of stoves.
 */
export function restockShelves(town: Town, world: World, turn: Turn): void {
  if (world.tick[0] % DELIVERY_TICKS !== 0) return;
  const amount = Math.floor(world.price[PRICE.stove_stock_replenish]);
  const stove = town.typeIds.indexOf("stove");
  if (stove < 0 || amount === 0) return;
  for (const object of town.objectsOfType[stove]) {
    if (stockOf(town, world, object, "raw_ingredients") === null) continue;
    adjustStock(town, world, object, "raw_ingredients", amount);
    turn.events.push({
      event: "economy.restocked",
      tick: world.tick[0],
      object: town.objectIds[object],
      item: "raw_ingredients",
      amount,
    });
  }
}
