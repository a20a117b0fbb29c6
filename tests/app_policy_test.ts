/** Policies that were learned, from the files they are in. @module */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { loadPolicy, loadRunPolicy, loadTown, openTown } from "../src/app.ts";
import { TownletError } from "../src/base/error.ts";
import { loadConfig } from "../src/config/load.ts";
import { openGraph } from "../src/policy/onnx/graph.ts";
import { policySpec } from "../src/policy/spec.ts";
import { Simulation } from "../src/simulation.ts";
import { compileTown } from "../src/world/compile/town.ts";
import type { Town } from "../src/world/town.ts";
import { networkFor, saveNetwork } from "./helpers/networks.ts";
import { networkPolicy } from "../src/policy/network_policy.ts";
import { inScratch } from "./helpers/scratch.ts";

const FILE = "configs/hamlet.yaml";

/** The hamlet, with keys set. */
async function hamlet(...overrides: string[]): Promise<Town> {
  return (await loadTown(FILE, overrides)).town;
}

/** Digest after some ticks. */
function hashOf(simulation: Simulation): string {
  simulation.runFor(40);
  return simulation.hash();
}

Deno.test("loadPolicy() takes a checkpoint, a run and an exported network, which all decide the same", () =>
  inScratch(async (folder) => {
    const town = await hamlet();
    const run = `${folder}/run`;
    const hash = await saveNetwork(town, `${run}/best`);
    await saveNetwork(town, `${run}/last`, 2);
    Deno.writeTextFileSync(`${run}/run.json`, "{}");
    const policy = networkPolicy(town, networkFor(town));
    const expected = hashOf(new Simulation(town, { seed: 1, policy }));
    for (const path of [`${run}/best`, run, `${run}/best/policy.onnx`]) {
      const loaded = await loadPolicy(`onnx:${path}`, town);
      assertEquals(loaded.name, `onnx:${path}`);
      assertEquals(loaded.policyHash?.(), hash);
      assertEquals(
        hashOf(new Simulation(town, { seed: 1, policy: loaded })),
        expected,
      );
    }
  }));

Deno.test("loadPolicy() takes words as openPolicy() does", async () => {
  const town = await hamlet();
  assertEquals((await loadPolicy("random", town)).name, "random");
  const error = await assertRejects(
    () => loadPolicy("clever", town),
    TownletError,
  );
  assertEquals(error.code, "policy.unknown");
});

Deno.test("loadPolicy() draws, or takes the likeliest, as configured or as asked", () =>
  inScratch(async (folder) => {
    const town = await hamlet();
    const greedyTown = await hamlet("policy.greedy=true");
    const path = `${folder}/mine`;
    await saveNetwork(town, path);
    const draws = async (town: Town, options = {}) => {
      const policy = await loadPolicy(`onnx:${path}`, town, options);
      const simulation = new Simulation(town, { policy });
      simulation.step();
      return simulation.world.randomDraws[1] > 0;
    };
    assertEquals(await draws(town), true);
    assertEquals(await draws(greedyTown), false);
    assertEquals(await draws(town, { greedy: true }), false);
    assertEquals(await draws(greedyTown, { greedy: false }), true);
  }));

Deno.test("loadPolicy() refuses what was made for another town, as a folder and as a file", () =>
  inScratch(async (folder) => {
    const other = await hamlet("observations.layout=v2");
    const path = `${folder}/other`;
    await saveNetwork(other, path);
    const town = await hamlet();
    for (const name of [`onnx:${path}`, `onnx:${path}/policy.onnx`]) {
      const error = await assertRejects(
        () => loadPolicy(name, town),
        TownletError,
      );
      assertEquals([error.code, error.exit], ["policy.spec", 2]);
      assert(error.message.includes(policySpec(town).obs));
      assert(error.message.includes(policySpec(other).obs));
    }
  }));

Deno.test("loadPolicy() refuses what was changed, and what is not there", () =>
  inScratch(async (folder) => {
    const town = await hamlet();
    const path = `${folder}/mine`;
    await saveNetwork(town, path);
    const weights = Deno.readFileSync(`${path}/weights.npz`);
    weights[weights.length >> 1] ^= 1;
    Deno.writeFileSync(`${path}/weights.npz`, weights);
    const refusals = [
      [`onnx:${path}`, 5],
      [`onnx:${folder}/nobody`, 2],
      [`onnx:${folder}/nobody.onnx`, 2],
    ] as const;
    for (const [name, exit] of refusals) {
      const error = await assertRejects(
        () => loadPolicy(name, town),
        TownletError,
      );
      assertEquals(error.exit, exit, name);
    }
  }));

Deno.test("loadPolicy() names the file that is no model", () =>
  inScratch(async (folder) => {
    const path = `${folder}/torn.onnx`;
    Deno.writeFileSync(path, new Uint8Array([255]));
    const town = await hamlet();
    const error = await assertRejects(
      () => loadPolicy(`onnx:${path}`, town),
      TownletError,
    );
    assertEquals([error.code, error.where], ["onnx.format", path]);
  }));

Deno.test("loadPolicy() asks for the runtime only for models of others", () =>
  inScratch(async (folder) => {
    const town = await hamlet();
    const { obs, actions } = policySpec(town);
    const graph = openGraph();
    graph.input("features", "f32", ["n", 1]);
    const bytes = graph.encode({
      name: "foreign",
      app: "other",
      metadata: new Map([
        ["obs_spec_hash", obs],
        ["action_spec_hash", actions],
      ]),
    });
    const path = `${folder}/foreign.onnx`;
    Deno.writeFileSync(path, bytes);
    const error = await assertRejects(
      () => loadPolicy(`onnx:${path}`, town),
      TownletError,
    );
    assertEquals([error.code, error.where], ["network.runtime", path]);
    const asked = new TownletError("asked", { code: "asked" });
    await assertRejects(
      () =>
        loadPolicy(`onnx:${path}`, town, {
          runtime: () => {
            throw asked;
          },
        }),
      TownletError,
      "asked",
    );
  }));

Deno.test("loadRunPolicy() finds the configured checkpoint by its name below the root", () =>
  inScratch(async (folder) => {
    const overrides = [`policy.root=${folder}`, "policy.backend=onnx:mine"];
    const town = await hamlet(...overrides);
    const hash = await saveNetwork(town, `${folder}/mine`);
    const policy = await loadRunPolicy(town, FILE, undefined);
    assertEquals([policy.name, policy.policyHash?.()], ["onnx:mine", hash]);
    assertEquals((await loadRunPolicy(town, FILE, "idle")).name, "idle");
    using simulation = await openTown(FILE, { overrides, seed: 1 });
    assertEquals(simulation.policy.name, "onnx:mine");
    simulation.runFor(5);
    const named = await hamlet();
    const given = await loadRunPolicy(named, FILE, `onnx:${folder}/mine`);
    assertEquals(given.policyHash?.(), hash);
  }));

Deno.test("loadRunPolicy() shares decisions where the configuration says so", () =>
  inScratch(async (folder) => {
    const shared = await hamlet(
      "policy.blend.enabled=true",
      "policy.blend.ratio=0.25",
    );
    const hash = await saveNetwork(shared, `${folder}/mine`);
    const name = `onnx:${folder}/mine`;
    const policy = await loadRunPolicy(shared, FILE, name);
    assertEquals([policy.blend?.ratio, policy.policyHash?.()], [0.25, hash]);
    assertEquals(
      (await loadRunPolicy(shared, FILE, "scripted")).blend,
      undefined,
    );
    const alone = await hamlet("policy.blend.ratio=0.25");
    assertEquals((await loadRunPolicy(alone, FILE, name)).blend, undefined);
  }));

Deno.test("a configuration names checkpoints, and never a way to them (rule F1)", async () => {
  for (const name of ["../mine", "a/b", "", "..", "/mine"]) {
    await assertRejects(() => hamlet(`policy.backend=onnx:${name}`));
  }
  // A device has a plain name, too.
  const town = await hamlet("policy.backend=onnx:nul");
  const error = await assertRejects(
    () => loadRunPolicy(town, FILE, undefined),
    TownletError,
    "rule F1",
  );
  assertEquals(error.exit, 5);
});

Deno.test("checkpoints are below a folder of their own (rule F3)", async () => {
  const town = await hamlet("policy.backend=onnx:mine", "policy.root=.");
  const error = await assertRejects(
    () => loadRunPolicy(town, FILE, undefined),
    TownletError,
    "rule F3",
  );
  assertEquals(error.exit, 5);
});

Deno.test("a simulation that is opened without files says how to load what was learned", async () => {
  const config = await loadConfig(
    Deno.readTextFileSync(FILE) + "policy: { backend: onnx:mine }\n",
  );
  const town = compileTown(config);
  const error = await assertRejects(
    async () => await new Simulation(town),
    TownletError,
  );
  assertEquals(error.code, "policy.unknown");
  assert(error.hint?.includes("loadPolicy()"));
});
