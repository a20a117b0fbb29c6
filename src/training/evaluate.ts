/**
 * What residents earn under a policy, over many seeds.
 *
 * @module
 */
import type { Policy } from "../policy/policy.ts";
import { Simulation } from "../simulation.ts";
import type { Town } from "../world/town.ts";
import { ENDS, type Turn } from "../world/turn.ts";
import type { World } from "../world/world.ts";
import { confidenceInterval, type Interval } from "./statistics.ts";

/** Distance of the seeds of evaluations from those of trainings. */
const EVALUATION_SEEDS = 1_000_000;

/** How to evaluate. */
export interface EvaluationOptions {
  /** Seeds of the episodes, at least one. */
  readonly seeds: readonly number[];
  /** Ticks of an episode. */
  readonly ticks: number;
  /** Told of every episode when it is over. */
  readonly onSeed?: (episode: Episode) => void | Promise<void>;
}

/** What one episode gave. */
export interface Episode {
  /** Seed of the world. */
  readonly seed: number;
  /**
   * Mean over residents of the undiscounted sum of their rewards. Lives of one
   * resident add up.
   */
  readonly return: number;
  /** Lives that ended. */
  readonly deaths: number;
  /** Ticks from the beginning of a life to its end, or the episode's; mean. */
  readonly lifeTicks: number;
  /** Choices by action of the catalogue. [K] */
  readonly choices: readonly number[];
  /** Choices that made no sense, and became waiting. */
  readonly invalid: number;
}

/** What a policy is worth. */
export interface Evaluation {
  /** Name of the policy. */
  readonly name: string;
  /** Episode by episode, in the order of the seeds. */
  readonly episodes: readonly Episode[];
  /** Return, and where its true mean is. */
  readonly return: Interval;
  /** Lives that ended in an episode; mean. */
  readonly deaths: number;
  /** Ticks of a life; mean over episodes. */
  readonly lifeTicks: number;
  /** Share of every action of the catalogue in all choices. [K] */
  readonly shares: readonly number[];
  /** Share of the choices that made no sense. */
  readonly invalid: number;
}

/** The seeds that an evaluation plays, which no training does. */
export function evaluationSeeds(base: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => base + EVALUATION_SEEDS + i);
}

/**
 * Plays an episode for each seed and sums up.
 *
 * The same town, policy and seeds give the same numbers on every machine.
 *
 * @param open gives the policy of an episode, anew for each
 * @throws {RangeError} without a seed, or for ticks that are none
 */
export async function evaluatePolicy(
  town: Town,
  open: (town: Town) => Policy,
  { seeds, ticks, onSeed }: EvaluationOptions,
): Promise<Evaluation> {
  if (seeds.length === 0) throw new RangeError("an evaluation needs a seed");
  if (!Number.isSafeInteger(ticks) || ticks < 1) {
    throw new RangeError(`an episode needs ticks: ${ticks}`);
  }
  const episodes: Episode[] = [];
  let name = "";
  for (const seed of seeds) {
    const policy = open(town);
    name = policy.name;
    const episode = await play(town, policy, seed, ticks);
    episodes.push(episode);
    await onSeed?.(episode);
  }
  const sum = (of: (episode: Episode) => number) =>
    episodes.reduce((total, episode) => total + of(episode), 0);
  const chosen = sum(({ choices }) => choices.reduce((a, b) => a + b, 0));
  const share = (count: number) => chosen === 0 ? 0 : count / chosen;
  return {
    name,
    episodes,
    return: confidenceInterval(episodes.map((episode) => episode.return)),
    deaths: sum(({ deaths }) => deaths) / episodes.length,
    lifeTicks: sum(({ lifeTicks }) => lifeTicks) / episodes.length,
    shares: town.actions.map((_, k) => share(sum(({ choices }) => choices[k]))),
    invalid: share(sum(({ invalid }) => invalid)),
  };
}

/** One episode. */
async function play(
  town: Town,
  policy: Policy,
  seed: number,
  ticks: number,
): Promise<Episode> {
  using simulation = new Simulation(town, { seed, policy });
  const { world, turn } = simulation;
  const choices = town.actions.map(() => 0);
  let reward = 0;
  let lived = 0;
  const { deaths } = await simulation.runForAsync(ticks, () => {
    reward += rewardOf(town, world, turn);
    lived += world.population[0];
    for (let i = 0; i < turn.rowCount; i++) {
      choices[turn.choice[turn.rows[i]]]++;
    }
  });
  const residents = world.records.lineages.length;
  const lives = deaths + world.population[0];
  return {
    seed,
    return: residents === 0 ? 0 : reward / residents,
    deaths,
    lifeTicks: lives === 0 ? 0 : (lived + deaths) / lives,
    choices,
    invalid: turn.invalidChoices,
  };
}

/** The rewards of a tick, of those who died in it, too. */
function rewardOf(town: Town, world: World, turn: Turn): number {
  const { roster, population } = world;
  const { reward, ends } = turn;
  let sum = 0;
  for (let i = 0; i < population[0]; i++) sum += reward[roster[i]];
  if (!turn.anyEnds) return sum;
  for (let agent = 0; agent < town.capacity; agent++) {
    if (ends[agent] !== ENDS.not) sum += reward[agent];
  }
  return sum;
}
