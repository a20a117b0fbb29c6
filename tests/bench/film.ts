/**
 * Films: where residents were and what was taken, tick after tick, so that
 * every way of drawing maps can be shown the very same town.
 *
 * @module
 */
import { benchConfig } from "../../cli/bench/town.ts";
import { Random } from "../../src/base/random.ts";
import { configFrom } from "../../src/config/load.ts";
import {
  type ObservationTables,
  observationTables,
} from "../../src/observations/tables.ts";
import { openSimulation } from "../../src/simulation.ts";
import { createWorld } from "../../src/world/people.ts";
import { moveAgent } from "../../src/world/spatial.ts";
import type { World } from "../../src/world/world.ts";

/** What was filmed of a town. */
export interface Film {
  /** What observations of the town look up. */
  readonly tables: ObservationTables;
  /** Tile of each resident. [frames][residents] */
  readonly tiles: readonly Int32Array[];
  /** 1 where an object is held. [frames][objects] */
  readonly held: readonly Uint8Array[];
}

/** What to film. */
export interface FilmOptions {
  /** Residents. */
  readonly agents: number;
  /** Who decides for them. */
  readonly policy: "scripted" | "random";
  /** Ticks before the first frame. */
  readonly warmUp: number;
  /** Ticks to film. */
  readonly frames: number;
}

/** Films the town that benchmarks run. */
export function filmTown(
  { agents, policy, warmUp, frames }: FilmOptions,
): Film {
  const config = configFrom(benchConfig(agents), "benchmark");
  const simulation = openSimulation(config, { seed: 1, policy });
  const { town, world } = simulation;
  simulation.runFor(warmUp);
  const tile = new Int32Array(agents);
  const tiles: Int32Array[] = [];
  const held: Uint8Array[] = [];
  for (let frame = 0; frame < frames; frame++) {
    simulation.step();
    for (let agent = 0; agent < agents; agent++) {
      // Who died stays in the picture until a newcomer takes the place.
      if (world.alive[agent] === 0) continue;
      tile[agent] = world.y[agent] * town.width + world.x[agent];
    }
    tiles.push(tile.slice());
    held.push(Uint8Array.from(world.holder, (agent) => agent < 0 ? 0 : 1));
  }
  return { tables: observationTables(town), tiles, held };
}

/** The same film with everybody on a random tile, another one every tick. */
export function scatter(film: Film): Film {
  const { width, height } = film.tables.town;
  const random = Random.seeded("scatter", "bench");
  const last = width * height - 1;
  return {
    ...film,
    tiles: film.tiles.map((tiles) => tiles.map(() => random.int(0, last))),
  };
}

/** Kinds of flags. */
const KIND = { agents: 0, objects: 1, taken: 2 } as const;

/**
 * Flags of what is on each tile, in the form that a way of drawing likes. Around the grid runs a border as
 * wide as residents see, so that no window reaches out of it.
 */
export interface Layer {
  /** The flags, 0 or 1. */
  readonly flags: Float32Array | Uint8Array;
  /** Numbers from one tile to the next. */
  readonly tileStride: number;
  /** Numbers from one kind of flag to the next. */
  readonly kindStride: number;
}

/** A world that a film is played in, and the layers kept up beside it. */
export interface Stage {
  /** What is played. */
  readonly film: Film;
  /** Where everybody is, and the spatial index. */
  readonly world: World;
  /** Layers to keep up. */
  readonly layers: Layer[];
}

/** A stage on which nothing has been played yet. */
export function openStage(film: Film): Stage {
  const { town } = film.tables;
  return { film, world: createWorld(town, 1), layers: [] };
}

/** Adds a layer, to be kept up from now on. */
export function addLayer(stage: Stage, layer: Layer): void {
  const { town, objectCount } = stage.film.tables;
  stage.layers.push(layer);
  const { tileAgents, tileReserved } = stage.world;
  for (let tile = 0; tile < town.width * town.height; tile++) {
    flag(stage, tile, KIND.agents, tileAgents[tile]);
    flag(stage, tile, KIND.objects, objectCount[tile]);
    flag(stage, tile, KIND.taken, tileReserved[tile]);
  }
}

/** Moves everybody to where a frame shows them, and takes what it shows taken. */
export function showFrame(stage: Stage, frame: number): void {
  const { film, world } = stage;
  const { town } = film.tables;
  const tiles = film.tiles[frame];
  const held = film.held[frame];
  for (let agent = 0; agent < tiles.length; agent++) {
    const to = tiles[agent];
    const from = world.y[agent] * town.width + world.x[agent];
    if (from === to) continue;
    const x = to % town.width;
    moveAgent(town, world, agent, x, (to - x) / town.width);
    flag(stage, from, KIND.agents, world.tileAgents[from]);
    flag(stage, to, KIND.agents, 1);
  }
  for (let object = 0; object < held.length; object++) {
    if ((world.holder[object] >= 0) === (held[object] === 1)) continue;
    const tile = town.objectTile[object];
    // Who holds it shows on no map.
    world.holder[object] = held[object] - 1;
    world.tileReserved[tile] += 2 * held[object] - 1;
    flag(stage, tile, KIND.taken, world.tileReserved[tile]);
  }
}

/** Writes into every layer whether there is any of a kind on a tile. */
function flag(
  { film, layers }: Stage,
  tile: number,
  kind: number,
  count: number,
): void {
  const { town } = film.tables;
  const pitch = town.width + 2 * town.sight;
  const x = tile % town.width;
  const y = (tile - x) / town.width;
  const cell = (y + town.sight) * pitch + x + town.sight;
  for (const { flags, tileStride, kindStride } of layers) {
    flags[cell * tileStride + kind * kindStride] = count > 0 ? 1 : 0;
  }
}
