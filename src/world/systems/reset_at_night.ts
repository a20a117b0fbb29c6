/** A day ends. @module */
import { leaveObject } from "../holding.ts";
import { isFree } from "../people.ts";
import { moveAgent } from "../spatial.ts";
import type { Town } from "../town.ts";
import type { Turn } from "../turn.ts";
import { FLAG, NEED_COUNT, SHIFT, type World } from "../world.ts";

/** Needs nobody falls below overnight. */
const NEED_AFTER_NIGHT = 0.5;

/**
 * At the turn of the day: needs recover to a half, the shift is forgotten,
 * and in towns without walking everyone goes home.
 *
 * Writes needs, shift columns, `exitPending`, and positions.
 */
export function resetAtNight(town: Town, world: World, turn: Turn): void {
  if (world.tick[0] % town.ticksPerDay !== 0) return;
  const { roster, population, need, homeX, homeY } = world;
  for (let i = 0; i < population[0]; i++) {
    const agent = roster[i];
    let moved = false;
    if (!town.walk) {
      const away = world.x[agent] !== homeX[agent] ||
        world.y[agent] !== homeY[agent];
      if (away && isFree(town, world, homeX[agent], homeY[agent])) {
        leaveObject(town, world, turn, agent, "left");
        moveAgent(town, world, agent, homeX[agent], homeY[agent]);
        moved = true;
      }
    }
    for (let k = agent * NEED_COUNT; k < (agent + 1) * NEED_COUNT; k++) {
      need[k] = Math.max(NEED_AFTER_NIGHT, need[k]);
    }
    world.exitPending[agent] = 0;
    // A shift that begins with the day has just begun, and goes on.
    if ((world.shiftFlags[agent] & FLAG.open) === 0) forgetShift(world, agent);
    const id = world.records.agentIds[agent];
    turn.events.push({
      event: "agent.nightly_reset",
      tick: world.tick[0],
      agent: id,
      moved,
      ...(moved ? { home: [homeX[agent], homeY[agent]] as const } : {}),
    });
  }
}

/** Yesterday's shift is over and done with. */
function forgetShift(world: World, agent: number): void {
  world.onShift[agent] = 0;
  world.shiftState[agent] = SHIFT.pre_shift;
  world.shiftFlags[agent] = 0;
  world.onTimeTicks[agent] = 0;
  world.lateTicks[agent] = 0;
  world.lateTicksToday[agent] = 0;
  world.lastSeen[agent] = 0;
  world.wagesPaid[agent] = 0;
  world.wagesWithheld[agent] = 0;
}
