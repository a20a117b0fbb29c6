/** What the channel `ops` tells: employment, key figures, embeddings. @module */
import { slotMetrics } from "../../world/slots.ts";
import type { World } from "../../world/world.ts";
import type { DraftMembers } from "../state_channel.ts";
import type { View } from "../view.ts";

/** How the town runs. */
export function opsState({ town, world, turn }: View): DraftMembers {
  const { records, exitsToday, exitCap } = world;
  const { exit_queue_limit, exit_review_window } = town.config.employment;
  let intensity = 0;
  let help = 0;
  let rotations = 0;
  let ghostSteps = 0;
  for (const event of turn.events) {
    if (event.event === "queue.conflict") {
      intensity += event.intensity;
      if (event.reason === "ghost_step") ghostSteps++;
    } else if (event.event === "queue.handover") rotations++;
    else if (event.event === "employment.helped_when_late") help++;
  }
  return {
    employment: {
      pending: records.exitQueue.map(({ agent }) => records.agentIds[agent]),
      exits_today: exitsToday[0],
      daily_cap: exitCap[0],
      queue_limit: exit_queue_limit,
      review_window: exit_review_window,
    },
    kpis: {
      queue_conflict_intensity: intensity,
      employment_lateness: meanLateness(world),
      late_help_events: help,
      queue_rotation_events: rotations,
      queue_ghost_step_events: ghostSteps,
    },
    embeddings: { ...slotMetrics(town, world) },
  };
}

/** Shifts begun late, on average over everybody; 0 where nobody lives. */
function meanLateness({ roster, population, lateness }: World): number {
  let sum = 0;
  for (let i = 0; i < population[0]; i++) sum += lateness[roster[i]];
  return sum / Math.max(1, population[0]);
}
