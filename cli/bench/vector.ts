/** Measures many worlds, by one thread and by several. @module */
import { configFrom } from "../../src/config/load.ts";
import type { MapFormat } from "../../src/observations/spec.ts";
import { openVectorTown, type VectorTown } from "../../src/vector/vector.ts";
import { benchConfig } from "./town.ts";

/** How to measure a vector. */
export interface VectorMeasure {
  /** Residents of each world. */
  readonly agents: number;
  /** Worlds. */
  readonly worlds: number;
  /** Threads to compare with one. */
  readonly workers: number;
  /** Number format of the maps. */
  readonly mapFormat: MapFormat;
  /** Rounds of which the best counts. */
  readonly rounds: number;
}

/** What was measured for a number of threads. */
export interface VectorRow {
  /** Threads. */
  readonly workers: number;
  /** Residents × ticks a second of all worlds, the best of all rounds. */
  readonly agent_steps_per_second: number;
  /** (worst − best) / best over the rounds. */
  readonly spread: number;
  /** Speed beside one thread. */
  readonly times_one_worker: number;
  /** True when every world came out as with one thread. */
  readonly same: boolean;
}

/** Ticks before anything is measured: a day. */
const WARM_UP_TICKS = 1440;
/** Residents × ticks of one round. */
const ROUND = 800_000;

/** Measures one thread and several in turn. */
export async function measureVector(
  { agents, worlds, workers, mapFormat, rounds }: VectorMeasure,
): Promise<readonly VectorRow[]> {
  const config = configFrom(benchConfig(agents), "benchmark");
  const open = (threads: number) =>
    openVectorTown(config, { worlds, workers: threads, seed: 1, mapFormat });
  // A worker that may not be read would end with the runtime's words on top.
  await Deno.stat(new URL("../../src/vector/worker.ts", import.meta.url));
  using one = await open(1);
  using many = await open(workers);
  const ticks = Math.ceil(ROUND / (worlds * agents));
  const times: { readonly one: number[]; readonly many: number[] } = {
    one: [],
    many: [],
  };
  run(one, WARM_UP_TICKS);
  run(many, WARM_UP_TICKS);
  for (let round = 0; round < rounds; round++) {
    times.one.push(run(one, ticks));
    times.many.push(run(many, ticks));
  }
  const same = String(one.hashes()) === String(many.hashes());
  const best = Math.min(...times.one);
  const row = (threads: number, list: readonly number[]): VectorRow => {
    const least = Math.min(...list);
    return {
      workers: threads,
      agent_steps_per_second: 1000 * ticks * worlds * agents / least,
      spread: (Math.max(...list) - least) / least,
      times_one_worker: best / least,
      same,
    };
  };
  return [row(1, times.one), row(workers, times.many)];
}

/** Steps, and gives the milliseconds it took. */
function run(vector: VectorTown, ticks: number): number {
  const start = performance.now();
  for (let tick = 0; tick < ticks; tick++) vector.step();
  return performance.now() - start;
}
