/**
 * Recorder: episodes of the residents of a simulation, as they are lived.
 *
 * A step holds the observation an action was chosen from, the action, and what
 * came of it. An episode ends with the life it is of, after a number of ticks,
 * or with the recording; who takes the place of somebody who died begins one
 * of their own.
 *
 * @module
 */
import type { ObservationBatch } from "../../observations/batch.ts";
import { observationSpec } from "../../observations/spec.ts";
import type { Simulation } from "../../simulation.ts";
import { PROFILES } from "../../world/profiles.ts";
import { END_CAUSES, ENDS } from "../../world/turn.ts";
import {
  createSteps,
  type Sequence,
  type Steps,
  type StepShape,
} from "../experience.ts";
import type { EndReason } from "./episodes.ts";
import { addStep, type GrowingSteps } from "./steps.ts";
import type { NewEpisode } from "./writer.ts";

/** How to record. */
export interface RecorderOptions {
  /** Ticks after which episodes are cut; their lives go on in new ones. */
  readonly episodeTicks: number;
  /** Index of the world, for the table of episodes. */
  readonly world: number;
}

/** An episode that is over. */
export interface RecordedEpisode {
  /** Where its steps are, good until the next record. */
  readonly steps: Steps;
  /** Which they are, and the value expected after them. */
  readonly sequence: Sequence;
  /** What else is known of it. */
  readonly episode: NewEpisode;
}

/** The episode that a resident lives now. */
interface Life extends GrowingSteps {
  agentId: string;
  profile: string;
  blocked: number;
  /** True when time is up and only the value after it is missing. */
  isCut: boolean;
}

/** Steps an episode has room for at first. */
const ROOM = 64;

/** Records a simulation that observes: call it once after every step. */
export class Recorder {
  readonly #simulation: Simulation;
  readonly #options: RecorderOptions;
  readonly #shape: StepShape;
  readonly #lives = new Map<number, Life>();
  /** What the next actions are chosen from. */
  #batch: ObservationBatch;
  /** Who lives, is steered by others, is who, before the next step. */
  readonly #alive: Uint8Array;
  readonly #external: Uint8Array;
  readonly #profile: Uint8Array;
  /** Who was asked in the step. */
  readonly #asked: Uint8Array;
  #ticks = 0;

  /**
   * Begins with the next step.
   *
   * @throws {RangeError} for a simulation that does not observe, and for a
   * policy that sees observations and does not value everybody in every tick
   */
  constructor(simulation: Simulation, options: RecorderOptions) {
    const { batch, town, policy } = simulation;
    if (batch === null) throw new RangeError("nobody observes");
    if (policy.sees === "observations" && policy.everyTick !== true) {
      throw new RangeError(`policy ${policy.name} does not value everybody`);
    }
    const spec = observationSpec(town);
    this.#simulation = simulation;
    this.#options = options;
    this.#batch = batch;
    this.#shape = {
      features: spec.featureNames.length,
      map: spec.mapShape,
      mapFormat: batch.mapFormat,
      actions: town.actions.length,
    };
    this.#alive = new Uint8Array(town.capacity);
    this.#external = new Uint8Array(town.capacity);
    this.#profile = new Uint8Array(town.capacity);
    this.#asked = new Uint8Array(town.capacity);
    this.#look();
  }

  /** Records the step that was just done; gives the episodes that ended. */
  record(): readonly RecordedEpisode[] {
    const { turn } = this.#simulation;
    const before = this.#batch;
    const ended: RecordedEpisode[] = [];
    this.#asked.fill(0);
    for (let i = 0; i < turn.rowCount; i++) this.#asked[turn.rows[i]] = 1;
    this.#ticks++;
    const isTimeUp = this.#ticks % this.#options.episodeTicks === 0;
    for (let row = 0; row < before.count; row++) {
      const agent = before.agents[row];
      if (agent < 0 || this.#alive[agent] === 0) continue;
      const known = this.#lives.get(agent);
      if (known?.isCut) {
        // Whoever acted has just valued what the last step led to.
        ended.push(this.#over(known, "truncated", this.#valueOf(agent)));
      }
      const life = known === undefined || known.isCut
        ? this.#begin(agent, before)
        : known;
      this.#add(life, agent, row);
      const at = life.length - 1;
      if (turn.anyEnds && turn.ends[agent] !== ENDS.not) {
        life.steps.terminated[at] = 1;
        // Causes of death are reasons, too.
        const cause = END_CAUSES[turn.ends[agent]] as EndReason;
        ended.push(this.#over(life, cause, 0));
        this.#lives.delete(agent);
      } else if (isTimeUp) {
        life.steps.truncated[at] = 1;
        life.isCut = true;
      }
    }
    this.#look();
    return ended;
  }

  /** Ends the recording: whoever lives is cut there, and valued. */
  async finish(): Promise<readonly RecordedEpisode[]> {
    const { town, world, turn, policy } = this.#simulation;
    const { capacity } = town;
    const value = new Float32Array(capacity);
    if (policy.everyTick === true) {
      await policy.act(
        { town, world, turn, rows: turn.rows, count: 0, batch: this.#batch },
        {
          action: new Int32Array(capacity),
          logProb: new Float32Array(capacity),
          value,
        },
      );
    }
    const ended = [...this.#lives].map(([agent, life]) => {
      life.steps.truncated[life.length - 1] = 1;
      const reason = life.isCut ? "truncated" : "end";
      return this.#over(life, reason, value[agent]);
    });
    this.#lives.clear();
    return ended;
  }

  /** Begins an episode. */
  #begin(agent: number, { agentIds }: ObservationBatch): Life {
    const life: Life = {
      steps: createSteps(this.#shape, ROOM),
      length: 0,
      agentId: agentIds[agent],
      profile: PROFILES[this.#profile[agent]].id,
      blocked: 0,
      isCut: false,
    };
    this.#lives.set(agent, life);
    return life;
  }

  /** Adds the step of an agent, who was observed in a row of the batch. */
  #add(life: Life, agent: number, row: number): void {
    const { turn } = this.#simulation;
    const batch = this.#batch;
    const { features, map, actions } = this.#shape;
    const mapSize = map[0] * map[1] * map[2];
    const at = addStep(this.#shape, life);
    const { steps } = life;
    const copy = <T extends Float32Array | Uint8Array>(
      from: T,
      to: T,
      size: number,
    ) => to.set(from.subarray(row * size, (row + 1) * size), at * size);
    copy(batch.map, steps.obs_map, mapSize);
    copy(batch.features, steps.obs_features, features);
    copy(batch.actionMask, steps.action_mask, actions);
    const asked = this.#asked[agent] === 1;
    steps.action[at] = asked
      ? turn.choice[agent]
      // Bound by something: the first action that the mask leaves.
      : batch.actionMask.indexOf(1, row * actions) - row * actions;
    steps.log_prob[at] = asked ? turn.logProb[agent] : 0;
    steps.value[at] = this.#valueOf(agent);
    steps.reward[at] = turn.reward[agent];
    steps.external[at] = this.#external[agent];
    steps.tick[at] = batch.tick;
    steps.agent_slot[at] = agent;
    if (asked && turn.blocked[agent] === 1) life.blocked++;
  }

  /** What whoever acted expects of what it saw last; 0 for a script. */
  #valueOf(agent: number): number {
    const { policy, turn } = this.#simulation;
    return policy.everyTick === true ? turn.value[agent] : 0;
  }

  #over(life: Life, end_reason: EndReason, bootstrap: number): RecordedEpisode {
    const { steps, length, agentId, profile, blocked } = life;
    const { world } = this.#options;
    return {
      steps,
      sequence: { start: 0, end: length, bootstrap },
      episode: { world, agent_id: agentId, profile, end_reason, blocked },
    };
  }

  /** Looks at what the next step begins with. */
  #look(): void {
    const { world, batch } = this.#simulation;
    if (batch === null) throw new RangeError("nobody observes");
    this.#batch = batch;
    this.#alive.set(world.alive);
    this.#profile.set(world.profile);
    for (let agent = 0; agent < this.#external.length; agent++) {
      const steered = world.possessed[agent] === 1 ||
        world.schedule[agent] >= 0;
      this.#external[agent] = steered ? 1 : 0;
    }
  }
}
