/**
 * A process that saves to one path again and again until it is killed, for
 * tests of crashes: `save_for_ever.ts PATH`. It prints a line when the first
 * file is there.
 * @module
 */
import { Simulation } from "../../src/simulation.ts";
import { writeSnapshot } from "../../src/snapshots/files.ts";
import { encodeSnapshot } from "../../src/snapshots/snapshot.ts";
import { busyTown } from "./busy_town.ts";

const [path] = Deno.args;
const town = busyTown({ movement: "walk", backend: "scripted" });
const simulation = new Simulation(town, { seed: 1 });
await save();
await Deno.stdout.write(new TextEncoder().encode("saving\n"));
for (;;) await save();

async function save(): Promise<void> {
  simulation.step();
  await writeSnapshot(
    path,
    encodeSnapshot(town, simulation.world, { app: "test" }),
  );
}
