import { assertEquals } from "@std/assert";
import { restockShelves } from "../../../src/world/systems/restock_shelves.ts";
import { PRICE } from "../../../src/world/world.ts";
import { stockAt, tinyTown } from "../../helpers/tiny_town.ts";

const OBJECTS = [
  { id: "stove_1", type: "stove" },
  { id: "fridge_1", type: "fridge" },
  { id: "stove_2", type: "stove", stock: { raw_ingredients: 0 } },
];

Deno.test("restockShelves() fills every stove at each 200th tick, and nothing else", () => {
  const sim = tinyTown({ objects: OBJECTS });
  const { town, world, turn } = sim;
  for (const tick of [1, 199, 201]) {
    world.tick[0] = tick;
    restockShelves(town, world, turn);
    assertEquals(turn.events, []);
  }
  world.tick[0] = 400;
  restockShelves(town, world, turn);
  assertEquals(
    turn.events,
    ["stove_1", "stove_2"].map((object) => ({
      event: "economy.restocked" as const,
      tick: 400,
      object,
      item: "raw_ingredients",
      amount: 2,
    })),
  );
  assertEquals(stockAt(sim, "stove_1", "raw_ingredients"), 5);
  assertEquals(stockAt(sim, "stove_2", "raw_ingredients"), 2);
  assertEquals(stockAt(sim, "fridge_1", "meals"), 5);
});

Deno.test("restockShelves() brings whole ingredients only", () => {
  const sim = tinyTown({ objects: OBJECTS });
  const { town, world, turn } = sim;
  world.tick[0] = 200;
  world.price[PRICE.stove_stock_replenish] = 3.9;
  restockShelves(town, world, turn);
  assertEquals(stockAt(sim, "stove_1", "raw_ingredients"), 6);
  world.price[PRICE.stove_stock_replenish] = 0.9;
  turn.events = [];
  restockShelves(town, world, turn);
  assertEquals(stockAt(sim, "stove_1", "raw_ingredients"), 6);
  assertEquals(turn.events, []);
});

Deno.test("restockShelves() brings no more than a stock can count", () => {
  const sim = tinyTown({ objects: OBJECTS });
  const { town, world, turn } = sim;
  world.tick[0] = 200;
  world.price[PRICE.stove_stock_replenish] = 3e9;
  restockShelves(town, world, turn);
  restockShelves(town, world, turn);
  assertEquals(stockAt(sim, "stove_1", "raw_ingredients"), 2 ** 31 - 1);
});

Deno.test("restockShelves() has nothing to do in a town without stoves", () => {
  const { town, world, turn } = tinyTown();
  world.tick[0] = 200;
  restockShelves(town, world, turn);
  assertEquals(turn.events, []);
});
