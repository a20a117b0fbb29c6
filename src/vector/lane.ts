/**
 * Lane: the worlds of a vector that one thread steps.
 *
 * @module
 */
import { EXIT, TownletError } from "../base/error.ts";
import type { BatchArrays } from "../observations/batch.ts";
import { Observer } from "../observations/observer.ts";
import { openPolicy } from "../policy/open.ts";
import type { Policy } from "../policy/policy.ts";
import { scriptedPolicy } from "../policy/scripted.ts";
import { Simulation } from "../simulation.ts";
import { isUsing } from "../world/choices.ts";
import { ACTION, type Town } from "../world/town.ts";
import { ENDS } from "../world/turn.ts";
import {
  HASH_BYTES,
  ID_BYTES,
  ORDER,
  type VectorMemory,
  type VectorShape,
} from "./memory.ts";
import { type SavedWorld, savedWorld, worldOf } from "./saved.ts";
import { addTallies, TALLIES } from "./tallies.ts";

/** One of its worlds. */
interface Place {
  /** Index of the world in the vector. */
  readonly world: number;
  /** First row of the world. */
  readonly first: number;
  readonly observer: Observer;
  /** Chooses what was given. */
  readonly given: Policy;
  /** Chooses what the configuration says. */
  readonly own: Policy;
  simulation: Simulation;
  /** Ids whose rows are written down. */
  ids: readonly string[];
}

/** The worlds that one of the threads steps: [from, to). */
export function worldsOf(
  { worlds, workers }: VectorShape,
  thread: number,
): readonly [from: number, to: number] {
  return [
    Math.floor(worlds * thread / workers),
    Math.floor(worlds * (thread + 1) / workers),
  ];
}

/** A world of a vector that failed; the vector is of no use any more. */
export function worldFailed(message: string, cause?: unknown): TownletError {
  return new TownletError(message, {
    code: "vector.world",
    hint: "The vector is closed; open it anew",
    exit: EXIT.failed,
    cause,
  });
}

/** The worlds that one thread steps. */
export class Lane {
  readonly #town: Town;
  readonly #memory: VectorMemory;
  readonly #shape: VectorShape;
  readonly #places: readonly Place[];

  /**
   * Opens its share of the worlds, each at the seed in `memory.seeds`.
   *
   * @param thread which of the threads it is, from 0
   * @param saved its worlds to go on with, null to begin
   * @throws {TownletError} for saved worlds of another town
   */
  constructor(
    town: Town,
    memory: VectorMemory,
    shape: VectorShape,
    thread: number,
    saved: readonly SavedWorld[] | null = null,
  ) {
    this.#town = town;
    this.#memory = memory;
    this.#shape = shape;
    const rows = town.capacity;
    const [from, to] = worldsOf(shape, thread);
    this.#places = Array.from({ length: to - from }, (_, i): Place => {
      const world = from + i;
      const first = world * rows;
      const observer = new Observer(town, {
        mapFormat: shape.mapFormat,
        rows: "agents",
        arrays: [
          rowsOf(memory.batches[0], first, rows, shape.worlds * rows),
          rowsOf(memory.batches[1], first, rows, shape.worlds * rows),
        ],
      });
      const given = givenPolicy(
        town,
        memory.actions.subarray(first, first + rows),
      );
      const own = openPolicy(town.config.policy.backend, town);
      const simulation = saved === null
        ? this.#open(world, observer, own)
        : this.#resume(saved[i], observer, own);
      return { world, first, observer, given, own, simulation, ids: [] };
    });
    for (const place of this.#places) this.#writeIds(place);
  }

  /**
   * Does what the threads are told to do.
   *
   * @throws {TownletError} that names the first world which fails
   */
  run(what: number): void {
    for (const place of this.#places) {
      try {
        this.#do(what, place);
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw worldFailed(`World ${place.world}: ${why}`, cause);
      }
    }
  }

  /** Its worlds as they are now. */
  save(): SavedWorld[] {
    return this.#places.map(({ simulation: { world }, observer }) =>
      savedWorld(world, observer.save())
    );
  }

  #do(what: number, place: Place): void {
    switch (what) {
      case ORDER.stepOwn:
        place.simulation.policy = place.own;
        this.#step(place);
        break;
      case ORDER.stepGiven:
        place.simulation.policy = place.given;
        this.#step(place);
        break;
      case ORDER.reset:
        if (this.#memory.resets[place.world] === 1) this.#reset(place);
        break;
      case ORDER.hash:
        writeAscii(
          this.#memory.hashes,
          place.world * HASH_BYTES,
          place.simulation.hash(),
        );
    }
  }

  /** Opens a world at its seed, and observes it. */
  #open(world: number, observer: Observer, policy: Policy): Simulation {
    const seed = this.#memory.seeds[world];
    return new Simulation(this.#town, { seed, policy, observe: observer });
  }

  #resume(saved: SavedWorld, observer: Observer, policy: Policy): Simulation {
    const town = this.#town;
    const world = worldOf(saved, town);
    const { batch } = saved;
    return new Simulation(town, { world, batch, policy, observe: observer });
  }

  #step(place: Place): void {
    const { world } = place;
    const { ticks, invalidChoices } = this.#memory;
    const { episodeTicks } = this.#shape;
    if (episodeTicks > 0 && ticks[world] >= episodeTicks) {
      this.#memory.seeds[world] += this.#shape.worlds;
      this.#begin(place, 1);
      return;
    }
    this.#noteExternal(place);
    const { turn } = place.simulation;
    const before = turn.invalidChoices;
    place.simulation.step();
    invalidChoices[world] = turn.invalidChoices - before;
    ticks[world]++;
    this.#tell(place, episodeTicks > 0 && ticks[world] === episodeTicks);
  }

  /** Begins an episode in place of the observation there is. */
  #reset(place: Place): void {
    place.observer.takeBack();
    this.#begin(place, 0);
  }

  #begin(place: Place, autoreset: 0 | 1): void {
    const { world, first, observer, own } = place;
    const memory = this.#memory;
    const end = first + this.#town.capacity;
    place.simulation = this.#open(world, observer, own);
    memory.ticks[world] = 0;
    memory.episodes[world]++;
    memory.invalidChoices[world] = 0;
    memory.reward.fill(0, first, end);
    memory.terminated.fill(0, first, end);
    memory.ends.fill(0, first, end);
    memory.truncated.fill(0, first, end);
    memory.autoreset.fill(autoreset, first, end);
    memory.external.fill(0, first, end);
    this.#clearTallies(place);
    // Who has the same id in the next episode may be of another profile.
    place.ids = [];
    this.#writeIds(place);
  }

  /** Writes down for whom somebody or something else decides the next step. */
  #noteExternal({ first, simulation: { world } }: Place): void {
    const { external } = this.#memory;
    const { possessed, schedule } = world;
    for (let agent = 0; agent < possessed.length; agent++) {
      external[first + agent] = possessed[agent] === 1 || schedule[agent] >= 0
        ? 1
        : 0;
    }
  }

  #clearTallies({ world }: Place): void {
    const at = world * TALLIES.length;
    this.#memory.tallies.fill(0, at, at + TALLIES.length);
  }

  /** Writes down what a step gave. */
  #tell(place: Place, over: boolean): void {
    const { first, simulation: { turn }, observer } = place;
    const { reward, terminated, ends, truncated, autoreset } = this.#memory;
    const { agents } = observer.batch;
    this.#clearTallies(place);
    addTallies(turn.events, this.#memory.tallies, place.world * TALLIES.length);
    for (let agent = 0; agent < agents.length; agent++) {
      const row = first + agent;
      const lived = agents[agent] >= 0;
      const ended = lived && turn.anyEnds && turn.ends[agent] !== ENDS.not;
      reward[row] = lived ? turn.reward[agent] : 0;
      terminated[row] = ended ? 1 : 0;
      ends[row] = ended ? turn.ends[agent] : 0;
      truncated[row] = lived && over && !ended ? 1 : 0;
      autoreset[row] = 0;
    }
    this.#writeIds(place);
  }

  #writeIds(place: Place): void {
    const { agentIds } = place.observer.batch;
    if (agentIds === place.ids) return;
    const { alive, profile } = place.simulation.world;
    for (let agent = 0; agent < agentIds.length; agent++) {
      const id = agentIds[agent];
      if (id === place.ids[agent]) continue;
      const row = place.first + agent;
      const at = row * ID_BYTES;
      // Of the dead, whose last moment a row shows, the world knows no more.
      if (alive[agent] === 1) this.#memory.profiles[row] = profile[agent];
      this.#memory.ids.fill(0, at, at + ID_BYTES);
      writeAscii(this.#memory.ids, at, id);
    }
    place.ids = agentIds;
  }
}

/** Stands for an action that scripted residents choose. */
export const SCRIPTED: number = -2;

/**
 * Chooses the actions that were given; below 0 is waiting, but for those that
 * are left to the scripts, which cut no use short. What these choose takes the
 * place of what was given.
 */
function givenPolicy(town: Town, actions: Int32Array): Policy {
  const scripted = scriptedPolicy(town);
  const left = new Int32Array(town.capacity);
  return {
    name: "given",
    sees: "world",
    releases: true,
    act(see, out) {
      const { world, rows, count } = see;
      let leftCount = 0;
      for (let i = 0; i < count; i++) {
        const agent = rows[i];
        if (actions[agent] === SCRIPTED && !isUsing(world, agent)) {
          left[leftCount++] = agent;
          continue;
        }
        actions[agent] = Math.max(ACTION.wait, actions[agent]);
        out.action[agent] = actions[agent];
      }
      if (leftCount === 0) return;
      scripted.act({ ...see, rows: left, count: leftCount }, out);
      for (let i = 0; i < leftCount; i++) {
        actions[left[i]] = out.action[left[i]];
      }
    },
  };
}

/** A part of a batch's arrays: rows from `first` on. */
function rowsOf(
  arrays: BatchArrays,
  first: number,
  count: number,
  all: number,
): BatchArrays {
  const part = <T extends BatchArrays[keyof BatchArrays]>(array: T): T => {
    const size = array.length / all;
    return array.subarray(first * size, (first + count) * size) as T;
  };
  return {
    agents: part(arrays.agents),
    map: part(arrays.map),
    features: part(arrays.features),
    actionMask: part(arrays.actionMask),
    summary: part(arrays.summary),
    slots: part(arrays.slots),
    filledSlots: part(arrays.filledSlots),
  };
}

function writeAscii(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}
