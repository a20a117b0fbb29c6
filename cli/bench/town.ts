/** The towns a benchmark runs: one shape, any number of residents. @module */

/** Tiles for each resident. */
const TILES = 18;
/** Residents that share a job. */
const RESIDENTS_A_JOB = 16;
/** Objects for each eight residents. */
const OBJECTS = ["fridge", "bed", "shower", "fridge", "bed", "stove"] as const;

/** Side of the square grid for so many residents. */
export function sideFor(agents: number): number {
  return Math.ceil(Math.sqrt(agents * TILES));
}

/**
 * A configuration as plain data: `agents` residents, 18 tiles for each, 6 objects
 * for each eight, a job for each sixteen; everything that costs time is on.
 */
export function benchConfig(agents: number): unknown {
  const side = sideFor(agents);
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
  return {
    config_id: `bench_${agents}`,
    features: {
      stages: { relationships: "B", social_rewards: "C1" },
      systems: { lifecycle: "on" },
      relationship_modifiers: true,
      behavior: { personality_profiles: true, reward_multipliers: true },
    },
    rewards: {
      needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 },
      decay_rates: { hunger: 0.0015, hygiene: 0.001, energy: 0.0012 },
      clip: {
        clip_per_tick: 1,
        clip_per_episode: null,
        exempt_terminal: true,
      },
    },
    // Free meals: whoever comes back without money would starve again.
    economy: { meal_cost: 0, ingredients_cost: 0 },
    jobs: Object.fromEntries(jobEntries),
    personalities: {
      distribution: { balanced: 1, socialite: 1, industrious: 1, stoic: 1 },
    },
    behavior: { hunger_threshold: 0.6 },
    queue_fairness: { long_wait_ticks: 20 },
    population: { wallet: 5 },
    world: {
      grid_size: [side, side],
      agent_capacity: agents,
      objects: objectsFor(agents, side),
      districts: {
        town: {
          area: [0, 0, side - 1, side - 1],
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
  };
}

/** Objects spread evenly over tiles with odd x and y; fridges never empty. */
function objectsFor(agents: number, side: number): unknown[] {
  const count = Math.max(1, Math.round(agents / 8)) * OBJECTS.length;
  const perRow = Math.floor(side / 2);
  return Array.from({ length: count }, (_, i) => {
    const type = OBJECTS[i % OBJECTS.length];
    const slot = Math.floor(i * perRow * perRow / count);
    return {
      id: `${type}_${i + 1}`,
      type,
      position: [2 * (slot % perRow) + 1, 2 * Math.floor(slot / perRow) + 1],
      stock: type === "fridge" ? { meals: 1_000_000 } : {},
    };
  });
}
