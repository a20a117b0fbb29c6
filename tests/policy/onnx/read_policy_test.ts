import { assertEquals, assertThrows } from "@std/assert";
import { TownletError } from "../../../src/base/error.ts";
import { NETS } from "../../../src/policy/network/net.ts";
import { openGraph } from "../../../src/policy/onnx/graph.ts";
import { readOnnxMetadata } from "../../../src/policy/onnx/metadata.ts";
import { encodePolicyOnnx } from "../../../src/policy/onnx/policy_graph.ts";
import { readPolicyOnnx } from "../../../src/policy/onnx/read_policy.ts";
import { POLICY_FACTS, smallNetwork } from "../../helpers/nets.ts";

Deno.test("readPolicyOnnx() gives back the network that was written", () => {
  for (const name of NETS) {
    for (const map of [[2, 3, 3], [0, 0, 0]] as const) {
      const network = smallNetwork(name, "read", map);
      const { app: _, ...facts } = POLICY_FACTS;
      assertEquals(
        readPolicyOnnx(encodePolicyOnnx(network, POLICY_FACTS)),
        { network, facts },
      );
    }
  }
});

Deno.test("readPolicyOnnx() refuses weights that are not those told of", () => {
  const network = smallNetwork("mlp64", "read");
  const bytes = encodePolicyOnnx(network, POLICY_FACTS);
  // A weight stands in the file as it stands in memory.
  const weight = new Uint8Array(network.weights.buffer, 4 * 200, 16);
  const at = bytes.findIndex((_, i) =>
    weight.every((byte, k) => bytes[i + k] === byte)
  );
  bytes[at] ^= 1;
  const error = assertThrows(() => readPolicyOnnx(bytes), TownletError);
  assertEquals([error.code, error.exit], ["onnx.digest", 5]);
});

Deno.test("readPolicyOnnx() refuses models made elsewhere, and tells what does not fit", () => {
  const network = smallNetwork("mlp64", "read", [0, 0, 0]);
  const metadata = readOnnxMetadata(encodePolicyOnnx(network, POLICY_FACTS));
  const model = (changes: readonly (readonly [string, string])[]) => {
    const graph = openGraph();
    graph.constant("encoder.bias", new Float32Array(64), [64]);
    graph.constant("encoder.weight", new Int32Array(5 * 64), [5, 64]);
    return graph.encode({
      name: "policy",
      app: "other",
      metadata: new Map([...metadata, ...changes]),
    });
  };
  for (
    const [bytes, why] of [
      [openGraph().encode({ name: "g", app: "other" }), "map_shape"],
      [model([["townlet.format", "townlet-policy-9"]]), "townlet.format"],
      [model([["net", "huge"]]), "net"],
      [model([["map_shape", "[1e9,1,1]"]]), "map_shape"],
      [model([["actions", '{"a":1}']]), "actions"],
      [model([["feature_names", "["]]), "feature_names"],
      // As large as it claims, so much room is not made.
      [model([["map_shape", "[4096,4096,4096]"]]), "encoder.weight"],
      [model([]), "encoder.weight"],
    ] as const
  ) {
    const error = assertThrows(() => readPolicyOnnx(bytes), TownletError, why);
    assertEquals([error.code, error.exit], ["onnx.policy", 2]);
  }
});
