/** A town in which everything happens within a few hundred ticks. @module */
import { configFrom } from "../../src/config/load.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import type { Town } from "../../src/world/town.ts";

/** How {@link busyTown} differs from one use to the next. */
export interface BusyOptions {
  /** How residents move. */
  readonly movement: "walk" | "teleport";
  /** Who decides for them. */
  readonly backend: "scripted" | "random";
}

/**
 * Fourteen residents with short days, short lives and much misfortune: deaths,
 * respawns, evictions, queues, conflicts and every kind of perturbation.
 */
export function busyTown({ movement, backend }: BusyOptions): Town {
  const often = { prob_per_day: 3, duration: [5, 30] };
  return compileTown(configFrom({
    config_id: "busy",
    features: {
      stages: { relationships: "B", social_rewards: "C1" },
      systems: {},
      relationship_modifiers: true,
      behavior: { personality_profiles: true, reward_multipliers: true },
    },
    rewards: {
      needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 },
      decay_rates: { hunger: 0.004, hygiene: 0.003, energy: 0.002 },
    },
    policy: { backend },
    queue_fairness: { long_wait_ticks: 10 },
    employment: { enforce_job_loop: true, max_absent_shifts: 1 },
    personalities: {
      distribution: { balanced: 1, socialite: 1, industrious: 1, stoic: 1 },
    },
    lifecycle: { respawn_delay_ticks: 20 },
    population: { wallet: 2 },
    world: {
      grid_size: [20, 20],
      ticks_per_day: 200,
      movement,
      objects: [{ id: "cafe", type: "cafe", position: [18, 18] }],
      districts: {
        old: {
          area: [0, 0, 15, 15],
          objects: { fridge: 2, stove: 2, shower: 1, bed: 3 },
          residents: { any: 14 },
        },
      },
    },
    jobs: {
      clerk: { start_tick: 20, end_tick: 80, location: [2, 2] },
      cook: { start_tick: 50, end_tick: 120, location: [10, 10] },
    },
    perturbations: {
      max_concurrent_events: 2,
      max_events_per_window: 0,
      window_ticks: 100,
      events: {
        spike: {
          kind: "price_spike",
          magnitude: [1.2, 1.8],
          targets: ["market"],
          ...often,
        },
        dark: { kind: "blackout", ...often },
        dry: { kind: "outage", ...often },
        meet: { kind: "arranged_meet", ...often },
      },
    },
  }));
}
