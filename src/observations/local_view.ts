/**
 * The local view: what is around a resident, by names, for tools and scripts.
 *
 * @module
 */
import { placeOf } from "../base/lookup.ts";
import type { Tile } from "../config/schema.ts";
import {
  agentsAt,
  insideGrid,
  objectsAt,
  positionOf,
} from "../world/spatial.ts";
import type { Town } from "../world/town.ts";
import { findAgent, type World } from "../world/world.ts";

/** A tile of a local view. */
export interface LocalTile {
  /** Where it is; beyond the edge of the grid as well. */
  readonly position: Tile;
  /** True for the tile the view is from. */
  readonly self: boolean;
  /** Who is on it, the resident itself included; ids by code point. */
  readonly agent_ids: readonly string[];
  /** What stands on it; ids by code point. */
  readonly object_ids: readonly string[];
  /** True when somebody holds an object on it. */
  readonly reservation_active: boolean;
}

/** Another resident in a local view. */
export interface LocalAgent {
  /** Its id. */
  readonly agent_id: string;
  /** Its tile. */
  readonly position: Tile;
  /** True while it is paid for being at work. */
  readonly on_shift: boolean;
}

/** An object in a local view. */
export interface LocalObject {
  /** Its id. */
  readonly object_id: string;
  /** Its type. */
  readonly object_type: string;
  /** Its tile. */
  readonly position: Tile;
  /** Who holds it, or null. */
  readonly occupied_by: string | null;
}

/** What is around a resident. */
export interface LocalView {
  /** Tile of the resident, or null: there is no such resident, and no view. */
  readonly center: Tile | null;
  /** Tiles seen on each side of it. */
  readonly radius: number;
  /** Rows of tiles from north to south, each from west to east. */
  readonly tiles: readonly (readonly LocalTile[])[];
  /** Other residents, tile by tile. */
  readonly agents: readonly LocalAgent[];
  /** Objects, tile by tile. */
  readonly objects: readonly LocalObject[];
}

/** What a local view is to show. */
export interface LocalViewOptions {
  /** Whether to show residents (true). */
  readonly agents?: boolean;
  /** Whether to show objects, and which are held (true). */
  readonly objects?: boolean;
}

/**
 * What is around a resident: a square of tiles, north-west first.
 *
 * It takes as long as there are tiles, residents and objects in the square,
 * however large the town is.
 *
 * @param radius tiles to show on each side of the resident
 * @throws {RangeError} for a radius that is no whole number from 0
 */
export function localView(
  town: Town,
  world: World,
  agentId: string,
  radius: number,
  options: LocalViewOptions = {},
): LocalView {
  if (!Number.isSafeInteger(radius) || radius < 0) {
    throw new RangeError(`a radius is a whole number from 0, not ${radius}`);
  }
  const { agents: showAgents = true, objects: showObjects = true } = options;
  const tiles: LocalTile[][] = [];
  const agents: LocalAgent[] = [];
  const objects: LocalObject[] = [];
  const observer = findAgent(world, agentId);
  if (observer < 0) return { center: null, radius, tiles, agents, objects };
  const center = positionOf(world, observer);
  const [centerX, centerY] = center;
  for (let y = centerY - radius; y <= centerY + radius; y++) {
    const row: LocalTile[] = [];
    for (let x = centerX - radius; x <= centerX + radius; x++) {
      const position: Tile = [x, y];
      const agentIds = showAgents ? agentsAt(town, world, x, y) : [];
      const objectIds = showObjects ? objectsAt(town, x, y) : [];
      row.push({
        position,
        self: x === centerX && y === centerY,
        agent_ids: agentIds,
        object_ids: objectIds,
        reservation_active: showObjects && insideGrid(town, x, y) &&
          world.tileReserved[y * town.width + x] > 0,
      });
      for (const id of agentIds) {
        if (id === agentId) continue;
        const onShift = world.onShift[findAgent(world, id)] === 1;
        agents.push({ agent_id: id, position, on_shift: onShift });
      }
      for (const id of objectIds) {
        const object = placeOf(town.objectIds, id);
        const holder = world.holder[object];
        objects.push({
          object_id: id,
          object_type: town.typeIds[town.objectType[object]],
          position,
          occupied_by: holder < 0 ? null : world.records.agentIds[holder],
        });
      }
    }
    tiles.push(row);
  }
  return { center, radius, tiles, agents, objects };
}
