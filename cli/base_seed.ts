/** The seed that a command counts on from. @module */
import { TownletError } from "../src/base/error.ts";
import type { Config } from "../src/config/config.ts";

/** Seeds after the first that nobody has to think about: worlds, episodes. */
const FOLLOWING = 2 ** 32;

/**
 * The first seed of a command that plays many: the one that was asked for, else
 * the configuration's, else 0.
 *
 * @throws {TownletError} for a seed that too few whole numbers follow
 */
export function baseSeed(
  asked: number | undefined,
  config: Pick<Config, "seed">,
): number {
  const seed = asked ?? config.seed ?? 0;
  const most = Number.MAX_SAFE_INTEGER - FOLLOWING;
  if (seed <= most) return seed;
  throw new TownletError(`The seed ${seed} leaves no room for those after it`, {
    code: "seed.large",
    where: asked === undefined ? "seed" : "--seed",
    hint: `Take one up to ${most}`,
  });
}
