/** Runs whose outputs or ticks fail on the way: the result stays. @module */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type RunFlags, runTown } from "../../cli/run_town.ts";
import { TownletError } from "../../src/base/error.ts";
import { Simulation } from "../../src/simulation.ts";
import { scratch } from "../helpers/townlet.ts";

/** A quiet run of the hamlet that writes below a folder. */
function flagsIn(folder: string): RunFlags {
  return {
    config: "configs/hamlet.yaml",
    ticks: 100_000,
    seed: undefined,
    set: [],
    policy: undefined,
    events: undefined,
    report: `${folder}/r.json`,
    hashEvery: undefined,
    realtime: undefined,
    snapshotSave: `${folder}/s.tsnap`,
    snapshotLoad: undefined,
    telemetry: undefined,
    telemetryStrict: false,
    json: false,
    quiet: true,
    logLevel: undefined,
  };
}

/** Tick and hash that the files of a run agree on. */
function resultIn(folder: string): { ticks: number; hash: string } {
  const report = JSON.parse(Deno.readTextFileSync(`${folder}/r.json`));
  const header = JSON.parse(
    Deno.readTextFileSync(`${folder}/s.tsnap`).split("\n", 1)[0],
  );
  assertEquals(report.tick, header.tick);
  assertEquals(report.state_hash, header.world_hash);
  return { ticks: report.ticks, hash: report.state_hash };
}

Deno.test("a full disk under the events ends the run, which keeps its result", async () => {
  using folder = scratch();
  const { open } = Deno;
  const events = `${folder.path}/e.jsonl`;
  try {
    Deno.open = async (path, options) => {
      const file = await open(path, options);
      if (path === events) {
        file.writeSync = () => {
          throw new Error("No space left on device");
        };
      }
      return file;
    };
    const error = await assertRejects(
      () => runTown({ ...flagsIn(folder.path), events }),
      TownletError,
    );
    assertEquals([error.where, error.exit], [events, 1]);
    assertEquals(error.hint, "No space left on device");
  } finally {
    Deno.open = open;
  }
  const { ticks } = resultIn(folder.path);
  assert(ticks > 0 && ticks < 100_000, `${ticks} ticks`);
});

Deno.test("a tick that fails keeps the result of those before it", async () => {
  using folder = scratch();
  const { step } = Simulation.prototype;
  try {
    Simulation.prototype.step = function (actions) {
      if (this.world.tick[0] === 30) {
        throw new TownletError("No", { code: "x" });
      }
      return step.call(this, actions);
    };
    await assertRejects(
      () => runTown(flagsIn(folder.path)),
      TownletError,
      "No",
    );
  } finally {
    Simulation.prototype.step = step;
  }
  assertEquals(resultIn(folder.path).ticks, 30);
});
