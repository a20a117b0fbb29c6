/** Towns of a few lines, and short ways to arrange and read them. @module */
import { assertAlmostEquals } from "@std/assert";
import { configFrom } from "../../src/config/load.ts";
import type { Config } from "../../src/config/config.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { Simulation } from "../../src/simulation.ts";
import { type Action, setAction } from "../../src/world/actions.ts";
import { stockOf } from "../../src/world/stock.ts";
import { queueIds } from "../../src/world/views.ts";
import type { TownEvent } from "../../src/world/events.ts";
import type { OutsideHook } from "../../src/world/hooks.ts";
import { outcomesOf } from "../../src/world/outcomes.ts";
import { applyActions } from "../../src/world/systems/apply_actions.ts";
import {
  findTie,
  raiseRivalry,
  refreshRivalryMax,
  rivalryOf,
  setTie,
  type TieDelta,
} from "../../src/world/ties.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import type { Town } from "../../src/world/town.ts";
import { beginTurn, clearAction, type Turn } from "../../src/world/turn.ts";
import {
  COUNTER,
  type Counter,
  COUNTERS,
  findAgent,
  NEED_COUNT,
  type World,
} from "../../src/world/world.ts";

/** A town with its world and turn. */
export interface Tiny {
  /** What never changes. */
  readonly town: Town;
  /** What changes. */
  readonly world: World;
  /** The working space of a tick. */
  readonly turn: Turn;
}

/** A resident of a tiny town. */
export interface TinyAgent {
  /** Its id. */
  readonly id: string;
  /** Tile it starts on ([0, 0]). */
  readonly at?: readonly [number, number];
  /** Its home (where it starts). */
  readonly home?: readonly [number, number];
  /** Hunger, hygiene and energy (0.5 each). */
  readonly needs?: readonly [number, number, number];
  /** Money (0). */
  readonly wallet?: number;
  /** Personality (balanced). */
  readonly profile?: string;
  /** Job (in turn). */
  readonly job?: string;
}

/** An object of a tiny town. */
export interface TinyObject {
  /** Its id. */
  readonly id: string;
  /** What it is. */
  readonly type: string;
  /** Tile it stands on (none). */
  readonly at?: readonly [number, number] | null;
  /** Stock in place of the type's usual one. */
  readonly stock?: Readonly<Record<string, number>>;
}

/** What a tiny town is like. */
export interface TinyOptions {
  /** Residents, or how many: their ids are a, b, c, … (1). */
  readonly agents?: number | readonly TinyAgent[];
  /** Objects (none). */
  readonly objects?: readonly TinyObject[];
  /** Loss of every need per tick (0). */
  readonly decay?: number;
  /** True for walking and a reach of one tile (false: neither). */
  readonly walk?: boolean;
  /** Who decides (idle). */
  readonly policy?: Policy | string;
  /** True to tell of every action as an event. */
  readonly trace?: boolean;
  /** Hooks of files, called after the built-in ones (none). */
  readonly outside?: readonly OutsideHook[];
  /** Sections of the configuration, laid over the others key by key. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** The configuration of a tiny town: no jobs, nobody but who is named. */
export function tinyConfig(options: TinyOptions = {}): Config {
  const { agents = 1, objects = [], decay = 0, walk = false } = options;
  const people: readonly TinyAgent[] = typeof agents === "number"
    ? Array.from({ length: agents }, (_, i) => ({ id: letter(i) }))
    : agents;
  const plain = {
    config_id: "tiny",
    seed: 1337,
    features: { stages: {}, systems: {} },
    rewards: {
      needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 },
      decay_rates: { hunger: decay, hygiene: decay, energy: decay },
    },
    jobs: {},
    world: {
      movement: walk ? "walk" : "teleport",
      reach: walk ? 1 : "any",
      objects: objects.map(({ id, type, at = null, stock = {} }) => ({
        id,
        type,
        position: at,
        stock,
      })),
    },
    population: {
      residents: people.map(({ id, at, home, needs, ...rest }) => ({
        id,
        position: at ?? home ?? [0, 0],
        home: home ?? at ?? [0, 0],
        needs: needs === undefined
          ? {}
          : { hunger: needs[0], hygiene: needs[1], energy: needs[2] },
        ...rest,
      })),
    },
  };
  return configFrom(
    merge(merge(plain, allowed(options)), options.config ?? {}),
  );
}

/** The section of a configuration that allows hooks of files. */
function allowed({ outside = [] }: TinyOptions): Record<string, unknown> {
  if (outside.length === 0) return {};
  const files = outside.map(({ specifier, sha256, names }) => ({
    specifier,
    sha256,
    names,
  }));
  const allow = [{ specifier: "townlet:default" }, ...files];
  return { affordances: { hooks: { allow } } };
}

/** A tiny town, ready to run. */
export function tinyTown(options: TinyOptions = {}): Simulation {
  const { policy = "idle", trace = false, outside } = options;
  const town = compileTown(tinyConfig(options), undefined, outside);
  return new Simulation(town, { policy, trace });
}

/** Row of an agent that must be there. */
export function agentOf({ world }: Tiny, id: string): number {
  const agent = findAgent(world, id);
  if (agent < 0) throw new RangeError(`no agent ${id}`);
  return agent;
}

/** Index of an object that must be there. */
export function objectOf({ town }: Tiny, id: string): number {
  const object = town.objectIds.indexOf(id);
  if (object < 0) throw new RangeError(`no object ${id}`);
  return object;
}

/** Index of an affordance that must be there. */
export function affordanceOf({ town }: Tiny, id: string): number {
  const affordance = town.affordances.findIndex((one) => one.id === id);
  if (affordance < 0) throw new RangeError(`no affordance ${id}`);
  return affordance;
}

/** Hunger, hygiene and energy of an agent. */
export function needsOf(tiny: Tiny, id: string): number[] {
  const at = agentOf(tiny, id) * NEED_COUNT;
  return [...tiny.world.need.subarray(at, at + NEED_COUNT)];
}

/** Sets hunger, hygiene and energy of an agent. */
export function setNeeds(
  tiny: Tiny,
  id: string,
  needs: readonly [number, number, number],
): void {
  tiny.world.need.set(needs, agentOf(tiny, id) * NEED_COUNT);
}

/** Money of an agent. */
export function walletOf(tiny: Tiny, id: string): number {
  return tiny.world.wallet[agentOf(tiny, id)];
}

/** A counter of an agent's inventory. */
export function counterOf(tiny: Tiny, id: string, counter: Counter): number {
  return tiny.world
    .inventory[agentOf(tiny, id) * COUNTERS.length + COUNTER[counter]];
}

/** A stock of an object; null when it has no such key. */
export function stockAt(
  tiny: Tiny,
  object: string,
  key: string,
): number | null {
  return stockOf(tiny.town, tiny.world, objectOf(tiny, object), key);
}

/** Tile of an agent. */
export function tileOf(tiny: Tiny, id: string): [number, number] {
  const agent = agentOf(tiny, id);
  return [tiny.world.x[agent], tiny.world.y[agent]];
}

/** Who holds an object and who waits for it. */
export function queueOf(
  tiny: Tiny,
  id: string,
): { readonly holder: string | null; readonly waiting: readonly string[] } {
  const object = objectOf(tiny, id);
  const holder = tiny.world.holder[object];
  return {
    holder: holder < 0 ? null : tiny.world.records.agentIds[holder],
    waiting: queueIds(tiny.world, object),
  };
}

/** Trust, familiarity and rivalry that an agent feels for another. */
export function tieOf(
  tiny: Tiny,
  ownerId: string,
  otherId: string,
): [number, number, number] {
  const { town, world } = tiny;
  const owner = agentOf(tiny, ownerId);
  const slot = findTie(town, world, owner, agentOf(tiny, otherId));
  if (slot < 0) return [0, 0, 0];
  return [
    world.tieTrust[slot],
    world.tieFamiliarity[slot],
    world.tieRivalry[slot],
  ];
}

/** Sets what an agent feels for another, one way. */
export function setFeeling(
  tiny: Tiny,
  owner: string,
  other: string,
  feeling: Partial<TieDelta>,
): void {
  const { town, world, turn } = tiny;
  setTie(town, world, turn, agentOf(tiny, owner), agentOf(tiny, other), {
    trust: 0,
    familiarity: 0,
    rivalry: 0,
    ...feeling,
  });
}

/** Score of an agent in another's rivalry ledger, 0 without an entry. */
export function ledgerOf(tiny: Tiny, owner: string, other: string): number {
  const { town, world } = tiny;
  return rivalryOf(town, world, agentOf(tiny, owner), agentOf(tiny, other));
}

/** Sets a score of an agent's rivalry ledger, one way. */
export function setLedger(
  tiny: Tiny,
  ownerId: string,
  otherId: string,
  score: number,
): void {
  const { town, world, turn } = tiny;
  const owner = agentOf(tiny, ownerId);
  const other = agentOf(tiny, otherId);
  raiseRivalry(town, world, turn, owner, other, 1);
  const start = owner * town.tieSlots;
  world.rivalScore[world.rivalOther.indexOf(other, start)] = score;
  refreshRivalryMax(town, world, owner);
}

/** How an agent's last action went: "" when well, else why not. */
export function outcomeOf(tiny: Tiny, id: string): string {
  const { town, world } = tiny;
  const last = outcomesOf(town, world, agentOf(tiny, id)).at(-1);
  if (last === undefined) throw new RangeError(`${id} did nothing yet`);
  const reason = last.metadata?.reason ?? "";
  if (last.success !== (reason === "")) {
    throw new RangeError(`${id}: success ${last.success}, reason "${reason}"`);
  }
  return reason;
}

/** Does one round of actions and nothing else of a tick; gives its events. */
export function act(
  tiny: Tiny,
  actions: Readonly<Record<string, Action>>,
): readonly TownEvent[] {
  const { town, world, turn } = tiny;
  beginTurn(turn);
  for (let i = 0; i < world.population[0]; i++) {
    clearAction(turn, world.roster[i]);
  }
  for (const [id, action] of Object.entries(actions)) {
    setAction(town, world, turn, id, action);
  }
  applyActions(town, world, turn);
  return turn.events;
}

/** Runs ticks as the policy decides; gives every event of them. */
export function collect(sim: Simulation, ticks: number): TownEvent[] {
  const events: TownEvent[] = [];
  for (let i = 0; i < ticks; i++) events.push(...sim.step().events);
  return events;
}

/**
 * Runs ticks in which some do the same again and again and all others stand
 * still, keeping what they hold or wait for; gives every event of them.
 */
export function play(
  sim: Simulation,
  actions: Readonly<Record<string, Action>> = {},
  ticks: number = 1,
): TownEvent[] {
  const events: TownEvent[] = [];
  for (let i = 0; i < ticks; i++) {
    const living = sim.world.records.agentIds.filter((id) => id !== "");
    const still = living.map((id) => [id, { kind: "wait" }] as const);
    events.push(
      ...sim.step({ ...Object.fromEntries(still), ...actions }).events,
    );
  }
  return events;
}

/** The events of one name. */
export function named<Name extends TownEvent["event"]>(
  events: readonly TownEvent[],
  name: Name,
): Extract<TownEvent, { event: Name }>[] {
  return events.filter((event): event is Extract<TownEvent, { event: Name }> =>
    event.event === name
  );
}

/** Names of events, in order. */
export function namesOf(events: readonly TownEvent[]): string[] {
  return events.map(({ event }) => event);
}

/** Fails unless two numbers, or lists of them, differ by at most 1e-9. */
export function assertNear(
  actual: number | readonly number[],
  expected: number | readonly number[],
  message: string = "",
): void {
  const got = typeof actual === "number" ? [actual] : actual;
  const wanted = typeof expected === "number" ? [expected] : expected;
  const told = `${message} got ${got}, wanted ${wanted}`;
  assertAlmostEquals(got.length, wanted.length, 0, told);
  for (const [i, value] of got.entries()) {
    assertAlmostEquals(value, wanted[i], 1e-9, told);
  }
}

function letter(i: number): string {
  const name = String.fromCharCode(97 + i % 26);
  return i < 26 ? name : `${name}${Math.floor(i / 26)}`;
}

function merge(under: unknown, over: unknown): unknown {
  if (!isMap(under) || !isMap(over)) return over;
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    merged[key] = Object.hasOwn(under, key) ? merge(under[key], value) : value;
  }
  return merged;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
