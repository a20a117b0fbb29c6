/** Runs whose hashes are written down. @module */
import { openTown } from "../../src/app.ts";
import { blendPolicy } from "../../src/policy/blend.ts";
import { networkPolicy } from "../../src/policy/network_policy.ts";
import { scriptedPolicy } from "../../src/policy/scripted.ts";
import { Simulation } from "../../src/simulation.ts";
import { type BusyOptions, busyTown } from "./busy_town.ts";
import { networkFor } from "./networks.ts";
import { SCENARIOS } from "./shipped.ts";

/** A run whose hashes are written down. */
export interface GoldenRun {
  /** Its name in the file of hashes. */
  readonly name: string;
  /** Opens its town. */
  readonly open: () => Simulation | Promise<Simulation>;
  /** Ticks to run. */
  readonly ticks: number;
  /** Ticks between two hashes. */
  readonly every: number;
}

/**
 * All of them: shipped towns over days, scenarios beyond their end, and a town
 * of misfortunes, where residents die, quarrel and are called together. There a
 * network decides, too, alone or with the scripts.
 */
export const GOLDEN_RUNS: readonly GoldenRun[] = [
  shipped("town", 1, { ticks: 2880, every: 480 }),
  shipped("town", 2, { ticks: 2880, every: 480 }),
  shipped("town", 3, { ticks: 2880, every: 480 }),
  shipped("hamlet", 1, { ticks: 4320, every: 720 }),
  shipped("city", 1, { ticks: 240, every: 60 }),
  ...SCENARIOS.map((name) =>
    shipped(`scenarios/${name}`, null, { ticks: 160, every: 10 })
  ),
  busy({ movement: "walk", backend: "scripted" }),
  busy({ movement: "teleport", backend: "scripted" }),
  busy({ movement: "walk", backend: "random" }),
  learned(1),
  learned(0.5),
];

/** Hashes by tick. */
export type Hashes = Readonly<Record<string, string>>;

/** The hashes of a run, by tick. */
export async function hashesOf(
  { open, ticks, every }: GoldenRun,
): Promise<Hashes> {
  using simulation = await open();
  const hashes: Record<string, string> = {};
  for (let tick = every; tick <= ticks; tick += every) {
    simulation.runFor(every);
    hashes[tick] = simulation.hash();
  }
  return hashes;
}

/** A run of a file below `configs/`, named without its ending. */
function shipped(
  config: string,
  seed: number | null,
  length: Pick<GoldenRun, "ticks" | "every">,
): GoldenRun {
  return {
    name: seed === null ? config : `${config} seed ${seed}`,
    open: () => openTown(`configs/${config}.yaml`, { seed }),
    ...length,
  };
}

function busy(options: BusyOptions): GoldenRun {
  return {
    name: `busy ${options.movement} ${options.backend}`,
    open: () => new Simulation(busyTown(options), { seed: 1 }),
    ticks: 600,
    every: 50,
  };
}

/** A run in which a network has a share of the decisions. */
function learned(ratio: number): GoldenRun {
  const town = busyTown({ movement: "walk", backend: "scripted" });
  return {
    name: `busy walk network, share ${ratio}`,
    open: () => {
      const policy = blendPolicy({
        learned: networkPolicy(town, networkFor(town)),
        scripted: scriptedPolicy(town),
        ratio,
      });
      return new Simulation(town, { seed: 1, policy });
    },
    ticks: 300,
    every: 50,
  };
}
