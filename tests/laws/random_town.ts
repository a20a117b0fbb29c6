/** Random small towns, and random doings in them. @module */
import fc from "fast-check";
import { Random } from "../../src/base/random.ts";
import type { Command } from "../../src/config/commands.ts";
import { configFrom } from "../../src/config/load.ts";
import type { Simulation } from "../../src/simulation.ts";
import type { Action } from "../../src/world/actions.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import type { Town } from "../../src/world/town.ts";
import { ECONOMY_KEYS } from "../../src/config/economy.ts";
import { EMPLOYMENT } from "../../src/world/world.ts";

/** What a random town is made of: the sections of its configuration. */
export type TownDraft = Readonly<Record<string, unknown>>;

/** A random town and what is done in it. */
export interface Draft {
  /** The configuration. */
  readonly town: TownDraft;
  /** Seed of the run. */
  readonly seed: number;
  /** Seed of what callers do; 0 does nothing. */
  readonly meddling: number;
}

const PROFILES = ["balanced", "socialite", "industrious", "stoic"] as const;
const TYPES = ["fridge", "stove", "shower", "bed", "sink", "cafe"] as const;

/** Affordances beside the core ones: with money, and with a look at the clock. */
const AFFORDANCES = [
  {
    id: "busk",
    object_type: "cafe",
    duration: 3,
    effects: { money: 0.3, energy: -0.1 },
    preconds: ["world.tick < 40 or world.day > 0"],
  },
  {
    id: "gamble",
    object_type: "cafe",
    duration: 1,
    effects: { money: -0.7, hunger: 0.05 },
    preconds: ["wallet > 0.1", "queue_length < 3"],
  },
  {
    id: "wash_hands",
    object_type: "sink",
    duration: 2,
    effects: { hygiene: 0.2 },
    preconds: ["water_on", "occupied == false"],
    hooks: { before: "nobody_knows_it" },
  },
];

const share = fc.integer({ min: 0, max: 20 }).map((n) => n / 20);
const rate = fc.constantFrom(0, 0.001, 0.004, 0.01, 0.03);
const onOff = fc.constantFrom("on", "off");
const needs = fc.record({ hunger: share, hygiene: share, energy: share });

type Tile = readonly [number, number];

/** Towns of at most 10 × 10 tiles, 8 residents and 8 objects. */
export const towns: fc.Arbitrary<TownDraft> = fc.tuple(
  fc.integer({ min: 3, max: 10 }),
  fc.integer({ min: 3, max: 10 }),
  fc.integer({ min: 10, max: 60 }),
).chain(([width, height, day]) => {
  const tile: fc.Arbitrary<Tile> = fc.tuple(
    fc.nat(width - 1),
    fc.nat(height - 1),
  );
  const job = fc.record({
    start_tick: fc.nat(day - 1),
    end_tick: fc.nat(day - 1),
    wage_rate: fc.constantFrom(0, 0.01, 0.1),
    lateness_penalty: share,
    location: fc.oneof(tile, fc.constant(null)),
  });
  return fc.record({
    size: fc.constant<Tile>([width, height]),
    day: fc.constant(day),
    movement: fc.constantFrom("walk", "teleport"),
    reach: fc.constantFrom(1, "any"),
    objects: fc.array(
      fc.record({
        type: fc.constantFrom(...TYPES),
        position: fc.option(tile, { freq: 6 }),
      }),
      { maxLength: 6 },
    ),
    district: fc.boolean(),
    residents: fc.array(
      fc.record({
        profile: fc.option(fc.constantFrom(...PROFILES)),
        home: tile,
        needs,
        wallet: fc.constantFrom(0, 0.3, 2),
        works: fc.boolean(),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    crowd: fc.boolean(),
    actor: fc.option(tile),
    spare: fc.nat(3),
    jobs: fc.array(job, { maxLength: 3 }),
    enforce: fc.boolean(),
    employment: fc.record({
      grace_ticks: fc.nat(4),
      absent_cutoff: fc.nat(10),
      absence_slack: fc.nat(6),
      late_tick_penalty: fc.constantFrom(0, 0.05),
      absence_penalty: share,
      max_absent_shifts: fc.constantFrom(0, 1, 1, 2),
      attendance_window: fc.integer({ min: 1, max: 3 }),
      daily_exit_cap: fc.constantFrom(0, 1, 1, 2),
      exit_queue_limit: fc.nat(2),
      exit_review_window: fc.constantFrom(1, 20, 500),
    }),
    decay: fc.record({ hunger: rate, hygiene: rate, energy: rate }),
    lifecycle: onOff,
    respawnDelay: fc.constantFrom(0, 2, 30),
    relationships: fc.constantFrom("OFF", "B"),
    social: fc.constantFrom("OFF", "C1", "C2"),
    modifiers: fc.boolean(),
    profiles: fc.boolean(),
    multipliers: fc.boolean(),
    queues: fc.record({
      cooldown_ticks: fc.nat(6),
      ghost_step_after: fc.nat(3),
      age_priority_weight: share,
      long_wait_ticks: fc.nat(4),
      preempt_running: fc.boolean(),
    }),
    edges: fc.integer({ min: 1, max: 3 }),
    increment: share,
    history: fc.nat(3),
    threshold: fc.constantFrom(0, 0.4),
    commit: fc.constantFrom(0, 1, 5, 15),
    backend: fc.constantFrom("scripted", "scripted", "random", "idle"),
    often: fc.constantFrom(0, 1, 5),
    episodeClip: fc.option(fc.constantFrom(1, 5)),
  }).map(configure);
});

/** A random town, seed and meddling. */
export const drafts: fc.Arbitrary<Draft> = fc.record({
  town: towns,
  seed: fc.nat(1_000_000),
  meddling: fc.nat(1_000_000),
});

/** Compiles the town of a draft. */
export function townOf(draft: TownDraft): Town {
  return compileTown(configFrom(draft));
}

interface Parts {
  readonly size: Tile;
  readonly day: number;
  readonly movement: string;
  readonly reach: unknown;
  readonly objects: readonly {
    readonly type: string;
    readonly position: Tile | null;
  }[];
  readonly district: boolean;
  readonly residents: readonly {
    readonly profile: string | null;
    readonly home: Tile;
    readonly needs: unknown;
    readonly wallet: number;
    readonly works: boolean;
  }[];
  readonly crowd: boolean;
  readonly actor: Tile | null;
  readonly spare: number;
  readonly jobs: readonly unknown[];
  readonly enforce: boolean;
  readonly employment: Readonly<Record<string, unknown>>;
  readonly decay: unknown;
  readonly lifecycle: string;
  readonly respawnDelay: number;
  readonly relationships: string;
  readonly social: string;
  readonly modifiers: boolean;
  readonly profiles: boolean;
  readonly multipliers: boolean;
  readonly queues: unknown;
  readonly edges: number;
  readonly increment: number;
  readonly history: number;
  readonly threshold: number;
  readonly commit: number;
  readonly backend: string;
  readonly often: number;
  readonly episodeClip: number | null;
}

/** The configuration made of the parts. */
function configure(parts: Parts): TownDraft {
  const { size: [width, height] } = parts;
  // A district generates objects, which only fit beside each other.
  const objects = parts.district ? [] : parts.objects;
  const taken = new Set(objects.map(({ position }) => String(position)));
  /** The tile, or the first free one after it. */
  const free = ([x, y]: Tile): Tile => {
    let at = y * width + x;
    while (taken.has(String([at % width, Math.floor(at / width)]))) {
      at = (at + 1) % (width * height);
    }
    return [at % width, Math.floor(at / width)];
  };
  const residents = parts.residents.map((
    { works, home, profile, ...rest },
    i,
  ) => ({
    id: `r${i}`,
    ...rest,
    ...(profile === null ? {} : { profile }),
    ...(works ? {} : { job: "none" }),
    home: parts.district
      ? [0, 0]
      : free(parts.crowd ? parts.residents[0].home : home),
  }));
  const more = parts.district ? 2 : 0;
  const agents = parts.actor === null ? [] : [{
    id: "actor",
    position: parts.district ? [0, 0] : free(parts.actor),
    wallet: 1,
    schedule: scheduleOf(
      parts.district ? "d_bed_1" : objects.length > 0 ? "o0" : null,
    ),
  }];
  const events = {
    spike: {
      kind: "price_spike",
      magnitude: [0.5, 2],
      duration: [0, 9],
      prob_per_day: parts.often,
    },
    dark: { kind: "blackout", duration: 4, prob_per_day: parts.often },
    dry: { kind: "outage", duration: [1, 3], prob_per_day: parts.often },
    meet: {
      kind: "arranged_meet",
      duration: [2, 12],
      prob_per_day: parts.often,
      max_participants: 3,
    },
  };
  return {
    config_id: "random",
    features: {
      stages: {
        relationships: parts.relationships,
        social_rewards: parts.social,
      },
      systems: { lifecycle: parts.lifecycle },
      relationship_modifiers: parts.modifiers,
      behavior: {
        personality_profiles: parts.profiles,
        reward_multipliers: parts.multipliers,
      },
    },
    rewards: {
      needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 },
      decay_rates: parts.decay,
      clip: { clip_per_episode: parts.episodeClip, clip_per_tick: 0.5 },
    },
    world: {
      grid_size: parts.size,
      ticks_per_day: parts.day,
      movement: parts.movement,
      reach: parts.reach,
      agent_capacity: residents.length + agents.length + more + parts.spare,
      objects: objects.map((object, i) => ({ id: `o${i}`, ...object })),
      districts: parts.district
        ? {
          d: {
            area: [0, 0, width - 1, height - 1],
            objects: { bed: 1 },
            residents: { any: more },
          },
        }
        : {},
    },
    population: { residents },
    scenario: { agents, affordances: AFFORDANCES },
    jobs: Object.fromEntries(parts.jobs.map((job, i) => [`j${i}`, job])),
    employment: { ...parts.employment, enforce_job_loop: parts.enforce },
    lifecycle: { respawn_delay_ticks: parts.respawnDelay },
    queue_fairness: parts.queues,
    conflict: {
      rivalry: {
        increment_per_conflict: parts.increment,
        max_edges: parts.edges,
        avoid_threshold: 0.3,
      },
    },
    personalities: {
      distribution: { balanced: 1, socialite: 1, industrious: 1, stoic: 1 },
    },
    affordances: { outcome_history: parts.history },
    policy: { backend: parts.backend, option_commit_ticks: parts.commit },
    behavior: {
      job_arrival_buffer: 3,
      hunger_threshold: parts.threshold,
      hygiene_threshold: parts.threshold,
      energy_threshold: parts.threshold,
    },
    perturbations: {
      max_concurrent_events: 3,
      max_events_per_window: 0,
      events,
    },
  };
}

function scheduleOf(object: string | null): readonly unknown[] {
  if (object === null) return [{ kind: "chat", target: "r0" }];
  return [
    { kind: "request", object },
    { kind: "wait", repeat: 2 },
    { kind: "start", object, affordance: "busk" },
    { kind: "blocked", object },
    { kind: "chat", target: "r0" },
    { kind: "move", position: [1, 1] },
    { kind: "release", object, success: false, reason: "bored" },
  ];
}

/** Does random things to a simulation, the same for the same seed. */
export class Meddler {
  readonly #random: Random;
  readonly #quiet: boolean;
  #named = 0;

  /** Nothing happens for seed 0. */
  constructor(seed: number) {
    this.#random = Random.seeded(String(seed), "meddling");
    this.#quiet = seed === 0;
  }

  /** Asks for a command now and then, and gives some agents their actions. */
  next(simulation: Simulation): Record<string, Action> {
    const actions: Record<string, Action> = {};
    if (this.#quiet) return actions;
    if (this.#random.float() < 0.25) {
      simulation.command(this.#command(simulation));
    }
    const { agentIds } = simulation.world.records;
    for (const id of agentIds) {
      if (id === "" || this.#random.float() >= 0.4) continue;
      actions[id] = this.#action(simulation);
    }
    if (this.#random.float() < 0.05) actions.nobody = { kind: "wait" };
    return actions;
  }

  #pick<T>(...list: readonly T[]): T {
    return list[this.#random.int(0, list.length - 1)];
  }

  #agent({ world }: Simulation): string {
    const ids = world.records.agentIds.filter((id) => id !== "");
    return this.#pick("r0", "nobody", ...ids);
  }

  #tile({ town }: Simulation): [number, number] {
    return [
      this.#random.int(-1, town.width),
      this.#random.int(-1, town.height),
    ];
  }

  #action(simulation: Simulation): Action {
    const { town, world } = simulation;
    const kind = this.#pick<Action["kind"]>(
      "noop",
      "wait",
      "move",
      "request",
      "request",
      "start",
      "start",
      "release",
      "chat",
      "blocked",
    );
    const held = world.engaged.findLast((object) => object >= 0) ?? -1;
    const object = this.#pick(
      "nowhere",
      ...town.objectIds,
      ...(held < 0 ? [] : [town.objectIds[held], town.objectIds[held]]),
    );
    const near = this.#pick(...world.roster.subarray(0, world.population[0]));
    const position = this.#random.float() < 0.7 && near !== undefined
      ? [world.x[near] + this.#pick(-1, 0, 1), world.y[near]] as const
      : this.#tile(simulation);
    return {
      kind,
      object,
      position,
      affordance: this.#pick(
        "juggle",
        ...town.affordances.map(({ id }) => id),
      ),
      target: this.#agent(simulation),
      quality: this.#pick(0, 0.5, 1, 7),
      success: this.#pick(true, false),
      blocked: this.#pick(true, false),
      duration: this.#pick(1, 1, 1, 4, 0),
      ...(this.#random.float() < 0.2
        ? { reason: this.#pick("fun", "left") }
        : {}),
    };
  }

  #command(simulation: Simulation): Command {
    const random = this.#random;
    const agent = this.#agent(simulation);
    const other = this.#agent(simulation);
    const unit = () => random.int(0, 4) / 4;
    switch (random.int(0, 14)) {
      case 0:
      case 1:
        return {
          name: "spawn",
          args: {
            agent: this.#random.float() < 0.8
              ? `n${this.#named++}`
              : this.#pick(agent, "r0#1"),
            pos: this.#tile(simulation),
            home: null,
            needs: { hunger: unit(), hygiene: unit(), energy: unit() },
            wallet: this.#pick(0, 1),
            profile: null,
            job: this.#pick(null, "none", "j0"),
          },
        };
      case 2:
        return {
          name: "teleport",
          args: { agent, pos: this.#tile(simulation) },
        };
      case 3:
        return {
          name: "setneed",
          args: { agent, needs: { hunger: unit(), energy: unit() } },
        };
      case 4:
        return {
          name: "price",
          args: {
            key: this.#pick(...ECONOMY_KEYS),
            value: this.#pick(0.01, 0.3, 2),
          },
        };
      case 5:
        return {
          name: "force_chat",
          args: { speaker: agent, listener: other, quality: unit() },
        };
      case 6:
        return {
          name: "set_rel",
          args: {
            a: agent,
            b: other,
            trust: unit(),
            familiarity: -unit(),
            rivalry: unit(),
          },
        };
      case 7:
        return {
          name: "arrange_meet",
          args: {
            spec: "meet",
            agents: [agent, other],
            starts_in: random.int(0, 2),
            duration: this.#pick(null, 0, 6),
            location: this.#pick(null, "cafe", "o0"),
          },
        };
      case 8:
        return {
          name: "perturbation_trigger",
          args: {
            spec: this.#pick("spike", "dark", "dry", "meet"),
            starts_in: random.int(0, 2),
            duration: this.#pick(null, 0, 5),
            targets: null,
            magnitude: null,
            location: null,
          },
        };
      case 9:
        return {
          name: "perturbation_cancel",
          args: { event_id: `evt_${random.int(1, 6)}` },
        };
      case 10:
        return { name: "kill", args: { agent, reason: null } };
      case 11:
        return {
          name: "toggle_mortality",
          args: { enabled: this.#pick(true, true, false) },
        };
      case 12:
        return {
          name: "set_spawn_delay",
          args: { ticks: this.#pick(0, 1, 4, 40) },
        };
      case 13:
        return {
          name: "set_employment_param",
          args: { key: this.#pick(...EMPLOYMENT), value: random.int(0, 1) },
        };
      default:
        return {
          name: "employment_exit",
          args: { agent, action: this.#pick("approve", "defer") },
        };
    }
  }
}
