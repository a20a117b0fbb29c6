/** Section `population`: who lives in the town from the start. @module */
import { z } from "zod";
import {
  identifier,
  type Needs,
  needs,
  real,
  type Tile,
  tile,
} from "./schema.ts";
import { type ProfileName, profileName } from "./personalities.ts";

/** A resident, complete. */
export interface Resident {
  /** Name of the resident, unlike any other's. */
  readonly id: string;
  /** Personality, or null: an override or the draw decides. */
  readonly profile: ProfileName | null;
  /** A job's id, `none` for never any, or null: given in turn. */
  readonly job: string | null;
  /** Tile of the home. */
  readonly home: Tile;
  /** Tile at the start. */
  readonly position: Tile;
  /** Needs at the start. */
  readonly needs: Needs;
  /** Money at the start, at least 0. */
  readonly wallet: number;
}

/** Who lives in the town from the start. */
export interface Population {
  /** Money of residents that name none, at least 0. */
  readonly wallet: number;
  /** Needs of residents that name none. */
  readonly needs: Needs;
  /** Residents, in order. */
  readonly residents: readonly Resident[];
}

/** A {@link Resident} as written. */
export interface ResidentEntry {
  /** Name of the resident. */
  readonly id: string;
  /** Personality, if written. */
  readonly profile: ProfileName | null;
  /** Job, if written. */
  readonly job: string | null;
  /** Home, if written. */
  readonly home: Tile | null;
  /** Start tile, if written. */
  readonly position: Tile | null;
  /** Needs, as far as written. */
  readonly needs: Readonly<Partial<Needs>>;
  /** Money, if written. */
  readonly wallet: number | null;
}

/** {@link Population} as written. */
export interface PopulationEntry extends Omit<Population, "residents"> {
  /** Residents, in order. */
  readonly residents: readonly ResidentEntry[];
}

/** Keys of a resident, shared with the agents of a scenario. */
export const residentShape = {
  id: identifier().describe("Name of the resident, unlike any other's"),
  profile: profileName().nullable().prefault(null).describe(
    "Personality; null lets an override or the draw decide",
  ),
  job: identifier().nullable().prefault(null).describe(
    "A job's id, or `none` for never any; null gives jobs in turn",
  ),
  home: tile().nullable().prefault(null).describe(
    "Tile of the home; by default the start tile",
  ),
  position: tile().nullable().prefault(null).describe(
    "Tile at the start; by default the home, else [0, 0]",
  ),
  needs: z.strictObject({
    hunger: real(0, 1).optional().describe("Food at the start"),
    hygiene: real(0, 1).optional().describe("Cleanliness at the start"),
    energy: real(0, 1).optional().describe("Rest at the start"),
  }).prefault({}).describe(
    "Needs at the start; missing ones are those of the population",
  ),
  wallet: real(0).nullable().prefault(null).describe(
    "Money at the start; by default the population's",
  ),
} as const;

const resident: z.ZodType<ResidentEntry> = z.strictObject(residentShape);

/** Schema of the section `population`. */
export const population: z.ZodType<PopulationEntry> = z.strictObject({
  wallet: real(0).prefault(0).describe("Money of residents that name none"),
  needs: needs(0.5).prefault({}).describe("Needs of residents that name none"),
  residents: z.array(resident).prefault([]).describe("Residents, in order"),
}).describe("Who lives in the town from the start");
