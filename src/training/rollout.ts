/**
 * Rollouts: what residents experience while a network decides for them.
 *
 * For each tick: observe, act, step, reward, record. A step holds the
 * observation its action was chosen from, and the log-probability and value of
 * whoever chose; ends of lives and of time are told apart; no sequence goes on
 * in another life; and steps that somebody else decided are marked.
 *
 * @module
 */
import { TownletError } from "../base/error.ts";
import type { Random } from "../base/random.ts";
import { drawAction, logProbOf } from "../policy/network/choose.ts";
import type { NetOutput } from "../policy/network/forward.ts";
import { fillInput } from "../policy/network/input.ts";
import type { Net, Network } from "../policy/network/net.ts";
import { SCRIPTED } from "../vector/lane.ts";
import { TALLIES } from "../vector/tallies.ts";
import type { VectorTown } from "../vector/vector.ts";
import { PROFILES } from "../world/profiles.ts";
import { ACTION } from "../world/town.ts";
import { END_CAUSES } from "../world/turn.ts";
import type { Backend } from "./backend.ts";
import type { EndReason, EpisodeFacts } from "./dataset/episodes.ts";
import { createSteps, type Sequence, type Steps } from "./experience.ts";
import type { EpisodeMeans, SampledFacts } from "./update_record.ts";

/** Steps of one life in one rollout, and what is known of it. */
export interface LifeSequence extends Sequence, EpisodeFacts {}

/** What was experienced in a number of ticks of all worlds. */
export interface Rollout extends SampledFacts {
  /**
   * Steps: that of tick t of a row is `row × ticks + t`, so that those of a
   * resident stand together. Only those of sequences count. Good until the
   * next rollout.
   */
  readonly steps: Steps;
  /** Which of them belong together, in the order in which they ended. */
  readonly sequences: readonly LifeSequence[];
  /** Agent-steps in the sequences. */
  readonly transitions: number;
  /** Lives that ended, or whose time was over, with the steps of before. */
  readonly episodes: EpisodeMeans;
}

/** What a sampler remembers from rollout to rollout: plain JSON. */
export interface SavedEpisodes {
  /** Return of the life so far. [rows] */
  readonly returns: readonly number[];
  /** Its length, ticks. [rows] */
  readonly lengths: readonly number[];
}

/** How to sample. */
export interface SamplerOptions {
  /** The worlds. */
  readonly vector: VectorTown;
  /** Computes the network. */
  readonly backend: Backend;
  /** Ticks of a rollout. */
  readonly ticks: number;
  /** What another sampler remembered (nothing). */
  readonly saved?: SavedEpisodes;
}

/** Decisions that are shared with scripted residents. */
export interface SharedDecisions {
  /** Share of those that the network takes, 0 to 1. */
  readonly ratio: number;
  /** Draws who decides, once for each row that has a choice. */
  readonly random: Random;
}

/** No sequence is under way. */
const NONE = -1;

/** Collects rollouts in the worlds of a vector, one after the other. */
export class Sampler {
  readonly #vector: VectorTown;
  readonly #backend: Backend;
  readonly #net: Net;
  readonly #ticks: number;
  readonly #steps: Steps;
  /** First step of the sequence under way, NONE without. [rows] */
  readonly #open: Int32Array;
  /** Rows of the observations that are looked at, the first `count`. [rows] */
  readonly #rows: Int32Array;
  readonly #input: Float32Array;
  readonly #mask: Uint8Array;
  readonly #actions: Int32Array;
  readonly #returns: Float64Array;
  readonly #lengths: Int32Array;
  #sequences: LifeSequence[] = [];

  /**
   * Makes room for rollouts.
   *
   * @throws {TownletError} for what a sampler of other worlds remembered
   */
  constructor(options: SamplerOptions) {
    const { vector, backend, ticks, saved } = options;
    const { net } = backend;
    const { rows, batch } = vector;
    this.#vector = vector;
    this.#backend = backend;
    this.#net = net;
    this.#ticks = ticks;
    this.#steps = createSteps(
      { ...net.shape, mapFormat: batch.mapFormat },
      rows * ticks,
    );
    this.#open = new Int32Array(rows).fill(NONE);
    this.#rows = new Int32Array(rows);
    this.#input = new Float32Array(rows * net.inputs);
    this.#mask = new Uint8Array(rows * net.shape.actions);
    this.#actions = new Int32Array(rows);
    this.#returns = new Float64Array(rows);
    this.#lengths = new Int32Array(rows);
    if (saved !== undefined) {
      fill(this.#returns, saved.returns);
      fill(this.#lengths, saved.lengths);
    }
  }

  /** What it remembers between two rollouts. */
  save(): SavedEpisodes {
    return { returns: [...this.#returns], lengths: [...this.#lengths] };
  }

  /**
   * Samples a number of ticks of all worlds.
   *
   * A tick in which a world only begins its next episode holds no steps. Draws
   * from `random` for each row that has a choice, in their order.
   *
   * @param random stream `training:actions`
   * @param shared leaves some decisions to scripted residents: their steps are
   * external (the network takes all)
   */
  async collect(
    { weights }: Network,
    random: Random,
    shared?: SharedDecisions,
  ): Promise<Rollout> {
    const vector = this.#vector;
    const tallies = new Float64Array(TALLIES.length);
    const ended: Ended = { count: 0, returns: 0, lengths: 0 };
    let invalidChoices = 0;
    let ticks = 0;
    this.#sequences = [];
    for (let t = 0; t < this.#ticks; t++) {
      const count = this.#look(false);
      const { logits, value } = await this.#forward(weights, count);
      this.#actions.fill(ACTION.wait);
      for (let i = 0; i < count; i++) {
        const row = this.#rows[i];
        if (this.#isOver(row)) this.#close(row, t, value[i]);
        else {
          const choice = this.#choose(i, logits, random, shared);
          this.#act(row, t, choice, value[i]);
        }
      }
      for (let row = 0; row < vector.rows; row += vector.town.capacity) {
        if (!this.#isOver(row)) ticks++;
      }
      vector.step(this.#actions);
      for (let i = 0; i < count; i++) {
        const row = this.#rows[i];
        if (this.#open[row] !== NONE) this.#reward(row, t, ended);
      }
      for (let k = 0; k < vector.tallies.length; k++) {
        tallies[k % TALLIES.length] += vector.tallies[k];
      }
      for (const count of vector.invalidChoices) invalidChoices += count;
    }
    const count = this.#look(true);
    const { value } = await this.#forward(weights, count);
    for (let i = 0; i < count; i++) {
      this.#close(this.#rows[i], this.#ticks, value[i]);
    }
    const sequences = this.#sequences;
    const mean = (sum: number) => ended.count === 0 ? null : sum / ended.count;
    return {
      steps: this.#steps,
      sequences,
      transitions: sequences.reduce(
        (sum, { start, end }) => sum + end - start,
        0,
      ),
      ticks,
      tallies,
      invalidChoices,
      episodes: {
        episode_return_mean: mean(ended.returns),
        episode_length_mean: mean(ended.lengths),
      },
    };
  }

  /** Whether a row's world will only begin its next episode. */
  #isOver(row: number): boolean {
    const { episodeTicks, ticks, town } = this.#vector;
    const world = Math.floor(row / town.capacity);
    return episodeTicks > 0 && ticks[world] >= episodeTicks;
  }

  /**
   * Gathers what the living observe, and gives how many they are.
   *
   * @param atEnd true for those with a sequence under way alone: only what they
   * expect is asked for
   */
  #look(atEnd: boolean): number {
    const { batch, terminated, rows } = this.#vector;
    const { inputs, shape: { actions } } = this.#net;
    const { agents, actionMask } = batch;
    let count = 0;
    for (let row = 0; row < rows; row++) {
      if (agents[row] < 0 || terminated[row] === 1) continue;
      if (this.#open[row] === NONE && (atEnd || this.#isOver(row))) continue;
      this.#rows[count] = row;
      fillInput(batch, this.#net, row, this.#input, count * inputs);
      for (let k = 0; k < actions; k++) {
        this.#mask[count * actions + k] = actionMask[row * actions + k];
      }
      count++;
    }
    return count;
  }

  /** What the network gives for the first rows that were gathered. */
  #forward(weights: Float32Array, count: number): Promise<NetOutput> {
    if (count === 0) return Promise.resolve(NOTHING);
    const { inputs, shape: { actions } } = this.#net;
    return this.#backend.forward(weights, {
      rows: count,
      input: this.#input.subarray(0, count * inputs),
      actionMask: this.#mask.subarray(0, count * actions),
    });
  }

  /** The action of a gathered row, and its log-probability. */
  #choose(
    i: number,
    logits: Float32Array,
    random: Random,
    shared: SharedDecisions | undefined,
  ): readonly [action: number, logProb: number] {
    const { actions } = this.#net.shape;
    const at = i * actions;
    let choices = 0;
    let only = 0;
    for (let k = 0; k < actions; k++) {
      if (this.#mask[at + k] === 0) continue;
      choices++;
      only = k;
    }
    if (choices === 1) return [only, 0];
    if (shared !== undefined && shared.random.float() >= shared.ratio) {
      return [SCRIPTED, 0];
    }
    const action = drawAction(logits, at, actions, random);
    return [action, logProbOf(logits, at, actions, action)];
  }

  /** Has a row act, and writes down why. */
  #act(
    row: number,
    t: number,
    [action, logProb]: readonly [number, number],
    value: number,
  ): void {
    const { batch, ticks, town } = this.#vector;
    const steps = this.#steps;
    const step = row * this.#ticks + t;
    if (this.#open[row] === NONE) this.#open[row] = step;
    copyRow(batch.map, steps.obs_map, row, step, batch.count);
    copyRow(batch.features, steps.obs_features, row, step, batch.count);
    copyRow(batch.actionMask, steps.action_mask, row, step, batch.count);
    steps.log_prob[step] = logProb;
    steps.external[step] = action === SCRIPTED ? 1 : 0;
    steps.value[step] = value;
    steps.tick[step] = ticks[Math.floor(row / town.capacity)];
    steps.agent_slot[step] = row % town.capacity;
    this.#actions[row] = action;
  }

  /** Writes down what came of it. */
  #reward(row: number, t: number, ended: Ended): void {
    const { actions, reward, terminated, truncated, external } = this.#vector;
    const steps = this.#steps;
    const step = row * this.#ticks + t;
    // Of whom nobody asked, nothing was chosen.
    steps.action[step] = Math.max(ACTION.wait, actions[row]);
    steps.reward[step] = reward[row];
    steps.terminated[step] = terminated[row];
    steps.truncated[step] = truncated[row];
    if (external[row] === 1) steps.external[step] = 1;
    this.#returns[row] += reward[row];
    this.#lengths[row]++;
    if (terminated[row] === 0 && truncated[row] === 0) return;
    ended.count++;
    ended.returns += this.#returns[row];
    ended.lengths += this.#lengths[row];
    this.#returns[row] = 0;
    this.#lengths[row] = 0;
    // Where time is over, the next look tells what could be expected.
    if (terminated[row] === 1) this.#close(row, t + 1, 0);
  }

  /** Ends a row's sequence before tick t. */
  #close(row: number, t: number, bootstrap: number): void {
    const { town, ends, profiles } = this.#vector;
    const steps = this.#steps;
    const start = this.#open[row];
    const end = row * this.#ticks + t;
    const isTerminated = steps.terminated[end - 1] === 1;
    const isTruncated = steps.truncated[end - 1] === 1;
    // A recording that is over ends a sequence like time does.
    if (!isTerminated) steps.truncated[end - 1] = 1;
    this.#open[row] = NONE;
    this.#sequences.push({
      start,
      end,
      bootstrap,
      world: Math.floor(row / town.capacity),
      agent_id: this.#vector.agentId(row),
      profile: PROFILES[profiles[row]].id,
      end_reason: isTerminated
        ? END_CAUSES[ends[row]] as EndReason
        : isTruncated
        ? "truncated"
        : "end",
    });
  }
}

/** Episodes that came to an end. */
interface Ended {
  count: number;
  returns: number;
  lengths: number;
}

/** What a network gives for no rows. */
const NOTHING: NetOutput = {
  logits: new Float32Array(),
  value: new Float32Array(),
};

/** Fills a column with what was saved of it. */
function fill(
  column: Float64Array | Int32Array,
  saved: readonly number[],
): void {
  column.set(saved.slice(0, column.length));
  const isSame = saved.length === column.length &&
    column.every((value, i) => value === saved[i]);
  if (isSame) return;
  throw new TownletError("The saved episodes are of other worlds", {
    code: "training.state",
    hint: "Go on with the configuration they were saved with",
  });
}

/** Copies a row of `rows` alike to another place. */
function copyRow(
  from: Float32Array | Uint8Array,
  to: Float32Array | Uint8Array,
  row: number,
  place: number,
  rows: number,
): void {
  const size = from.length / rows;
  to.set(from.subarray(row * size, (row + 1) * size), place * size);
}
