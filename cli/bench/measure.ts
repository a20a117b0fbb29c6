/** Measures a town beside the bare loop, in one process. @module */
import { openSimulation, type Simulation } from "../../src/simulation.ts";
import { configFrom } from "../../src/config/load.ts";
import { KINDS } from "../../src/world/turn.ts";
import { Observer } from "../../src/observations/observer.ts";
import type { MapFormat } from "../../src/observations/spec.ts";
import { type BareLoop, openBareLoop } from "./bare_loop.ts";
import { heapGrowth } from "./heap.ts";
import { benchConfig, sideFor } from "./town.ts";

/** What was measured for one number of residents. */
export interface Row {
  /** Residents at the start. */
  readonly agents: number;
  /** Residents × ticks a second, the best of all rounds. */
  readonly agent_steps_per_second: number;
  /** The same, as nanoseconds for one resident and tick. */
  readonly ns_per_agent_step: number;
  /** (worst − best) / best over the rounds. */
  readonly spread: number;
  /** Growth of the heap per tick, in bytes, or null: not measured. */
  readonly heap_bytes_per_tick: number | null;
  /** Growth of array buffers per tick, in bytes, or null: not measured. */
  readonly external_bytes_per_tick: number | null;
  /** Time beside the bare loop on single-precision tiles. */
  readonly ratio_to_bare_loop: number;
  /** Time beside the bare loop on tiles of four bytes. */
  readonly ratio_to_bare_loop_u8: number;
  /** Nanoseconds of the bare loop on single-precision tiles. */
  readonly bare_ns_f32: number;
  /** Nanoseconds of the bare loop on tiles of four bytes. */
  readonly bare_ns_u8: number;
  /** Share of each kind of action, 0 to 1. */
  readonly actions: Readonly<Record<string, number>>;
  /** Lives that ended while it was measured. */
  readonly deaths: number;
  /** Ties of all residents at the end. */
  readonly ties: number;
  /** Share of the time by system, 0 to 1; empty unless asked for. */
  readonly systems: Readonly<Record<string, number>>;
}

/** What can be measured: a tick, its observations, or both in one step. */
export type Part = "tick" | "observe" | "step";

/** How to measure. */
export interface MeasureOptions {
  /** What is measured. */
  readonly part: Part;
  /** Number format of the maps, where there are any. */
  readonly mapFormat: MapFormat;
  /** Rounds, of which the best counts. */
  readonly rounds: number;
  /** Whether to time each system, which slows small towns. */
  readonly profile: boolean;
}

/** Residents × ticks before anything is measured, at least. */
const WARM_UP = 250_000;
/** Ticks before anything is measured, at least: a day, with all its ways. */
const WARM_UP_TICKS = 1440;
/** Residents × ticks of one round. */
const ROUND = 400_000;
/** Ticks whose actions are counted. */
const MIX_TICKS = 1440;

/** Measures one number of residents. */
export function measure(
  agents: number,
  { part, mapFormat, rounds, profile }: MeasureOptions,
): Row {
  const config = configFrom(benchConfig(agents), "benchmark");
  const simulation = openSimulation(config, {
    seed: 1,
    ...part === "step" ? { observe: mapFormat } : {},
  });
  const time = part === "observe"
    ? timeObserving(simulation, mapFormat)
    : (ticks: number) => timeOf(() => void simulation.runFor(ticks));
  const side = sideFor(agents);
  const f32 = openBareLoop(agents, side, "f32");
  const u8 = openBareLoop(agents, side, "u8");
  const warmUp = Math.max(WARM_UP_TICKS, Math.ceil(WARM_UP / agents));
  const ticks = Math.ceil(ROUND / agents);
  time(warmUp);
  f32.run(warmUp);
  u8.run(warmUp);

  const times = {
    town: [] as number[],
    f32: [] as number[],
    u8: [] as number[],
  };
  const perStep = 1e6 / (ticks * agents);
  for (let round = 0; round < rounds; round++) {
    times.f32.push(timeOf(() => runBare(f32, ticks)) * perStep);
    times.town.push(time(ticks) * perStep);
    times.u8.push(timeOf(() => runBare(u8, ticks)) * perStep);
  }
  const ns = Math.min(...times.town);
  const bareF32 = Math.min(...times.f32);
  const bareU8 = Math.min(...times.u8);
  const heap = heapGrowth(time, agents);
  const mix = actionMix(simulation);
  return {
    agents,
    agent_steps_per_second: 1e9 / ns,
    ns_per_agent_step: ns,
    spread: (Math.max(...times.town) - ns) / ns,
    heap_bytes_per_tick: heap?.heap ?? null,
    external_bytes_per_tick: heap?.external ?? null,
    ratio_to_bare_loop: ns / bareF32,
    ratio_to_bare_loop_u8: ns / bareU8,
    bare_ns_f32: bareF32,
    bare_ns_u8: bareU8,
    ...mix,
    systems: profile && part !== "observe"
      ? profileOf(agents, ticks, part === "step" ? mapFormat : undefined)
      : {},
  };
}

/** Keeps the results of bare loops, so that none is left out as useless. */
let sink = 0;

function runBare(loop: BareLoop, ticks: number): void {
  sink += loop.run(ticks);
}

/** Milliseconds a function takes. */
function timeOf(run: () => void): number {
  const start = performance.now();
  run();
  const end = performance.now();
  if (Number.isNaN(sink)) throw new RangeError("the bare loop went astray");
  return end - start;
}

/**
 * Steps, and gives the milliseconds that observing took: the world moves on
 * between two builds, or they would look faster than they are.
 */
function timeObserving(
  simulation: Simulation,
  mapFormat: MapFormat,
): (ticks: number) => number {
  const observer = new Observer(simulation.town, { mapFormat });
  return (ticks) => {
    let spent = 0;
    for (let tick = 0; tick < ticks; tick++) {
      const turn = simulation.step();
      spent += timeOf(() => void observer.observe(simulation.world, turn));
    }
    return spent;
  };
}

/** Share of each system, in a run of its own. */
function profileOf(
  agents: number,
  ticks: number,
  observe: MapFormat | undefined,
): Record<string, number> {
  const config = configFrom(benchConfig(agents), "benchmark");
  const simulation = openSimulation(config, {
    seed: 1,
    ...observe === undefined ? {} : { observe },
    clock: () => performance.now(),
  });
  simulation.runFor(Math.ceil(WARM_UP / agents) + ticks);
  const times = [...simulation.timings];
  const total = times.reduce((sum, [, time]) => sum + time, 0);
  return Object.fromEntries(
    times.map(([name, time]) => [name, time / total] as const),
  );
}

/** What residents do in a day, and what becomes of them. */
function actionMix(
  simulation: Simulation,
): Pick<Row, "actions" | "deaths" | "ties"> {
  const { world } = simulation;
  const counts = new Map<string, number>();
  let all = 0;
  const { deaths } = simulation.runFor(MIX_TICKS, () => {
    for (let i = 0; i < world.population[0]; i++) {
      const kind = KINDS[world.lastKind[world.roster[i]]];
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      all++;
    }
  });
  let ties = 0;
  for (let i = 0; i < world.population[0]; i++) {
    ties += world.ties[world.roster[i]];
  }
  return {
    actions: Object.fromEntries(
      [...counts].map(([kind, n]) => [kind, n / all] as const),
    ),
    deaths,
    ties,
  };
}
