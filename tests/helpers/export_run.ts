/**
 * A process that runs the busy town and tells the runtime's exporter of it:
 * `export_run.ts TICKS [FAILURE]`.
 * @module
 */
import { Simulation } from "../../src/simulation.ts";
import {
  hooksHealth,
  TickTimes,
  worldHealth,
} from "../../src/telemetry/health.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import { RunExport } from "../../src/telemetry/otel.ts";
import { busyTown } from "./busy_town.ts";

const [ticks, failure] = Deno.args;
const town = busyTown({ movement: "walk", backend: "scripted" });
const simulation = new Simulation(town, { seed: 1 });
const { world, turn } = simulation;
const metrics = new Metrics();
const times = new TickTimes(() => 0);
const state = () => ({
  tick: world.tick[0],
  agents: world.population[0],
  dropped: world.tick[0] / 100,
  metrics: metrics.all({
    health: {
      loop: times.state(world.tick[0]),
      transports: {},
      world: worldHealth(town, world),
      hooks: hooksHealth([]),
      encode_nonfinite_total: 0,
      validate_failures_total: 0,
    },
    frames: [],
    alerts: {},
  }),
});
const run = await RunExport.open("0.0.0", state());
for (let tick = 1; tick <= Number(ticks); tick++) {
  simulation.step();
  metrics.note(0.1, turn.events);
  run.tick(tick, state);
}
run.close(state(), failure);
