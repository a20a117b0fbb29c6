/**
 * Many simulations at once, over workers when asked.
 *
 * @module
 */
import { EXIT, TownletError } from "../base/error.ts";
import type { Config } from "../config/config.ts";
import { CORE_MANIFEST, type Manifest } from "../config/manifest.ts";
import type { BatchArrays } from "../observations/batch.ts";
import {
  type MapFormat,
  type ObservationSpec,
  observationSpec,
} from "../observations/spec.ts";
import { compileTown } from "../world/compile/town.ts";
import type { Town } from "../world/town.ts";
import { Lane, worldFailed, worldsOf } from "./lane.ts";
import {
  CONTROL,
  FAULT_BYTES,
  HASH_BYTES,
  ID_BYTES,
  ORDER,
  vectorBuffers,
  type VectorMemory,
  vectorMemory,
  type VectorShape,
  waitWhile,
} from "./memory.ts";
import {
  loadColumns,
  saveColumns,
  type SavedVector,
  type SavedWorld,
  unusable,
} from "./saved.ts";
import type { WorkerAnswer, WorkerStart } from "./worker.ts";

/** How to open a vector of towns. */
export interface VectorOptions {
  /** Worlds, 1 to 4096 (8). */
  readonly worlds?: number;
  /**
   * Threads that step them, this one included, 1 to `worlds` (1). Results do
   * not depend on it. Above 1, workers are started, which have no permissions
   * at all. The program itself needs read permission for this package's files,
   * and `"unstable": ["worker-options"]` in its deno.json.
   */
  readonly workers?: number;
  /** Seed of the first world (the configuration's, or 0). */
  readonly seed?: number;
  /** Number format of the maps (`f32`). */
  readonly mapFormat?: MapFormat;
  /** Ticks of an episode; 0 for one without end (0). */
  readonly episodeTicks?: number;
  /** Affordances of the town (the built-in ones). */
  readonly manifest?: Manifest;
  /** How long to wait for a worker, in milliseconds (60000). */
  readonly timeoutMs?: number;
  /**
   * A vector to go on with ({@link VectorTown.save}), of the same town and as
   * many worlds, in place of worlds that begin. What it holds is trusted.
   */
  readonly saved?: SavedVector;
}

/** Observations of all worlds of a vector. */
export interface VectorBatch extends BatchArrays {
  /** Rows: worlds × agents. */
  readonly count: number;
  /** Number format of the maps. */
  readonly mapFormat: MapFormat;
}

/** Most worlds of a vector. */
const WORLDS_MAX = 4096;

/**
 * Opens worlds of one town, to be stepped together.
 *
 * World w begins at the seed `seed + w`, and its k-th new episode at
 * `seed + w + worlds × k`.
 *
 * @example
 * ```ts
 * import { loadConfig, openVectorTown } from "@townlet/townlet";
 *
 * const config = await loadConfig(`
 * config_id: pair
 * features:
 *   stages: { relationships: B }
 *   systems: { lifecycle: "on" }
 * rewards:
 *   needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 }
 * world:
 *   grid_size: [8, 8]
 *   agent_capacity: 2
 * population:
 *   residents:
 *     - { id: ada, home: [1, 1] }
 *     - { id: bo, home: [4, 4] }
 * `, { file: "pair.yaml" });
 *
 * using vector = await openVectorTown(config, { worlds: 4, episodeTicks: 100 });
 * const actions = new Int32Array(vector.rows); // everybody waits
 * for (let i = 0; i < 10; i++) vector.step(actions);
 * console.assert(vector.batch.count === 8);
 * ```
 *
 * @throws {RangeError} for options out of range, and for a seed beside worlds
 * to go on with
 * @throws {TownletError} when a worker cannot be started, and for saved worlds
 * of another town or number
 */
export async function openVectorTown(
  config: Config,
  options: VectorOptions = {},
): Promise<VectorTown> {
  const { worlds = 8, workers = 1, mapFormat = "f32", episodeTicks = 0 } =
    options;
  const { manifest = CORE_MANIFEST, timeoutMs = 60_000, saved } = options;
  if (saved !== undefined && options.seed !== undefined) {
    throw new RangeError("worlds that go on have their own seeds");
  }
  const seed = options.seed ?? config.seed ?? 0;
  requireWhole("worlds", worlds, 1, WORLDS_MAX);
  requireWhole("workers", workers, 1, worlds);
  requireWhole("episodeTicks", episodeTicks, 0, Number.MAX_SAFE_INTEGER);
  requireWhole("seed", seed, 0, Number.MAX_SAFE_INTEGER - WORLDS_MAX);
  requireWhole("timeoutMs", timeoutMs, 1, 2 ** 31 - 1);
  const town = compileTown(config, manifest);
  const shape: VectorShape = { worlds, workers, mapFormat, episodeTicks };
  const buffers = vectorBuffers(town, shape);
  const memory = vectorMemory(town, shape, buffers);
  for (let world = 0; world < worlds; world++) {
    memory.seeds[world] = seed + world;
  }
  if (saved !== undefined) {
    if (saved.worlds.length !== worlds) {
      throw unusable(`there are ${saved.worlds.length}, and not ${worlds}`);
    }
    loadColumns(saved.columns, memory);
  }
  /** The saved worlds that one of the threads steps. */
  const share = (thread: number): readonly SavedWorld[] | null =>
    saved === undefined ? null : saved.worlds.slice(...worldsOf(shape, thread));
  const threads: Worker[] = [];
  try {
    const starts = Array.from({ length: workers - 1 }, (_, i) => {
      const thread = i + 1;
      const start = {
        ...{ config, manifest, shape, thread, buffers },
        saved: share(thread),
      };
      const worker = openWorker();
      threads.push(worker);
      return startWorker(worker, start);
    });
    const lane = new Lane(town, memory, shape, 0, share(0));
    await Promise.all(starts);
    return new VectorTown(town, shape, memory, lane, threads, timeoutMs);
  } catch (error) {
    for (const thread of threads) thread.terminate();
    throw error;
  }
}

/** Worlds of one town that are stepped together. Row i is agent i mod A of
 * world floor(i / A), A the town's capacity; a row nobody has holds zeros. */
export class VectorTown implements Disposable {
  /** The town. */
  readonly town: Town;
  /** What its observations look like. */
  readonly spec: ObservationSpec;
  /** Worlds. */
  readonly worlds: number;
  /** Rows: worlds × the town's capacity. */
  readonly rows: number;
  /** Ticks of an episode; 0 for one without end. */
  readonly episodeTicks: number;
  /**
   * Actions that were given last. Of rows at a decision point, what was chosen:
   * by the scripts for `SCRIPTED`, waiting for others below 0. [rows]
   */
  readonly actions: Int32Array;
  /** Reward of each row in the last step. [rows] */
  readonly reward: Float32Array;
  /** 1 where a life ended in the last step. [rows] */
  readonly terminated: Uint8Array;
  /** What ended the life, an index of `END_CAUSES`; 0 for nothing. [rows] */
  readonly ends: Uint8Array;
  /** 1 where time was over after the last step, and the life was not. [rows] */
  readonly truncated: Uint8Array;
  /** 1 where the last step began a new episode, and did nothing else. [rows] */
  readonly autoreset: Uint8Array;
  /**
   * 1 where neither policy nor actions decided the last step: a schedule did,
   * or whoever possesses the agent. [rows]
   */
  readonly external: Uint8Array;
  /** Index of the profile of each row's agent. [rows] */
  readonly profiles: Uint8Array;
  /** Ticks of the episode so far. [worlds] */
  readonly ticks: Float64Array;
  /** Episodes begun after the first. [worlds] */
  readonly episodes: Int32Array;
  /** Seed of the episode. [worlds] */
  readonly seeds: Float64Array;
  /** Choices of the last step that could not be done. [worlds] */
  readonly invalidChoices: Int32Array;
  /** What happened in the last step, see `TALLIES`. [worlds × tallies] */
  readonly tallies: Float64Array;

  readonly #memory: VectorMemory;
  readonly #lane: Lane;
  readonly #threads: readonly Worker[];
  readonly #timeoutMs: number;
  readonly #batches: readonly [VectorBatch, VectorBatch];
  #latest: 0 | 1 = 1;
  #orders = 0;
  #usable = true;

  /** Use {@link openVectorTown}. */
  constructor(
    town: Town,
    shape: VectorShape,
    memory: VectorMemory,
    lane: Lane,
    threads: readonly Worker[],
    timeoutMs: number,
  ) {
    this.town = town;
    this.spec = observationSpec(town);
    this.worlds = shape.worlds;
    this.rows = shape.worlds * town.capacity;
    this.episodeTicks = shape.episodeTicks;
    this.actions = memory.actions;
    this.reward = memory.reward;
    this.terminated = memory.terminated;
    this.ends = memory.ends;
    this.truncated = memory.truncated;
    this.autoreset = memory.autoreset;
    this.external = memory.external;
    this.profiles = memory.profiles;
    this.ticks = memory.ticks;
    this.episodes = memory.episodes;
    this.seeds = memory.seeds;
    this.invalidChoices = memory.invalidChoices;
    this.tallies = memory.tallies;
    this.#memory = memory;
    this.#lane = lane;
    this.#threads = threads;
    this.#timeoutMs = timeoutMs;
    const { mapFormat } = shape;
    const [first, second] = memory.batches;
    this.#batches = [
      { ...first, count: this.rows, mapFormat },
      { ...second, count: this.rows, mapFormat },
    ];
  }

  /**
   * What everybody observed after the last step or reset; the batch before it
   * is still as it was.
   */
  get batch(): VectorBatch {
    return this.#batches[this.#latest];
  }

  /**
   * Steps every world by one tick. A world whose episode is over begins the
   * next one instead (`autoreset`).
   *
   * @param actions an action of the catalogue for each row, `SCRIPTED` for
   * what scripted residents would do, anything else below 0 for waiting; absent
   * lets the policy of the configuration decide [rows]
   * @throws {RangeError} when their number is wrong
   * @throws {TownletError} when a world fails; the vector is closed then
   */
  step(actions?: Int32Array): void {
    if (actions !== undefined) {
      if (actions.length !== this.rows) {
        throw new RangeError(
          `there are ${this.rows} rows, and ${actions.length} actions`,
        );
      }
      this.#memory.actions.set(actions);
    }
    this.#order(actions === undefined ? ORDER.stepOwn : ORDER.stepGiven);
    this.#latest = this.#latest === 0 ? 1 : 0;
  }

  /**
   * Begins new episodes: each world at its next seed, or at `seed + world`.
   *
   * @param options.worlds 1 for each world to reset; absent resets all
   * @param options.seed new seed of the first world
   */
  reset(
    { worlds, seed }: { worlds?: Uint8Array; seed?: number } = {},
  ): void {
    const { resets, seeds } = this.#memory;
    if (worlds !== undefined && worlds.length !== this.worlds) {
      throw new RangeError(
        `there are ${this.worlds} worlds, and ${worlds.length} marks`,
      );
    }
    if (seed !== undefined) {
      requireWhole("seed", seed, 0, Number.MAX_SAFE_INTEGER - WORLDS_MAX);
    }
    for (let world = 0; world < this.worlds; world++) {
      resets[world] = worlds === undefined || worlds[world] !== 0 ? 1 : 0;
      if (resets[world] === 0) continue;
      seeds[world] = seed === undefined
        ? seeds[world] + this.worlds
        : seed + world;
    }
    this.#order(ORDER.reset);
  }

  /** Id of the agent of a row, "" for a row nobody has. */
  agentId(row: number): string {
    return readAscii(this.#memory.ids, row * ID_BYTES, ID_BYTES);
  }

  /** Digest of each world, see `hashWorld()`. */
  hashes(): string[] {
    this.#order(ORDER.hash);
    return Array.from(
      { length: this.worlds },
      (_, world) =>
        readAscii(this.#memory.hashes, world * HASH_BYTES, HASH_BYTES),
    );
  }

  /**
   * All there is to remember, to go on with it later: in one thread or several,
   * it will be as if nothing had been interrupted.
   */
  async save(): Promise<SavedVector> {
    const theirs = this.#threads.map(nextWorlds);
    this.#order(ORDER.save);
    const worlds = [this.#lane.save(), ...await Promise.all(theirs)].flat();
    return { worlds, columns: saveColumns(this.#memory) };
  }

  /** Ends the workers. Nothing can be done with the vector afterwards. */
  close(): void {
    if (!this.#usable) return;
    this.#usable = false;
    this.#send(ORDER.close);
    for (const thread of this.#threads) thread.terminate();
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Has all threads do something, and waits until it is done. */
  #order(what: number): void {
    if (!this.#usable) throw new TypeError("the vector is closed");
    this.#send(what);
    // Whatever happens here, the others are waited for.
    const own = faultOf(() => this.#lane.run(what));
    const theirs = faultOf(() => {
      this.#await();
      this.#raiseFaults();
    });
    const fault = own ?? theirs;
    if (fault === null) return;
    this.close();
    throw fault;
  }

  #send(what: number): void {
    const { control } = this.#memory;
    Atomics.store(control, CONTROL.what, what);
    Atomics.add(control, CONTROL.order, 1);
    Atomics.notify(control, CONTROL.order);
    this.#orders++;
  }

  /** Waits until every worker has done as many orders as were sent. */
  #await(): void {
    const { control } = this.#memory;
    const all = this.#orders * this.#threads.length | 0;
    while (true) {
      const done = Atomics.load(control, CONTROL.done);
      if (done === all) return;
      if (!waitWhile(control, CONTROL.done, done, this.#timeoutMs)) {
        throw new TownletError("A worker of the vector does not answer", {
          code: "vector.timeout",
          hint: "Raise timeoutMs if its worlds are that slow",
          exit: EXIT.failed,
        });
      }
    }
  }

  #raiseFaults(): void {
    const { faults } = this.#memory;
    for (let at = 0; at < faults.length; at += FAULT_BYTES) {
      if (faults[at] === 0) continue;
      const bytes = faults.slice(at, at + FAULT_BYTES);
      const end = bytes.indexOf(0);
      const text = bytes.subarray(0, end < 0 ? FAULT_BYTES : end);
      throw worldFailed(new TextDecoder().decode(text));
    }
  }
}

/** What something throws, or null. */
function faultOf(part: () => void): unknown {
  try {
    part();
    return null;
  } catch (fault) {
    return fault;
  }
}

/** Starts a worker that may do nothing but compute. */
function openWorker(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), {
    type: "module",
    name: "townlet-vector",
    deno: { permissions: "none" },
  });
}

/** Resolves when a worker has opened its worlds. */
function startWorker(worker: Worker, start: WorkerStart): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<WorkerAnswer>) => {
      if (!("fault" in data)) return;
      if (data.fault === null) resolve();
      else reject(worldFailed(data.fault));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      reject(
        new TownletError(`A worker cannot start: ${event.message}`, {
          code: "vector.worker",
          hint: "Grant read permission for this package's files, or use one",
          exit: EXIT.failed,
        }),
      );
    };
    worker.postMessage(start);
  });
}

/** Resolves with the worlds that a worker tells of next. */
function nextWorlds(worker: Worker): Promise<readonly SavedWorld[]> {
  return new Promise((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<WorkerAnswer>) => {
      if ("worlds" in data) resolve(data.worlds);
    };
  });
}

function requireWhole(
  name: string,
  value: number,
  least: number,
  most: number,
): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new RangeError(
    `${name} must be a whole number from ${least} to ${most}, got ${value}`,
  );
}

/** Text up to the first 0. */
function readAscii(bytes: Uint8Array, at: number, most: number): string {
  let text = "";
  for (let i = at; i < at + most && bytes[i] !== 0; i++) {
    text += String.fromCharCode(bytes[i]);
  }
  return text;
}
