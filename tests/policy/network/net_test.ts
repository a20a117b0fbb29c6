import { assert, assertEquals } from "@std/assert";
import {
  type NetShape,
  openNet,
  policyHash,
  tensorsOf,
} from "../../../src/policy/network/net.ts";

const shape: NetShape = {
  net: "mlp64",
  features: 81,
  map: [4, 11, 11],
  actions: 13,
};

Deno.test("openNet() makes the nets as large as they are known to be", () => {
  assertEquals(openNet({ ...shape, net: "dual256" }).size, 280_078);
  assertEquals(
    openNet(shape).size,
    565 * 64 + 64 + 64 * 64 + 64 + 64 * 13 + 13 + 64 + 1,
  );
});

for (const net of ["mlp64", "dual256"] as const) {
  for (const map of [[4, 11, 11], [0, 0, 0]] as const) {
    Deno.test(`tensorsOf() of ${net} with a map of ${map} fill the flat array, in name order`, () => {
      const laid = openNet({ ...shape, net, map });
      const tensors = tensorsOf(laid);
      const names = tensors.map(({ name }) => name);
      assertEquals(names, names.toSorted());
      let end = 0;
      for (const { shape, start } of tensors) {
        assertEquals(start, end);
        end += shape.reduce((product, size) => product * size, 1);
      }
      assertEquals(end, laid.size);
    });

    Deno.test(`the encoders of ${net} with a map of ${map} read the whole input, and all layers fit`, () => {
      const { encoders, trunk, policy, value, inputs } = openNet({
        ...shape,
        net,
        map,
      });
      const read = new Uint8Array(inputs);
      for (const { from, inputs } of encoders) {
        read.fill(1, from, from + inputs);
      }
      assert(read.every((one) => one === 1));
      const widths = [
        encoders.reduce((sum, { outputs }) => sum + outputs, 0),
        ...trunk.map(({ outputs }) => outputs),
      ];
      assertEquals([...trunk, policy].map(({ inputs }) => inputs), widths);
      assertEquals(value.inputs, policy.inputs);
      assertEquals([policy.outputs, value.outputs], [13, 1]);
    });
  }
}

Deno.test("policyHash() is that of all weights", () => {
  const net = openNet(shape);
  const weights = new Float32Array(net.size);
  const empty = policyHash({ net, weights });
  weights[net.size - 1] = 1;
  const other = policyHash({ net, weights });
  assert(/^[0-9a-f]{64}$/.test(other));
  assert(other !== empty);
  // A view of a larger buffer counts for what it shows.
  const larger = new Float32Array(net.size + 2);
  larger.set(weights, 1);
  assertEquals(
    policyHash({ net, weights: larger.subarray(1, net.size + 1) }),
    other,
  );
});
