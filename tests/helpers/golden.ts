/** Runs whose hashes are written down. @module */
import { loadTown } from "../../src/app.ts";
import { Simulation } from "../../src/simulation.ts";
import { SCENARIOS } from "./shipped.ts";

/** A run whose hashes are written down. */
export interface GoldenRun {
  /** Configuration below `configs/`, without its ending. */
  readonly config: string;
  /** Seed. */
  readonly seed: number;
  /** Ticks to run. */
  readonly ticks: number;
  /** Ticks between two hashes. */
  readonly every: number;
}

/** All of them: towns over days, scenarios to their end. */
export const GOLDEN_RUNS: readonly GoldenRun[] = [
  ...[1, 2, 3].map((seed) => ({
    config: "town",
    seed,
    ticks: 2880,
    every: 480,
  })),
  { config: "hamlet", seed: 1, ticks: 4320, every: 720 },
  { config: "city", seed: 1, ticks: 240, every: 60 },
  ...SCENARIOS.map((name) => ({
    config: `scenarios/${name}`,
    seed: 1,
    ticks: 150,
    every: 10,
  })),
];

/** Hashes by tick. */
export type Hashes = Readonly<Record<string, string>>;

/** Name of a run in the file of hashes. */
export function nameOf({ config, seed }: GoldenRun): string {
  return `${config} seed ${seed}`;
}

/** The hashes of a run, by tick. */
export async function hashesOf(
  { config, seed, ticks, every }: GoldenRun,
): Promise<Hashes> {
  const { town } = await loadTown(`configs/${config}.yaml`, []);
  const simulation = new Simulation(town, { seed });
  const hashes: Record<string, string> = {};
  for (let tick = every; tick <= ticks; tick += every) {
    simulation.runFor(every);
    hashes[tick] = simulation.hash();
  }
  return hashes;
}
