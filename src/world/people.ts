/**
 * People: how agents come into the world and leave it.
 *
 * @module
 */
import { TownletError } from "../base/error.ts";
import { baseFromText } from "../base/random.ts";
import { ECONOMY_KEYS } from "../config/economy.ts";
import { leaveObject } from "./holding.ts";
import { drawProfile, findProfile, PROFILES } from "./profiles.ts";
import { rebuildSlots, releaseSlot } from "./slots.ts";
import { insideGrid, liftAgent, placeAgent, rebuildIndex } from "./spatial.ts";
import {
  refreshRivalryMax,
  removeRival,
  removeTie,
  tellEvicted,
  touchTies,
} from "./ties.ts";
import type { Town } from "./town.ts";
import { clearAction, END_CAUSES, ENDS, type Turn } from "./turn.ts";
import {
  clearRow,
  COUNTERS,
  EMPLOYMENT,
  emptyWorld,
  NEED_COUNT,
  NEEDS,
  STREAMS,
  type World,
} from "./world.ts";

/** Someone about to come into the world. */
export interface Newcomer {
  /** Id, unlike that of any living agent. */
  readonly id: string;
  /** Lineage it goes on with, or -1: its first life. */
  readonly lineage: number;
  /** Tile to start on. */
  readonly x: number;
  /** Tile to start on. */
  readonly y: number;
  /** Home tile. */
  readonly homeX: number;
  /** Home tile. */
  readonly homeY: number;
  /** Hunger, hygiene and energy, 0 to 1. */
  readonly needs: readonly number[];
  /** Money. */
  readonly wallet: number;
  /** Index of the profile. */
  readonly profile: number;
  /** Extroversion, forgiveness, ambition. */
  readonly traits: readonly [number, number, number];
  /** Job, or -1: one is given. */
  readonly job: number;
  /** True for someone who never takes a job. */
  readonly jobless: boolean;
  /** Schedule to play, or -1. */
  readonly schedule: number;
}

/**
 * The World of tick 0: all residents in place.
 *
 * @param seed of the run, from 0; null takes the configuration's, or none
 * @throws {RangeError} when the seed is no safe integer, or below 0
 */
export function createWorld(town: Town, seed: number | null = null): World {
  if (seed !== null && !(Number.isSafeInteger(seed) && seed >= 0)) {
    throw new RangeError(`a seed is a whole number from 0, not ${seed}`);
  }
  const { config } = town;
  const world = emptyWorld(town);
  const asked = seed ?? config.seed;
  // A seed of -0, which files cannot keep, is 0.
  const given = asked === null ? null : asked + 0;
  world.records = { ...world.records, seed: given };
  const base = given === null ? baseFromText(config.config_id) : String(given);
  for (const name of STREAMS) world.random[name].seed(base, name);
  world.stock.set(town.stock);
  world.price.set(ECONOMY_KEYS.map((key) => config.economy[key]));
  world.basePrice.set(world.price);
  world.employment.set(EMPLOYMENT.map((key) => config.employment[key]));
  world.exitCap[0] = config.employment.daily_exit_cap;
  world.mortality[0] = 1;
  world.respawnDelay[0] = config.lifecycle.respawn_delay_ticks;
  for (const resident of town.residents) {
    const job = town.jobs.findIndex(({ id }) => id === resident.job);
    addAgent(town, world, {
      id: resident.id,
      lineage: -1,
      x: resident.position[0],
      y: resident.position[1],
      homeX: resident.home[0],
      homeY: resident.home[1],
      needs: NEEDS.map((need) => resident.needs[need]),
      wallet: resident.wallet,
      ...personality(town, given, resident.id, resident.profile),
      job,
      jobless: resident.job === "none",
      schedule: resident.schedule,
    });
  }
  rebuildDerived(town, world);
  return world;
}

/** Builds every derived column from the others. */
export function rebuildDerived(town: Town, world: World): void {
  const { roster, population } = world;
  world.decay.fill(0);
  world.rivalryMax.fill(0);
  for (let i = 0; i < population[0]; i++) {
    setDecay(town, world, roster[i]);
    refreshRivalryMax(town, world, roster[i]);
    // Whether a tie changes by itself shows when it is next looked at.
    touchTies(world, roster[i]);
  }
  world.usable.fill(0);
  world.usableCount.fill(0);
  world.usableStale.fill(1);
  world.stale[0] = 1;
  rebuildSlots(world);
  rebuildIndex(town, world);
}

/** Profile and traits of an agent: named, overridden, or drawn. */
export function personality(
  town: Town,
  seed: number | null,
  agentId: string,
  named: string | null,
): Pick<Newcomer, "profile" | "traits"> {
  const { distribution, overrides } = town.config.personalities;
  const chosen = named ??
    (Object.hasOwn(overrides, agentId) ? overrides[agentId] : null);
  const profile = chosen === null
    ? drawProfile(distribution, seed, agentId)
    : findProfile(chosen);
  const { extroversion, forgiveness, ambition } = PROFILES[profile];
  return { profile, traits: [extroversion, forgiveness, ambition] };
}

/**
 * Gives a newcomer the lowest free row, at the end of the roster.
 *
 * @throws {TownletError} `population_cap` when every row is taken or promised
 */
export function addAgent(town: Town, world: World, who: Newcomer): number {
  const agent = world.alive.indexOf(0);
  if (agent < 0) {
    throw new TownletError(`There is no room for ${who.id}`, {
      code: "population_cap",
      where: "world.agent_capacity",
      hint: `Raise it above ${town.capacity}`,
    });
  }
  const place = world.population[0]++;
  world.roster[place] = agent;
  world.alive[agent] = 1;
  const ids = world.records.agentIds.slice();
  ids[agent] = who.id;
  const lineages = world.records.lineages.slice();
  const lineage = who.lineage < 0 ? lineages.length : who.lineage;
  const past = COUNTERS.map(() => 0);
  const before = lineages[lineage] ??
    { origin: who.id, lives: 0, respawns: 0, past };
  lineages[lineage] = { ...before, lives: before.lives + 1 };
  world.lineage[agent] = lineage;
  world.records = { ...world.records, agentIds: ids, lineages };
  world.homeX[agent] = who.homeX;
  world.homeY[agent] = who.homeY;
  for (let k = 0; k < NEED_COUNT; k++) {
    world.need[agent * NEED_COUNT + k] = Math.min(1, Math.max(0, who.needs[k]));
  }
  world.wallet[agent] = who.wallet;
  world.profile[agent] = who.profile;
  world.extroversion[agent] = who.traits[0];
  world.forgiveness[agent] = who.traits[1];
  world.ambition[agent] = who.traits[2];
  world.jobless[agent] = who.jobless ? 1 : 0;
  world.job[agent] = who.job >= 0 || who.jobless || town.jobs.length === 0
    ? who.job
    : place % town.jobs.length;
  world.schedule[agent] = who.schedule;
  const gloom = world.records.terminations.findLast(({ id }) => id === who.id);
  if (gloom !== undefined) {
    const { no_positive_within_death_ticks } = town.config.rewards.clip;
    world.gloomUntil[agent] = gloom.tick + no_positive_within_death_ticks;
  }
  setDecay(town, world, agent);
  placeAgent(town, world, agent, who.x, who.y);
  return agent;
}

/**
 * The lineage that began under an id and has nobody now, neither alive nor
 * yet to return; -1 when there is none.
 */
export function endedLineage(world: World, id: string): number {
  const { lineages, tickets } = world.records;
  const taken = new Set(tickets.map(({ lineage }) => lineage));
  for (let i = 0; i < world.population[0]; i++) {
    taken.add(world.lineage[world.roster[i]]);
  }
  return lineages.findIndex(({ origin }, lineage) =>
    origin === id && !taken.has(lineage)
  );
}

/** Whether a newcomer by command still fits: tickets keep their row. */
export function hasRoom(town: Town, world: World): boolean {
  return world.population[0] + world.records.tickets.length < town.capacity;
}

/** Whether a tile is on the grid and free of agents and objects. */
export function isFree(
  town: Town,
  world: World,
  x: number,
  y: number,
): boolean {
  if (!insideGrid(town, x, y)) return false;
  const tile = y * town.width + x;
  return town.blocked[tile] === 0 && world.tileAgents[tile] === 0;
}

/** Takes everyone whose life ends in this tick out of the world. */
export function removeEnded(town: Town, world: World, turn: Turn): void {
  if (!turn.anyEnds) return;
  const { ends } = turn;
  const { roster, population } = world;
  const tick = world.tick[0];
  const lifecycle = town.config.features.systems.lifecycle === "on";
  const gone: number[] = [];
  for (let i = 0; i < population[0]; i++) {
    if (ends[roster[i]] !== ENDS.not) gone.push(roster[i]);
  }
  for (const agent of gone) {
    leaveObject(town, world, turn, agent, "removed");
    turn.events.push({
      event: "agent.removed",
      tick,
      agent: world.records.agentIds[agent],
      reason: END_CAUSES[ends[agent]],
    });
  }
  sweepTies(town, world, turn);
  const { records } = world;
  const respawnTick = tick + world.respawnDelay[0];
  const memory = town.config.rewards.clip.no_positive_within_death_ticks;
  const ids = records.agentIds.slice();
  const lineages = records.lineages.slice();
  for (const agent of gone) {
    ids[agent] = "";
    const before = lineages[world.lineage[agent]];
    lineages[world.lineage[agent]] = {
      ...before,
      past: before.past.map((n, k) =>
        n + world.inventory[agent * COUNTERS.length + k]
      ),
    };
  }
  const isGone = (agent: number) => ends[agent] !== ENDS.not;
  world.records = {
    ...records,
    agentIds: ids,
    lineages,
    terminations: [
      ...records.terminations.filter((end) => end.tick + memory >= tick),
      ...gone.map((agent) => ({ id: records.agentIds[agent], tick })),
    ],
    exitQueue: records.exitQueue.filter(({ agent }) => !isGone(agent)),
    exitRequests: records.exitRequests.filter((agent) => !isGone(agent)),
    tickets: lifecycle
      ? [
        ...records.tickets,
        ...gone.map((agent) => ({
          lineage: world.lineage[agent],
          dueTick: respawnTick,
          x: world.x[agent],
          y: world.y[agent],
          homeX: world.homeX[agent],
          homeY: world.homeY[agent],
          job: world.job[agent],
          jobless: world.jobless[agent] === 1,
          profile: world.profile[agent],
          traits: [
            world.extroversion[agent],
            world.forgiveness[agent],
            world.ambition[agent],
          ] as const,
        })),
      ]
      : records.tickets,
  };
  for (const agent of gone) {
    liftAgent(town, world, agent);
    releaseSlot(world, agent);
    clearRow(world, agent);
    clearAction(turn, agent);
  }
  let kept = 0;
  for (let i = 0; i < population[0]; i++) {
    const agent = roster[i];
    if (world.alive[agent] === 1) roster[kept++] = agent;
  }
  roster.fill(-1, kept, population[0]);
  population[0] = kept;
}

/** Ends the ties and ledger entries of and to everyone who leaves, in one go. */
function sweepTies(town: Town, world: World, turn: Turn): void {
  const { ends } = turn;
  const { roster, population, tieOther, rivalOther } = world;
  for (let i = 0; i < population[0]; i++) {
    const owner = roster[i];
    const leaves = ends[owner] !== ENDS.not;
    const start = owner * town.tieSlots;
    for (let slot = start + world.rivals[owner] - 1; slot >= start; slot--) {
      if (!leaves && ends[rivalOther[slot]] === ENDS.not) continue;
      tellEvicted(world, turn, owner, rivalOther[slot], "removed");
      removeRival(town, world, owner, slot);
    }
    for (let slot = start + world.ties[owner] - 1; slot >= start; slot--) {
      if (!leaves && ends[tieOther[slot]] === ENDS.not) continue;
      tellEvicted(world, turn, owner, tieOther[slot], "removed");
      removeTie(town, world, owner, slot);
    }
    refreshRivalryMax(town, world, owner);
  }
}

function setDecay(town: Town, world: World, agent: number): void {
  const row = world.profile[agent] * NEED_COUNT;
  for (let k = 0; k < NEED_COUNT; k++) {
    world.decay[agent * NEED_COUNT + k] = town.decayRates[row + k];
  }
}
