import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
} from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import { sha256Hex } from "../../src/base/hash.ts";
import { observationSpec } from "../../src/observations/spec.ts";
import { networkPolicy } from "../../src/policy/network_policy.ts";
import { type Graph, openGraph } from "../../src/policy/onnx/graph.ts";
import { encodePolicyOnnx } from "../../src/policy/onnx/policy_graph.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { openRuntimePolicy } from "../../src/policy/runtime_policy.ts";
import { policySpec } from "../../src/policy/spec.ts";
import { Simulation } from "../../src/simulation.ts";
import { busyTown } from "../helpers/busy_town.ts";
import { ort } from "../helpers/learning_runtime.ts";
import { networkFor } from "../helpers/networks.ts";

const town = busyTown({ movement: "walk", backend: "scripted" });
const network = networkFor(town);
const spec = policySpec(town);
const features = observationSpec(town).featureNames.length;
const actions = town.actions.length;

const exported = encodePolicyOnnx(network, {
  obsSpecHash: spec.obs,
  actionSpecHash: spec.actions,
  actions: town.actions,
  featureNames: observationSpec(town).featureNames,
  app: "test 1",
});

function open(bytes: Uint8Array, greedy = false): Promise<Policy> {
  return openRuntimePolicy(ort, bytes, town, { name: "onnx:x.onnx", greedy });
}

const METADATA: ReadonlyMap<string, string> = new Map([
  ["obs_spec_hash", spec.obs],
  ["action_spec_hash", spec.actions],
]);

/** A model of somebody else: sums of features, the same for every action. */
function foreign(
  metadata: ReadonlyMap<string, string> = METADATA,
  build: (graph: Graph) => void = () => {},
  outputs: { readonly logits?: number; readonly value?: string } = {},
): Uint8Array {
  const { logits: width = actions, value = "value" } = outputs;
  const graph = openGraph();
  graph.input("features", "f32", ["n", features]);
  build(graph);
  const weights = new Float32Array(features * width).fill(0.01);
  graph.node(
    "MatMul",
    ["features", graph.constant("w", weights, [features, width])],
    {},
    "logits",
  );
  const one = new Float32Array(features).fill(1);
  graph.node(
    "MatMul",
    ["features", graph.constant("v", one, [features, 1])],
    {},
    value,
  );
  graph.output("logits", "f32", ["n", width]);
  graph.output(value, "f32", ["n", 1]);
  return graph.encode({ name: "foreign", app: "other", metadata });
}

Deno.test("an exported network decides as the network does", async () => {
  const own = networkPolicy(town, network, { greedy: true });
  const policy = await open(exported, true);
  const here = new Simulation(town, { seed: 1, policy: own });
  const there = new Simulation(town, { seed: 1, policy });
  for (let tick = 0; tick < 15; tick++) {
    here.step();
    await there.stepAsync();
    assertEquals(there.hash(), here.hash());
    const { turn } = here;
    for (const agent of turn.rows.subarray(0, turn.rowCount)) {
      assertAlmostEquals(turn.value[agent], there.turn.value[agent], 1e-4);
      for (let k = agent * actions; k < (agent + 1) * actions; k++) {
        assertAlmostEquals(
          Number(own.logits?.[k]),
          Number(policy.logits?.[k]),
          1e-4,
        );
      }
    }
  }
});

Deno.test("a model values everybody when it is asked to, and history is the same", async () => {
  const name = "onnx:x.onnx";
  const values = networkPolicy(town, network, { greedy: true, values: "all" });
  const all = await openRuntimePolicy(ort, exported, town, {
    name,
    greedy: true,
    values: "all",
  });
  const here = new Simulation(town, { seed: 1, policy: values });
  const there = new Simulation(town, { seed: 1, policy: all });
  for (let tick = 0; tick < 15; tick++) {
    here.step();
    await there.stepAsync();
    for (let agent = 0; agent < town.capacity; agent++) {
      const [own, other] = [here, there].map(({ turn }) => turn.value[agent]);
      assertAlmostEquals(own, other, 1e-4);
    }
  }
  assertEquals(there.hash(), here.hash());
});

Deno.test("a model draws the same for the same seed", async () => {
  const hashes: string[] = [];
  for (let run = 0; run < 2; run++) {
    const sim = new Simulation(town, { seed: 2, policy: await open(exported) });
    await sim.runForAsync(20);
    hashes.push(sim.hash());
  }
  assertEquals(hashes[0], hashes[1]);
});

Deno.test("what may not be chosen is not, though a model has never heard of masks", async () => {
  const policy = await open(foreign());
  const sim = new Simulation(town, { seed: 3, policy });
  const { turn } = sim;
  let before = sim.batch;
  let asked = 0;
  for (let tick = 0; tick < 30; tick++) {
    await sim.stepAsync();
    assert(before !== null);
    for (const agent of turn.rows.subarray(0, turn.rowCount)) {
      const { actionMask } = before.row(before.rowOf[agent]);
      assertEquals(actionMask[turn.choice[agent]], 1);
      const open = actionMask.filter((bit) => bit === 1).length;
      assertAlmostEquals(Math.exp(turn.logProb[agent]), 1 / open, 1e-5);
      asked++;
    }
    before = sim.batch;
  }
  assert(asked > 100);
});

Deno.test("masks come in the type that a model asks for", async () => {
  for (const type of ["f32", "u8", "i32", "bool"] as const) {
    const bytes = foreign(
      METADATA,
      (graph) => void graph.input("action_mask", type, ["n", actions]),
    );
    assertEquals((await open(bytes)).name, "onnx:x.onnx");
  }
});

Deno.test("a model is known by its bytes and by what it was made for", async () => {
  const policy = await open(exported);
  assertEquals(policy.policyHash?.(), sha256Hex(exported));
  assertEquals([policy.sees, policy.spec], ["observations", spec]);
});

/** The refusal of a model. */
async function refusal(bytes: Uint8Array): Promise<TownletError> {
  const error = await assertRejects(() => open(bytes), TownletError);
  assertEquals(error.exit, 2);
  return error;
}

Deno.test("a model that does not say what it was made for is refused, with what to do", async () => {
  for (const key of METADATA.keys()) {
    const metadata = new Map(METADATA);
    metadata.delete(key);
    const error = await refusal(foreign(metadata));
    assertEquals([error.code, error.where], [
      "policy.metadata",
      "onnx:x.onnx",
    ]);
    assert(error.message.includes(key) && error.hint?.includes(key));
  }
});

Deno.test("a model made for another town is refused, and both hashes are named", async () => {
  for (const [key, own] of METADATA) {
    const other = "ab".repeat(32);
    const error = await refusal(foreign(new Map([...METADATA, [key, other]])));
    assertEquals(error.code, "policy.spec");
    assert(error.message.includes(other) && error.message.includes(own));
  }
});

Deno.test("a model that cannot decide here is refused before the first tick", async () => {
  const cases: [why: string, bytes: Uint8Array][] = [
    [
      "asks for memory",
      foreign(METADATA, (graph) => void graph.input("memory", "f32", ["n", 8])),
    ],
    [
      "map is int64",
      foreign(METADATA, (graph) => void graph.input("map", "i64", ["n", 8])),
    ],
    ["no value", foreign(METADATA, () => {}, { value: "worth" })],
    ["gives 14, not 26", foreign(METADATA, () => {}, { logits: 7 })],
    [
      "invalid dimensions",
      foreign(
        METADATA,
        (graph) => void graph.input("action_mask", "u8", ["n", actions + 1]),
      ),
    ],
    [
      // Rows of a fixed number.
      "invalid dimensions",
      foreign(
        METADATA,
        (graph) => void graph.input("action_mask", "u8", [1, actions]),
      ),
    ],
  ];
  for (const [why, bytes] of cases) {
    const error = await refusal(bytes);
    assertEquals(error.code, "policy.model");
    assert(error.message.includes(why), error.message);
  }
});

Deno.test("what is no model is refused", async () => {
  const { code } = await refusal(new TextEncoder().encode("no model"));
  assertEquals(code, "onnx.format");
  const cut = exported.slice(0, exported.length - 40);
  await refusal(cut);
});
