/**
 * Town: all that never changes during a run.
 *
 * Compiled once from the configuration: names become small integers, tables
 * typed arrays. Many Worlds can share one Town.
 *
 * @module
 */
import { TownletError } from "../base/error.ts";
import { compareCodePoints } from "../base/order.ts";
import type { AffordanceEntry } from "../config/affordance_entry.ts";
import type { Command } from "../config/commands.ts";
import { namesIn, parseCondition } from "../config/condition.ts";
import type { Config } from "../config/config.ts";
import type { Rivalry } from "../config/conflict.ts";
import { CORE_MANIFEST, type Manifest } from "../config/manifest.ts";
import type { PerturbationSpec } from "../config/perturbations.ts";
import type { Resident } from "../config/population.ts";
import type { ScheduledAction } from "../config/action.ts";
import { commandOf, type TimelineEntry } from "../config/scenario.ts";
import type { ObjectEntry } from "../config/world_settings.ts";
import { layOutDistricts } from "./districts.ts";
import {
  BUILT_IN_HOOKS,
  DEFAULT_SPECIFIER,
  HOOK_STOCK,
  HOOK_TAKES,
  type HookHandler,
  type HookStage,
  type HookTable,
  MEAL_HOOK,
} from "./hooks.ts";
import { Nearest } from "./nearest.ts";
import { Paths } from "./paths.ts";
import { compileCondition, type Scope } from "./preconditions.ts";
import { PROFILES } from "./profiles.ts";
import { KIND, MOST } from "./turn.ts";
import { BASKET, NEEDS } from "./world.ts";

/** A precondition of an affordance, compiled. */
export interface Precondition {
  /** The text it was written as. */
  readonly source: string;
  /** Context names it uses. */
  readonly names: readonly string[];
  /** True when it asks about object, stock and world only. */
  readonly objectOnly: boolean;
  /** Whether it holds; throws ConditionFault when kinds do not fit. */
  readonly holds: (scope: Scope) => boolean;
}

/** A hook bound to an affordance. */
export interface BoundHook {
  /** Name under which it is called. */
  readonly name: string;
  /** Where it comes from. */
  readonly specifier: string;
  /** The function. */
  readonly handler: HookHandler;
}

/** Something one can do with objects of a type. */
export interface Affordance {
  /** Outside id. */
  readonly id: string;
  /** Index of the object type. */
  readonly type: number;
  /** Place among the affordances of that type. */
  readonly use: number;
  /** Ticks it takes. */
  readonly duration: number;
  /** Effects as written. */
  readonly effects: Readonly<Record<string, number>>;
  /** What a completed use adds to hunger, hygiene and energy. */
  readonly needs: readonly number[];
  /** What a completed use adds to the wallet. */
  readonly money: number;
  /** Preconditions, in order. */
  readonly conditions: readonly Precondition[];
  /** Hooks by stage. */
  readonly hooks: Readonly<Record<HookStage, readonly BoundHook[]>>;
  /** Stock that every use takes one of, for good. */
  readonly takes: readonly string[];
  /** True for meals, which can be shared. */
  readonly isMeal: boolean;
  /** The action of the catalogue that chooses it. */
  readonly action: number;
}

/** A job. */
export interface TownJob {
  /** Outside id. */
  readonly id: string;
  /** First tick of the shift, of the day. */
  readonly start: number;
  /** Last tick of the shift, of the day. */
  readonly end: number;
  /** Pay per tick; 0 means what the economy pays. */
  readonly wage: number;
  /** Fine for coming late. */
  readonly lateness: number;
  /** Tile of the job, -1 when any place will do. */
  readonly x: number;
  /** Tile of the job, -1 when any place will do. */
  readonly y: number;
}

/** A perturbation that can happen. */
export interface TownSpec {
  /** Outside id. */
  readonly id: string;
  /** As configured. */
  readonly config: PerturbationSpec;
  /** Probability per tick. */
  readonly probability: number;
  /** Where it takes place: an object, or -1. */
  readonly place: number;
}

/** One entry of a schedule, with indices. */
export interface Scheduled {
  /** Code of the action's kind. */
  readonly kind: number;
  /** Object, -1 none. */
  readonly object: number;
  /** Affordance, -1 none. */
  readonly affordance: number;
  /** Tile of a move. */
  readonly x: number;
  /** Tile of a move. */
  readonly y: number;
  /** Id of the agent to chat with, "" none. */
  readonly target: string;
  /** Quality of a chat. */
  readonly quality: number;
  /** How a release ends the holding. */
  readonly success: boolean;
  /** Reason of a release, "" none. */
  readonly reason: string;
  /** Whether a refused request counts as blocked. */
  readonly blocked: boolean;
  /** Duration it names, ticks. */
  readonly duration: number;
}

/** What a scenario's agent does, tick by tick. */
export interface Schedule {
  /** The entries, in order. */
  readonly entries: readonly Scheduled[];
  /** Ticks played when each entry is over. */
  readonly ends: readonly number[];
  /** True to start over at the end. */
  readonly loop: boolean;
}

/** A resident of the first day. */
export interface TownResident extends Resident {
  /** Index of the schedule, or -1. */
  readonly schedule: number;
}

/** All that never changes during a run. */
export interface Town {
  /** The configuration it was compiled from. */
  readonly config: Config;
  /** SHA-256 of the manifest. */
  readonly manifestSha256: string;
  /** Rows for agents. */
  readonly capacity: number;
  /** Tiles from west to east. */
  readonly width: number;
  /** Tiles from north to south. */
  readonly height: number;
  /** Ticks of a day. */
  readonly ticksPerDay: number;
  /** True when residents walk, false when they teleport. */
  readonly walk: boolean;
  /** True when everything is in reach. */
  readonly reachAny: boolean;
  /** Slots for ties, and as many for rivals, per agent. */
  readonly tieSlots: number;
  /** Actions remembered per agent. */
  readonly outcomeHistory: number;
  /** Attendance samples that count. */
  readonly attendanceWindow: number;

  /** Object types by index. */
  readonly typeIds: readonly string[];
  /** Objects by index. */
  readonly objectIds: readonly string[];
  /** Type of each object. */
  readonly objectType: Int32Array;
  /** Tile of each object, -1 none. */
  readonly objectX: Int16Array;
  /** Tile of each object, -1 none. */
  readonly objectY: Int16Array;
  /** y × width + x of each object, -1 none. */
  readonly objectTile: Int32Array;
  /** Objects of each type, in order. */
  readonly objectsOfType: readonly Int32Array[];
  /** 1 where an object stands. [tiles] */
  readonly blocked: Uint8Array;
  /** Stock keys, of all objects together. */
  readonly stockKeys: readonly string[];
  /** Stock at the start, -1 where there is no such key. [objects × stock] */
  readonly stock: Int32Array;
  /** 1 for objects with any stock. [objects] */
  readonly hasStock: Uint8Array;

  /** Affordances by index. */
  readonly affordances: readonly Affordance[];
  /** Affordances of each type. */
  readonly typeAffordances: readonly (readonly number[])[];
  /** Most affordances of one type, at least 1. */
  readonly usesPerType: number;
  /** 1 for types whose conditions read the clock. */
  readonly readsClock: Uint8Array;
  /** Names of the actions a policy chooses from. */
  readonly actions: readonly string[];
  /** Affordance of each action, -1 for the others. */
  readonly actionAffordance: Int32Array;

  /** Jobs by index. */
  readonly jobs: readonly TownJob[];
  /** Perturbations by index. */
  readonly specs: readonly TownSpec[];
  /** Residents of the first day. */
  readonly residents: readonly TownResident[];
  /** Schedules of the scenario's agents. */
  readonly schedules: readonly Schedule[];

  /** Commands of the scenario, by tick. */
  readonly timeline: ReadonlyMap<number, readonly Command[]>;

  /** Loss of each need per tick. [profiles × needs] */
  readonly decayRates: Float64Array;
  /** Below it a need is pressing. [profiles × needs] */
  readonly thresholds: Float64Array;
  /** Rivalry from which somebody is avoided. [profiles] */
  readonly avoidThreshold: Float64Array;
  /** Ticks before a shift at which one leaves. [profiles] */
  readonly arrivalBuffer: Float64Array;
  /** Extroversion that chatting takes. [profiles] */
  readonly chatExtroversion: Float64Array;
  /** Factor on the quality of a chat. [profiles] */
  readonly chatBias: Float64Array;
  /** Ticks between chats. [profiles] */
  readonly chatPause: Float64Array;
  /** Factors on social, employment and survival rewards. [profiles × 3] */
  readonly rewardBias: Float64Array;

  /** True when residents chat. */
  readonly relationshipsOn: boolean;
  /** True when personality bends changes of ties. */
  readonly tieModifiers: boolean;
  /** Rivalry as configured. */
  readonly rivalry: Rivalry;
  /** Ticks before an agent may return to an object. */
  readonly cooldownTicks: number;
  /** Stalls until a ghost step, 0 never. */
  readonly ghostStepAfter: number;
  /** Places that a tick of waiting is worth. */
  readonly agePriorityWeight: number;
  /** Waiting after which two clash, 0 never. */
  readonly longWaitTicks: number;
  /** True when uses can be ghost-stepped. */
  readonly preemptRunning: boolean;
  /** Ticks an option binds. */
  readonly optionCommitTicks: number;

  /** Shortest paths. */
  readonly paths: Paths;
  /** Nearest objects. */
  readonly nearest: Nearest;
}

/** Default stock of an object type. */
const TYPE_STOCK: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  fridge: { meals: 5 },
  stove: { raw_ingredients: 3, power_on: 1 },
  bed: { sleep_slots: 1 },
  shower: { power_on: 1, water_on: 1 },
  sink: { water_on: 1 },
};

/** Context names a condition may use and still depend on the object alone. */
const OBJECT_NAMES = new Set([
  "object",
  "stock",
  "world",
  "power_on",
  "water_on",
  "meal_available",
]);

/** Actions that every town has, before those of its affordances. */
export const PLAIN_ACTIONS = [
  "wait",
  "move_north",
  "move_south",
  "move_east",
  "move_west",
  "go_work",
  "step_away",
  "chat",
  "release",
] as const;

/** Ids of the plain actions. */
export const ACTION = {
  wait: 0,
  moveNorth: 1,
  moveSouth: 2,
  moveEast: 3,
  moveWest: 4,
  goWork: 5,
  stepAway: 6,
  chat: 7,
  release: 8,
} as const;

/**
 * Compiles a configuration.
 *
 * @param manifest affordances and objects that come with the town
 * @throws {TownletError} when the parts do not fit together
 */
export function compileTown(
  config: Config,
  manifest: Manifest = CORE_MANIFEST,
): Town {
  const [width, height] = config.world.grid_size;
  const { scenario } = config;
  const byHand: readonly ObjectEntry[] = [
    ...manifest.objects,
    ...config.world.objects,
  ];
  const last = scenario?.objects ?? [];
  const taken = new Set(
    [...byHand, ...last].flatMap(({ position }) =>
      position === null ? [] : [position[1] * width + position[0]]
    ),
  );
  const districts = layOutDistricts(config, taken);
  const objects = [...byHand, ...districts.objects, ...last];
  const entries = [...manifest.affordances, ...(scenario?.affordances ?? [])];
  refuseTwins("object", objects.map(({ id }) => id));
  refuseTwins("affordance", entries.map(({ id }) => id));

  const typeIds = [
    ...new Set([
      ...objects.map(({ type }) => type),
      ...entries.map(({ object_type }) => object_type),
    ]),
  ];
  const objectX = new Int16Array(objects.map((o) => o.position?.[0] ?? -1));
  const objectY = new Int16Array(objects.map((o) => o.position?.[1] ?? -1));
  const objectTile = new Int32Array(objects.length);
  const blocked = new Uint8Array(width * height);
  for (const [object, { id, position }] of objects.entries()) {
    objectTile[object] = -1;
    if (position === null) continue;
    const [x, y] = position;
    if (x < 0 || y < 0 || x >= width || y >= height) {
      throw new TownletError(`Object ${id} is outside the grid`, {
        code: "config.object",
        where: id,
        hint: `Keep it inside 0..${width - 1}, 0..${height - 1}`,
      });
    }
    objectTile[object] = y * width + x;
    blocked[y * width + x] = 1;
  }
  const objectType = new Int32Array(
    objects.map(({ type }) => typeIds.indexOf(type)),
  );
  const objectsOfType = typeIds.map((_, type) =>
    new Int32Array([...objectType.keys()].filter((o) => objectType[o] === type))
  );

  const affordances = compileAffordances(config, entries, typeIds);
  const typeAffordances = typeIds.map((_, type) =>
    affordances.flatMap((spec, i) => spec.type === type ? [i] : [])
  );
  const stocks = objects.map((object) => stockOfEntry(object, entries));
  const stockKeys = [...new Set(stocks.flatMap((s) => Object.keys(s)))];
  const stock = new Int32Array(objects.length * stockKeys.length).fill(-1);
  for (const [object, given] of stocks.entries()) {
    for (const [key, value] of Object.entries(given)) {
      stock[object * stockKeys.length + stockKeys.indexOf(key)] = value;
    }
  }

  const actions = [
    ...PLAIN_ACTIONS,
    ...affordances.map(({ id }) => `use:${id}`).sort(compareCodePoints),
  ];
  const actionAffordance = new Int32Array(actions.length).fill(-1);
  for (const [i, { action }] of affordances.entries()) {
    actionAffordance[action] = i;
  }

  const jobs = Object.entries(config.jobs).map(([id, job]): TownJob => {
    const place = typeof job.location === "string"
      ? objects.find((object) => object.id === job.location)
      : undefined;
    if (typeof job.location === "string" && place === undefined) {
      throw new TownletError(`Job ${id} is at ${job.location}, which is not`, {
        code: "config.job",
        where: `jobs.${id}.location`,
        hint: "Name an object of the town, or a tile [x, y]",
      });
    }
    const tile = typeof job.location === "string"
      ? place?.position ?? null
      : job.location;
    return {
      id,
      start: job.start_tick,
      end: job.end_tick,
      wage: job.wage_rate,
      lateness: job.lateness_penalty,
      x: tile?.[0] ?? -1,
      y: tile?.[1] ?? -1,
    };
  });

  const specs = Object.entries(config.perturbations.events).map(
    ([id, spec]): TownSpec => ({
      id,
      config: spec,
      probability: Math.min(1, spec.prob_per_day / config.world.ticks_per_day),
      place: spec.kind === "arranged_meet"
        ? findPlace(objects, spec.location)
        : -1,
    }),
  );

  const schedules: Schedule[] = [];
  const residents: TownResident[] = [
    ...config.population.residents.map((r) => ({ ...r, schedule: -1 })),
    ...districts.residents.map((r) => ({ ...r, schedule: -1 })),
  ];
  for (const { schedule, loop, ...resident } of scenario?.agents ?? []) {
    residents.push({
      ...resident,
      schedule: schedule === null ? -1 : schedules.push(
        compileSchedule(schedule, loop, objects, affordances),
      ) - 1,
    });
  }
  refuseTwins("resident", residents.map(({ id }) => id));
  if (residents.length > config.world.agent_capacity) {
    throw new TownletError(
      `The town has ${residents.length} residents and room for ${config.world.agent_capacity}`,
      {
        code: "config.capacity",
        where: "world.agent_capacity",
        hint: `Raise it to at least ${residents.length}`,
      },
    );
  }

  const reachAny = config.world.reach === "any";
  const { personality_profiles, reward_multipliers } = config.features.behavior;
  const needThresholds = NEEDS.map((n) => config.behavior[`${n}_threshold`]);
  const rates = NEEDS.map((need) => config.rewards.decay_rates[need]);
  const perProfile = (value: (profile: typeof PROFILES[number]) => number) =>
    new Float64Array(PROFILES.map(value));
  const bias = (raw: number) =>
    !personality_profiles || raw <= 0 ? 1 : clamp(raw, 0.1, 5);
  return {
    config,
    manifestSha256: manifest.sha256,
    capacity: config.world.agent_capacity,
    width,
    height,
    ticksPerDay: config.world.ticks_per_day,
    walk: config.world.movement === "walk",
    reachAny,
    tieSlots: config.conflict.rivalry.max_edges,
    outcomeHistory: config.affordances.outcome_history,
    attendanceWindow: config.employment.attendance_window,
    typeIds,
    objectIds: objects.map(({ id }) => id),
    objectType,
    objectX,
    objectY,
    objectTile,
    objectsOfType,
    blocked,
    stockKeys,
    stock,
    hasStock: new Uint8Array(
      stocks.map((given) => Object.keys(given).length > 0 ? 1 : 0),
    ),
    affordances,
    typeAffordances,
    usesPerType: Math.max(1, ...typeAffordances.map((uses) => uses.length)),
    readsClock: new Uint8Array(
      typeAffordances.map((uses) =>
        uses.some((i) =>
            affordances[i].conditions.some((condition) =>
              condition.objectOnly && condition.names.includes("world")
            )
          )
          ? 1
          : 0
      ),
    ),
    actions,
    actionAffordance,
    jobs,
    specs,
    residents,
    schedules,
    timeline: timelineOf(scenario?.timeline ?? []),
    decayRates: new Float64Array(
      PROFILES.flatMap(({ needs }) =>
        rates.map((rate, k) =>
          rate * (reward_multipliers && needs[k] > 0 ? needs[k] : 1)
        )
      ),
    ),
    thresholds: new Float64Array(
      PROFILES.flatMap(({ needs }) =>
        needThresholds.map((threshold, k) =>
          clamp(threshold * (reward_multipliers ? needs[k] : 1), 0, 1)
        )
      ),
    ),
    avoidThreshold: perProfile(({ behaviour }) =>
      clamp(
        config.conflict.rivalry.avoid_threshold /
          bias(behaviour.conflict_tolerance),
        0,
        1,
      )
    ),
    arrivalBuffer: perProfile(({ behaviour }) =>
      clamp(
        roundHalfEven(
          config.behavior.job_arrival_buffer * bias(behaviour.work_affinity),
        ),
        0,
        240,
      )
    ),
    chatExtroversion: perProfile(({ behaviour }) =>
      clamp(0.2 / bias(behaviour.chat_preference), 0, 1)
    ),
    chatBias: perProfile(({ behaviour }) =>
      clamp(bias(behaviour.chat_preference), 0.5, 1.5)
    ),
    chatPause: perProfile(({ behaviour }) =>
      Math.max(1, roundHalfEven(30 / bias(behaviour.chat_preference)))
    ),
    rewardBias: new Float64Array(
      PROFILES.flatMap(({ rewards: { social, employment, survival } }) =>
        reward_multipliers ? [social, employment, survival] : [1, 1, 1]
      ),
    ),
    relationshipsOn: config.features.stages.relationships !== "OFF",
    tieModifiers: config.features.relationship_modifiers,
    rivalry: config.conflict.rivalry,
    cooldownTicks: config.queue_fairness.cooldown_ticks,
    ghostStepAfter: config.queue_fairness.ghost_step_after,
    agePriorityWeight: config.queue_fairness.age_priority_weight,
    longWaitTicks: config.queue_fairness.long_wait_ticks,
    preemptRunning: config.queue_fairness.preempt_running,
    optionCommitTicks: config.policy.option_commit_ticks,
    paths: new Paths(width, height, blocked, reachAny ? 0 : 1),
    nearest: new Nearest(width, height, objectsOfType, objectX, objectY),
  };
}

/** The economy keys a price spike's target stands for. */
export function spikeKeys(target: string): readonly string[] {
  return target === "market" || target === "global" ? BASKET : [target];
}

/** An object by id, else the first of that type that has a place; -1 none. */
export function findPlace(
  objects: readonly { id: string; type: string; position: unknown }[],
  place: string,
): number {
  const byId = objects.findIndex(({ id }) => id === place);
  if (byId >= 0) return objects[byId].position === null ? -1 : byId;
  return objects.findIndex((object) =>
    object.type === place && object.position !== null
  );
}

function compileAffordances(
  config: Config,
  entries: readonly AffordanceEntry[],
  typeIds: readonly string[],
): Affordance[] {
  const tables = hookTables(config);
  const ids = entries.map(({ id }) => `use:${id}`).sort(compareCodePoints);
  const uses = typeIds.map(() => 0);
  return entries.map((entry) => {
    const type = typeIds.indexOf(entry.object_type);
    const bind = (names: readonly string[]): BoundHook[] =>
      names.flatMap((name) =>
        tables.flatMap(({ specifier, table }) =>
          Object.hasOwn(table, name)
            ? [{ name, specifier, handler: table[name] }]
            : []
        )
      );
    const hooks = {
      before: bind(entry.hooks.before),
      after: bind(entry.hooks.after),
      fail: bind(entry.hooks.fail),
    };
    return {
      id: entry.id,
      type,
      use: uses[type]++,
      duration: entry.duration,
      effects: Object.freeze({ ...entry.effects }),
      needs: NEEDS.map((need) => entry.effects[need] ?? 0),
      money: entry.effects.money ?? 0,
      conditions: entry.preconds.map((source) => {
        const condition = parseCondition(source);
        const names = namesIn(condition);
        return {
          source,
          names,
          objectOnly: names.every((name) => OBJECT_NAMES.has(name)),
          holds: compileCondition(condition),
        };
      }),
      hooks,
      takes: hooks.before.flatMap(({ name, specifier }) =>
        specifier === DEFAULT_SPECIFIER && Object.hasOwn(HOOK_TAKES, name)
          ? [HOOK_TAKES[name]]
          : []
      ),
      isMeal: hooks.after.some(({ name }) => name === MEAL_HOOK),
      action: PLAIN_ACTIONS.length + ids.indexOf(`use:${entry.id}`),
    };
  });
}

/** Tables of the hooks that the configuration allows, in its order. */
function hookTables(
  config: Config,
): { readonly specifier: string; readonly table: HookTable }[] {
  const allow = config.affordances.hooks?.allow ??
    [{ specifier: DEFAULT_SPECIFIER }];
  return allow.map(({ specifier }) => {
    const table = BUILT_IN_HOOKS.get(specifier);
    if (table !== undefined) return { specifier, table };
    const builtIn = specifier.startsWith("townlet:");
    throw new TownletError(`Hook ${specifier} is refused`, {
      code: "hooks.refused",
      where: "affordances.hooks.allow",
      exit: 5,
      hint: builtIn
        ? `Built-in hooks are: ${[...BUILT_IN_HOOKS.keys()].join(", ")}`
        : "This version runs built-in hooks only; remove the entry",
    });
  });
}

/** Stock of an object: the type's, what is written, what hooks write. */
function stockOfEntry(
  { type, stock }: ObjectEntry,
  affordances: readonly AffordanceEntry[],
): Record<string, number> {
  const keys = affordances.filter((entry) => entry.object_type === type)
    .flatMap(({ hooks }) => hooks.before.flatMap((h) => HOOK_STOCK[h] ?? []));
  const usual = Object.hasOwn(TYPE_STOCK, type) ? TYPE_STOCK[type] : {};
  const all: Record<string, number> = {
    ...Object.fromEntries(keys.map((key) => [key, 0])),
    ...usual,
    ...stock,
  };
  if (all.sleep_slots !== undefined) all.sleep_capacity ??= all.sleep_slots;
  return all;
}

function compileSchedule(
  actions: readonly ScheduledAction[],
  loop: boolean,
  objects: readonly ObjectEntry[],
  affordances: readonly Affordance[],
): Schedule {
  const ends: number[] = [];
  const entries = actions.map((action): Scheduled => {
    ends.push((ends.at(-1) ?? 0) + action.repeat);
    return {
      kind: KIND[action.kind],
      object: objects.findIndex(({ id }) => id === action.object),
      affordance: affordances.findIndex(({ id }) => id === action.affordance),
      x: action.position?.[0] ?? 0,
      y: action.position?.[1] ?? 0,
      target: action.target ?? "",
      quality: action.quality ?? 0.5,
      success: action.success ?? true,
      reason: action.reason ?? "",
      blocked: action.blocked ?? false,
      duration: Math.min(action.duration, MOST),
    };
  });
  return { entries, ends, loop };
}

function timelineOf(
  entries: readonly TimelineEntry[],
): Map<number, readonly Command[]> {
  const byTick = new Map<number, readonly Command[]>();
  for (const entry of entries) {
    const before = byTick.get(entry.tick) ?? [];
    byTick.set(entry.tick, [...before, commandOf(entry)]);
  }
  return byTick;
}

function refuseTwins(what: string, ids: readonly string[]): void {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) {
      throw new TownletError(`There are two things named ${id}`, {
        code: "config.twins",
        where: `${what} ${id}`,
        hint: "Rename one of them",
      });
    }
    seen.add(id);
  }
}

function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

/** Rounds to the nearest whole number, halves to the even one. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
