import { assert, assertEquals } from "@std/assert";
import { Random } from "../../src/base/random.ts";
import {
  agentsAt,
  areTogether,
  inReach,
  insideGrid,
  isAt,
  liftAgent,
  moveAgent,
  objectsAt,
  placeAgent,
  positionOf,
  rebuildIndex,
} from "../../src/world/spatial.ts";
import { setHolder } from "../../src/world/queues.ts";
import type { Town } from "../../src/world/town.ts";
import { type Tiny, tinyTown } from "../helpers/tiny_town.ts";

/** What the index says, free of the order inside tiles. */
function shown({ town, world }: Tiny): unknown {
  const tiles: Record<string, unknown> = {};
  for (let y = 0; y < town.height; y++) {
    for (let x = 0; x < town.width; x++) {
      const tile = y * town.width + x;
      const ids = agentsAt(town, world, x, y);
      assertEquals(world.tileAgents[tile], ids.length);
      assertEquals(bitOf(town, world.agentBits, x, y), ids.length > 0);
      const reserved = world.tileReserved[tile];
      if (ids.length + reserved > 0) tiles[`${x},${y}`] = [ids, reserved];
    }
  }
  return tiles;
}

/** The bit of a tile. */
function bitOf(town: Town, bits: Int32Array, x: number, y: number): boolean {
  const column = x + town.sight;
  const word = (y + town.sight) * town.bitWords + Math.floor(column / 32);
  return (bits[word] >>> column % 32 & 1) === 1;
}

Deno.test("the index follows placing, moving, lifting and holding as a rebuild would", () => {
  for (let seed = 1; seed <= 5; seed++) {
    const random = Random.seeded(String(seed), "index");
    const sim = tinyTown({
      agents: 8,
      objects: [
        { id: "bed_1", type: "bed", at: [1, 1] },
        { id: "bed_2", type: "bed", at: [1, 1] },
        { id: "bed_3", type: "bed" },
      ],
      config: { world: { grid_size: [4, 4] } },
    });
    const { town, world } = sim;
    for (let i = 0; i < 300; i++) {
      const agent = random.int(0, 7);
      const x = random.int(0, 3);
      const y = random.int(0, 3);
      if (random.float() < 0.2) {
        liftAgent(town, world, agent);
        placeAgent(town, world, agent, x, y);
      } else moveAgent(town, world, agent, x, y);
      assertEquals(positionOf(world, agent), [x, y]);
      const object = random.int(0, 2);
      const free = world.holder.indexOf(agent) < 0;
      setHolder(
        town,
        world,
        object,
        free && random.float() < 0.5 ? agent : -1,
      );
      const before = shown(sim);
      rebuildIndex(town, world);
      assertEquals(before, shown(sim), `seed ${seed}, step ${i}`);
    }
  }
});

Deno.test("agentsAt() and objectsAt() are sorted, and empty off the grid", () => {
  const { town, world } = tinyTown({
    agents: [
      { id: "b", at: [2, 3] },
      { id: "B", at: [2, 3] },
      { id: "a", at: [2, 3] },
      { id: "c", at: [3, 2] },
    ],
    objects: [
      { id: "z", type: "bed", at: [2, 3] },
      { id: "y", type: "fridge", at: [2, 3] },
      { id: "x", type: "bed" },
    ],
  });
  assertEquals(agentsAt(town, world, 2, 3), ["B", "a", "b"]);
  assertEquals(agentsAt(town, world, 0, 0), []);
  assertEquals(objectsAt(town, 2, 3), ["y", "z"]);
  assertEquals(objectsAt(town, 3, 2), []);
  for (const [x, y] of [[-1, 3], [48, 3], [2, -1], [2, 48]]) {
    assertEquals(agentsAt(town, world, x, y), []);
    assertEquals(objectsAt(town, x, y), []);
    assertEquals(insideGrid(town, x, y), false);
  }
});

Deno.test("one tile of reach is a square of nine tiles, and any is all of them", () => {
  const at = [5, 5] as const;
  const count = (walk: boolean) => {
    const { town, world } = tinyTown({
      agents: 2,
      objects: [{ id: "bed_1", type: "bed", at }, { id: "sofa", type: "bed" }],
      walk,
    });
    moveAgent(town, world, 1, 5, 5);
    let objects = 0;
    let places = 0;
    let people = 0;
    for (let x = 0; x < 48; x++) {
      for (let y = 0; y < 48; y++) {
        moveAgent(town, world, 0, x, y);
        assert(inReach(town, world, 0, 1));
        const near = Math.max(Math.abs(x - 5), Math.abs(y - 5)) <= 1;
        if (inReach(town, world, 0, 0)) objects++;
        if (isAt(town, world, 0, 5, 5)) places++;
        if (areTogether(town, world, 0, 1)) people++;
        assertEquals(inReach(town, world, 0, 0), near || !walk);
      }
    }
    return [objects, places, people];
  };
  assertEquals(count(true), [9, 9, 9]);
  assertEquals(count(false), [48 * 48, 1, 1]);
});
