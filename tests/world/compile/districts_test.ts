import { assert, assertEquals, assertThrows } from "@std/assert";
import { TownletError } from "../../../src/base/error.ts";
import { compileTown } from "../../../src/world/compile/town.ts";
import type { Town } from "../../../src/world/town.ts";
import { tinyConfig } from "../../helpers/tiny_town.ts";

/** Area of five times five tiles: room for four generated objects. */
const AREA = [0, 0, 4, 4];

function townOf(
  name: string,
  districts: Readonly<Record<string, unknown>>,
  byHand: readonly (readonly [number, number])[] = [],
): Town {
  return compileTown(tinyConfig({
    agents: 0,
    objects: byHand.map((at, i) => ({ id: `hand_${i}`, type: "bed", at })),
    config: { config_id: name, world: { districts } },
  }));
}

Deno.test("objects of districts stand neither on others nor on each other", () => {
  for (let n = 0; n < 20; n++) {
    const town = townOf(`town_${n}`, {
      west: { area: AREA, objects: { bed: 2 } },
      east: { area: AREA, objects: { stove: 1 } },
    }, [[3, 1]]);
    assertEquals(
      [...town.objectTile].sort((a, b) => a - b),
      [town.width + 1, town.width + 3, 3 * town.width + 1, 3 * town.width + 3],
    );
  }
});

Deno.test("objects written down take room from a district", () => {
  const wanted = { west: { area: AREA, objects: { bed: 4 } } };
  assertEquals(townOf("open", wanted, [[2, 2]]).objectIds.length, 5);
  const error = assertThrows(
    () => townOf("full", wanted, [[1, 3]]),
    TownletError,
    "has room for 3 objects, not 4",
  );
  assertEquals([error.code, error.where], [
    "config.district",
    "world.districts.west",
  ]);
  assert(error.hint?.includes("fewer objects"));
});
