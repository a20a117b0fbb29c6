/** Measures what telemetry costs a town, and how many bytes it sends. @module */
import { loadTown } from "../../src/app.ts";
import type { Config } from "../../src/config/config.ts";
import { configFrom } from "../../src/config/load.ts";
import type { Manifest } from "../../src/config/manifest.ts";
import { Simulation } from "../../src/simulation.ts";
import { eventLists, textLists } from "../../src/telemetry/events.ts";
import { type Body, lineOf } from "../../src/telemetry/frame.ts";
import { Producer, type Receiver } from "../../src/telemetry/producer.ts";
import { Stories } from "../../src/telemetry/stories/stories.ts";
import type { View } from "../../src/telemetry/view.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import type { Town } from "../../src/world/town.ts";
import { openBareLoop } from "./bare_loop.ts";
import { heapGrowth } from "./heap.ts";
import { benchConfig, sideFor } from "./town.ts";

/** What telling of a town costs. */
export interface CostRow {
  /** Residents at the start. */
  readonly agents: number;
  /** Nanoseconds of building, comparing and writing, a resident and tick. */
  readonly ns_per_agent_step: number;
  /** (worst − best) / best over the rounds. */
  readonly spread: number;
  /** Time beside the bare loop on single-precision tiles. */
  readonly ratio_to_bare_loop: number;
  /** Nanoseconds of that loop, a resident and tick. */
  readonly bare_ns_f32: number;
  /** Growth of the heap per tick, in bytes, or null: not measured. */
  readonly heap_bytes_per_tick: number | null;
}

/** How many bytes are sent of a town. */
export interface BytesRow {
  /** Which town. */
  readonly town: string;
  /** Residents at the start. */
  readonly agents: number;
  /** Ticks of the run. */
  readonly ticks: number;
  /** Bytes per tick. */
  readonly bytes_per_tick: number;
  /** The same where every frame is a whole state. */
  readonly full_bytes_per_tick: number;
  /** Share of the first in the second. */
  readonly share_of_full: number;
  /** Bytes per tick of each channel. */
  readonly channels: Readonly<Record<string, number>>;
}

/** Ticks before anything is measured: a day. */
const WARM_UP_TICKS = 1440;
/** Residents × ticks of one round. */
const ROUND = 200_000;
/** Ticks whose bytes are counted. */
const COUNTED_TICKS = 150;

/** Measures what telling costs at one number of residents. */
export function measureCost(agents: number, rounds: number): CostRow {
  const config = configFrom(benchConfig(agents), "benchmark");
  const teller = openTeller(compileTown(config));
  const bare = openBareLoop(agents, sideFor(agents), "f32");
  const ticks = Math.ceil(ROUND / agents);
  teller.run(WARM_UP_TICKS);
  let sink = bare.run(WARM_UP_TICKS);
  const times = { told: [] as number[], bare: [] as number[] };
  const perStep = 1e6 / (ticks * agents);
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    sink += bare.run(ticks);
    times.bare.push((performance.now() - start) * perStep);
    times.told.push(teller.run(ticks) * perStep);
  }
  if (Number.isNaN(sink)) throw new RangeError("the bare loop went astray");
  const ns = Math.min(...times.told);
  const bareNs = Math.min(...times.bare);
  return {
    agents,
    ns_per_agent_step: ns,
    spread: (Math.max(...times.told) - ns) / ns,
    ratio_to_bare_loop: ns / bareNs,
    bare_ns_f32: bareNs,
    heap_bytes_per_tick: heapGrowth(teller.run, agents)?.heap ?? null,
  };
}

/** Counts the bytes of towns of one kind: the shipped one, and a tight one. */
export async function measureBytes(): Promise<readonly BytesRow[]> {
  const { config, manifest } = await loadTown("configs/town.yaml");
  const rows = [10, 32].map((agents) =>
    countBytes("town", withResidents(config, agents), manifest)
  );
  return [...rows, countBytes("one shower", contested())];
}

function countBytes(
  town: string,
  config: Config,
  manifest?: Manifest,
): BytesRow {
  const run = (mode: "diff" | "full") => {
    const { telemetry } = config;
    const changed = { ...config, telemetry: { ...telemetry, mode } };
    const teller = openTeller(compileTown(changed, manifest));
    teller.run(COUNTED_TICKS);
    const perTick = [...teller.bytes]
      .map(([channel, bytes]) => [channel, bytes / COUNTED_TICKS] as const);
    return {
      channels: Object.fromEntries(perTick),
      bytes: perTick.reduce((sum, [, bytes]) => sum + bytes, 0),
    };
  };
  const diff = run("diff");
  const full = run("full");
  return {
    town,
    agents: config.population.residents.length,
    ticks: COUNTED_TICKS,
    bytes_per_tick: diff.bytes,
    full_bytes_per_tick: full.bytes,
    share_of_full: diff.bytes / full.bytes,
    channels: diff.channels,
  };
}

/** A simulation that is told of, to nobody. */
interface Teller {
  /** Steps, and gives the milliseconds that telling took. */
  readonly run: (ticks: number) => number;
  /** Bytes of the lines, by channel. */
  readonly bytes: ReadonlyMap<string, number>;
}

function openTeller(town: Town): Teller {
  const simulation = new Simulation(town, { seed: 1 });
  const { world, turn, policy } = simulation;
  const stories = new Stories(town, world, undefined, "");
  const bytes = new Map<string, number>();
  const order = { hold: false, keyframes: false, keyframesOf: [] };
  let frames = 0;
  const receiver: Receiver = {
    begin: () => order,
    offer(body: Body) {
      const line = lineOf(frames++, body);
      const before = bytes.get(body.channel) ?? 0;
      // Ids and numbers are ASCII: a byte each.
      bytes.set(body.channel, before + line.length + 1);
    },
    end: () => {},
  };
  const { channels } = town.config.telemetry;
  const settings = {
    ...town.config.telemetry,
    // There is no pipeline to tell of.
    channels: { ...channels, health: { ...channels.health, enabled: false } },
  };
  const producer = new Producer(town, settings, receiver, {
    onNonfinite: () => {},
    onFault: (channel, fault) => {
      throw new Error(`${channel} failed`, { cause: fault });
    },
    now: () => 0,
  });
  const view: View = {
    town,
    world,
    turn,
    policy,
    churn: stories.churn,
    health: () => {
      throw new RangeError("nobody asks for health");
    },
  };
  return {
    bytes,
    run(ticks) {
      let spent = 0;
      for (let tick = 0; tick < ticks; tick++) {
        const { events } = simulation.step();
        const start = performance.now();
        const more = stories.note(world.tick[0], events);
        const told = more.length === 0 ? events : [...events, ...more];
        producer.tell(view, {
          events: eventLists(told),
          narration: textLists(
            stories.tell(world, turn).map((one) => JSON.stringify(one)),
          ),
        });
        spent += performance.now() - start;
      }
      return spent;
    },
  };
}

/** A town with so many of its residents, the first ones again if need be. */
function withResidents(config: Config, agents: number): Config {
  const { residents } = config.population;
  const all = Array.from({ length: agents }, (_, i) => {
    const round = Math.floor(i / residents.length);
    const resident = residents[i % residents.length];
    if (round === 0) return resident;
    // Those who come on top live one tile farther south.
    const { id, home: [x, y] } = resident;
    const home = [x, y + round] as const;
    return { ...resident, id: `${id}_${round + 1}`, home, position: home };
  });
  return {
    ...config,
    population: { ...config.population, residents: all },
    world: { ...config.world, agent_capacity: 2 * agents },
  };
}

/** Three residents who all want the same shower. */
function contested(): Config {
  const needs = { hunger: 0.9, hygiene: 0.1, energy: 0.9 };
  return configFrom({
    config_id: "one_shower",
    features: { stages: { relationships: "B" }, systems: {} },
    rewards: { needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 } },
    jobs: {},
    world: {
      grid_size: [8, 8],
      objects: [{ id: "shower_1", type: "shower", position: [4, 4] }],
    },
    population: {
      wallet: 5,
      residents: ["a", "b", "c"].map((id, i) => ({
        id,
        home: [2 * i, 1],
        needs,
      })),
    },
  });
}
