import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { TownletError } from "../../../src/base/error.ts";
import { policyHash } from "../../../src/policy/network/net.ts";
import { readExported } from "../../../src/policy/onnx/exported.ts";
import { readOnnxMetadata } from "../../../src/policy/onnx/metadata.ts";
import { encodePolicyOnnx } from "../../../src/policy/onnx/policy_graph.ts";
import { field, message } from "../../../src/policy/onnx/protobuf.ts";
import { POLICY_FACTS, smallNetwork } from "../../helpers/nets.ts";

const network = smallNetwork("mlp64", "metadata", [0, 0, 0]);
const model = encodePolicyOnnx(network, POLICY_FACTS);

Deno.test("readOnnxMetadata() tells what a policy says of itself", () => {
  assertEquals(
    readOnnxMetadata(model),
    new Map([
      ["townlet.format", "townlet-policy-1"],
      ["net", "mlp64"],
      ["map_shape", "[0,0,0]"],
      ["obs_spec_hash", POLICY_FACTS.obsSpecHash],
      ["action_spec_hash", POLICY_FACTS.actionSpecHash],
      ["actions", JSON.stringify(POLICY_FACTS.actions)],
      ["feature_names", JSON.stringify(POLICY_FACTS.featureNames)],
      ["policy_hash", policyHash(network)],
    ]),
  );
});

Deno.test("readOnnxMetadata() reads models of others, and refuses what is no model", () => {
  const graph = field(7, "");
  const entry = (name: string, text: string) =>
    field(14, message(field(1, name), field(2, text)));
  assertEquals(readOnnxMetadata(graph), new Map());
  assertEquals(
    readOnnxMetadata(
      message(field(1, 9), graph, entry("a", "b"), field(99, 1)),
    ),
    new Map([["a", "b"]]),
  );
  for (
    const bytes of [
      new Uint8Array(0),
      entry("a", "b"),
      message(graph, graph),
      message(graph, entry("a", "b"), entry("a", "c")),
      message(graph, field(14, field(1, 5))),
      message(graph, field(14, field(2, Uint8Array.of(0xff)))),
      message(
        graph,
        ...Array.from({ length: 1001 }, (_, i) => entry(`${i}`, "")),
      ),
      model.subarray(0, model.length - 1),
      new TextEncoder().encode("PK\x03\x04 this is an archive"),
    ]
  ) {
    const error = assertThrows(() => readOnnxMetadata(bytes), TownletError);
    assertEquals([error.code, error.exit], ["onnx.format", 2]);
  }
});

Deno.test("readOnnxMetadata() and readExported() answer or refuse, whatever the bytes are", () => {
  const attempt = (bytes: Uint8Array) => {
    for (const read of [readOnnxMetadata, readExported]) {
      try {
        read(bytes);
      } catch (error) {
        if (!(error instanceof TownletError)) throw error;
      }
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), attempt));
  const change = fc.tuple(
    fc.nat(model.length - 1),
    fc.uint8Array({ minLength: 1, maxLength: 6 }),
  );
  const changes = fc.array(change, { minLength: 1, maxLength: 4 });
  fc.assert(fc.property(changes, fc.nat(model.length), (changes, length) => {
    const bytes = model.slice();
    for (const [at, values] of changes) {
      bytes.set(values.subarray(0, bytes.length - at), at);
    }
    attempt(bytes);
    attempt(bytes.subarray(0, length));
  }));
});
