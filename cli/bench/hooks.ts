/** Measures a town with a hook in a sandbox beside the same town without. @module */
import { sha256Hex } from "../../src/base/hash.ts";
import { configFrom } from "../../src/config/load.ts";
import { CORE_MANIFEST } from "../../src/config/manifest.ts";
import { Hooks } from "../../src/security/hooks.ts";
import { Simulation } from "../../src/simulation.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import { benchConfig } from "./town.ts";

/** What was measured for one number of residents. */
export interface HooksRow {
  /** Residents at the start. */
  readonly agents: number;
  /** Calls of the hook in a tick, on average. */
  readonly calls_per_tick: number;
  /** Time of a call on average, in microseconds. */
  readonly us_per_call: number;
  /** Time of a tick without the hook, in microseconds; the best round. */
  readonly us_per_tick_without: number;
  /** Time of a tick with the hook, in microseconds; the best round. */
  readonly us_per_tick_with: number;
  /** What the hook adds to a tick, in microseconds. */
  readonly added_us_per_tick: number;
  /** True when both towns came out the same. */
  readonly same: boolean;
}

/** Ticks before anything is measured: a day. */
const WARM_UP_TICKS = 1440;
/** Ticks of one round. */
const ROUND_TICKS = 4000;

/** All hooks of the affordances that are built in: the most calls there are. */
const NAMES = [
  ...new Set(
    CORE_MANIFEST.affordances.flatMap(({ hooks }) => [
      ...hooks.before,
      ...hooks.after,
      ...hooks.fail,
    ]),
  ),
];

/** Reads what it is told, and answers with an event. */
const SOURCE = `export default {
  names: ${JSON.stringify(NAMES)},
  call({ agent, object, others, rng }) {
    const payload = { agent: agent.id, object: object.id, near: others.length };
    return [{ effect: "emit", event: "seen", payload: { ...payload, lot: rng() } }];
  },
};
`;

/** Measures the two towns in turn. */
export async function measureHooks(
  agents: number,
  rounds: number,
): Promise<HooksRow> {
  const bare = open(agents, null);
  const { config } = bare.town;
  const code = {
    specifier: "./hooks/bench.js",
    sha256: sha256Hex(new TextEncoder().encode(SOURCE)),
    pinned: true,
    source: SOURCE,
  };
  const entry = { ...code, names: NAMES };
  const settings = config.affordances.hooks;
  using hooks = new Hooks(
    { ...settings, call_timeout_ms: 1000, tick_budget_ms: 5000 },
    [{ entry, code, refusal: null }],
  );
  await hooks.start();
  const heard = open(agents, hooks);
  const times = { without: [] as number[], with: [] as number[] };
  run(bare, WARM_UP_TICKS);
  run(heard, WARM_UP_TICKS);
  const [before] = hooks.tallies;
  for (let round = 0; round < rounds; round++) {
    times.without.push(run(bare, ROUND_TICKS));
    times.with.push(run(heard, ROUND_TICKS));
  }
  const [after] = hooks.tallies;
  const calls = after.calls - before.calls;
  const perTick = (list: readonly number[]) =>
    1000 * Math.min(...list) / ROUND_TICKS;
  return {
    agents,
    calls_per_tick: calls / (rounds * ROUND_TICKS),
    us_per_call: 1000 * (after.totalMs - before.totalMs) / calls,
    us_per_tick_without: perTick(times.without),
    us_per_tick_with: perTick(times.with),
    added_us_per_tick: perTick(times.with) - perTick(times.without),
    same: bare.hash() === heard.hash(),
  };
}

/** The town of all benchmarks, with hooks of files or without. */
function open(agents: number, hooks: Hooks | null): Simulation {
  const config = configFrom(benchConfig(agents), "benchmark");
  const { affordances } = config;
  const outside = hooks?.outside ?? [];
  const allow = [...affordances.hooks.allow, ...outside];
  const town = compileTown(
    {
      ...config,
      affordances: {
        ...affordances,
        hooks: { ...affordances.hooks, allow },
      },
    },
    CORE_MANIFEST,
    outside,
  );
  return new Simulation(town, { seed: 1 });
}

/** Runs ticks and gives the milliseconds they took. */
function run(simulation: Simulation, ticks: number): number {
  const start = performance.now();
  simulation.runFor(ticks);
  return performance.now() - start;
}
