/** Two residents and a stove for a town that has nobody. @module */
import { type LoadedTown, loadTown } from "../../src/app.ts";
import { TownletError } from "../../src/base/error.ts";

/** Who moves in. */
const RESIDENTS = [
  {
    id: "alice",
    position: [0, 0],
    needs: { hunger: 0.3, hygiene: 0.4, energy: 0.5 },
    wallet: 2,
  },
  {
    id: "bob",
    position: [1, 0],
    needs: { hunger: 0.6, hygiene: 0.7, energy: 0.8 },
    wallet: 3,
  },
];

/** What they cook on. */
const STOVE = { id: "stove_1", type: "stove", position: [1, 1] };

/**
 * Loads a town to record. Where nobody lives in it, `autoSeed` lets two move
 * in.
 *
 * @throws {TownletError} where nobody lives there and nobody may move in
 */
export async function loadInhabited(
  file: string,
  set: readonly string[],
  autoSeed: boolean,
): Promise<LoadedTown> {
  const loaded = await loadTown(file, set);
  if (loaded.town.residents.length > 0) return loaded;
  if (!autoSeed) {
    throw new TownletError("Nobody lives in this town", {
      code: "capture.nobody",
      where: file,
      hint: "Let two residents move in with --auto-seed-agents",
    });
  }
  const { objects } = loaded.config.world;
  const all = objects.some(({ id }) => id === STOVE.id)
    ? objects
    : [...objects, STOVE];
  return await loadTown(file, [
    ...set,
    `world.objects=${JSON.stringify(all)}`,
    `population.residents=${JSON.stringify(RESIDENTS)}`,
  ]);
}
