import { assert, assertEquals, assertThrows } from "@std/assert";
import { configFrom } from "../../src/config/load.ts";
import {
  type LocalTile,
  type LocalView,
  localView,
  type LocalViewOptions,
} from "../../src/observations/local_view.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import { createWorld } from "../../src/world/people.ts";
import { joinQueue, setHolder } from "../../src/world/queues.ts";
import { agentsAt, objectsAt } from "../../src/world/spatial.ts";
import type { Town } from "../../src/world/town.ts";
import type { World } from "../../src/world/world.ts";
import { counted } from "../helpers/counted.ts";
import { agentOf, objectOf, tinyTown } from "../helpers/tiny_town.ts";

/** A kitchen: three around a fridge that one of them holds. */
function kitchen() {
  const sim = tinyTown({
    agents: [
      { id: "bo", at: [2, 1] },
      { id: "ada", at: [2, 1] },
      { id: "Zoe", at: [1, 2] },
      { id: "far", at: [4, 3] },
      { id: "cy", at: [2, 1] },
    ],
    objects: [
      { id: "stove", type: "stove", at: [3, 2] },
      { id: "fridge", type: "fridge", at: [3, 2] },
      { id: "bed_1", type: "bed", at: [1, 2] },
      { id: "sofa", type: "bed" },
    ],
    config: { world: { grid_size: [6, 5] } },
  });
  const { town, world } = sim;
  setHolder(town, world, objectOf(sim, "fridge"), agentOf(sim, "Zoe"));
  joinQueue(world, objectOf(sim, "bed_1"), agentOf(sim, "bo"));
  world.onShift[agentOf(sim, "cy")] = 1;
  return sim;
}

function viewOf(
  { town, world }: { readonly town: Town; readonly world: World },
  id: string,
  radius: number,
  options?: LocalViewOptions,
): LocalView {
  return localView(town, world, id, radius, options);
}

const empty = (x: number, y: number): LocalTile => ({
  position: [x, y],
  self: false,
  agent_ids: [],
  object_ids: [],
  reservation_active: false,
});

Deno.test("localView() shows every tile, resident and object, north-west first", () => {
  assertEquals(viewOf(kitchen(), "ada", 1), {
    center: [2, 1],
    radius: 1,
    tiles: [
      [empty(1, 0), empty(2, 0), empty(3, 0)],
      [
        empty(1, 1),
        { ...empty(2, 1), self: true, agent_ids: ["ada", "bo", "cy"] },
        empty(3, 1),
      ],
      [
        // Somebody waits for the bed, and nobody holds it.
        { ...empty(1, 2), agent_ids: ["Zoe"], object_ids: ["bed_1"] },
        empty(2, 2),
        {
          ...empty(3, 2),
          object_ids: ["fridge", "stove"],
          reservation_active: true,
        },
      ],
    ],
    agents: [
      { agent_id: "bo", position: [2, 1], on_shift: false },
      { agent_id: "cy", position: [2, 1], on_shift: true },
      { agent_id: "Zoe", position: [1, 2], on_shift: false },
    ],
    objects: [
      {
        object_id: "bed_1",
        object_type: "bed",
        position: [1, 2],
        occupied_by: null,
      },
      {
        object_id: "fridge",
        object_type: "fridge",
        position: [3, 2],
        occupied_by: "Zoe",
      },
      {
        object_id: "stove",
        object_type: "stove",
        position: [3, 2],
        occupied_by: null,
      },
    ],
  });
});

Deno.test("localView() puts ids of one tile in the order of their code points", () => {
  const sim = tinyTown({
    agents: ["b", "a#2", "a", "B", "a#10"].map((id) => ({ id, at: [1, 1] })),
    objects: ["y", "x_2", "Y", "x_10"].map((id) => (
      { id, type: "bed", at: [2, 1] }
    )),
  });
  const { tiles, agents, objects } = viewOf(sim, "b", 1);
  assertEquals(tiles[1][1].agent_ids, ["B", "a", "a#10", "a#2", "b"]);
  assertEquals(tiles[1][2].object_ids, ["Y", "x_10", "x_2", "y"]);
  assertEquals(agents.map((one) => one.agent_id), ["B", "a", "a#10", "a#2"]);
  assertEquals(objects.map((one) => one.object_id), ["Y", "x_10", "x_2", "y"]);
});

Deno.test("localView() lists tiles beyond the edge, with nobody and nothing on them", () => {
  const sim = kitchen();
  const { tiles, agents, objects } = viewOf(sim, "far", 4);
  assertEquals(tiles.map((row) => row.length), new Array(9).fill(9));
  assertEquals(tiles[0][0].position, [0, -1]);
  assertEquals(tiles[8][8].position, [8, 7]);
  for (const tile of tiles.flat()) {
    const [x, y] = tile.position;
    assertEquals(tile, {
      position: [x, y],
      self: x === 4 && y === 3,
      agent_ids: agentsAt(sim.town, sim.world, x, y),
      object_ids: objectsAt(sim.town, x, y),
      reservation_active: x === 3 && y === 2,
    });
    if (x < 0 || y < 0 || x > 5 || y > 4) assertEquals(tile, empty(x, y));
  }
  assertEquals(agents.length, 4);
  assertEquals(objects.length, 3);
});

Deno.test("localView() with radius 0 is one's own tile", () => {
  const { tiles, agents } = viewOf(kitchen(), "bo", 0);
  assertEquals(tiles.flat().map(({ position }) => position), [[2, 1]]);
  assertEquals(agents.map((one) => one.agent_id), ["ada", "cy"]);
});

Deno.test("localView() leaves residents or objects out when told to", () => {
  const sim = kitchen();
  const all = viewOf(sim, "ada", 2);
  const things = viewOf(sim, "ada", 2, { agents: false });
  assertEquals(things.agents, []);
  assertEquals(things.objects, all.objects);
  assertEquals(
    things.tiles,
    all.tiles.map((row) => row.map((tile) => ({ ...tile, agent_ids: [] }))),
  );
  const people = viewOf(sim, "ada", 2, { objects: false });
  assertEquals(people.objects, []);
  assertEquals(people.agents, all.agents);
  assertEquals(
    people.tiles,
    all.tiles.map((row) =>
      row.map((tile) => (
        { ...tile, object_ids: [], reservation_active: false }
      ))
    ),
  );
});

Deno.test("localView() of somebody nobody knows has no centre and nothing in it", () => {
  for (const id of ["ghost", ""]) {
    assertEquals(viewOf(kitchen(), id, 3), {
      center: null,
      radius: 3,
      tiles: [],
      agents: [],
      objects: [],
    });
  }
});

Deno.test("localView() refuses a radius that is no whole number from 0", () => {
  for (const radius of [-1, 0.5, NaN, Infinity]) {
    assertThrows(() => viewOf(kitchen(), "ada", radius), RangeError, "radius");
    assertThrows(() => viewOf(kitchen(), "ghost", radius), RangeError);
  }
});

/** Tiles seen on each side in the towns that are counted. */
const RADIUS = 3;

/**
 * So many residents on 18 tiles each, with three objects for each four. All
 * around them is room for their windows, so that no window is cut off.
 */
function evenTown(agents: number): Town {
  const side = Math.ceil(Math.sqrt(18 * agents));
  return compileTown(configFrom({
    config_id: `even_${agents}`,
    features: { stages: {}, systems: {} },
    rewards: { needs_weights: { hunger: 1, hygiene: 1, energy: 1 } },
    world: {
      grid_size: [side + 2 * RADIUS, side + 2 * RADIUS],
      agent_capacity: agents,
      districts: {
        middle: {
          area: [RADIUS, RADIUS, RADIUS + side - 1, RADIUS + side - 1],
          residents: { any: agents },
          objects: { bed: agents / 2, fridge: agents / 4 },
        },
      },
    },
  }));
}

/** Looks at anything while everybody's view is made, and at neighbours alone. */
function looksOf(agents: number): { all: number; neighbours: number } {
  const town = evenTown(agents);
  const world = createWorld(town, 1);
  const lists: { readonly name: string; readonly looks: () => number }[] = [];
  const watch = <T extends object>(source: T): T => {
    const watched = Object.entries(source).map(([name, value]) => {
      if (!Array.isArray(value) && !ArrayBuffer.isView(value)) {
        return [name, value];
      }
      const { list, looks } = counted(value);
      lists.push({ name, looks });
      return [name, list];
    });
    return Object.fromEntries(watched) as T;
  };
  const watchedTown = watch(town);
  const watchedWorld = watch({ ...world, records: watch(world.records) });
  for (let i = 0; i < agents; i++) {
    const id = world.records.agentIds[world.roster[i]];
    localView(watchedTown, watchedWorld, id, RADIUS);
  }
  const sum = (...names: string[]) =>
    lists.filter(({ name }) => names.length === 0 || names.includes(name))
      .reduce((total, { looks }) => total + looks(), 0);
  return { all: sum(), neighbours: sum("tileNext", "objectNext") };
}

Deno.test("localView() looks at no more for each resident of a large town than of a small one", () => {
  const least = looksOf(32);
  // Looking at everybody for everybody would take 32² looks.
  assert(least.neighbours < 32 ** 2, `${least.neighbours} neighbours`);
  for (const agents of [128, 512, 2048, 4096]) {
    const ratio = looksOf(agents).all / agents / (least.all / 32);
    assert(ratio > 0.9 && ratio < 1.1, `${agents} residents: ${ratio}`);
  }
});
