/**
 * A process that runs the busy town and prints the hash of every tick:
 * `run_busy_town.ts SEED TICKS load|save PATH`. With `save` it starts afresh
 * and saves at the end; with `load` it goes on from what was saved.
 * @module
 */
import { Simulation } from "../../src/simulation.ts";
import { readSnapshot, writeSnapshot } from "../../src/snapshots/files.ts";
import {
  decodeSnapshot,
  encodeSnapshot,
} from "../../src/snapshots/snapshot.ts";
import { busyTown } from "./busy_town.ts";

const [seed, ticks, action, path] = Deno.args;
const town = busyTown({ movement: "walk", backend: "scripted" });
const simulation = action === "load"
  ? new Simulation(town, {
    world:
      decodeSnapshot(await readSnapshot(path), town, { where: path }).world,
  })
  : new Simulation(town, { seed: Number(seed) });
const hashes: string[] = [];
simulation.runFor(Number(ticks), () => void hashes.push(simulation.hash()));
if (action === "save") {
  await writeSnapshot(
    path,
    encodeSnapshot(town, simulation.world, { app: "test" }),
  );
}
await Deno.stdout.write(new TextEncoder().encode(hashes.join("\n")));
