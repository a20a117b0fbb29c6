/**
 * Generated parts of town: where a district's objects and homes lie.
 *
 * It depends on the configuration alone, never on the seed, so that worlds of
 * different seeds share one town.
 *
 * @module
 */
import { TownletError } from "../../base/error.ts";
import { baseFromText, Random } from "../../base/random.ts";
import type { Config } from "../../config/config.ts";
import type { ObjectEntry } from "../../config/world_settings.ts";
import type { Resident } from "../../config/population.ts";
import { findProfile, PROFILES } from "../profiles.ts";

/** What districts add to a town. */
export interface Districts {
  /** Objects, in the order of the file. */
  readonly objects: readonly ObjectEntry[];
  /** Residents, in the order of the file. */
  readonly residents: readonly Resident[];
}

/**
 * Lays out all districts, each object on a tile of its own.
 *
 * @param taken tiles of objects placed by hand, as y × width + x
 * @throws {TownletError} when a district has too few tiles for its objects
 */
export function layOutDistricts(
  config: Config,
  taken: ReadonlySet<number>,
): Districts {
  const { districts, grid_size: [width] } = config.world;
  const random = Random.seeded(baseFromText(config.config_id), "town");
  const objects: ObjectEntry[] = [];
  const blocked = new Set(taken);
  for (const [name, { area: [x0, y0, x1, y1], objects: counts }] of entries()) {
    const tiles: [number, number][] = [];
    for (let y = y0 + 1; y <= y1; y += 2) {
      for (let x = x0 + 1; x <= x1; x += 2) {
        if (!blocked.has(y * width + x)) tiles.push([x, y]);
      }
    }
    random.shuffle(tiles);
    const wanted = Object.values(counts).reduce((sum, n) => sum + n, 0);
    if (wanted > tiles.length) {
      throw new TownletError(
        `District ${name} has room for ${tiles.length} objects, not ${wanted}`,
        {
          code: "config.district",
          where: `world.districts.${name}`,
          hint: "Enlarge its area, ask for fewer objects, or clear it",
        },
      );
    }
    let next = 0;
    for (const [type, count] of Object.entries(counts)) {
      for (let n = 1; n <= count; n++) {
        const position = tiles[next++];
        blocked.add(position[1] * width + position[0]);
        objects.push({ id: `${name}_${type}_${n}`, type, position, stock: {} });
      }
    }
  }
  const residents: Resident[] = [];
  for (const [name, district] of entries()) {
    const { area: [x0, y0, x1, y1], residents: counts } = district;
    const homes: [number, number][] = [];
    for (let y = y0; y <= y1; y++) {
      for (let x = x0; x <= x1; x++) {
        if (!blocked.has(y * width + x)) homes.push([x, y]);
      }
    }
    random.shuffle(homes);
    const jobs = district.jobs.length > 0
      ? district.jobs
      : Object.keys(config.jobs);
    let n = 0;
    for (const [profile, count] of Object.entries(counts)) {
      for (let i = 0; i < count; i++) {
        if (homes.length === 0) {
          throw new TownletError(`District ${name} has no tile for a home`, {
            code: "config.district",
            where: `world.districts.${name}`,
            hint: "Enlarge its area",
          });
        }
        const home = homes[n % homes.length];
        const known = findProfile(profile);
        residents.push({
          id: `${name}_${n + 1}`,
          profile: known < 0
            ? null
            : PROFILES[known].id as NonNullable<Resident["profile"]>,
          job: jobs.length > 0 ? jobs[n % jobs.length] : null,
          home,
          position: home,
          needs: config.population.needs,
          wallet: config.population.wallet,
        });
        n++;
      }
    }
  }
  return { objects, residents };

  function entries() {
    return Object.entries(districts);
  }
}
