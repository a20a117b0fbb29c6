import { assert, assertEquals, assertThrows } from "@std/assert";
import { TownletError } from "../../../src/base/error.ts";
import { readExported } from "../../../src/policy/onnx/exported.ts";
import { encodePolicyOnnx } from "../../../src/policy/onnx/policy_graph.ts";
import { openGraph } from "../../../src/policy/onnx/graph.ts";
import { NETS } from "../../../src/policy/network/net.ts";
import { smallNetwork } from "../../helpers/nets.ts";

const FACTS = {
  obsSpecHash: "00".repeat(32),
  actionSpecHash: "11".repeat(32),
  actions: ["a", "b", "c", "d", "e", "f"],
  featureNames: ["v", "w", "x", "y", "z"],
  app: "test 1",
};

for (const name of NETS) {
  for (const map of [[2, 3, 3], [0, 0, 0]] as const) {
    Deno.test(`readExported() gives back what was written: ${name}, map ${map}`, () => {
      const network = smallNetwork(name, "written", map);
      const read = readExported(encodePolicyOnnx(network, FACTS));
      assertEquals(read?.weights, network.weights);
      assertEquals(read?.net.shape, network.net.shape);
    });
  }
}

Deno.test("readExported() leaves alone what others wrote", () => {
  const graph = openGraph();
  graph.input("a", "f32", [1]);
  graph.node("Neg", ["a"], {}, "b");
  graph.output("b", "f32", [1]);
  const options = { name: "other", app: "other 1" };
  assertEquals(readExported(graph.encode(options)), null);
  const lies = new Map([
    ["townlet.format", "townlet-policy-1"],
    ["net", "mlp64"],
    ["feature_names", "5"],
    ["actions", "[]"],
    ["map_shape", "[1, 1]"],
  ]);
  assertEquals(
    readExported(graph.encode({ ...options, metadata: lies })),
    null,
  );
  for (
    const [key, value] of [
      ["feature_names", "[1"],
      ["feature_names", "[1]"],
      ["map_shape", "[1, 1, 1e9]"],
      ["map_shape", "[1, 1, 1]"],
      ["map_shape", "[4096, 4096, 4096]"],
    ]
  ) {
    lies.set(key, value);
    assertEquals(
      readExported(graph.encode({ ...options, metadata: lies })),
      null,
    );
  }
});

Deno.test("readExported() does not take a model for the one it was, when a weight was changed", () => {
  const network = smallNetwork("mlp64", "written");
  const bytes = encodePolicyOnnx(network, FACTS);
  const weight = new Uint8Array(network.weights.slice(10, 14).buffer);
  const at = bytes.findIndex((_, i) =>
    weight.every((byte, k) => bytes[i + k] === byte)
  );
  assert(at > 0);
  bytes[at] ^= 1;
  assertEquals(readExported(bytes), null);
});

Deno.test("readExported() refuses what is no model", () => {
  assertThrows(
    () => readExported(new TextEncoder().encode("no model")),
    TownletError,
    "no ONNX model",
  );
});
