/**
 * A training by proximal policy optimisation on fresh rollouts.
 *
 * @module
 */
import { TownletError } from "../base/error.ts";
import { Random } from "../base/random.ts";
import type { Config } from "../config/config.ts";
import type { Manifest } from "../config/manifest.ts";
import type { RandomState } from "../policy/checkpoint.ts";
import { initNetwork } from "../policy/network/init.ts";
import type { Net, Network } from "../policy/network/net.ts";
import type { SavedVector } from "../vector/saved.ts";
import { openVectorTown, type VectorTown } from "../vector/vector.ts";
import { compileTown } from "../world/compile/town.ts";
import { observationSpec, smallestMapFormat } from "../observations/spec.ts";
import type { Town } from "../world/town.ts";
import { type Adam, createAdam } from "./adam.ts";
import type { Backend } from "./backend.ts";
import { conflictOf } from "./conflict.ts";
import { configOfCycle, learningRateAt } from "./schedules.ts";
import { type Demonstrations, ppoUpdate } from "./ppo.ts";
import { type Rollout, Sampler, type SavedEpisodes } from "./rollout.ts";
import { openStream, type Stream, streamState } from "./streams.ts";
import {
  type DataMode,
  type UpdateRecord,
  updateRecord,
} from "./update_record.ts";

/** How to open a training. */
export interface PpoTrainerOptions {
  /** The town, and hyper-parameters in the sections `ppo` and `training`. */
  readonly config: Config;
  /** Its affordances. */
  readonly manifest: Manifest;
  /** Base of all that is random; world w begins at `seed + w`. */
  readonly seed: number;
  /** Computes the net. */
  readonly backend: Backend;
  /** Threads that step worlds (1). Results do not depend on it. */
  readonly workers?: number;
  /** Network to begin with; it is copied (a new one). */
  readonly network?: Network;
  /** What its optimiser remembers; it is copied (nothing). */
  readonly adam?: Adam;
  /** Agent-steps learned from before (0). */
  readonly steps?: number;
  /** Updates made before (0). */
  readonly updates?: number;
  /** Cycle of the run before, −1 for none (−1); this one's is the next. */
  readonly cycle?: number;
  /** A training to go on with, in place of the five above. */
  readonly state?: TrainerState;
  /** Seconds since some moment. */
  readonly clock: () => number;
  /** What records call the steps (`rollout`). */
  readonly mode?: DataMode;
  /** Demonstrations to be learned from on the way (none). */
  readonly demonstrations?: Demonstrations;
  /**
   * Share of the decisions that the network takes while it samples, 0 to 1;
   * scripted residents take the others (1).
   */
  readonly share?: number;
  /** Told of every rollout before it is learned from; good until it ends. */
  readonly onRollout?: (rollout: Rollout) => void | Promise<void>;
  /** How long to wait for a worker, in milliseconds (60000). */
  readonly timeoutMs?: number;
}

/** All that a training must remember to go on as if it had never stopped. */
export interface TrainerState {
  /** The network. */
  readonly network: Network;
  /** What its optimiser remembers. */
  readonly adam: Adam;
  /** Agent-steps learned from so far. */
  readonly steps: number;
  /** Updates so far. */
  readonly updates: number;
  /** Cycle of the run, from 0. */
  readonly cycle: number;
  /** Streams of random numbers by name; plain JSON. */
  readonly rng: Readonly<Record<string, RandomState>>;
  /** Lives that are under way; plain JSON. */
  readonly episodes: SavedEpisodes;
  /** The worlds. */
  readonly vector: SavedVector;
}

/** Streams of random numbers of a training. */
const STREAMS = [
  "training:actions",
  "training:shuffle",
  "training:blend",
] as const;

/**
 * Opens a training.
 *
 * The stage of the social reward follows `training`: see `configOfCycle()`.
 *
 * @throws {RangeError} for a backend of another net
 * @throws {TownletError} for a town without residents, workers that cannot be
 * started, and worlds that cannot be gone on with
 */
export async function openPpoTrainer(
  options: PpoTrainerOptions,
): Promise<PpoTrainer> {
  const { manifest, seed, backend, state, workers, timeoutMs } = options;
  const cycle = state?.cycle ?? (options.cycle ?? -1) + 1;
  const config = configOfCycle(options.config, cycle);
  const town = compileTown(config, manifest);
  requireFit(town, backend.net);
  const vector = await openVectorTown(config, {
    manifest,
    worlds: config.ppo.num_worlds,
    workers,
    timeoutMs,
    episodeTicks: config.training.episode_ticks,
    mapFormat: smallestMapFormat(observationSpec(town)),
    ...state === undefined ? { seed } : { saved: state.vector },
  });
  try {
    return new PpoTrainer(vector, options, cycle);
  } catch (error) {
    vector.close();
    throw error;
  }
}

/** A training: one update after the other. */
export class PpoTrainer implements Disposable {
  /** The network; its weights change with every update. */
  readonly network: Network;
  /** The town it learns in, with the social reward of its cycle. */
  readonly town: Town;
  /** Cycle of the run, from 0. */
  readonly cycle: number;
  /** Agent-steps learned from so far. */
  steps: number;
  /** Updates so far. */
  updates: number;

  readonly #options: PpoTrainerOptions;
  readonly #vector: VectorTown;
  readonly #sampler: Sampler;
  readonly #adam: Adam;
  readonly #actions: Stream;
  readonly #shuffle: Stream;
  readonly #blend: Stream;

  /** Use {@link openPpoTrainer}. */
  constructor(vector: VectorTown, options: PpoTrainerOptions, cycle: number) {
    const { backend, state, seed } = options;
    const { net } = backend;
    const from = state ?? options;
    const weights = from.network?.weights.slice() ??
      initNetwork(net, Random.seeded(String(seed), "training:init")).weights;
    this.network = { net, weights };
    this.#adam = from.adam === undefined
      ? createAdam(net.size)
      : copyAdam(from.adam);
    this.steps = from.steps ?? 0;
    this.updates = from.updates ?? 0;
    this.cycle = cycle;
    this.town = vector.town;
    this.#options = options;
    this.#vector = vector;
    const [actions, shuffle, blend] = STREAMS.map((name) =>
      openStream(seed, name, state?.rng)
    );
    this.#actions = actions;
    this.#shuffle = shuffle;
    this.#blend = blend;
    this.#sampler = new Sampler({
      vector,
      backend,
      ticks: this.town.config.ppo.rollout_length,
      saved: state?.episodes,
    });
  }

  /**
   * Samples until there is something to learn from, and learns from it.
   *
   * @throws {TownletError} when nobody is left to learn in a whole episode, a
   * world fails, or numbers are not finite; the training is of no use then
   */
  async update(): Promise<UpdateRecord> {
    const { clock, backend, demonstrations, mode } = this.#options;
    const { network, town: { config } } = this;
    const start = clock();
    const rollout = await this.#sample();
    const { steps, sequences } = rollout;
    const learningRate = learningRateAt(config.ppo, this.steps);
    const { metrics } = await ppoUpdate({
      backend,
      network,
      adam: this.#adam,
      steps,
      sequences,
      settings: config.ppo,
      learningRate,
      random: this.#shuffle.random,
      where: "the rollout",
      batch: this.updates,
      demonstrations,
    });
    this.steps += metrics.transitions;
    this.updates++;
    return updateRecord({
      epoch: this.updates,
      learning: metrics,
      learningRate,
      steps: this.steps,
      seconds: clock() - start,
      mode: mode ?? "rollout",
      cycle: this.cycle,
      records: this.updates,
      conflict: conflictOf(steps, sequences, this.#vector.spec.featureNames),
      episodes: rollout.episodes,
      sampled: rollout,
    });
  }

  /** All there is to remember, between two updates. */
  async save(): Promise<TrainerState> {
    const { net, weights } = this.network;
    return {
      network: { net, weights: weights.slice() },
      adam: copyAdam(this.#adam),
      steps: this.steps,
      updates: this.updates,
      cycle: this.cycle,
      rng: {
        "training:actions": streamState(this.#actions),
        "training:shuffle": streamState(this.#shuffle),
        "training:blend": streamState(this.#blend),
      },
      episodes: this.#sampler.save(),
      vector: await this.#vector.save(),
    };
  }

  /** Ends the threads that step worlds. The backend is left as it is. */
  close(): void {
    this.#vector.close();
  }

  /** Ends them. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** The next rollout with a step to learn from. */
  async #sample(): Promise<Rollout> {
    const { ppo, training } = this.town.config;
    const { share = 1 } = this.#options;
    // An episode later everybody is there again, if somebody ever is.
    const most = 2 + Math.ceil(training.episode_ticks / ppo.rollout_length);
    for (let i = 0; i < most; i++) {
      const rollout = await this.#sampler.collect(
        this.network,
        this.#actions.random,
        share === 1 ? undefined : { ratio: share, random: this.#blend.random },
      );
      await this.#options.onRollout?.(rollout);
      const { steps: { external }, sequences } = rollout;
      const isOwn = sequences.some(({ start, end }) =>
        external.subarray(start, end).includes(0)
      );
      if (isOwn) return rollout;
    }
    throw new TownletError("Nobody in the town decides anything", {
      code: "training.residents",
      where: "population",
      hint: "Give it residents who follow no schedule",
    });
  }
}

function copyAdam({ m, v, t }: Adam): Adam {
  return { m: m.slice(), v: v.slice(), t };
}

/** Refuses a net that does not see what the town shows, or does what it can. */
function requireFit(town: Town, { shape }: Net): void {
  const { featureNames, mapShape } = observationSpec(town);
  const found = [shape.features, ...shape.map, shape.actions];
  const wanted = [featureNames.length, ...mapShape, town.actions.length];
  if (String(found) === String(wanted)) return;
  throw new RangeError(`the net is for ${found}, and the town is ${wanted}`);
}
