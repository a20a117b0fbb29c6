/**
 * Hooks of files: what they are told, and what becomes of the answer.
 *
 * @module
 */
import { baseFromText, Random, RANDOM_WORDS } from "../base/random.ts";
import { ECONOMY_KEYS } from "../config/economy.ts";
import { applyEffects } from "./effects.ts";
import {
  type HookContext,
  HookFault,
  HookHalt,
  type HookStage,
  type OutsideHook,
} from "./hooks.ts";
import { stockMap } from "./stock.ts";
import type { Affordance, Town } from "./town.ts";
import type { Turn } from "./turn.ts";
import { UTILITIES, utilityOn } from "./utilities.ts";
import { inventoryOf, needsOf } from "./views.ts";
import { PRICE, type World } from "./world.ts";

/** Tiles around an agent in which a hook is told of others. */
const AROUND = 5;
/** Most others a hook is told of. */
const OTHERS_MAX = 32;

/** The use of an object that a hook is called for. */
export interface Use {
  /** When the hook is called. */
  readonly stage: HookStage;
  /** Index of the object. */
  readonly object: number;
  /** Row of the agent. */
  readonly agent: number;
  /** What the object is used for. */
  readonly spec: Affordance;
  /** Why it failed, if it did. */
  readonly reason: string | undefined;
}

/**
 * Asks a hook of a file and does what it answers. Gives "" or, before a use,
 * why it is stopped. A hook that is left out is not asked.
 *
 * @throws {HookFault} when it fails; it is left out from then on
 * @throws {HookHalt} when it fails and the configuration ends the run
 */
export function askOutside(
  town: Town,
  world: World,
  turn: Turn,
  hook: OutsideHook,
  name: string,
  use: Use,
): string {
  const { specifier } = hook;
  if (world.records.disabledHooks.includes(specifier)) return "";
  const others = othersAround(world, use.agent);
  const n = turn.outsideCalls++;
  const random = generatorFor(town, world, specifier, n);
  try {
    const context = contextOf(town, world, name, use, others);
    const answer = hook.ask(context, random, n);
    return applyEffects(town, world, turn, answer, specifier, use, others);
  } catch (error) {
    if (!(error instanceof HookFault)) throw error;
    if (town.config.affordances.hooks.on_fault === "halt") {
      throw new HookHalt(specifier, error);
    }
    const { records } = world;
    const disabledHooks = [...records.disabledHooks, specifier];
    world.records = { ...records, disabledHooks };
    throw error;
  }
}

/** State of the generator of the tick's n-th call of a hook of a file. */
function generatorFor(
  town: Town,
  world: World,
  specifier: string,
  n: number,
): Uint32Array {
  const { seed } = world.records;
  const base = seed === null
    ? baseFromText(town.config.config_id)
    : String(seed);
  const words = new Uint32Array(RANDOM_WORDS);
  new Random(words, new Float64Array(1))
    .seed(base, `hooks:${specifier}:${world.tick[0]}:${n}`);
  return words;
}

/** Rows of the others around an agent, nearest first, then by the roster. */
function othersAround(world: World, agent: number): readonly number[] {
  const { roster, population, x, y } = world;
  const distance = (other: number) =>
    Math.max(Math.abs(x[other] - x[agent]), Math.abs(y[other] - y[agent]));
  const others: number[] = [];
  for (let i = 0; i < population[0]; i++) {
    const other = roster[i];
    if (other !== agent && distance(other) <= AROUND) others.push(other);
  }
  return others.sort((a, b) => distance(a) - distance(b)).slice(0, OTHERS_MAX);
}

function contextOf(
  town: Town,
  world: World,
  hook: string,
  { stage, object, agent, spec, reason }: Use,
  others: readonly number[],
): HookContext {
  const { agentIds } = world.records;
  const job = world.job[agent];
  return {
    hook,
    stage,
    tick: world.tick[0],
    agent: {
      id: agentIds[agent],
      pos: [world.x[agent], world.y[agent]],
      needs: needsOf(world, agent),
      wallet: world.wallet[agent],
      ...(job < 0 ? {} : { job: town.jobs[job].id }),
      inv: inventoryOf(world, agent),
    },
    object: {
      id: town.objectIds[object],
      type: town.typeIds[town.objectType[object]],
      pos: town.objectTile[object] < 0
        ? null
        : [town.objectX[object], town.objectY[object]],
      stock: stockMap(town, world, object),
    },
    affordance: {
      id: spec.id,
      duration: spec.duration,
      effects: spec.effects,
    },
    ...(reason === undefined ? {} : { reason }),
    prices: Object.fromEntries(
      ECONOMY_KEYS.map((key) => [key, world.price[PRICE[key]]]),
    ),
    utilities: Object.fromEntries(
      UTILITIES.map(({ name }) => [name, utilityOn(town, world, name)]),
    ),
    others: others.map((other) => ({
      id: agentIds[other],
      pos: [world.x[other], world.y[other]],
    })),
  };
}
