/** Everybody and everything a configuration names or generates, in order. @module */
import type { ConfigEntry } from "./config.ts";
import type { KeyPath } from "./fault.ts";
import type { ResidentEntry } from "./population.ts";
import type { Tile } from "./schema.ts";
import {
  AGENTS_MAX,
  type DistrictEntry,
  type ObjectEntry,
} from "./world_settings.ts";

/** An object and where the file speaks of it. */
export interface PlacedObject {
  /** Its id. */
  readonly id: string;
  /** Its type. */
  readonly type: string;
  /** Its tile, or null: none, or not known before the layout is generated. */
  readonly position: Tile | null;
  /** Whether a district generates it. */
  readonly generated: boolean;
  /** Where the file speaks of it. */
  readonly path: KeyPath;
}

/** A resident and where the file speaks of it. */
export interface PlacedResident {
  /** Its id. */
  readonly id: string;
  /** What is written of it, or null: a district generates it. */
  readonly entry: ResidentEntry | null;
  /** Where the file speaks of it. */
  readonly path: KeyPath;
}

/** All objects: of the world, of districts in file order, of the scenario. */
export function objectsOf(
  { world, scenario }: Pick<ConfigEntry, "world" | "scenario">,
): readonly PlacedObject[] {
  return [
    ...world.objects.map((object, i) =>
      written(object, ["world", "objects", i])
    ),
    ...Object.entries(world.districts).flatMap(([name, district]) =>
      generatedObjects(name, district)
    ),
    ...(scenario?.objects ?? []).map((object, i) =>
      written(object, ["scenario", "objects", i])
    ),
  ];
}

/** All residents: of the population, of districts, of the scenario. */
export function residentsOf(
  { population, world, scenario }: Pick<
    ConfigEntry,
    "population" | "world" | "scenario"
  >,
): readonly PlacedResident[] {
  return [
    ...population.residents.map((entry, i) => ({
      id: entry.id,
      entry,
      path: ["population", "residents", i],
    })),
    ...Object.entries(world.districts).flatMap(([name, district]) =>
      generatedResidents(name, district)
    ),
    ...(scenario?.agents ?? []).map((entry, i) => ({
      id: entry.id,
      entry,
      path: ["scenario", "agents", i],
    })),
  ];
}

/** How many residents there are at the start. */
export function countResidents(
  { population, world, scenario }: Pick<
    ConfigEntry,
    "population" | "world" | "scenario"
  >,
): number {
  const generated = Object.values(world.districts)
    .map(({ residents }) => sum(residents));
  return population.residents.length + (scenario?.agents.length ?? 0) +
    generated.reduce((total, count) => total + count, 0);
}

/** Residents above those at the start a town has room for, unless told. */
const SPARE_RESIDENTS = 16;

/** Residents a town has room for at least, unless told. */
const CAPACITY_LEAST = 64;

/** How many residents a town has room for. */
export function capacityOf(
  config: Pick<ConfigEntry, "population" | "world" | "scenario">,
): number {
  const roomy = Math.max(
    CAPACITY_LEAST,
    countResidents(config) + SPARE_RESIDENTS,
  );
  return config.world.agent_capacity ?? Math.min(AGENTS_MAX, roomy);
}

/** How many objects there are, those of a manifest left out. */
export function countObjects(
  { world, scenario }: Pick<ConfigEntry, "world" | "scenario">,
): number {
  const generated = Object.values(world.districts)
    .map(({ objects }) => sum(objects));
  return world.objects.length + (scenario?.objects.length ?? 0) +
    generated.reduce((total, count) => total + count, 0);
}

/** Tiles of a district on which generated objects can stand. */
export function objectTilesOf({ area }: DistrictEntry): number {
  const [x0, y0, x1, y1] = area;
  return Math.floor((x1 - x0 + 1) / 2) * Math.floor((y1 - y0 + 1) / 2);
}

/** The sum of all counts of a mapping. */
export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function written(object: ObjectEntry, path: KeyPath): PlacedObject {
  const { id, type, position } = object;
  return { id, type, position, generated: false, path };
}

function generatedObjects(
  name: string,
  district: DistrictEntry,
): readonly PlacedObject[] {
  return Object.entries(district.objects).flatMap(([type, count]) =>
    Array.from({ length: count }, (_, n) => ({
      id: `${name}_${type}_${n + 1}`,
      type,
      position: null,
      generated: true,
      path: ["world", "districts", name, "objects", type],
    }))
  );
}

function generatedResidents(
  name: string,
  district: DistrictEntry,
): readonly PlacedResident[] {
  return Array.from({ length: sum(district.residents) }, (_, n) => ({
    id: `${name}_${n + 1}`,
    entry: null,
    path: ["world", "districts", name, "residents"],
  }));
}
