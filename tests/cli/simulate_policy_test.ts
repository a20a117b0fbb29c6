/** `townlet simulate --policy`: who decides, and whether a run goes on. @module */
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { type RunFlags, runTown } from "../../cli/run_town.ts";
import { loadTown } from "../../src/app.ts";
import { TownletError } from "../../src/base/error.ts";
import { observationSpec } from "../../src/observations/spec.ts";
import { openGraph } from "../../src/policy/onnx/graph.ts";
import { policySpec } from "../../src/policy/spec.ts";
import type { Town } from "../../src/world/town.ts";
import "../helpers/learning_runtime.ts";
import { saveNetwork } from "../helpers/networks.ts";
import { inScratch } from "../helpers/scratch.ts";
import { townlet } from "../helpers/townlet.ts";

const CONFIG = "configs/hamlet.yaml";
const { town } = await loadTown(CONFIG);

const FLAGS: RunFlags = {
  config: CONFIG,
  ticks: 40,
  seed: undefined,
  set: [],
  policy: undefined,
  events: undefined,
  report: undefined,
  hashEvery: undefined,
  realtime: undefined,
  snapshotSave: undefined,
  snapshotLoad: undefined,
  telemetry: undefined,
  telemetryStrict: false,
  json: false,
  quiet: true,
  logLevel: undefined,
};

/** What a report tells of who decided, and of the end. */
interface Told {
  readonly policy: string;
  readonly policy_hash: string | null;
  readonly tick: number;
  readonly state_hash: string;
}

/** Runs the hamlet in this process and gives its report. */
async function report(
  folder: string,
  flags: Partial<RunFlags>,
): Promise<Told> {
  const path = `${folder}/report.json`;
  assertEquals(await runTown({ ...FLAGS, ...flags, report: path }), 0);
  return JSON.parse(Deno.readTextFileSync(path));
}

/** A model of somebody else: it likes actions by what it feels. */
function foreign(town: Town): Uint8Array {
  const { obs, actions } = policySpec(town);
  const features = observationSpec(town).featureNames.length;
  const count = town.actions.length;
  const graph = openGraph();
  graph.input("features", "f32", ["n", features]);
  const numbers = (size: number) =>
    Float32Array.from({ length: size }, (_, i) => ((i * 37) % 23) / 23 - 0.5);
  for (const [name, width] of [["logits", count], ["value", 1]] as const) {
    const weights = graph.constant(
      `${name}.weight`,
      numbers(features * width),
      [features, width],
    );
    graph.node("MatMul", ["features", weights], {}, name);
    graph.output(name, "f32", ["n", width]);
  }
  return graph.encode({
    name: "foreign",
    app: "other",
    metadata: new Map([["obs_spec_hash", obs], ["action_spec_hash", actions]]),
  });
}

Deno.test("simulate goes on with a network from a snapshot as if nothing had been interrupted", () =>
  inScratch(async (folder) => {
    const hash = await saveNetwork(town, `${folder}/mine`);
    const policy = `onnx:${folder}/mine`;
    const state = `${folder}/state.tsnap.gz`;
    const whole = await report(folder, { policy, ticks: 90 });
    assertEquals([whole.policy, whole.policy_hash], [policy, hash]);
    await report(folder, { policy, ticks: 35, snapshotSave: state });
    const rest = { ticks: 55, snapshotLoad: state };
    const resumed = await report(folder, { policy, ...rest });
    assertEquals(
      [resumed.tick, resumed.state_hash],
      [90, whole.state_hash],
    );
    // Who looks at the world alone goes on from there, too, and back again.
    const scripted = await report(folder, {
      ...rest,
      policy: "scripted",
      snapshotSave: `${folder}/scripted.tsnap`,
    });
    assertEquals([scripted.policy_hash, scripted.tick], [null, 90]);
    const back = await report(folder, {
      policy,
      ticks: 10,
      snapshotLoad: `${folder}/scripted.tsnap`,
    });
    assertEquals([back.policy_hash, back.tick], [hash, 100]);
  }));

Deno.test("simulate has a model of somebody else decide, the same for the same seed", () =>
  inScratch(async (folder) => {
    const path = `${folder}/foreign.onnx`;
    Deno.writeFileSync(path, foreign(town));
    const run = (flags: Partial<RunFlags>) =>
      report(folder, { policy: `onnx:${path}`, ...flags });
    const [first, again] = [await run({}), await run({})];
    assertEquals(first.tick, 40);
    assertEquals(first.state_hash, again.state_hash);
    const idle = await report(folder, { policy: "idle" });
    assert(first.state_hash !== idle.state_hash);
    const state = `${folder}/state.tsnap`;
    await run({ ticks: 15, snapshotSave: state });
    const resumed = await run({ ticks: 25, snapshotLoad: state });
    assertEquals(resumed.state_hash, first.state_hash);
  }));

Deno.test("observations of another kind are refused, though the configuration may differ", () =>
  inScratch(async (folder) => {
    await saveNetwork(town, `${folder}/mine`);
    const snapshotLoad = `${folder}/state.tsnap`;
    await report(folder, {
      policy: `onnx:${folder}/mine`,
      ticks: 5,
      snapshotSave: snapshotLoad,
    });
    const set = [
      "observations.layout=v2",
      "snapshot.allow_config_drift=true",
    ];
    const other = await loadTown(CONFIG, set);
    await saveNetwork(other.town, `${folder}/other`);
    const error = await assertRejects(
      () =>
        runTown({
          ...FLAGS,
          policy: `onnx:${folder}/other`,
          snapshotLoad,
          set,
        }),
      TownletError,
    );
    assertEquals([error.code, error.exit], ["observations.saved", 2]);
    // Who does not look at them has no use for them.
    const scripted = await report(folder, {
      policy: "scripted",
      snapshotLoad,
      set,
    });
    assertEquals(scripted.tick, 45);
  }));

Deno.test("simulate --policy as a process: what was learned decides, with the permissions of the task", () =>
  inScratch(async (folder) => {
    const hash = await saveNetwork(town, `${folder}/mine`);
    const policy = `onnx:${folder}/mine`;
    const words = ["--config", CONFIG, "--ticks", "20", "--policy"];
    const { code, out, err } = await townlet("simulate", [...words, policy]);
    assertEquals([code, err], [0, ""]);
    assertStringIncludes(out, `${policy} (${hash.slice(0, 12)})`);
    Deno.writeFileSync(`${folder}/foreign.onnx`, foreign(town));
    const refused = await townlet("simulate", [
      ...words,
      `onnx:${folder}/foreign.onnx`,
    ]);
    // The runtime is not there: nobody has fetched it for this task.
    assertEquals(refused.code, 2);
    assertStringIncludes(refused.err, "runtime of networks");
  }));
