import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../src/base/random.ts";
import { openForward } from "../../../src/policy/network/forward.ts";
import { NETS, policyHash } from "../../../src/policy/network/net.ts";
import { encodePolicyOnnx } from "../../../src/policy/onnx/policy_graph.ts";
import { ort } from "../../helpers/learning_runtime.ts";
import {
  POLICY_FACTS,
  randomRows,
  smallNetwork,
  splitRows,
} from "../../helpers/nets.ts";

for (const name of NETS) {
  for (const map of [[2, 3, 3], [0, 0, 0]] as const) {
    Deno.test(`encodePolicyOnnx() makes a model that gives what the network gives: ${name}, a map of ${map}`, async () => {
      const network = smallNetwork(name, "export", map);
      const { net, weights } = network;
      const session = await ort.InferenceSession.create(
        encodePolicyOnnx(network, POLICY_FACTS),
      );
      const hasMap = map[0] > 0;
      assertEquals(
        session.inputMetadata.map((input) => [
          input.name,
          input.isTensor && [input.type, ...input.shape],
        ]),
        [
          ["features", ["float32", "rows", 5]],
          ...hasMap ? [["map", ["float32", "rows", ...map]]] : [],
          ["action_mask", ["uint8", "rows", 6]],
        ],
      );
      assertEquals(
        session.outputMetadata.map((output) => [
          output.name,
          output.isTensor && [output.type, ...output.shape],
        ]),
        [
          ["logits", ["float32", "rows", 6]],
          ["value", ["float32", "rows"]],
        ],
      );
      const forward = openForward(net);
      for (const rows of [1, 9]) {
        const batch = randomRows(network, rows, Random.seeded("1", "rows"));
        const { features, map: maps } = splitRows(network, batch);
        const found = await session.run({
          features: new ort.Tensor("float32", features, [rows, 5]),
          ...hasMap
            ? { map: new ort.Tensor("float32", maps, [rows, ...map]) }
            : {},
          action_mask: new ort.Tensor("uint8", batch.actionMask, [rows, 6]),
        });
        const expected = forward(weights, batch);
        for (const key of ["logits", "value"] as const) {
          const { data } = found[key];
          assert(data instanceof Float32Array);
          assertEquals(data.length, expected[key].length);
          data.forEach((x, i) =>
            assert(
              Math.abs(x - expected[key][i]) < 1e-5,
              `${key} ${i}: ${x} is not ${expected[key][i]}`,
            )
          );
        }
      }
      await session.release();
    });
  }
}

Deno.test("encodePolicyOnnx() gives the same bytes for the same network, and others for others", () => {
  const bytes = encodePolicyOnnx(smallNetwork("mlp64", "1"), POLICY_FACTS);
  assertEquals(
    encodePolicyOnnx(smallNetwork("mlp64", "1"), POLICY_FACTS),
    bytes,
  );
  const other = smallNetwork("mlp64", "1");
  other.weights[7] += 1;
  assert(policyHash(other) !== policyHash(smallNetwork("mlp64", "1")));
  assert(
    encodePolicyOnnx(other, POLICY_FACTS).some((byte, i) => byte !== bytes[i]),
  );
});
