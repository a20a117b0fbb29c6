/** Section `world`: the grid and what stands on it. @module */
import { z } from "zod";
import {
  counts,
  identifier,
  int,
  named,
  oneOf,
  type Tile,
  tile,
} from "./schema.ts";

/** How residents move. */
export type Movement = "walk" | "teleport";

/** What residents can reach: the tiles beside them, or everything. */
export type Reach = 1 | "any";

/** A thing residents use. */
export interface ObjectEntry {
  /** Name of the object, unlike any other object's. */
  readonly id: string;
  /** What it is; affordances name the type they need. */
  readonly type: string;
  /** Tile it stands on; null for an object without a place. */
  readonly position: Tile | null;
  /** Stock in place of the type's usual one. */
  readonly stock: Readonly<Record<string, number>>;
}

/** A generated part of town. */
export interface District {
  /** Corners [x0, y0, x1, y1], both inside. */
  readonly area: readonly [x0: number, y0: number, x1: number, y1: number];
  /** How many objects of each type. */
  readonly objects: Readonly<Record<string, number>>;
  /** How many residents of each profile; `any` draws one. */
  readonly residents: Readonly<Record<string, number>>;
  /** Jobs handed out in turn, all jobs unless listed. */
  readonly jobs: readonly string[];
}

/** The grid, its clock and its rules of walking. */
export interface WorldSettings {
  /** Width and height in tiles, each 1 to 1024. */
  readonly grid_size: readonly [width: number, height: number];
  /** Ticks of a day, 1 to 100000. */
  readonly ticks_per_day: number;
  /** Whether residents walk a tile a tick or appear where they want to be. */
  readonly movement: Movement;
  /** How far residents reach: 1 tile, or any distance. */
  readonly reach: Reach;
  /** Residents the town has room for, 1 to 10000. */
  readonly agent_capacity: number;
  /** Objects, in order. */
  readonly objects: readonly ObjectEntry[];
  /** Generated parts of town by name, in file order. */
  readonly districts: Readonly<Record<string, District>>;
}

/** A {@link District} as written. */
export interface DistrictEntry extends Omit<District, "jobs"> {
  /** Jobs handed out in turn; null for all. */
  readonly jobs: readonly string[] | null;
}

/** {@link WorldSettings} as written, before defaults that need other sections. */
export interface WorldEntry
  extends Omit<WorldSettings, "agent_capacity" | "districts"> {
  /** Residents the town has room for, or null: as many as needed. */
  readonly agent_capacity: number | null;
  /** Generated parts of town. */
  readonly districts: Readonly<Record<string, DistrictEntry>>;
}

/** Largest number of residents a town may have. */
export const AGENTS_MAX = 10_000;

/** Largest number of objects a town may have. */
export const OBJECTS_MAX = 100_000;

/** Largest number of districts a town may have. */
const DISTRICTS_MAX = 1000;

/** Schema of one object. */
export const objectEntry: z.ZodType<ObjectEntry> = z.strictObject({
  id: identifier().describe("Name of the object, unlike any other object's"),
  type: identifier().describe(
    "What it is; affordances name the type they need",
  ),
  position: tile().nullable().prefault(null).describe("Tile it stands on"),
  stock: counts(1_000_000).prefault({}).describe(
    "Stock in place of the type's usual one",
  ),
});

const district: z.ZodType<DistrictEntry> = z.strictObject({
  area: z.tuple([int(0), int(0), int(0), int(0)]).describe(
    "Corners [x0, y0, x1, y1], both inside",
  ),
  objects: counts(OBJECTS_MAX).prefault({}).describe(
    "How many objects of each type",
  ),
  residents: counts(AGENTS_MAX).prefault({}).describe(
    "How many residents of each profile; `any` draws one",
  ),
  jobs: z.array(identifier()).nullable().prefault(null).describe(
    "Jobs handed out in turn, all jobs unless listed",
  ),
});

/** Schema of the section `world`. */
export const world: z.ZodType<WorldEntry> = z.strictObject({
  grid_size: z.tuple([int(1, 1024), int(1, 1024)]).prefault([48, 48]).describe(
    "Width and height in tiles",
  ),
  ticks_per_day: int(1, 100_000).prefault(1440).describe("Ticks of a day"),
  movement: oneOf("walk", "teleport").prefault("walk").describe(
    "Whether residents walk a tile a tick or appear where they want to be",
  ),
  reach: z.literal([1, "any"]).prefault(1).describe(
    "How far residents reach: 1 tile, or any distance",
  ),
  agent_capacity: int(1, AGENTS_MAX).nullable().prefault(null).describe(
    "Residents the town has room for; by default 16 more than at the start and at least 64",
  ),
  objects: z.array(objectEntry).prefault([]).describe("Objects, in order"),
  districts: named(district).refine(
    (districts) => Object.keys(districts).length <= DISTRICTS_MAX,
    { error: `must not hold more than ${DISTRICTS_MAX} districts` },
  ).prefault({}).describe(
    "Generated parts of town by name, in file order",
  ),
}).describe("The grid and what stands on it");
