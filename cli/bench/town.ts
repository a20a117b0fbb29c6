/** The towns a benchmark runs: one shape, any number of residents. @module */

/** Tiles for each resident. */
const TILES = 18;
/** Residents that share a job. */
const RESIDENTS_A_JOB = 16;
/** Objects for each eight residents. */
const OBJECTS_FOR_EIGHT = { fridge: 2, bed: 2, stove: 1, shower: 1 };

/** Side of the square grid for so many residents. */
export function sideFor(agents: number): number {
  return Math.ceil(Math.sqrt(agents * TILES));
}

/**
 * The text of a configuration: `agents` residents, 18 tiles for each, 6 objects
 * for each eight, a job for each sixteen; everything that costs time is on.
 */
export function benchConfig(agents: number): string {
  const side = sideFor(agents);
  const eights = Math.max(1, Math.round(agents / 8));
  const jobs = Math.max(1, Math.round(agents / RESIDENTS_A_JOB));
  const perRow = Math.ceil(Math.sqrt(jobs));
  const jobEntries = Array.from({ length: jobs }, (_, i) => {
    const place = (n: number) => Math.floor((n + 0.5) * side / perRow);
    const start = 360 + 60 * (i % 6);
    return [`job_${i + 1}`, {
      start_tick: start,
      end_tick: start + 360,
      wage_rate: 0.02,
      lateness_penalty: 0.1,
      location: [place(i % perRow), place(Math.floor(i / perRow))],
    }];
  });
  // JSON is YAML.
  return JSON.stringify({
    config_id: `bench_${agents}`,
    features: {
      stages: { relationships: "B", social_rewards: "C1" },
      systems: { lifecycle: "on" },
      relationship_modifiers: true,
      behavior: { personality_profiles: true, reward_multipliers: true },
    },
    rewards: {
      needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 },
      decay_rates: { hunger: 0.004, hygiene: 0.002, energy: 0.003 },
      clip: {
        clip_per_tick: 1,
        clip_per_episode: null,
        exempt_terminal: true,
      },
    },
    economy: { meal_cost: 0.2, ingredients_cost: 0.1 },
    jobs: Object.fromEntries(jobEntries),
    personalities: {
      distribution: { balanced: 1, socialite: 1, industrious: 1, stoic: 1 },
    },
    queue_fairness: { long_wait_ticks: 20 },
    population: { wallet: 5 },
    world: {
      grid_size: [side, side],
      districts: {
        town: {
          area: [0, 0, side - 1, side - 1],
          objects: Object.fromEntries(
            Object.entries(OBJECTS_FOR_EIGHT).map(([type, n]) =>
              [type, n * eights] as const
            ),
          ),
          residents: { any: agents },
        },
      },
    },
    perturbations: {
      max_concurrent_events: 2,
      max_events_per_window: 2,
      global_cooldown_ticks: 240,
      events: {
        prices: {
          kind: "price_spike",
          prob_per_day: 0.3,
          duration: [60, 120],
          magnitude: [1.2, 1.8],
          targets: ["market"],
        },
        blackout: {
          kind: "blackout",
          prob_per_day: 0.15,
          duration: [20, 60],
        },
      },
    },
  });
}
