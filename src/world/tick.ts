/** The order of a tick. @module */
import { applyActions } from "./systems/apply_actions.ts";
import { applyCommands } from "./systems/apply_commands.ts";
import { countEpisodes } from "./systems/count_episodes.ts";
import { decayNeeds } from "./systems/decay_needs.ts";
import { endLives } from "./systems/end_lives.ts";
import { fadeTies } from "./systems/fade_ties.ts";
import { resetAtNight } from "./systems/reset_at_night.ts";
import { respawnAgents } from "./systems/respawn_agents.ts";
import { restockShelves } from "./systems/restock_shelves.ts";
import { runAffordances } from "./systems/run_affordances.ts";
import { serveQueues } from "./systems/serve_queues.ts";
import { stepPerturbations } from "./systems/step_perturbations.ts";
import { workShifts } from "./systems/work_shifts.ts";
import type { Town } from "./town.ts";
import { beginTurn, type Turn } from "./turn.ts";
import type { World } from "./world.ts";

/** One step of a tick: reads what it likes, writes what its comment names. */
export type System = (town: Town, world: World, turn: Turn) => void;

/** The systems in their order; each sees what those before it did. */
export const SYSTEMS: readonly System[] = [
  respawnAgents,
  applyCommands,
  stepPerturbations,
  applyActions,
  serveQueues,
  runAffordances,
  decayNeeds,
  workShifts,
  fadeTies,
  restockShelves,
  resetAtNight,
  endLives,
  countEpisodes,
];

/**
 * One tick of the world, after everybody has decided.
 *
 * @param after called with each system when it is done
 */
export function tick(
  town: Town,
  world: World,
  turn: Turn,
  after?: (system: System) => void,
): void {
  beginTurn(turn);
  world.tick[0]++;
  if (town.clockRead) world.stale[0] = 1;
  for (const system of SYSTEMS) {
    system(town, world, turn);
    if (after !== undefined) after(system);
  }
}
